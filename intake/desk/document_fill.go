package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

// retold is the sheet on which a document of the log is written: the case as it
// stood when the event had happened, its author, its day. A document bears the
// days and numbers of the log, not today's.
func (d *Desk) retold(p Printable) *sheet {
	e := p.event
	staff := e.Staff
	if e.Hand != nil {
		staff = cmp.Or(e.Hand.Name, staff)
	}
	sh := d.sheet(p.after, By{Staff: staff, At: time.UnixMilli(e.DeskTime)}, true, newGiven())
	sh.author = e.Author
	return sh
}

// data is what a document of the log says, without the applicant.
func (sh *sheet) data(p Printable, lang notice.Lang) (notice.Data, error) {
	it, err := sh.item("print a document of")
	if err != nil {
		return notice.Data{}, err
	}
	d := sh.document(it, p.Number)
	d.Permit = it.Type == item.Permit
	if lang == notice.English {
		d.Promise = it.Promise.String()
	}
	sh.due(&d)
	sh.fill(&d, p, lang, it)
	return d, sh.fillWords(&d, p.body)
}

// due puts in the day by which the decision is due: as it was told at
// acceptance, else the promised day, else the law's.
func (sh *sheet) due(d *notice.Data) {
	d.Due = ""
	var promised, legal clock.Reading
	for _, r := range sh.readings() {
		switch r.Clock {
		case clock.Promised:
			promised = r
		case clock.Legal:
			legal = r
		}
	}
	if promised.Due == "" {
		promised = legal
	}
	d.Due, d.Provisional = promised.Due, promised.Provisional
	if sh.s.Told != "" && sh.s.Extended == 0 && len(sh.s.Reopened) == 0 {
		d.Due, d.Provisional = workday.Date(sh.s.Told), false
	}
}

// fill puts in what the event says.
func (sh *sheet) fill(d *notice.Data, p Printable, lang notice.Lang, it *item.Item) {
	s := &sh.s
	switch b := p.body.(type) {
	case *casefile.ReceivedBody:
		d.Materials = sh.laid(it, b.Materials)
		if p.Kind == notice.Receipt {
			d.Received, d.Due = p.Day, sh.dueOf(clock.Notice)
			break
		}
		d.Missing = lines(sh.outstanding(), nil)
		if s.Notice != nil {
			d.Of = s.Notice.Number
		}
	case *casefile.NoticedBody:
		sh.fillNotice(d, b, it)
	case *casefile.ReasonBody:
		d.Reason, d.Remedy, d.Ground, d.Whose = b.Reason, b.Remedy, string(b.Ground), b.Whose
	case *casefile.SuspendedBody:
		sh.fillWait(d, p.Kind, b)
	case *casefile.ExtendedBody:
		d.Days, d.Reason, d.Approver = b.Days, b.Reason, b.Approver
	case *casefile.SurveyBody:
		d.From, d.At, d.Place = workday.Date(b.On), b.At, b.Place
		for _, c := range b.Who {
			d.Parties = append(d.Parties, sh.office(c))
		}
	case *casefile.FeeBody:
		d.Payment = sh.payment(b.Number, it)
	case *casefile.WaiverBody:
		d.Of, d.Reason, d.Approver = b.Number, b.Ground, b.Approver
		if d.Payment = sh.payment(b.Number, it); d.Payment != nil {
			d.Payment.Waived = b.Amount
		}
	case *casefile.PaidBody:
		d.Of = b.Number
		if d.Payment = sh.payment(b.Number, it); d.Payment != nil {
			d.Payment.Paid, d.Payment.How = b.Amount, b.How
		}
	case *casefile.DecidedBody:
		d.Approved, d.Text, d.Remedy = b.Approved, b.Text, b.Remedy
		d.Result, d.Issued = b.Result, licence(b.Certificate)
	case *casefile.StepBody:
		sh.fillDelivery(d, p.Kind, b)
	default:
		sh.fillMore(d, p.body, lang)
	}
}

