package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// ResultPaper stands on a slip for the document that the decision issued.
const ResultPaper = "result"

// The refusals of slips. The codes are for good.
const (
	NoSlip    refusal.Code = "no_slip"    // no case here bears the slip
	SlipIsIn  refusal.Code = "slip_is_in" // it was scanned before
	NoPapers  refusal.Code = "no_papers"  // nothing is held here that could go
	PaperStay refusal.Code = "paper_stay" // the agreement leaves the paper where it was received
)

// SlipForm says that originals leave for another center.
type SlipForm struct {
	To      area.Center         `json:"to,omitempty"`     // "": to whose turn the case comes next
	Papers  []casefile.SlipLine `json:"papers,omitempty"` // none: every original held here. The names are the item's
	Courier string              `json:"courier,omitempty"`
	Waybill string              `json:"waybill,omitempty"`
}

// ScanForm says what was there when a slip was scanned.
type ScanForm struct {
	Slip    string   `json:"slip"`
	Missing []string `json:"missing,omitempty"` // materials on the slip that were not there
	Note    string   `json:"note,omitempty"`
}

// slipNumber names a slip by its case, so that no two centers give the same
// number out and whoever scans it finds the case. The epoch keeps what a lost
// center sent apart from what goes on after a seizure.
func (sh *sheet) slipNumber() string {
	return fmt.Sprintf("%s-%d-%d", sh.s.ID, sh.s.Epoch, len(sh.s.Slips)+1)
}

// slipCase is the case that a slip's number names.
func slipCase(number string) (casefile.ID, error) {
	bad := refusal.Newf(NoSlip, "scan a slip", "scan or type the number under the barcode", "%.80q is no number of a slip", number)
	rest := number
	for range 2 {
		i := strings.LastIndexByte(rest, '-')
		if i < 0 {
			return "", bad
		}
		if _, err := strconv.ParseUint(rest[i+1:], 10, 32); err != nil {
			return "", bad
		}
		rest = rest[:i]
	}
	if _, _, err := casefile.ID(rest).Parse(); err != nil {
		return "", bad
	}
	return casefile.ID(rest), nil
}

func (sh *sheet) sendPapers(form SlipForm) error {
	const what = "send the papers of"
	it, err := sh.item(what)
	if err != nil {
		return err
	}
	to := form.To
	if to == "" {
		if to = sh.destination(); to == "" || to == sh.author.Center {
			return refusal.Newf(NowhereToGo, sh.op(what), "name the center that gets them", "the case is not to go to another center from here")
		}
	}
	if to == sh.author.Center {
		return refusal.Newf(casefile.WrongAddressee, sh.op(what), "", "nobody sends papers to oneself")
	}
	if _, err := sh.party(what, to); err != nil {
		return err
	}
	lines := slices.Clone(form.Papers)
	if len(lines) == 0 {
		if lines, err = sh.held(to); err != nil {
			return err
		}
	}
	var f faults
	if len(lines) > maxPapers {
		f.add("papers: %d, at most %d", len(lines), maxPapers)
	}
	for i := range lines {
		line := &lines[i]
		m, known := it.Material(line.Material)
		switch {
		case slices.ContainsFunc(lines[:i], func(o casefile.SlipLine) bool { return o.Material == line.Material }):
			f.add("papers: %q twice", line.Material)
		case line.Material == ResultPaper && sh.s.Decision == nil:
			f.add("papers: no result was issued yet")
		case line.Material == ResultPaper:
			line.Name = cmp.Or(line.Name, sh.resultName(), "办理结果")
		case !known:
			f.add("papers: %s lists no material %q", it.Name, line.Material)
		default:
			line.Name = cmp.Or(line.Name, m.Name)
		}
		f.words("papers.name", line.Name, false, maxName)
		if line.Sheets == 0 {
			line.Sheets = 1
		}
		if line.Sheets < 0 || line.Sheets > 9999 {
			f.add("papers: %d sheets of %q", line.Sheets, line.Material)
		}
	}
	f.words("courier", form.Courier, false, maxName)
	f.words("waybill", form.Waybill, false, maxName)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	return sh.add(casefile.PapersSent, casefile.SlipBody{
		Slip: sh.slipNumber(), To: to, Papers: lines, Courier: form.Courier, Waybill: form.Waybill,
	})
}

