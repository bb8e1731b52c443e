package guide

import (
	"cmp"
	"strconv"
	"strings"

	"tongban/catalog/item"
)

// strip is what most people look for, above everything else.
func (w writer) strip() []fact {
	var f facts
	f.add(w.label("kind"), w.code("kind", string(w.it.Kind)))
	f.add(w.label("legal"), w.limit(w.it.Legal))
	f.add(w.label("promise"), w.limit(w.it.Promise))
	f.add(w.label("visits"), w.visits())
	f.add(w.label("charged"), cmp.Or(w.code("charged", string(w.it.Charged)), short(w.it.Fee)))
	f.add(w.label("scope"), w.code("scope", string(w.it.Scope)))
	if len(f) < 2 {
		return nil // the table below says it as well
	}
	return f
}

// short keeps the strip for what can be read at a glance.
func short(text string) string {
	if len([]rune(text)) > 10 {
		return ""
	}
	return text
}

// nationwide is the origin of what the law says itself: it holds here too.
const nationwide = "全国"

// notices are what a reader must know before relying on the guide.
func (w writer) notices() []string {
	var all []string
	if o := w.it.Origin; o.Area != "" && o.Area != nationwide && (w.Home == "" || !strings.Contains(o.Area, w.Home)) {
		all = append(all, w.word("elsewhere", w.join(o.Area, o.Date, o.Source)))
	}
	for _, l := range w.it.Laws {
		if l.Changed != "" && l.Changed > w.it.LawChecked {
			all = append(all, title(l.Title)+l.Article+w.space()+w.word("changed", l.Changed))
		}
	}
	return all
}

func (w writer) bracket(text string) string {
	if w.Lang == English {
		return " (" + text + ")"
	}
	return "（" + text + "）"
}

func (w writer) space() string {
	if w.Lang == English {
		return ": "
	}
	return "："
}

// footer is what a sheet says that lies alone on a table.
func (w writer) footer() footer {
	version := w.word("draft")
	if w.it.Ref.Version > 0 {
		version = w.word("version", strconv.FormatUint(uint64(w.it.Ref.Version), 10))
	}
	f := footer{Left: string(w.it.Ref.Code) + " · " + version}
	if w.it.Origin.Area != "" {
		f.Left += " · " + w.word("template") + " " + w.it.Origin.Area
	}
	if w.AsOf != "" {
		f.Right = w.word("printed") + " " + string(w.AsOf)
	}
	var said facts
	said.add(w.label("code"), string(w.it.Ref.Code))
	said.add(w.label("version"), w.numbered())
	said.add(w.word("effective"), string(w.Effective))
	said.add(w.label("origin"), w.it.Origin.Area, w.it.Origin.Date, w.it.Origin.Source)
	said.add(w.label("record"), w.it.Record)
	said.add(w.word("printed"), string(w.AsOf))
	f.Words = said
	return f
}

// numbered is which version it is, and whose.
func (w writer) numbered() string {
	switch ref := w.it.Ref; {
	case ref.Version == 0:
		return w.word("draft")
	case ref.Area == "":
		return strconv.FormatUint(uint64(ref.Version), 10)
	default:
		return strconv.FormatUint(uint64(ref.Version), 10) + w.bracket(string(ref.Area))
	}
}

func (w writer) basics() section {
	it := w.it
	var f facts
	f.add(w.label("type"), w.code("type", string(it.Type)))
	f.add(w.label("kind"), w.code("kind", string(it.Kind)))
	f.add(w.label("basic_code"), it.Basic)
	f.add(w.label("implementation_code"), it.Implement)
	f.add(w.label("handling_code"), it.Handling)
	f.add(w.label("local_code"), it.LocalCode)
	f.add(w.label("department"), it.Department)
	f.add(w.label("authority"), it.Authority)
	f.add(w.label("authority_code"), it.AuthorityCode)
	f.add(w.label("nature"), w.code("nature", string(it.Nature)))
	f.add(w.label("level"), w.level(it.Level))
	f.add(w.label("subject"), w.code("subject", string(it.Subject)))
	f.add(w.label("applicants"), codes(w, "applicants", it.Applicants))
	f.add(w.label("themes"), w.list(it.Themes))
	if it.Local {
		f.add(w.label("local"), w.code("local", "true"))
	}
	if it.Stars > 0 {
		f.add(w.label("stars"), strings.Repeat("★", it.Stars)+" "+strconv.Itoa(it.Stars))
	}
	f.add(w.label("joint"), bodies(it.Joint)...)
	f.add(w.label("undertaking"), bodies(it.Undertaking)...)
	f.add(w.label("intermediary"), w.list(it.Intermediary))
	f.add(w.label("division"), it.Division)
	f.add(w.label("exercise"), it.Exercise)
	f.add(w.label("power_source"), it.PowerSource)
	f.add(w.label("system"), it.System)
	f.add(w.label("effective"), it.Effective)
	f.add(w.label("open_cases"), w.code("open_cases", string(it.OpenCases)))
	f.add(w.label("note"), it.Note)
	return section{ID: "basics", Blocks: []block{{Facts: f}, {Title: w.label("delegations"), Table: w.delegations()}}}
}