// fillMore goes on with what stands beside the route.
func (sh *sheet) fillMore(d *notice.Data, body any, lang notice.Lang) {
	s := &sh.s
	switch b := body.(type) {
	case *casefile.CorrectedBody:
		d.Of, d.Reason = b.Of, b.Reason
	case *casefile.VoidedBody:
		d.Of, d.Instead, d.Reason = b.Number, b.Instead, b.Reason
	case *casefile.ReopenedBody:
		d.Accepted, d.Reason, d.Basis, d.Approver = workday.Date(b.On), b.Reason, b.Basis, b.Approver
		if n := len(s.SetAside); n > 0 {
			d.Of = s.SetAside[n-1].Number
		}
	case *casefile.MandateAcceptedBody:
		d.Due, d.Fee, d.Rights = workday.Date(b.Due), b.Fees, b.Rights
		if s.Mandate != nil && s.Mandate.Given != nil {
			d.Powers, d.Papers = s.Mandate.Given.Powers, s.Mandate.Given.Documents
		}
	case *casefile.UndertakenBody:
		d.Unit, d.Handler, d.Due, d.Duty = b.Unit, b.Handler, workday.Date(b.Due), b.Duty
	case *casefile.HandedBackBody:
		d.Result, d.Papers, d.Opinion, d.Signed = b.Result, b.Documents, b.Opinion, string(b.Signed)
		d.Fee = settled(s.Fees, lang)
	case *casefile.SlipBody:
		d.Sender, d.To, d.Handler, d.Courier = d.Center, sh.office(b.To), b.Courier, b.Waybill
		for _, l := range b.Papers {
			d.Slip = append(d.Slip, notice.Paper{Name: l.Name, Sheets: l.Sheets})
		}
	}
}

// fillWords puts in the words that the log only refers to. A document can't be
// written without them.
func (sh *sheet) fillWords(d *notice.Data, body any) (err error) {
	switch b := body.(type) {
	case *casefile.CorrectedBody:
		if d.Was, err = sh.read(&b.From); err == nil {
			d.Says, err = sh.read(&b.To)
		}
	case *casefile.HandedBackBody:
		d.Words, err = sh.read(b.Words)
	}
	return err
}

// read is a text of the case that lies outside its log; "" for none.
func (sh *sheet) read(ref *casefile.BlobRef) (string, error) {
	if ref == nil {
		return "", nil
	}
	text, err := sh.d.Blobs.Get(sh.s.ID.Owner(), *ref)
	if err != nil {
		return "", refusal.New(ContentLacks, sh.op("read the words in a document of"), "it may still be on its way", err)
	}
	return string(text), nil
}

// fillNotice puts into a one-time notice what its text in the log says: the
// words of the form stand nowhere else.
func (sh *sheet) fillNotice(d *notice.Data, b *casefile.NoticedBody, it *item.Item) {
	var told []notice.Item
	for _, block := range notice.Standing(notice.OneTime, b.Text).Blocks {
		told = append(told, block.List...)
	}
	for i, id := range b.Missing {
		m, ok := it.Material(id)
		if !ok {
			m = item.Material{ID: id, Name: id}
		}
		line := lines([]item.Material{m}, nil)[0]
		if len(told) == len(b.Missing) {
			for _, n := range told[i].Notes {
				if n.Label == "说明" {
					line.Note = n.Value
				}
			}
		}
		d.Missing = append(d.Missing, line)
	}
	sh.tellSupplement(d)
}

// fillWait puts in a special procedure, a posting or a hearing.
func (sh *sheet) fillWait(d *notice.Data, kind notice.Kind, b *casefile.SuspendedBody) {
	d.Procedure, d.Counts = cmp.Or(b.Name, string(b.Ground)), b.Counts
	d.Until, d.Basis, d.Reason, d.Approver = workday.Date(b.Until), b.Basis, b.Note, b.Decider
	switch {
	case kind == notice.Posting:
		t := b.Posting
		d.Place, d.From, d.Until, d.Text = t.Place, workday.Date(t.From), workday.Date(t.To), t.Text
	case kind == notice.Hearing:
		t := b.Hearing
		d.From, d.Place, d.Told, d.Asked = workday.Date(t.On), t.Place, workday.Date(t.Told), workday.Date(t.Asked)
		if t.On == "" && t.Asked == "" {
			d.Days = sh.ruled(rule.HearingAskDays, sh.today()).Days()
		}
	}
}

