package desk

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// papers lays what an item asks for on the counter, wholly or with something
// missing.
func (l *life) papers(it *item.Item, some bool) []Paper {
	var all []Paper
	for i, m := range it.Materials {
		p := Paper{ID: m.ID, State: one(l, []casefile.MaterialState{casefile.Copy, casefile.OriginalSeen, casefile.Electronic}, "state"), Originals: i % 2}
		if some && l.below(6, "missing") == 0 {
			p = Paper{ID: m.ID, State: casefile.Missing}
		} else if l.flag("scanned") {
			p.Content = fmt.Appendf(nil, "扫描件 %d：%s", l.n, m.Name)
		}
		all = append(all, p)
	}
	return all
}

func (l *life) today() workday.Date { return workday.DateOf(l.now) }

func (l *life) soon() workday.Date { return l.today().Add(l.below(9, "days on")) }

// proof is a scan now and then.
func (l *life) proof() []byte {
	if l.flag("proof") {
		return fmt.Appendf(nil, "佐证 %d", l.n)
	}
	return nil
}

var two = []string{"S-1", "S-2"}

// forms are sound forms of actions that are offered, fuller than those that they
// are offered by.
func (l *life) forms(d *Desk, s casefile.State) map[Action]func() error {
	all := map[Action]func() error{}
	l.counterForms(all, d, s)
	l.workForms(all, d, s)
	l.togetherForms(all, d, s)
	return all
}

func first(_ Done, err error) error { return err }

func (l *life) counterForms(all map[Action]func() error, d *Desk, s casefile.State) {
	id, by, it := s.ID, staff("窗口"), l.book.items[s.Item]
	reason := func(f func(ReasonForm) (Done, error), grounds ...casefile.EndGround) func() error {
		return func() error { return first(f(ReasonForm{Reason: "说明", Ground: one(l, grounds, "ground")})) }
	}
	all[Receive] = func() error {
		return first(d.Receive(l.ctx, by, id, ReceiveForm{Papers: l.papers(it, s.Phase == casefile.PhaseOpened)}))
	}
	all[Supplement] = func() error { return first(d.Supplement(l.ctx, by, id, ReceiveForm{Papers: l.papers(it, false)})) }
	all[Decline] = reason(func(f ReasonForm) (Done, error) { return d.Decline(l.ctx, by, id, f) }, casefile.NotMet, casefile.NoneNeeded)
	all[Return] = reason(func(f ReasonForm) (Done, error) { return d.Return(l.ctx, by, id, f) }, casefile.NotMended, casefile.AtRequest, casefile.Impossible)
	all[Terminate] = reason(func(f ReasonForm) (Done, error) { return d.Terminate(l.ctx, by, id, f) }, casefile.Impossible, casefile.AtRequest)
	all[FeeCharge] = func() error {
		form := FeeForm{Name: "工本费", Amount: int64(1 + l.below(9000, "fen")), Basis: "收费目录（虚构）", OnBehalf: l.flag("on behalf")}
		if len(it.Fees) > 0 {
			form.Name = it.Fees[0].Name
		}
		if s.Phase == casefile.PhaseAccepted && s.Waiting() == nil && l.below(4, "waits") != 0 {
			form.Waits, form.Counts = true, l.flag("counts")
		}
		return first(d.FeeCharge(l.ctx, by, id, form))
	}
	part := func(left func(casefile.Fee) int64, do func(number string, amount int64) (Done, error)) func() error {
		return func() error {
			fees := slices.DeleteFunc(slices.Clone(s.Fees), func(f casefile.Fee) bool { return left(f) <= 0 })
			fee := one(l, fees, "fee")
			amount := left(fee)
			if l.flag("a part") {
				amount = int64(1 + l.below(int(amount), "fen"))
			}
			return first(do(fee.Number, amount))
		}
	}
	all[FeePay] = part(casefile.Fee.Open, func(number string, amount int64) (Done, error) {
		return d.FeePay(l.ctx, by, id, PaidForm{Number: number, Amount: amount, How: one(l, payments, "how"), Receipt: fmt.Sprintf("SJ-%d", l.n)})
	})
	all[FeeWaive] = part(casefile.Fee.Open, func(number string, amount int64) (Done, error) {
		return d.FeeWaive(l.ctx, by, id, WaiverForm{Number: number, Amount: amount, Ground: "低保", Approver: "科长"})
	})
	all[FeeSettle] = part(inHand, func(number string, amount int64) (Done, error) {
		return d.FeeSettle(l.ctx, by, id, SettleFeeForm{Number: number, Amount: amount, To: one(l, []string{"body", "applicant"}, "to"), Voucher: "JK-1"})
	})
	all[Mandate] = func() error {
		return first(d.Mandate(l.ctx, by, id, MandateForm{Powers: "代为申请、领取", Documents: []string{"身份证复印件"}, Letter: l.proof()}))
	}
	all[AcceptMandate] = func() error {
		return first(d.AcceptMandate(l.ctx, by, id, AcceptMandateForm{Due: l.soon(), Rights: "据实提供材料"}))
	}
	all[Undertake] = func() error {
		return first(d.Undertake(l.ctx, by, id, UndertakeForm{Unit: "便民服务中心", Due: l.soon(), Duty: "按时办结"}))
	}
	all[HandBack] = func() error {
		return first(d.HandBack(l.ctx, by, id, HandBackForm{Documents: []string{"证"}, Opinion: one(l, opinions, "opinion"), Words: "谢谢"}))
	}
}