func bodies(all []item.Body) []string {
	said := make([]string, len(all))
	for i, b := range all {
		if said[i] = b.Name; b.Code != "" {
			said[i] += " " + b.Code
		}
	}
	return said
}

func (w writer) delegations() *table {
	rows := make([][]cell, len(w.it.Delegations))
	for i, d := range w.it.Delegations {
		rows[i] = []cell{
			{Text: w.code("delegations[].mode", string(d.Mode))}, {Text: w.level(d.Level)},
			{Text: w.code("delegations[].to", string(d.To))}, {Text: codes(w, "delegations[].actions", d.Actions)}, {Text: d.Document},
		}
	}
	return grid(w.label("delegations"), w.columns("delegations[].mode", "delegations[].level", "delegations[].to", "delegations[].actions", "delegations[].document"), rows)
}

// columns are the heads of a table, by the elements in it.
func (w writer) columns(elements ...string) []column {
	head := make([]column, len(elements))
	for i, e := range elements {
		head[i] = column{w.label(e), e[strings.LastIndexByte(e, '.')+1:]}
	}
	return head
}

// title sets a law's title in the brackets that it is cited with.
func title(name string) string {
	if !han(name) || strings.ContainsAny(name, "《〔") {
		return name
	}
	return "《" + name + "》"
}

func (w writer) basis() section {
	rows := make([][]cell, len(w.it.Laws))
	for i, l := range w.it.Laws {
		var n notes
		n.add(w.label("laws[].number"), l.Number)
		n.add(w.label("laws[].issuer"), l.Issuer)
		n.add(w.label("laws[].since"), l.Since)
		first := cell{Text: title(l.Title), Notes: n}
		if l.Changed != "" {
			first.Marks = []mark{{w.word("changed_law") + " " + l.Changed, "warn"}}
		}
		rows[i] = []cell{first, {Text: l.Article}, {Text: l.Text}, {Text: w.code("laws[].purpose", string(l.Purpose))}}
	}
	var checked facts
	checked.add(w.label("law_checked"), w.it.LawChecked)
	return section{ID: "basis", Blocks: []block{
		{Table: grid(w.word("basis"), w.columns("laws[].title", "laws[].article", "laws[].text", "laws[].purpose"), rows)}, {Facts: checked},
	}}
}

func (w writer) conditions() section {
	var f facts
	f.add(w.label("application"), w.it.Application)
	f.add(w.label("quota"), w.it.Quota)
	return section{ID: "conditions", Blocks: []block{
		{List: w.it.Conditions},
		{Facts: f},
		{Title: w.label("declines"), List: w.it.Declines},
	}}
}

func (w writer) situations() section {
	var all []asked
	for _, s := range w.it.Situations {
		a := asked{Question: s.Question}
		if s.Several {
			a.Marks = append(a.Marks, w.word("several"))
		}
		if s.If != "" {
			a.Marks = append(a.Marks, w.word("only_if")+w.space()+w.when(s.If))
		}
		for _, o := range s.Options {
			a.Options = append(a.Options, o.Text)
		}
		all = append(all, a)
	}
	return section{ID: "situations", Blocks: []block{{Asked: all}}}
}

func (w writer) times() section {
	var f facts
	say := func(element string, l item.Limit, note string) {
		f.add(w.label(element), w.limit(l))
		f.add(w.label(element+"_note"), note)
	}
	say("legal", w.it.Legal, w.it.LegalNote)
	say("promise", w.it.Promise, w.it.PromiseNote)
	open := make([]string, len(w.it.Open))
	for i, s := range w.it.Open {
		open[i] = w.season(s)
	}
	f.add(w.label("open"), open...)
	rows := make([][]cell, len(w.it.Special))
	for i, s := range w.it.Special {
		rows[i] = []cell{
			{Text: s.Name}, {Text: w.limit(s.Limit)}, {Text: w.code("special[].effect", string(s.Effect))}, {Text: s.Basis}, {Text: s.Note},
		}
	}
	return section{ID: "times", Blocks: []block{{Facts: f}, {
		Title: w.label("special"),
		Table: grid(w.label("special"), w.columns("special[].name", "special[].limit", "special[].effect", "special[].basis", "special[].note"), rows),
	}}}
}

func (w writer) season(s item.Season) string {
	said := s.Chinese()
	if w.Lang == English {
		said = s.String()
	}
	if s.Note != "" {
		said += w.bracket(s.Note)
	}
	return said
}

