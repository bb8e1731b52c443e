package api

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"time"

	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
)

//go:embed page.html
var pageText string

// What people read: the glossary's words.
var (
	phases = map[casefile.Phase]string{
		casefile.PhaseOpened: "收件", casefile.PhaseNoticed: "已告知补正", casefile.PhaseAccepted: "已受理",
		casefile.PhaseDecided: "已决定", casefile.PhaseServed: "已送达", casefile.PhaseDeclined: "不予受理",
		casefile.PhaseWithdrawn: "撤回", casefile.PhaseTerminated: "终止", casefile.PhaseConcluded: "办结",
		casefile.PhaseArchived: "已归档",
	}
	actions = map[desk.Action]string{
		desk.Receive: "收件", desk.Notice: "一次性告知", desk.Supplement: "补正", desk.Accept: "受理",
		desk.Check: "初审", desk.Review: "审查", desk.Suspend: "等待", desk.Resume: "结束等待",
		desk.HandOver: "移交", desk.TakeOver: "接管", desk.Outside: "外部环节", desk.Decide: "决定",
		desk.Make: "制证", desk.Serve: "送达", desk.HandOut: "出件", desk.Conclude: "办结", desk.Archive: "归档",
	}
	lamps = map[clock.Lamp]string{
		clock.Done: "完成", clock.Green: "正常", clock.Paused: "暂停", clock.Yellow: "将到期", clock.Red: "超期",
	}
)

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"time": func(ms int64) string {
		if ms == 0 {
			return "–"
		}
		return time.UnixMilli(ms).In(time.FixedZone("UTC+8", 8*3600)).Format("01-02 15:04:05")
	},
	"mib":    func(b uint64) uint64 { return b >> 20 },
	"phase":  func(p casefile.Phase) string { return cmp.Or(phases[p], string(p)) },
	"action": func(a desk.Action) string { return cmp.Or(actions[a], string(a)) },
	"lamp":   func(l clock.Lamp) string { return cmp.Or(lamps[l], string(l)) },
}).Parse(pageText))

// page is the node at a glance.
func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	status := s.node.Status()
	work, err := s.node.Desk.Worklist(desk.Query{Box: desk.All, Limit: 50})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	centers, err := s.node.Register.Centers("", "", 500)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	views := make([]CenterView, len(centers))
	names := map[string]string{}
	for i, l := range centers {
		views[i] = s.centerView(l, status)
		names[string(l.ID)] = l.Name
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	err = pageTemplate.Execute(w, map[string]any{
		"Status": status, "Work": work, "Centers": views, "Names": names,
		"Rows": s.node.Exchange.Rows(""),
	})
	if err != nil {
		s.log.Debug("write the page", "err", err)
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}