// destination is to which center the case goes from here, if to any.
func (sh *sheet) destination() area.Center {
	if sh.s.Correction != nil {
		if before := sh.earlier(); len(before) > 0 {
			return before[0]
		}
	}
	return sh.onward().Center
}

// Original is a paper that the office keeps, and where it lies.
type Original struct {
	Material string      `json:"material"`
	Name     string      `json:"name"`
	Sheets   int         `json:"sheets"`
	At       area.Center `json:"at,omitempty"`   // "": on its way, or lost on it
	Slip     string      `json:"slip,omitempty"` // the last slip that it went with
}

// originals are the papers of a case that an office keeps: each lies where it was
// laid, until a slip takes it elsewhere.
func (sh *sheet) originals() []Original {
	s := &sh.s
	var all []Original
	for _, m := range s.Materials {
		if m.Originals == 0 {
			continue
		}
		one := Original{Material: m.ID, Name: m.ID, Sheets: m.Originals, At: cmp.Or(s.LaidAt[m.ID], s.Origin.Center)}
		if listed, ok := sh.it.Material(m.ID); ok {
			one.Name = listed.Name
		}
		for _, slip := range s.Slips {
			on := slices.ContainsFunc(slip.Papers, func(l casefile.SlipLine) bool { return l.Material == m.ID })
			switch {
			case !on || slip.Arrived == nil && !s.OnItsWay(slip): // it came back with a slip that was taken back
			case slip.Arrived == nil || slices.Contains(slip.Arrived.Missing, m.ID):
				one.At, one.Slip = "", slip.Slip
			default:
				one.At, one.Slip = slip.To, slip.Slip
			}
		}
		all = append(all, one)
	}
	return all
}

// held are the originals that lie at the holder: those that the office keeps and
// that no slip has taken elsewhere, and the document issued, on its way to
// where it is collected.
func (sh *sheet) held(to area.Center) ([]casefile.SlipLine, error) {
	const what = "send the papers of"
	s, self := &sh.s, sh.author.Center
	var lines []casefile.SlipLine
	for _, one := range sh.originals() {
		if one.At == self {
			lines = append(lines, casefile.SlipLine{Material: one.Material, Name: one.Name, Sheets: one.Sheets})
		}
	}
	if a, ok := sh.agreed(); ok && a.Paper == rule.Receiving && len(lines) > 0 && s.Origin.Center == self {
		return nil, refusal.Newf(PaperStay, sh.op(what), "name the papers if they are to go all the same",
			"by “%s” (%s) the paper stays where it was received", a.Name, a.Document)
	}
	d := s.Decision
	gone := slices.ContainsFunc(s.Slips, func(one casefile.Slip) bool {
		return !s.IsVoid(one.Slip) && slices.ContainsFunc(one.Papers, func(l casefile.SlipLine) bool { return l.Material == ResultPaper })
	})
	if d != nil && d.Approved && (d.Certificate == nil || !d.Certificate.Electronic) && s.HandedOut == 0 && s.ServedAt == 0 && to == s.Deliver && !gone {
		lines = append(lines, casefile.SlipLine{Material: ResultPaper, Sheets: 1})
	}
	if len(lines) == 0 {
		return nil, refusal.Newf(NoPapers, sh.op(what), "name the papers that go", "no original of the case is known to lie here")
	}
	return lines, nil
}

func (sh *sheet) resultName() string {
	d := sh.s.Decision
	if d == nil {
		return ""
	}
	if d.Certificate != nil && d.Certificate.Name != "" {
		return d.Certificate.Name
	}
	return d.Result
}