func (l *life) workForms(all map[Action]func() error, d *Desk, s casefile.State) {
	id, by := s.ID, staff("经办")
	step := StepForm{Failed: l.below(8, "failed") == 0, Opinion: "意见"}
	all[Check] = func() error { return first(d.Check(l.ctx, by, id, step)) }
	all[Review] = func() error { return first(d.Review(l.ctx, by, id, step)) }
	all[Suspend] = func() error {
		none := -1
		form := SuspendForm{Step: &none, Until: l.soon(), Decider: "科长", Basis: "行政许可法 45", Name: "特别程序", Counts: l.flag("counts")}
		switch form.Ground = one(l, []casefile.Ground{casefile.Hearing, casefile.PublicPosting, casefile.OtherGround}, "ground"); form.Ground {
		case casefile.Hearing:
			form.Hearing = &HearingForm{Told: l.today(), Asked: l.today(), On: l.soon(), Place: "一号会议室"}
		case casefile.PublicPosting:
			form.Posting = &PostingForm{To: l.soon(), Place: "公示栏"}
		}
		return first(d.Suspend(l.ctx, by, id, form))
	}
	if d.Next(s).Action == Suspend && l.below(4, "the posting first") != 0 {
		delete(all, Suspend)
	}
	all[Resume] = func() error {
		form := ResumeForm{Result: "已完成", Proof: l.proof()}
		if wait := s.Waiting(); wait.Posting != nil && l.flag("objected to") {
			form.Objections = []ObjectionForm{{Text: "异议", Answer: "已核实", Who: "虚构丙", Upheld: l.flag("upheld")}}
		}
		return first(d.Resume(l.ctx, by, id, form))
	}
	all[Opinion] = func() error {
		return first(d.Opinion(l.ctx, by, id, OpinionForm{Center: one(l, people, "whose"), Text: "同意", Stance: one(l, stances, "stance")}))
	}
	all[Outside] = func() error {
		return first(d.Outside(l.ctx, by, id, OutsideForm{Number: "WB-1", Sent: l.today().Add(-1), Came: l.today(), Result: "通过", Proof: []byte("回函")}))
	}
	all[Decide] = func() error {
		form := DecideForm{Text: "决定"}
		if form.Rejected = l.below(4, "rejected") == 0; !form.Rejected {
			form.Certificate = &CertificateForm{Name: "证", Number: fmt.Sprintf("ZS-%d", l.n), From: l.today(), Electronic: l.flag("electronic")}
		}
		return first(d.Decide(l.ctx, by, id, form))
	}
	deliver := DeliverForm{To: one(l, receivers, "to"), Signed: one(l, signings, "signed"), On: l.today(), Note: "已送达"}
	switch {
	case deliver.To == "post":
		deliver.Courier, deliver.Signed = "EX0000000003", ""
	case deliver.Signed == casefile.ESignature:
		deliver.Signature = []byte("屏幕上的签名")
	}
	all[Serve] = func() error { return first(d.Serve(l.ctx, by, id, deliver)) }
	all[HandOut] = func() error { return first(d.HandOut(l.ctx, by, id, deliver)) }
	all[Conclude] = func() error {
		return first(d.ConcludeWith(l.ctx, by, id, ConcludeForm{Note: "办结", Visits: l.below(3, "visits")}))
	}
}