func (w writer) visits() string {
	if w.it.Visits == nil {
		return ""
	}
	return w.word("times_to", strconv.Itoa(*w.it.Visits))
}

func (w writer) ways() section {
	it := w.it
	var f facts
	f.add(w.label("ways"), codes(w, "ways", it.Ways))
	f.add(w.label("styles"), w.list(it.Styles))
	f.add(w.label("window_types"), w.list(it.WindowTypes))
	f.add(w.label("entry"), w.code("entry", string(it.Entry)))
	f.add(w.label("visits"), w.visits())
	f.add(w.label("visit_reason"), it.VisitReason)
	f.add(w.label("online_depth"), it.OnlineDepth)
	f.add(w.label("scope"), w.code("scope", string(it.Scope)))
	f.add(w.label("mode"), w.code("mode", string(it.Mode)))
	f.add(w.label("scope_note"), it.ScopeNote)
	for _, y := range []struct {
		element string
		answer  item.YesNo
	}{
		{"appointment", it.Appointment}, {"pay_online", it.PayOnline}, {"courier", it.Courier},
		{"self_service", it.SelfService}, {"commitment", it.Commitment}, {"no_application", it.NoApplication},
	} {
		f.add(w.label(y.element), w.code(y.element, string(y.answer)))
	}
	return section{ID: "ways", Blocks: []block{{Facts: f}}}
}

func (w writer) fees() section {
	var f facts
	f.add(w.label("charged"), w.code("charged", string(w.it.Charged)))
	f.add(w.label("fee"), w.it.Fee)
	rows := make([][]cell, len(w.it.Fees))
	for i, c := range w.it.Fees {
		var n notes
		n.add(w.label("fees[].reduction_basis"), c.ReductionBasis)
		rows[i] = []cell{
			{Text: c.Name}, {Text: c.Standard}, {Text: c.Basis}, {Text: c.Collector}, {Text: c.Way}, {Text: c.Reduction, Notes: n},
		}
	}
	return section{ID: "fees", Blocks: []block{{Facts: f}, {
		Table: grid(w.label("fees"), w.columns("fees[].name", "fees[].standard", "fees[].basis", "fees[].collector", "fees[].way", "fees[].reduction"), rows),
	}}}
}

func (w writer) results() section {
	var f facts
	f.add(w.label("result"), w.it.Result)
	rows := make([][]cell, len(w.it.Results))
	for i, r := range w.it.Results {
		var n notes
		w.file(&n, "results[].sample", r.Sample)
		rows[i] = []cell{{Text: r.Name, Notes: n}, {Text: w.code("results[].kind", string(r.Kind))}, {Text: r.Validity}, {Text: r.Licence}}
	}
	return section{ID: "results", Blocks: []block{{Facts: f}, {
		Table: grid(w.label("results"), w.columns("results[].name", "results[].kind", "results[].validity", "results[].licence"), rows),
	}}}
}

func (w writer) place() section {
	s := w.Supplement
	if s == (item.Supplement{}) {
		return section{ID: "place"}
	}
	var f facts
	f.add(w.word("center"), w.Center)
	f.add(w.label("place"), s.Place)
	f.add(w.label("window"), s.Window)
	f.add(w.label("hours"), s.Hours)
	f.add(w.label("on_duty"), s.OnDuty)
	f.add(w.label("directions"), s.Directions)
	f.add(w.label("note"), s.Note)
	return section{ID: "place", Blocks: []block{{Facts: f}}}
}

func (w writer) help() section {
	var f facts
	f.add(w.label("telephone"), w.Supplement.Telephone)
	f.add(w.label("consult"), w.it.Consult)
	f.add(w.label("complaint"), w.Supplement.Complaint)
	f.add(w.label("remedy.complaint"), w.it.Remedy.Complaint)
	f.add(w.label("remedy.reconsideration"), w.it.Remedy.Reconsideration)
	f.add(w.label("remedy.court"), w.it.Remedy.Court)
	return section{ID: "help", Blocks: []block{{Facts: f}}}
}

func (w writer) faq() section {
	all := make([]pair, len(w.it.FAQ))
	for i, q := range w.it.FAQ {
		all[i] = pair(q)
	}
	return section{ID: "faq", Blocks: []block{{Pairs: all}}}
}

// handbook is for staff only.
func (w writer) handbook() section {
	if !w.Staff {
		return section{ID: "handbook"}
	}
	rows := make([][]cell, len(w.it.Handbook))
	for i, p := range w.it.Handbook {
		rows[i] = []cell{{Text: p.Title}, {Text: p.Standard}, {Text: p.Discretion}, {Text: p.Basis}}
	}
	return section{ID: "handbook", Blocks: []block{{
		Table: grid(w.word("handbook"), w.columns("handbook[].title", "handbook[].standard", "handbook[].discretion", "handbook[].basis"), rows),
	}}}
}
