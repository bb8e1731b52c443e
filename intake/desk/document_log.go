package desk

import (
	"cmp"
	"slices"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

// Printable is a document of a case that can be printed now: an event of its
// log, as people are told of it.
type Printable struct {
	Kind    notice.Kind  `json:"kind"`
	Title   string       `json:"title"`
	English string       `json:"title_en"`
	Number  string       `json:"number"` // its own, else that of the case
	Day     workday.Date `json:"day"`    // on which it happened at the desk
	Seq     uint64       `json:"seq"`    // of the event
	Check   string       `json:"check"`  // what its QR code is checked by
	Printed int          `json:"printed"`
	Void    string       `json:"void,omitempty"` // why it was taken back

	event casefile.Event
	body  any
	after casefile.State // the case as it stood when the event had happened
}

// Printables are the documents of a case that can be printed now, in the order
// in which they came about.
func (d *Desk) Printables(id casefile.ID) ([]Printable, error) {
	all, _, err := d.printables(id)
	return all, err
}

func (d *Desk) printables(id casefile.ID) ([]Printable, casefile.State, error) {
	var all []Printable
	s, err := d.retell(id, func(e casefile.Event, body any, after casefile.State) {
		for _, kind := range documentsOf(e.Kind, body) {
			all = append(all, Printable{
				Kind: kind, Title: kind.Title(notice.Chinese), English: kind.Title(notice.English), Number: cmp.Or(numberIn(kind, body), after.Number),
				Day: clock.DayOf(e.DeskTime), Seq: e.Seq, Check: checkOf(after), event: e, body: body, after: after,
			})
		}
	})
	if err != nil {
		return nil, s, err
	}
	all = onlyLast(all, notice.Rating)
	printed, err := d.printedBefore(id)
	if err != nil {
		return nil, s, err
	}
	for i := range all {
		one := &all[i]
		one.Printed = printed[printKey{one.Kind, one.Seq}]
		if v := slices.IndexFunc(s.Void, func(v casefile.VoidedBody) bool { return v.Number == one.Number }); v >= 0 && one.Number != s.Number {
			one.Void = s.Void[v].Reason
		}
	}
	return all, s, nil
}

// retell folds the log of a case and shows each event with the state after it.
func (d *Desk) retell(id casefile.ID, visit func(e casefile.Event, body any, after casefile.State)) (casefile.State, error) {
	if _, err := d.state(id); err != nil { // an id that is none, a case that is not here
		return casefile.State{}, err
	}
	s := casefile.New(id)
	for {
		records, err := d.Cases.Log(id, s.Head.Index+1, 64)
		if err != nil || len(records) == 0 {
			return s, err
		}
		for _, b := range records {
			r, err := casefile.Read(b)
			if err != nil {
				return s, err
			}
			body, err := r.Event.Content()
			if err != nil {
				return s, err
			}
			if s, err = casefile.Apply(s, r); err != nil {
				return s, err
			}
			visit(r.Event, body, s)
		}
	}
}

// onlyLast leaves of a kind only the newest document.
func onlyLast(all []Printable, kind notice.Kind) []Printable {
	last := -1
	for i, p := range all {
		if p.Kind == kind {
			last = i
		}
	}
	var out []Printable
	for i, p := range all {
		if p.Kind != kind || i == last {
			out = append(out, p)
		}
	}
	return out
}

// plainDocuments are the events that make one document each, whatever they say.
var plainDocuments = map[casefile.Kind]notice.Kind{
	casefile.Received: notice.Receipt, casefile.Noticed: notice.OneTime, casefile.Supplemented: notice.Supplement,
	casefile.Accepted: notice.Acceptance, casefile.Extended: notice.Extension, casefile.SurveySet: notice.Survey,
	casefile.FeeCharged: notice.FeeNotice, casefile.FeePaid: notice.FeeReceipt, casefile.FeeWaived: notice.Waiver,
	casefile.Decided: notice.Decision, casefile.Corrected: notice.Correction, casefile.Voided: notice.Voiding,
	casefile.Reopened: notice.Reopening, casefile.MandateAccepted: notice.Mandate, casefile.Undertaken: notice.Undertaking,
	casefile.HandedBack: notice.HandBack, casefile.PapersSent: notice.Slip, casefile.HandedOut: notice.Certificate,
}

// documentsOf are the documents that an event makes.
func documentsOf(kind casefile.Kind, body any) []notice.Kind {
	switch b := body.(type) {
	case *casefile.ReasonBody:
		return []notice.Kind{endingOf(kind, b), notice.Rating}
	case *casefile.SuspendedBody:
		if b.Ground == casefile.Payment { // the payment notice says it
			return nil
		}
		all := []notice.Kind{notice.Special}
		if b.Posting != nil {
			all = append(all, notice.Posting)
		}
		if b.Hearing != nil {
			all = append(all, notice.Hearing)
		}
		return all
	}
	if kind == casefile.Served {
		return []notice.Kind{notice.Service, notice.Rating}
	}
	if one, ok := plainDocuments[kind]; ok {
		return []notice.Kind{one}
	}
	return nil
}

func endingOf(kind casefile.Kind, b *casefile.ReasonBody) notice.Kind {
	switch {
	case kind == casefile.Returned:
		return notice.Return
	case kind == casefile.Withdrawn && b.Ground == casefile.Lapsed:
		return notice.DeemedWithdrawn
	case kind == casefile.Withdrawn:
		return notice.Withdrawal
	case kind == casefile.Terminated && b.Ground == casefile.Revoked:
		return notice.Revocation
	case kind == casefile.Terminated:
		return notice.Termination
	}
	return notice.Decline
}

// numberIn is the number that an event gives its document; "" where it gives
// none.
func numberIn(kind notice.Kind, body any) string {
	switch b := body.(type) {
	case *casefile.NoticedBody:
		return b.Number
	case *casefile.AcceptedBody:
		return b.Number
	case *casefile.ReasonBody:
		if kind != notice.Rating {
			return b.Number
		}
	case *casefile.SuspendedBody:
		if kind == notice.Posting {
			return b.Posting.Number
		}
	case *casefile.SurveyBody:
		return b.Number
	case *casefile.FeeBody:
		return b.Number
	case *casefile.PaidBody:
		return b.Receipt
	case *casefile.DecidedBody:
		return b.Number
	case *casefile.StepBody:
		if kind == notice.Service && b.Proof != nil {
			return b.Proof.Number
		}
	case *casefile.CorrectedBody:
		return b.Number
	case *casefile.MandateAcceptedBody:
		return b.Number
	case *casefile.UndertakenBody:
		return b.Number
	case *casefile.SlipBody:
		return b.Slip
	}
	return ""
}

// pick is the document that is meant: the newest of its kind, or the one with
// that number.
func pick(all []Printable, id casefile.ID, kind notice.Kind, number string) (Printable, error) {
	op := "print a document of " + string(id)
	if !slices.Contains(notice.Kinds(), kind) || kind == notice.Queue || kind == notice.Visit {
		return Printable{}, refusal.Newf(BadForm, op, "", "there is no document %q to print from a case", kind)
	}
	for _, p := range slices.Backward(all) {
		if p.Kind == kind && (number == "" || number == p.Number) {
			return p, nil
		}
	}
	if number != "" {
		return Printable{}, refusal.Newf(NothingIsOpen, op, "list the documents of the case", "it has no %s with the number %s", kind, number)
	}
	return Printable{}, refusal.Newf(NothingIsOpen, op, "", "nothing has happened that a %s would say", kind)
}