func (l *life) togetherForms(all map[Action]func() error, d *Desk, s casefile.State) {
	id, by, self := s.ID, staff("经办"), d.Self().Center
	others := slices.DeleteFunc(slices.Clone(people), func(c area.Center) bool { return c == self })
	taking := func(c area.Center) bool {
		return slices.ContainsFunc(voices(&s), func(v casefile.Voice) bool { return v.Center == c })
	}
	all[SendBack] = func() error {
		form := SendBackForm{Reason: "材料有误", By: l.soon()}
		if it := l.book.items[s.Item]; len(it.Materials) > 0 {
			form.Materials = []string{one(l, it.Materials, "at fault").ID}
		}
		return first(d.SendBack(l.ctx, by, id, form))
	}
	all[JointSet] = func() error {
		var form JointForm
		for _, c := range others {
			switch {
			case taking(c) && l.flag("leaves"):
				form.Remove = append(form.Remove, casefile.Removal{Center: c, Reason: "无关"})
			case !taking(c):
				form.Add = append(form.Add, casefile.Participant{Center: c, Matter: "会商", By: string(l.soon())})
			}
		}
		if len(form.Add)+len(form.Remove) == 0 {
			form.Remove = []casefile.Removal{{Center: voices(&s)[0].Center, Reason: "无关"}}
		}
		return first(d.JointSet(l.ctx, by, id, form))
	}
	all[SurveySet] = func() error {
		return first(d.SurveySet(l.ctx, by, id, SurveyForm{On: l.soon(), At: "09:30", Place: "现场"}))
	}
	if len(voices(&s)) == 0 {
		delete(all, SurveySet)
	}
	all[SurveyHeld] = func() error {
		return first(d.SurveyHeld(l.ctx, by, id, SurveyHeldForm{Staff: two, Found: "属实", Failed: l.flag("failed"), Proof: l.proof()}))
	}
	all[PapersSent] = func() error {
		form := SlipForm{To: one(l, others, "to"), Courier: "虚构快递", Papers: []casefile.SlipLine{{Material: ResultPaper}}}
		if it := l.book.items[s.Item]; len(it.Materials) > 0 {
			form.Papers = []casefile.SlipLine{{Material: one(l, it.Materials, "paper").ID, Sheets: 2}}
		}
		return first(d.SendPapers(l.ctx, by, id, form))
	}
	all[PapersArrived] = func() error {
		i := slices.IndexFunc(s.Slips, func(one casefile.Slip) bool { return one.Arrived == nil && one.To == self })
		form := ScanForm{Slip: s.Slips[i].Slip, Note: "已签收"}
		if l.flag("something is missing") {
			form.Missing = []string{s.Slips[i].Papers[0].Material}
		}
		return first(d.ReceivePapers(l.ctx, by, id, form))
	}
	all[Visited] = func() error {
		return first(d.Visited(l.ctx, by, id, VisitedForm{Kind: one(l, visitKinds, "kind"), Staff: two, Found: "属实", Failed: l.below(5, "failed") == 0, Proof: l.proof()}))
	}
	all[Deliberated] = func() error {
		return first(d.Deliberated(l.ctx, by, id, DeliberateForm{Who: two, For: 3, Against: 1, Result: "通过", Proof: l.proof()}))
	}
	all[PartyHeard] = func() error {
		return first(d.PartyHeard(l.ctx, by, id, HeardForm{Spoke: true, Text: "无异议", Who: "虚构乙"}))
	}
	all[Correct] = func() error {
		return first(d.Correct(l.ctx, by, id, CorrectForm{From: "二〇二五", To: "二〇二六", Reason: "笔误"}))
	}
	all[Reopen] = func() error {
		none := -1
		return first(d.Reopen(l.ctx, by, id, ReopenForm{Reason: "复议撤销", Basis: "复议决定（虚构）", Approver: "局长", Step: &none}))
	}
}

// voice has a participant of a joint case say its opinion, and the custodian
// record it.
func (l *life) voice(id casefile.ID) {
	source, s := l.newest(id)
	if len(voices(&s)) == 0 {
		l.work(id, func(view View) Offered {
			return view.Actions[slices.IndexFunc(view.Actions, func(o Offered) bool { return o.Action == JointSet })]
		})
		return
	}
	from := one(l, voices(&s), "who speaks").Center
	l.deliver(id, source, from)
	s = l.state(from, id)
	if s.Head.Index == 0 {
		return
	}
	body, err := l.nodes[from].desk.Say(staff("科员"), id, SayForm{Stance: one(l, stances, "stance"), Text: "意见"})
	if err != nil {
		l.tally.refused[refusal.CodeOf(err)]++
		return
	}
	seed := sha256.Sum256([]byte(from))
	key, err := chain.NewKey(seed[:])
	l.must(err)
	r := casefile.Request{
		Format: 1, ID: fmt.Sprintf("%s.1.%032x", from, l.n), Case: id, From: casefile.Party{Center: from, Incarnation: 1},
		Kind: casefile.OpinionRequest, Body: body, Staff: "科员", Time: l.now.UnixMilli(),
	}
	_, now := l.newest(id)
	at := now.Next().Center
	l.deliver(id, source, at)
	before := l.state(at, id)
	_, err = l.nodes[at].cabinet.Append(l.ctx, id, func(casefile.State) ([]casefile.Draft, error) {
		kept := casefile.RequestBody{ID: r.ID, Sealed: chain.Sign(key, chain.RequestDomain, wire.Encode(r)), Late: before.Late()}
		return []casefile.Draft{{Kind: casefile.RequestKept, Body: kept, Staff: "系统"}}, nil
	})
	if err != nil {
		l.tally.refused[refusal.CodeOf(err)]++
		return
	}
	l.tally.done["request_kept"]++
	l.explained(at, before, l.state(at, id))
}