// scan plans the arrival of papers. Whoever holds the case at the other end
// says so.
func (sh *sheet) scan(form ScanForm) error {
	const what = "scan a slip of"
	var f faults
	f.words("note", form.Note, false, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	i := slices.IndexFunc(sh.s.Slips, func(s casefile.Slip) bool { return s.Slip == form.Slip })
	if i < 0 {
		return refusal.Newf(NoSlip, sh.op(what), "look at 'slip list'", "the case bears no slip %.80q", form.Slip)
	}
	slip := sh.s.Slips[i]
	switch {
	case slip.Arrived != nil:
		return refusal.Newf(SlipIsIn, sh.op(what), "", "slip %s was scanned %s", slip.Slip, clock.DayOf(slip.Came))
	case sh.s.IsVoid(slip.Slip):
		return refusal.Newf(NoSlip, sh.op(what), "ask "+string(slip.From), "slip %s was taken back", slip.Slip)
	case slip.To != sh.author.Center:
		return refusal.Newf(casefile.WrongAddressee, sh.op(what), "send it on to "+string(slip.To), "slip %s is for %s", slip.Slip, slip.To)
	case sh.s.Offer != nil && sh.s.Offer.To == sh.author:
		return refusal.Newf(casefile.AwaitingAnswer, sh.op(what), "take the case over first, then scan the slip", "the case is offered here and not yet taken over")
	}
	for n, id := range form.Missing {
		if slices.Contains(form.Missing[:n], id) || !slices.ContainsFunc(slip.Papers, func(l casefile.SlipLine) bool { return l.Material == id }) {
			f.add("missing: %q is not on the slip, or is named twice", id)
		}
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	return sh.add(casefile.PapersArrived, casefile.ArrivalBody{Slip: form.Slip, Missing: form.Missing, Note: form.Note})
}

// slipWarnings are papers that are not where they should be.
func (sh *sheet) slipWarnings() []Warning {
	var all []Warning
	for _, one := range sh.s.Slips {
		switch {
		case sh.s.OnItsWay(one):
			all = append(all, warning("slip_open", "流转单 %s（%s 由%s寄往%s）尚未签收", "Slip %s (%s, from %s to %s) has not been signed for", one.Slip, clock.DayOf(one.At), sh.centerName(one.From), sh.centerName(one.To)))
		case one.Arrived != nil && len(one.Arrived.Missing) > 0:
			var names []string
			for _, line := range one.Papers {
				if slices.Contains(one.Arrived.Missing, line.Material) {
					names = append(names, "“"+line.Name+"”")
				}
			}
			all = append(all, warning("slip_short", "流转单 %s 签收时缺少%s", "When slip %s was signed for this was missing: %s", one.Slip, list(names)))
		}
	}
	return all
}

// SlipView is one slip as a list shows it.
type SlipView struct {
	casefile.Slip
	Case   casefile.ID `json:"case"`
	Number string      `json:"number"`
	Name   string      `json:"name"` // of the item
	Due    bool        `json:"due"`  // it is due here; else it was sent from here
	Days   int         `json:"days"` // working days on its way, until it came
}

// Slips lists the papers on their way from and to this center, the oldest
// first, and those that came with something missing; with all, those too that
// came whole, and those of cases that are put away. The cards tell which cases
// bear a slip: no other is read.
func (d *Desk) Slips(all bool) ([]SlipView, error) {
	out, self := []SlipView{}, d.Self().Center
	filter := cabinet.Filter{Phases: []casefile.Phase{
		casefile.PhaseOpened, casefile.PhaseNoticed, casefile.PhaseAccepted, casefile.PhaseDecided, casefile.PhaseServed,
		casefile.PhaseDeclined, casefile.PhaseReturned, casefile.PhaseWithdrawn, casefile.PhaseTerminated,
	}}
	if all {
		filter.Phases = nil
	}
	var bear []casefile.ID
	d.Cases.Cards(filter, func(c *cabinet.Card) bool {
		if len(c.Slips) > 0 || c.Short || all && c.Sent > 0 {
			bear = append(bear, c.ID)
		}
		return true
	})
	for _, id := range bear {
		s, err := d.Cases.State(id)
		if err != nil {
			return nil, err
		}
		for _, slip := range s.Slips {
			whole := !s.OnItsWay(slip) && (slip.Arrived == nil || len(slip.Arrived.Missing) == 0)
			if (slip.From == self || slip.To == self) && (all || !whole) {
				out = append(out, d.slipView(s, slip))
			}
		}
	}
	slices.SortFunc(out, func(a, b SlipView) int {
		return cmp.Or(cmp.Compare(a.At, b.At), strings.Compare(a.Slip.Slip, b.Slip.Slip))
	})
	return out, nil
}

func (d *Desk) slipView(s casefile.State, slip casefile.Slip) SlipView {
	until := workday.DateOf(d.Now())
	if slip.Arrived != nil {
		until = clock.DayOf(slip.Came)
	}
	days, _ := d.Register.Calendar().WorkingDaysBetween(clock.DayOf(slip.At), until)
	return SlipView{Slip: slip, Case: s.ID, Number: s.Number, Name: d.nameOf(s.Item), Due: slip.To == d.Self().Center, Days: days}
}
