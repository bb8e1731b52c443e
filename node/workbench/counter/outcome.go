package counter

import (
	"maps"
	"slices"
	"strings"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// outcome is one lawful end of the talk at the window (行政许可法 32), as a
// button with its form.
type outcome struct {
	Name    string
	Text    string
	Key     string // with Alt
	Main    bool
	Allowed bool
	WhyID   string // of where it stands why not
	Why     string
	Detail  string
	Note    string
	Fields  []shown
	Lacks   []lack
	Open    bool
	Folded  bool // it has a form of its own
}

// lack is a missing material in the form of the notice.
type lack struct {
	Name, ID, Text, Note string
}

// means is an outcome as the room knows it.
type means struct {
	name   string
	words  terms.Pair
	key    string
	action desk.Action // whether the desk would allow it; "": nothing beyond the opening
	note   terms.Pair
	fields []field
}

var signed = field{Name: "s.signed", Kind: pick, Words: terms.Pair{"签收方式", "Signed for"}, Options: signings}

// all outcomes, in the order in which they are needed.
var all = []means{
	{name: "accept", words: terms.Pair{"收件并受理", "Take in and accept"}, key: "s", action: desk.Accept},
	{name: "receive", words: terms.Pair{"收件（暂不能判断）", "Take in (not yet judged)"}, key: "j"},
	{name: "notice", words: terms.Pair{"一次性告知", "One-time notice"}, key: "g", action: desk.Notice,
		note: terms.Pair{"告知书列出下列全部缺少的材料；可以对每一份写明怎样补正。", "The notice names everything that is missing; say of each how it is to be mended."}},
	{name: "decline", words: terms.Pair{"不予受理", "Decline"}, key: "b", action: desk.Decline, fields: []field{
		{Name: "d.ground", Kind: pick, Words: terms.Pair{"情形", "Ground"}, Options: []option{
			{string(casefile.NotMet), terms.Pair{"不符合受理条件", "the conditions are not met"}}, {string(casefile.NoneNeeded), terms.Pair{"依法不需要办理", "not needed by law"}},
			{string(casefile.NotOurs), terms.Pair{"不属于本机关职权", "not this body's to do"}},
		}},
		{Name: "d.whose", Kind: line, Words: terms.Pair{"应向哪个机关申请", "Which body to turn to"}, Hint: terms.Pair{"不属于本机关职权时必填", "where it is not this body's"}},
		{Name: "d.reason", Kind: text, Words: terms.Pair{"理由", "Reason"}, Must: true, Phrases: []terms.Pair{{"申请事项依法不需要办理。", "No application is needed by law."}, {"申请事项不属于本机关职权范围。", "It is not within this body's powers."}, {"申请人不符合受理条件。", "The conditions are not met."}}},
		{Name: "d.remedy", Kind: text, Words: terms.Pair{"救济途径", "Remedy"}, Hint: terms.Pair{"空着即通用表述", "empty: the usual words"}},
	}},
	{name: "mend", words: terms.Pair{"当场更正", "Corrected on the spot"}, key: "c",
		note: terms.Pair{"申请人当场更正了哪些材料？记下后接着办。", "Which papers did the applicant correct on the spot? It is noted, and the work goes on."}},
	{name: "settle", words: terms.Pair{"当场办结", "Settle at once"}, key: "z", action: desk.Settle, fields: []field{
		{Name: "s.rejected", Kind: check, Words: terms.Pair{"不予批准", "Rejected"}},
		{Name: "s.text", Kind: text, Words: terms.Pair{"决定内容（不予批准时写明理由）", "Decision (the reason, where it is rejected)"}},
		{Name: "s.name", Kind: line, Words: terms.Pair{"证照名称", "Document issued"}, Hint: terms.Pair{"空着即事项的结果", "empty: the item's result"}},
		{Name: "s.certificate", Kind: line, Words: terms.Pair{"证照编号", "Number of the document issued"}},
		{Name: "s.to", Kind: pick, Words: terms.Pair{"交给", "Handed to"}, Options: []option{{"", terms.Pair{"申请人", "the applicant"}}, {"agent", terms.Pair{"代理人", "the agent"}}, {"post", terms.Pair{"邮寄", "by post"}}}},
		signed,
		{Name: signedFor, Kind: sign, Words: terms.Pair{"领取人签名", "Signature of who takes it"}, Paper: signedFor},
		{Name: "s.conclude", Kind: check, Words: terms.Pair{"同时办结", "conclude the case too"}},
	}},
}

// outcomes are all of them for a page: what the desk would refuse is there with
// its reason.
func (v *view) outcomes() []outcome {
	p := v.c.Page
	var out []outcome
	main := "accept"
	if v.may(main) != nil { // an agent takes in; others judge
		main = "receive"
	}
	for _, m := range all {
		if v.may(m.name) != nil {
			continue
		}
		one := outcome{Name: m.name, Text: p.Pick(m.words[0], m.words[1]), Key: m.key, Main: m.name == main, Note: p.Pick(m.note[0], m.note[1])}
		if len(v.items) > 1 || v.bundle != nil {
			if m.name == "notice" {
				one.Text, one.Note = p.Say("notice_several"), p.Say("notice_several_note")
			}
		}
		for _, f := range m.fields {
			one.Fields = append(one.Fields, f.show(p, v.typed, v.faults))
			one.Open = one.Open || v.faults[f.Name] != ""
		}
		v.signatures(one.Fields)
		if m.name == "notice" {
			one.Lacks = v.noted()
		}
		one.Folded = len(one.Fields) > 0 || m.name == "notice" || m.name == "mend"
		one.Allowed, one.Why, one.Detail = v.allowed(m)
		out = append(out, one)
	}
	return out
}

// may refuses an outcome that is not among the duties of whoever sits here: what
// those are may depend on the items.
func (v *view) may(name string) error {
	i := slices.IndexFunc(all, func(m means) bool { return m.name == name && m.action != "" })
	if i < 0 {
		return nil
	}
	action := all[i].action
	for _, one := range v.seen {
		if err := v.c.Who.MayOn(action, one.Item); err != nil {
			return err
		}
	}
	return v.c.Who.May(action)
}

// why is one reason and the outcomes that it keeps away.
type why struct {
	ID, Names, Why, Detail string
}

// whys are the reasons, each once, with the outcomes that they keep away.
func whys(comma string, of []outcome) []why {
	var out []why
	for i := range of {
		one := &of[i]
		if one.Allowed {
			continue
		}
		j := slices.IndexFunc(out, func(w why) bool { return w.Why == one.Why })
		if j < 0 {
			j = len(out)
			out = append(out, why{"why-" + one.Name, one.Text, one.Why, one.Detail})
		} else {
			out[j].Names += comma + one.Text
		}
		one.WhyID = out[j].ID
	}
	return out
}

// noted are the missing materials with the words for the notice.
func (v *view) noted() []lack {
	var out []lack
	for _, id := range v.lacks() {
		m, _ := v.plan.Material(id)
		out = append(out, lack{"n." + id, idOf("n." + id), m.Name, v.typed.get("n." + id)})
	}
	return out
}

// allowed asks what the desk said of an outcome. A form that is not filled in
// yet stops nothing: it is told when it is sent.
func (v *view) allowed(m means) (ok bool, why, detail string) {
	say := v.c.Page.Say
	switch {
	case len(v.items) == 0:
		return false, say("no_item_yet"), ""
	case v.planned != nil:
		return false, v.c.Reason(refusal.CodeOf(v.planned)), v.c.Particulars(wordsOf(v.planned))
	case m.name == "mend":
		return len(v.plan.Materials) > 0, say("no_papers"), ""
	case len(v.plan.Matters) > 0:
		return false, say("answer_first"), ""
	case v.unseen != nil:
		code := refusal.CodeOf(v.unseen)
		return code == desk.BadForm || code == desk.TooCoarse, v.c.Reason(code), v.c.Particulars(wordsOf(v.unseen))
	case m.action == "":
		return true, "", ""
	case len(v.seen) > 1 && (m.action == desk.Decline || m.action == desk.Settle):
		return false, say("one_by_one"), ""
	}
	for _, one := range v.seen {
		i := slices.IndexFunc(one.Actions, func(o desk.Offered) bool { return o.Action == m.action })
		if i < 0 {
			continue
		}
		o := one.Actions[i]
		waits := v.bundle != nil && o.Code == desk.BundleOrder
		switch {
		case m.action == desk.Accept && !o.Allowed && !waits, m.action != desk.Accept && len(v.seen) == 1 && !o.Allowed:
			return false, v.c.Reason(o.Code), v.c.Particulars(o.Why)
		case m.action == desk.Notice && o.Allowed:
			return true, "", ""
		case m.action == desk.Notice:
			why, detail = v.c.Reason(o.Code), v.c.Particulars(o.Why)
		}
	}
	return why == "", why, detail
}

// do ends the talk at the window: it opens what was asked for, and goes to what
// is to be printed.
func (r *room) do(c *workbench.Call) error {
	v, ended, err := r.take(c)
	if err != nil || ended {
		return err
	}
	name := c.PathValue("outcome")
	if !slices.ContainsFunc(all, func(m means) bool { return m.name == name }) {
		return refusal.Newf(refusal.NotFound, "", "", "there is no such outcome")
	}
	if err := v.may(name); err != nil {
		return v.show(err)
	}
	if name == "mend" {
		return c.Go("/work/intake/"+v.draft.ID+"?at=papers", "mended")
	}
	uploaded := maps.Clone(v.faults) // what of the files was not taken
	v.look()
	v.faults = uploaded
	result, err := v.open(name)
	if err != nil {
		if v.refused = ""; refusal.CodeOf(err) == desk.BadForm {
			v.refused = name
		}
		return v.show(v.told(err, name))
	}
	result.Ticket = v.typed.get("visit")
	said, err := result.encode()
	if err != nil {
		return err
	}
	if err := r.Drafts.End(c.Who.Login, v.draft.ID, said); err != nil {
		return err
	}
	return c.Go("/work/intake/"+v.draft.ID+"/done", "")
}

// unsaid are the papers with a scan of which nobody says what they are.
func (v *view) unsaid() bool {
	for _, s := range v.draft.Scans {
		name := "p." + s.Paper
		if _, listed := v.plan.Material(s.Paper); listed && !v.typed.on(name+".state") {
			v.fault(name, v.c.Page.Say("say_state"))
		}
	}
	return len(v.faults) > 0
}

// by is who acts, with a key that is the intake's own: however often and from
// however many windows it is sent, it is opened once.
func (v *view) by() desk.By {
	by := v.c.By()
	by.Key = v.c.Who.Login + "/intake/" + v.draft.ID
	return by
}

// open has the desk open the cases, and do at once with them what was asked for.
func (v *view) open(name string) (opened, error) {
	v.placed()
	switch {
	case len(v.items) == 0:
		return opened{}, refusal.Newf(refusal.Malformed, "", "", "%s", v.c.Page.Say("no_item_yet"))
	case v.planned != nil:
		return opened{}, v.planned
	case v.unsaid():
		return opened{}, refusal.Newf(desk.BadForm, "", "", "%s", v.c.Page.Say("see_fields"))
	}
	if err := v.hindered(name); err != nil {
		return opened{}, err
	}
	out := opened{Did: name}
	papers := v.papers(true)
	a := v.typed.applicant()
	var cases []desk.Done
	if v.bundle == nil && len(v.items) == 1 {
		form := v.openForm(a, papers)
		form.Accept = name == "accept"
		switch name {
		case "decline":
			form.Decline = v.reason()
		case "notice": // so that no case stands there without the notice
			if err := v.r.Desk.ForeseeNotice(form, desk.NoticeForm{Notes: v.notesOf(form.Item, v.seen[0].Lacks)}); err != nil {
				return out, err
			}
		case "settle": // what is wrong with the decision is told before anything is open
			settling, err := v.settling()
			if err != nil {
				return out, err
			}
			if err := v.r.Desk.ForeseeSettle(form, settling); err != nil {
				return out, err
			}
		}
		done, err := v.r.Desk.Open(v.c.Context(), v.by(), form)
		if err != nil {
			return out, err
		}
		cases, out.Password, out.Visit = []desk.Done{done}, done.Password, done.State.Filing.Visit
	} else {
		several, err := v.openSeveral(name, a, papers)
		if err != nil {
			return out, err
		}
		cases, out.Password, out.Visit = several.Cases, several.Password, several.Visit
	}
	for _, one := range cases {
		out.Cases = append(out.Cases, one.State.ID)
		v.mandated(one.State, &out)
		v.then(name, one.State, &out)
	}
	return out, nil
}

// hindered refuses, before anything is open, an outcome that follows the opening
// and that the page does not offer: the opening alone would be told as if it
// were the outcome. What the desk refuses with the opening is left to it.
func (v *view) hindered(name string) error {
	single := v.bundle == nil && len(v.items) == 1
	if v.unseen != nil || single && name != "notice" || v.bundle == nil && name == "accept" {
		return nil
	}
	m := all[slices.IndexFunc(all, func(m means) bool { return m.name == name })]
	if ok, why, detail := v.allowed(m); !ok {
		return refusal.Newf(refusal.Malformed, "", "", "%s", strings.TrimSpace(why+" "+detail))
	}
	return nil
}

// openSeveral opens the cases of a bundle, or of a visit with several items.
func (v *view) openSeveral(name string, a applicant.Applicant, papers []desk.Paper) (desk.Visit, error) {
	if v.bundle != nil {
		in, err := v.r.Desk.OpenBundle(v.c.Context(), v.by(), v.bundleForm(a, papers))
		if err != nil {
			return desk.Visit{}, err
		}
		return desk.Visit{Visit: in.Cases[0].State.Filing.Visit, Cases: in.Cases, Password: in.Password}, nil
	}
	form := v.visitForm(a, papers)
	form.Accept = name == "accept"
	return v.r.Desk.OpenVisit(v.c.Context(), v.by(), form)
}

// reason is the form of a decline.
func (v *view) reason() *desk.ReasonForm {
	return &desk.ReasonForm{
		Ground: casefile.EndGround(v.typed.get("d.ground")), Whose: v.typed.get("d.whose"), Reason: v.typed.get("d.reason"), Remedy: v.typed.get("d.remedy"),
	}
}

// then does what follows the opening. What is refused by then is told with the
// case: it is open.
func (v *view) then(name string, s casefile.State, out *opened) {
	ctx, by := v.c.Context(), v.by()
	by.Key += "/" + string(s.ID)
	action, err := desk.Action(""), error(nil)
	if s.ReceivedAt == 0 && name != "receive" && name != "decline" { // no paper was laid: what came is the application
		came := by
		came.Key += "/came"
		done, err := v.r.Desk.Receive(ctx, came, s.ID, desk.ReceiveForm{})
		if err != nil {
			out.leave(s.ID, desk.Receive, err)
			return
		}
		s = done.State
	}
	several := v.bundle != nil || len(v.items) > 1
	switch {
	case name == "notice" && (v.offers(s, desk.Notice) || !several && s.Notice == nil): // one that is not offered is refused, and told
		action = desk.Notice
		_, err = v.r.Desk.Notice(ctx, by, s.ID, desk.NoticeForm{Notes: v.notes(s)})
	case (name == "notice" || name == "accept") && several && v.offers(s, desk.Accept):
		action = desk.Accept
		_, err = v.r.Desk.Accept(ctx, by, s.ID, desk.AcceptForm{})
	case name == "settle":
		action = desk.Settle
		var form desk.SettleForm
		if form, err = v.settling(); err == nil {
			_, err = v.r.Desk.Settle(ctx, by, s.ID, form)
		}
	}
	out.leave(s.ID, action, err)
}

// leave says what was refused after the opening.
func (o *opened) leave(id casefile.ID, action desk.Action, err error) {
	if err != nil {
		o.Left = append(o.Left, leftover{id, action, string(refusal.CodeOf(err)), wordsOf(err)})
	}
}

func (v *view) offers(s casefile.State, action desk.Action) bool {
	return slices.ContainsFunc(v.r.Desk.Actions(s), func(o desk.Offered) bool { return o.Action == action && o.Allowed })
}

// notes are the words of the notice about the materials of one case.
func (v *view) notes(s casefile.State) map[string]string {
	look, err := v.r.Desk.Look(s.ID)
	if err != nil {
		return nil
	}
	return v.notesOf(s.Item.Code, look.Outstanding)
}

func (v *view) notesOf(code item.Code, missing []item.Material) map[string]string {
	out := map[string]string{}
	for _, lacks := range missing {
		m, ok := v.plan.Material(string(code) + "/" + lacks.ID)
		if note := v.typed.get("n." + m.ID); ok && note != "" {
			out[lacks.ID] = note
		}
	}
	return out
}

func (v *view) settling() (desk.SettleForm, error) {
	t := v.typed
	form := desk.SettleForm{
		Decision: desk.DecideForm{Rejected: t.on("s.rejected"), Text: t.get("s.text")},
		Deliver:  desk.DeliverForm{To: t.get("s.to"), Signed: casefile.Signing(t.get("s.signed"))}, Conclude: t.on("s.conclude"),
	}
	if t.any("s.certificate", "s.name") {
		form.Decision.Certificate = &desk.CertificateForm{Name: t.get("s.name"), Number: t.get("s.certificate")}
	}
	var err error
	form.Deliver.Signature, err = v.scanned(signedFor)
	return form, err
}
