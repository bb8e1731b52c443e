package main

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/api"
	"tongban/tools/client"
)

// beside is what happens to a case beside its route. Each is drawn with the
// plan; whether it was done is read from the log, and not remembered.
type beside struct {
	fee     bool // the applicant has to pay, and the case waits for it
	joint   bool // the district is asked for its opinion, and gives it by a request
	papers  bool // originals go with each hand-over, under a slip
	correct bool // the upper level sends the case down once, to be put right
}

// aside does what is to be done beside the route before the route goes on; done
// is false where there is nothing, and the route may go on.
func (j *journey) aside(ctx context.Context) (wait time.Duration, done bool) {
	s, b := &j.view.State, &j.plan.beside
	do := func(action desk.Action, form any) (time.Duration, bool) {
		j.do(j.at, action, form)
		return 0, true
	}
	if slip := j.arrived(); slip != "" {
		return do(desk.PapersArrived, desk.ScanForm{Slip: slip})
	}
	if s.Phase != casefile.PhaseAccepted {
		return 0, false
	}
	if w := s.Waiting(); w != nil {
		if w.Ground != casefile.Payment {
			return 0, false
		}
		return do(desk.FeePay, desk.PaidForm{Number: w.Fee, How: "cash", Receipt: "SJ-" + w.Fee})
	}
	silent := s.Silent()
	switch {
	case len(silent) > 0:
		return j.asked(ctx, silent[0]), true
	case b.fee && len(s.Fees) == 0 && j.allowed(desk.FeeCharge):
		form := desk.FeeForm{Name: "工本费", Amount: 2000, Basis: "模拟收费目录", Waits: true}
		if fees := j.view.Item.Fees; len(fees) > 0 {
			form.Name = fees[0].Name
		}
		return do(desk.FeeCharge, form)
	case b.joint && len(s.Voices) == 0 && j.at != wujiang && j.allowed(desk.JointSet):
		return do(desk.JointSet, desk.JointForm{Add: []casefile.Participant{{Center: wujiang, Matter: "模拟会商"}}})
	case b.correct && s.Correction == nil && len(s.Route) > 1 && j.allowed(desk.SendBack):
		return do(desk.SendBack, desk.SendBackForm{Reason: "材料需要补正"})
	}
	return 0, false
}

// asked has a participant say its opinion, once it knows that it is asked, and
// waits until its word has come.
func (j *journey) asked(ctx context.Context, who area.Center) time.Duration {
	if j.spoke {
		return j.wait(arrival, "the opinion of %s is on its way", who)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	said := api.Acting[desk.SayForm]{By: desk.By{Staff: "窗口员"}, Form: desk.SayForm{Stance: casefile.Agrees, Text: "同意"}}
	err := j.city.at(who).Do(ctx, http.MethodPost, client.Path("cases", string(j.id), "opine"), nil, said, nil)
	switch code := client.CodeOf(err); {
	case err == nil:
		j.spoke = true
	case code != "" && !client.Lost(err) && code != desk.NotAsked && code != refusal.NotFound: // which say that the log has not come
		j.book.refusal("opine", string(code))
	case client.Lost(err): // perhaps it was said: saying it twice does no harm
		j.book.noAnswer()
	}
	return j.wait(arrival, "ask %s for its opinion: %v", who, err)
}

// arrived is a slip whose papers are to be taken in where the case is; "" where
// there is none.
func (j *journey) arrived() string {
	for _, slip := range j.view.State.Slips {
		if slip.Arrived == nil && slip.To == j.at && j.allowed(desk.PapersArrived) {
			return slip.Slip
		}
	}
	return ""
}

// packed has the originals go before the case does; ok is false where they are
// on their way, or do not go.
func (j *journey) packed(to area.Center) (ok bool) {
	s := &j.view.State
	sent := slices.ContainsFunc(s.Slips, func(one casefile.Slip) bool { return one.From == j.at && one.To == to })
	if !j.plan.beside.papers || sent || j.view.Item == nil || len(j.view.Item.Materials) == 0 || !j.allowed(desk.PapersSent) {
		return false
	}
	first := j.view.Item.Materials[0]
	j.do(j.at, desk.PapersSent, desk.SlipForm{To: to, Papers: []casefile.SlipLine{{Material: first.ID, Sheets: max(first.Originals, 1)}}})
	return true
}

// allowed reports whether the last look offered an action.
func (j *journey) allowed(action desk.Action) bool {
	return slices.ContainsFunc(j.view.Actions, func(a desk.Offered) bool { return a.Action == action && a.Allowed })
}

// charged reports whether an item may cost anything: what its guide says is free
// is not charged.
func charged(it *item.Item) bool { return it.Charged != item.No }

// offeredTo is to whom a case was offered; the other where the answer no longer
// says so.
func offeredTo(s *casefile.State, other area.Center) area.Center {
	if s.Offer == nil {
		return other
	}
	return cmp.Or(s.Offer.To.Center, other)
}
