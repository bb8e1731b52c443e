package national

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"tongban/catalog/item"
	"tongban/intake/casefile"
)

type itemKind = item.Kind

// procedures has a row for each interval and each extension.
func (w *writer) procedures() {
	var from *told // the event that opened the interval which is open
	emit := func(to *told) {
		if from == nil {
			return
		}
		w.interval(from, to)
		from = nil
	}
	for i := range w.events {
		t := &w.events[i]
		switch b := t.body.(type) {
		case *casefile.SuspendedBody:
			emit(nil)
			from = t
		case *casefile.FeeBody:
			if b.Waits {
				emit(nil)
				from = t
			}
		case *casefile.ResumedBody:
			emit(t)
		case *casefile.PaidBody, *casefile.WaiverBody:
			if from != nil && from.e.Kind == casefile.FeeCharged && t.after.Waiting() == nil {
				emit(t)
			}
		case *casefile.ExtendedBody:
			o := w.office(t.e)
			w.row(Procedures, strconv.FormatUint(t.e.Seq, 10), t.e.DeskTime, "延长审批", procedureExtends, moment(t.e.DeskTime), b.Reason, person(t.e),
				moment(t.e.DeskTime), fmt.Sprintf("延长 %d 个工作日", b.Days), "", o.Name, person(t.e), b.Approver, "", "")
		}
	}
	emit(nil)
}

// interval is one special procedure; to is nil while it is open, or where the
// case ended in it.
func (w *writer) interval(from, to *told) {
	name, reason, decider, until, counts := "", "", "", "", false
	switch b := from.body.(type) {
	case *casefile.SuspendedBody:
		name = cmp.Or(b.Name, groundWords[b.Ground], string(b.Ground))
		reason, decider, until, counts = cmp.Or(b.Basis, b.Note), b.Decider, b.Until, b.Counts
	case *casefile.FeeBody:
		name, reason, counts = groundWords[casefile.Payment], b.Basis, b.Counts
	}
	end, result, opinion, by := "", "", "", ""
	o := w.office(from.e)
	if to != nil {
		end, by, o = moment(to.e.DeskTime), person(to.e), w.office(to.e)
		switch b := to.body.(type) {
		case *casefile.ResumedBody:
			result = b.Result
			for _, objection := range b.Objections {
				opinion = joined(opinion, objection.On+" 的异议："+map[bool]string{true: "成立", false: "不成立"}[objection.Upheld])
			}
		case *casefile.PaidBody:
			result = "已缴费"
		case *casefile.WaiverBody:
			result = "已减免"
		}
	}
	w.row(Procedures, strconv.FormatUint(from.e.Seq, 10), from.e.DeskTime, name, procedureOther, moment(from.e.DeskTime), reason, person(from.e),
		end, result, opinion, o.Name, by, decider, day(until), yesNo(counts))
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + "；" + b
}

// conclusion is there once the case is concluded, and gone again while it is
// taken up anew.
func (w *writer) conclusion() {
	s := w.s
	if s.Concluded == nil {
		return
	}
	d, c := s.Decision, &casefile.Certificate{}
	if d == nil {
		d = &casefile.DecidedBody{}
	}
	if d.Certificate != nil {
		c = d.Certificate
	}
	text := d.Text
	if s.Ended != nil {
		text = s.Ended.Reason
	}
	valid := day(c.To)
	if d.Certificate != nil && c.To == "" {
		valid = "长期"
	}
	issuer, issuerCode := c.Issuer, c.IssuerCode
	if w.Item != nil && d.Certificate != nil {
		issuer, issuerCode = cmp.Or(issuer, w.Item.Authority), cmp.Or(issuerCode, w.Item.AuthorityCode)
	}
	var fees int64
	for _, f := range s.Fees {
		fees += f.Paid
	}
	express, bill := s.Filing.Deliver == casefile.ByPost, ""
	if s.Proof != nil {
		express, bill = s.Proof.Manner == casefile.ByPost, s.Proof.Courier
	}
	visits := ""
	if s.Concluded.Visits > 0 {
		visits = strconv.Itoa(s.Concluded.Visits)
	}
	number := d.Number
	if s.Ended != nil {
		number = s.Ended.Number
	}
	where := cmp.Or(s.ConcludedArea, s.Holder.Center.Area())
	electronic := ""
	if d.Certificate != nil {
		electronic = yesNo(c.Electronic)
	}
	w.row(Conclusion, "", s.ConcludedAt, moment(s.ConcludedAt), cmp.Or(c.Name, d.Result), c.Number, text, valid, issuer, string(where),
		yesNo(express), yesNo(len(s.Fees) > 0),
		outcomeWords[s.Outcome()], number, issuerCode, day(c.From), electronic, bill, strconv.FormatInt(fees, 10), visits,
		moment(s.DecidedAt), moment(max(s.ServedAt, s.HandedOut)))
}

func (w *writer) ratings() {
	all := w.Ratings
	if all == nil {
		for _, t := range w.events {
			if b, ok := t.body.(*casefile.RatedBody); ok {
				all = append(all, Rating{Grade: b.Grade, Channel: b.Channel, At: t.e.DeskTime})
			}
		}
	}
	for i, r := range all {
		n := strconv.Itoa(i + 1)
		w.row(Ratings, n, r.At, channelWords[r.Channel], r.Who, moment(r.At), n, strconv.Itoa(r.Grade), r.Words)
	}
}

func (w *writer) supervision() {
	for i, a := range w.Alerts {
		w.row(Supervisions, cmp.Or(a.Serial, strconv.Itoa(i+1)), cmp.Or(a.At, a.Sent), a.Number, a.Rule, a.Kind, moment(a.At), a.Text, a.Chase, a.Chaser, moment(a.Sent), a.To)
	}
}

// InquiryRows are the rows of consultations and complaints.
func InquiryRows(all []Inquiry) (rows []Row) {
	for _, q := range all {
		late := ""
		if q.Due != "" {
			late = strconv.Itoa(q.Late)
		}
		rows = append(rows, Row{Table: Inquiries, Number: q.Number, Serial: "1", At: q.At, Cells: slices.Concat(
			[]string{q.Number, "1", q.Kind, q.Text, moment(q.At), day(q.Due), day(q.Extended), q.Why, late, q.Answer, moment(q.Answered)},
			[]string{q.Case, q.Channel})})
	}
	return rows
}