// fillDelivery puts in how something came to the applicant.
func (sh *sheet) fillDelivery(d *notice.Data, kind notice.Kind, b *casefile.StepBody) {
	d.Receiver, d.Manner, d.Text = cmp.Or(b.To, "applicant"), string(casefile.Collected), b.Opinion
	if b.To == "post" {
		d.Receiver, d.Manner = "applicant", string(casefile.ByPost)
	}
	proof := b.Proof
	if proof == nil && kind == notice.Certificate {
		proof = sh.s.Proof
	}
	if proof != nil {
		d.Manner, d.Signed, d.Courier = string(cmp.Or(proof.Manner, casefile.Manner(d.Manner))), string(proof.Signed), proof.Courier
		if proof.On != "" && kind == notice.Service {
			d.Date = workday.Date(proof.On)
		}
	}
	if s := sh.s; s.Decision != nil {
		d.Of, d.Result, d.Issued = s.Decision.Number, s.Decision.Result, licence(s.Decision.Certificate)
	}
	if kind == notice.Certificate && d.Result == "" && d.Issued == nil && sh.s.Decision != nil {
		d.Result = decisionWords(sh.s.Decision)
	}
}

// decisionWords is what is handed out where no document is issued: the decision
// itself.
func decisionWords(b *casefile.DecidedBody) string {
	if b.Approved {
		return "准予办理决定书"
	}
	return "不予办理决定书"
}

func licence(c *casefile.Certificate) *notice.Licence {
	if c == nil {
		return nil
	}
	return &notice.Licence{Name: c.Name, Number: c.Number, From: workday.Date(c.From), To: workday.Date(c.To),
		Issuer: c.Issuer, IssuerCode: c.IssuerCode, Electronic: c.Electronic}
}

// laid are the materials that were laid on the counter.
func (sh *sheet) laid(it *item.Item, entries []casefile.MaterialEntry) []notice.Line {
	var all []notice.Line
	for _, e := range entries {
		m, known := it.Material(e.ID)
		if !known || e.State == casefile.Missing || e.State == casefile.NotNeeded {
			continue
		}
		var notes []string
		if e.State == casefile.Later && e.By != "" {
			notes = append(notes, e.By+" 前补交")
		}
		if e.Mended {
			notes = append(notes, "当场更正")
		}
		if e.Carried != nil {
			notes = append(notes, "沿用办件 "+string(e.Carried.Case)+" 的材料")
		}
		if e.Note != "" {
			notes = append(notes, e.Note)
		}
		all = append(all, notice.Line{Name: m.Name, State: string(e.State), Originals: e.Originals, Copies: e.Copies, Note: strings.Join(notes, "；")})
	}
	return all
}

// payment is a payment notice as it stands on the sheet; nil for an unknown one.
func (sh *sheet) payment(number string, it *item.Item) *notice.Payment {
	i := slices.IndexFunc(sh.s.Fees, func(f casefile.Fee) bool { return f.Number == number })
	if i < 0 {
		return nil
	}
	f := sh.s.Fees[i]
	return &notice.Payment{Name: f.Name, Amount: f.Amount, Basis: f.Basis, Collector: cmp.Or(f.Collector, it.Authority),
		OnBehalf: f.OnBehalf, Waits: f.Waits, Counts: f.Counts, Paid: f.Paid, Waived: f.Waived, Left: f.Open()}
}

// settled is what became of all fees of an agency, in words; "" where there
// were none.
func settled(fees []casefile.Fee, lang notice.Lang) string {
	var paid, settled int64
	for _, f := range fees {
		paid, settled = paid+f.Paid, settled+f.Settled
	}
	switch {
	case len(fees) == 0:
		return ""
	case lang == notice.English:
		return fmt.Sprintf("paid %s, settled %s", notice.Money(lang, paid), notice.Money(lang, settled))
	}
	return fmt.Sprintf("已缴 %s，已结算 %s", notice.Money(lang, paid), notice.Money(lang, settled))
}

// dueOf is the day on which a clock of the sheet is due; "" where it does not
// run.
func (sh *sheet) dueOf(name clock.Name) workday.Date {
	for _, r := range sh.readings() {
		if r.Clock == name {
			return r.Due
		}
	}
	return ""
}

// office is a center by its display name.
func (sh *sheet) office(c area.Center) string { return sh.officeOf(&casefile.Party{Center: c}) }
