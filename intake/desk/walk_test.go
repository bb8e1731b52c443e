package desk

import (
	"math/rand/v2"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// attempts does each action for real, with the form that Actions tries it with.
func attempts(c *city, d *Desk, s casefile.State) map[Action]func() error {
	id, by := s.ID, staff("试")
	first := func(_ Done, err error) error { return err }
	it := c.book.items[s.Item]
	supplement := ReceiveForm{}
	if len(it.Materials) > 0 {
		supplement.Papers = []Paper{{ID: it.Materials[0].ID, State: casefile.Copy}}
	}
	none := -1
	all := map[Action]func() error{
		Receive:    func() error { return first(d.Receive(c.ctx, by, id, ReceiveForm{})) },
		Notice:     func() error { return first(d.Notice(c.ctx, by, id, NoticeForm{})) },
		Supplement: func() error { return first(d.Supplement(c.ctx, by, id, supplement)) },
		Accept:     func() error { return first(d.Accept(c.ctx, by, id, AcceptForm{})) },
		Decline:    func() error { return first(d.Decline(c.ctx, by, id, ReasonForm{Reason: "-"})) },
		Check:      func() error { return first(d.Check(c.ctx, by, id, StepForm{})) },
		Review:     func() error { return first(d.Review(c.ctx, by, id, StepForm{})) },
		Suspend: func() error {
			err := first(d.Suspend(c.ctx, by, id, SuspendForm{}))
			if code := refusal.CodeOf(err); code == BadForm || code == NoStep {
				err = first(d.Suspend(c.ctx, by, id, SuspendForm{Step: &none, Ground: casefile.OtherGround, Name: "另行"}))
			}
			return err
		},
		Resume:    func() error { return first(d.Resume(c.ctx, by, id, ResumeForm{Result: "-"})) },
		Extend:    func() error { return first(d.Extend(c.ctx, by, id, ExtendForm{Days: 1, Reason: "-", Approver: "-"})) },
		Opinion:   func() error { return first(d.Opinion(c.ctx, by, id, OpinionForm{Center: d.Self().Center, Text: "-"})) },
		Decide:    func() error { return first(d.Decide(c.ctx, by, id, DecideForm{})) },
		Make:      func() error { return first(d.Make(c.ctx, by, id, StepForm{})) },
		Serve:     func() error { return first(d.Serve(c.ctx, by, id, DeliverForm{})) },
		HandOut:   func() error { return first(d.HandOut(c.ctx, by, id, DeliverForm{})) },
		Settle:    func() error { return first(d.Settle(c.ctx, by, id, SettleForm{})) },
		HandOver:  func() error { return first(d.HandOver(c.ctx, by, id, HandOverForm{})) },
		TakeOver:  func() error { return first(d.TakeOver(c.ctx, by, id)) },
		TurnBack:  func() error { return first(d.TurnBack(c.ctx, by, id, ReasonForm{Reason: "-"})) },
		Withdraw:  func() error { return first(d.Withdraw(c.ctx, by, id, ReasonForm{Reason: "-"})) },
		Terminate: func() error { return first(d.Terminate(c.ctx, by, id, ReasonForm{Reason: "-"})) },
		Conclude:  func() error { return first(d.Conclude(c.ctx, by, id, "")) },
		Archive:   func() error { return first(d.Archive(c.ctx, by, id, "")) },
		Seize:     func() error { return first(d.Seize(c.ctx, by, id)) },
		Return:    func() error { return first(d.Return(c.ctx, by, id, ReasonForm{Reason: "-"})) },
		FeeCharge: func() error {
			form := FeeForm{Name: "-", Amount: 1, Basis: "-"}
			if len(it.Fees) > 0 {
				form.Name = it.Fees[0].Name
			}
			return first(d.FeeCharge(c.ctx, by, id, form))
		},
		FeeWaive:      func() error { return first(d.FeeWaive(c.ctx, by, id, WaiverForm{Ground: "-", Approver: "-"})) },
		FeePay:        func() error { return first(d.FeePay(c.ctx, by, id, PaidForm{How: "cash", Receipt: "-"})) },
		FeeSettle:     func() error { return first(d.FeeSettle(c.ctx, by, id, SettleFeeForm{Voucher: "-"})) },
		Mandate:       func() error { return first(d.Mandate(c.ctx, by, id, MandateForm{Powers: "-"})) },
		AcceptMandate: func() error { return first(d.AcceptMandate(c.ctx, by, id, AcceptMandateForm{})) },
		Undertake:     func() error { return first(d.Undertake(c.ctx, by, id, UndertakeForm{})) },
		HandBack:      func() error { return first(d.HandBack(c.ctx, by, id, HandBackForm{Opinion: "declined"})) },
		Reconcile:     func() error { return first(d.Reconcile(c.ctx, by, id, ReconcileForm{Reason: "-"})) },
	}
	for _, one := range trials {
		if all[one.action] == nil { // done for real just as it was tried
			all[one.action] = func() error { return first(d.act(c.ctx, one.action, id, by, nil, one.plan)) }
		}
	}
	return all
}

// rare are the actions that end a walk early; they are taken now and then only.
var rare = map[Action]bool{Decline: true, Return: true, Withdraw: true, Terminate: true, TurnBack: true, Void: true, Reopen: true}

// What is offered can be done and what is not offered can't, at every center
// and at every turn of many random ways, and with the same code.
func TestOfferedIsWhatCanBeDone(t *testing.T) {
	seed := uint64(20260302)
	r := rand.New(rand.NewPCG(seed, 1))
	centers := []area.Center{yejian, tongli, wujiang, otherVi}
	c := newCity(t, centers...)
	c.book.powers[string(yejian)+string(c.items["D26"])+area.Town.String()] = true
	reached := map[casefile.Phase]int{}
	done := map[Action]int{}
	for range 40 {
		record := []string{"D01", "D12", "D23", "D26", "D04"}[r.IntN(5)]
		from := centers[r.IntN(len(centers))]
		subject := yejian.Area()
		form := OpenForm{Item: c.items[record], Answers: answers[record], Subject: subject, Applicant: citizen()}
		if record == "D23" && r.IntN(2) == 0 {
			form.Answers = item.Answers{"traits": {"minor"}} // a step falls away
		}
		if it, _ := c.book.Offered(form.Item, subject); r.IntN(4) != 0 {
			for _, m := range it.Materials {
				form.Papers = append(form.Papers, Paper{ID: m.ID, State: casefile.OriginalSeen})
			}
		}
		opened, err := c.nodes[from].desk.Open(c.ctx, staff("试"), form)
		if err != nil {
			refused(t, err, casefile.OutOfScope)
			continue
		}
		id := opened.State.ID
		for _, to := range centers {
			if to != from {
				c.carry(id, from, to)
			}
		}
		for range 60 {
			at := centers[r.IntN(len(centers))]
			d := c.nodes[at].desk
			s, err := c.nodes[at].cabinet.State(id)
			must(t, err)
			if r.IntN(2) == 0 { // mostly somebody who may do something
				at = s.Next().Center
				d = c.nodes[at].desk
			}
			offers := d.Actions(s)
			offer := offers[r.IntN(len(offers))]
			if move := d.Next(s); r.IntN(2) == 0 {
				for _, o := range offers {
					if o.Action == move.Action {
						offer = o
					}
				}
			}
			if offer.Action == Outside || rare[offer.Action] && r.IntN(20) != 0 {
				continue
			}
			err = attempts(c, d, s)[offer.Action]()
			if (err == nil) != offer.Allowed || refusal.CodeOf(err) != offer.Code {
				t.Fatalf("seed %d: %s of %s (%s) at %s: offered %+v, but it gave %v (code %q)",
					seed, offer.Action, id, s.Phase, at, offer, err, refusal.CodeOf(err))
			}
			if err == nil {
				done[offer.Action]++
				for _, to := range centers {
					if to != at {
						c.carry(id, at, to)
					}
				}
			}
			c.tick(time.Hour)
		}
		s, err := c.nodes[from].cabinet.Verify(c.ctx, id)
		must(t, err)
		reached[s.Phase]++
	}
	t.Logf("phases reached %v, actions done %v", reached, done)
	for _, a := range []Action{Receive, Notice, Supplement, Accept, Check, Suspend, Resume, HandOver, TakeOver, Decide, HandOut, SendBack, PapersSent} {
		if done[a] == 0 {
			t.Errorf("the walks never came to %s: they prove nothing about it", a)
		}
	}
}
