package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/exchange"
	"tongban/intake/supervise"
	"tongban/intake/supervise/chase"
	"tongban/node/api"
)

// What a supervisor reads: who is late, what was said about it, what followed.
func TestWhatASupervisorReads(t *testing.T) {
	at := func(day int, hour int) int64 { return time.Date(2026, 3, day, hour, 0, 0, 0, china).UnixMilli() }
	names := &centers{names: map[area.Center]string{
		"320509111000": "同里镇为民服务中心", "320509000000": "吴江区政务服务中心", "320509111201": "肖甸湖村便民服务中心",
	}}
	entry := func(number string, kind supervise.Kind, rule string, lamp clock.Lamp, owes area.Center, due string, over int, result string) supervise.Entry {
		e := supervise.Entry{Number: number, Kind: kind, Rule: rule, Lamp: lamp, Center: owes, Over: over, Result: result, Case: "320509111201.1.7", Name: "残疾人证新办"}
		e.Due = clock.DayOf(at(9, 0))
		if due == "" {
			e.Due = ""
		}
		if lamp == clock.Red {
			e.Report = owes.Parent()
		}
		return e
	}
	second := entry("320509111201.1.7/legal/2026-03-09", supervise.Late, "legal", clock.Red, "320509111000", "09", 3, "法定时限于 2026-03-09 届满，已超 3 个工作日")
	second.Second = true
	near := entry("320509111201.1.7/step/2/2026-03-09", supervise.Near, "step", clock.Yellow, "320509111000", "09", 0, "环节“审查”时限将于 2026-03-09 届满")
	slip := entry("320509111201.1.7/slip_unmatched/LZ-1", supervise.SlipOpen, "slip_unmatched", clock.Yellow, "320509000000", "", 0, "材料流转单 LZ-1 于 2026-03-02 寄往 320509000000，尚未扫码签收")
	quiet := supervise.Entry{Number: "320509111201/silent_center/2026-03-08", Kind: supervise.SilentCenter, Rule: "silent_center", Lamp: clock.Red,
		Center: "320509111201", Report: "320509111000", Result: "自 2026-03-08 08:59 起没有收到该中心的任何消息"}
	entries := []supervise.Entry{slip, near, quiet, second}
	list := api.Supervision{Centers: supervise.ByCenter(entries), Looked: 3, Entries: []api.Supervised{
		{Entry: slip}, {Entry: near, Chases: 1, Chased: at(10, 9)}, {Entry: quiet}, {Entry: second, Chases: 2, Chased: at(11, 9)}}}
	sent := func(seq uint64, answer chase.Answer, reply *exchange.Reply) api.ChaseView {
		return api.ChaseView{Chase: chase.Chase{Seq: seq, Case: "320509111201.1.7", To: "320509111000", By: casefile.Party{Center: "320509000000", Incarnation: 1},
			Staff: "督查一", Text: "请于两个工作日内办结并反馈", At: at(10, 9)}, Answer: answer, Reply: reply}
	}
	town := casefile.Party{Center: "320509111000", Incarnation: 1}
	recorded := &exchange.Reply{By: town}
	recorded.Head.Index = 12
	waits := sent(6, chase.Answer{}, nil)
	waits.Waits = "it is offered to us and not yet taken over"
	chases := []api.ChaseView{
		waits,
		sent(5, chase.Answer{}, nil),
		sent(4, chase.Answer{}, recorded),
		sent(3, chase.Answer{Recorded: 12}, recorded),
		sent(2, chase.Answer{Recorded: 12, Event: 13, Kind: casefile.Checked, By: town.Center, Staff: "李审查", At: at(11, 10)}, recorded),
		sent(1, chase.Answer{}, &exchange.Reply{By: town, Code: "not_found", Hint: "ask again later"}),
	}
	var got bytes.Buffer
	writeSupervision(&got, list, names)
	got.WriteString("\n")
	writeDebts(&got, list, names)
	got.WriteString("\n")
	writeChases(&got, chases, names)
	got.WriteString("\n")
	writeSupervision(&got, api.Supervision{}, names)
	writeDebts(&got, api.Supervision{}, names)
	writeChases(&got, nil, names)

	path := filepath.Join("testdata", "supervise.golden")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("differs from %s (-update writes it anew):\n%s", path, got.String())
	}
}
