package desk

import (
	"fmt"
	"slices"
	"strings"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

// Applicant is who applies, from the content that lies outside the log. It is
// refused with ContentLacks where that has not come here or was erased.
func (d *Desk) Applicant(s casefile.State) (Applicant, error) {
	op := "read the applicant of " + string(s.ID)
	if slices.Contains(s.Erased, s.Applicant.Hash) {
		return Applicant{}, refusal.Newf(ContentLacks, op, "", "it was erased")
	}
	content, err := d.Blobs.Get(s.Applicant)
	if err != nil {
		return Applicant{}, refusal.New(ContentLacks, op, "it may still be on its way", err)
	}
	var who Applicant
	if err := wire.Decode(content, &who); err != nil {
		return Applicant{}, refusal.New(refusal.Malformed, op, "", err)
	}
	return who, nil
}

// Print writes a document of a case for the applicant, with the name, from
// what the log says. A document whose event has not happened is refused.
func (d *Desk) Print(id casefile.ID, kind notice.Kind) (string, error) {
	s, err := d.state(id)
	if err != nil {
		return "", err
	}
	sh := d.sheet(s, By{}, true, newGiven())
	it, err := sh.item("print a document of")
	if err != nil {
		return "", err
	}
	data, err := sh.printed(kind, it)
	if err != nil {
		return "", err
	}
	who, err := d.Applicant(s)
	if err != nil {
		return "", err
	}
	data.Applicant = who.Name
	if kind == notice.OneTime { // the very text that stands in the log, with the name put in
		return strings.Replace(s.Notice.Text, notice.Nobody+"：", who.Name+"：", 1), nil
	}
	return d.Notices.Render(kind, data)
}

// document is what every document of the case says, without the applicant.
func (sh *sheet) document(it *item.Item, number string) notice.Data {
	s := &sh.s
	self := sh.author.Center
	name, telephone, ok := sh.d.Register.Office(self)
	if !ok {
		name = string(self)
	}
	d := notice.Data{
		Number: number, CaseNumber: s.Number, Item: it.Name, Authority: it.Authority, Center: name, Telephone: telephone, Staff: sh.staff,
		Date: sh.today(), Accepted: workday.Date(s.AcceptedOn), Promise: it.Promise.Chinese(), Fee: it.Fee, Deemed: s.Deemed,
	}
	if s.ReceivedAt != 0 {
		d.Received = clock.DayOf(s.ReceivedAt)
	}
	for _, law := range it.Laws {
		d.Laws = append(d.Laws, lawWords(law))
	}
	for i, st := range it.Steps {
		if st.Uncounted && !s.Skips(i) {
			d.Paused = append(d.Paused, st.Name)
		}
	}
	for _, e := range s.Materials {
		if m, known := it.Material(e.ID); known && e.State != casefile.Missing && e.State != casefile.NotNeeded {
			note := e.Note
			if e.State == casefile.Later {
				note = strings.TrimSuffix(e.By+" 前补交；"+note, "；")
			}
			d.Materials = append(d.Materials, notice.Line{Name: m.Name, State: states[e.State], Note: note})
		}
	}
	for _, r := range sh.readings() {
		if r.Clock == clock.Promised {
			d.Due = r.Due
		}
	}
	return d
}

// printed is a document of something that stands in the log: it bears the days
// and numbers of the log, not today's.
func (sh *sheet) printed(kind notice.Kind, it *item.Item) (notice.Data, error) {
	s := &sh.s
	d := sh.document(it, "")
	happened := true
	at := func(ms int64) { d.Date = clock.DayOf(ms) }
	switch kind {
	case notice.Receipt:
		happened = s.ReceivedAt != 0
		d.Number, d.Due = s.Number, ""
		for _, r := range sh.readings() {
			if r.Clock == clock.Notice {
				d.Due = r.Due
			}
		}
	case notice.OneTime:
		happened = s.Notice != nil
	case notice.Acceptance:
		if happened = s.AcceptedAt != 0; happened {
			at(s.AcceptedAt)
			d.Center = sh.officeOf(s.AcceptedBy)
			_, content, err := sh.d.last(s.ID, casefile.Accepted)
			if err != nil {
				return d, err
			}
			d.Number = content.(*casefile.AcceptedBody).Number
		}
	case notice.Decline:
		if happened = s.Phase == casefile.PhaseDeclined || s.Ended != nil && s.Ended.Number != ""; happened {
			at(s.Time)
			d.Number, d.Reason, d.Remedy = s.Ended.Number, s.Ended.Reason, s.Ended.Remedy
		}
	case notice.Decision:
		if happened = s.Decision != nil; happened {
			at(s.DecidedAt)
			d.Number, d.Approved, d.Text = s.Decision.Number, s.Decision.Approved, s.Decision.Text
			d.Result, d.Remedy, d.Center = s.Decision.Result, s.Decision.Remedy, sh.officeOf(s.DecidedBy)
		}
	case notice.Extension:
		if happened = s.Extended != 0; happened {
			e, content, err := sh.d.last(s.ID, casefile.Extended)
			if err != nil {
				return d, err
			}
			at(e.DeskTime)
			body := content.(*casefile.ExtendedBody)
			d.Number, d.Days, d.Reason, d.Approver = s.Number, body.Days, body.Reason, body.Approver
		}
	case notice.Special:
		if happened = len(s.Intervals) > 0; happened {
			last := s.Intervals[len(s.Intervals)-1]
			at(last.From)
			d.Number, d.Procedure, d.Until, d.Counts = s.Number, groundWords[last.Ground], workday.Date(last.Until), last.Counts
		}
	case notice.Service:
		if happened = s.ServedAt != 0 || s.HandedOut != 0; happened {
			at(max(s.ServedAt, s.HandedOut))
			d.Manner = "窗口直接送达"
			if s.Decision != nil {
				d.Number, d.Result = s.Decision.Number, s.Decision.Result
			}
		}
	default:
		return d, refusal.Newf(BadForm, sh.op("print a document of"), "", "there is no document %q to print from a case", kind)
	}
	if !happened {
		return d, refusal.Newf(NothingIsOpen, sh.op("print a document of"), "", "nothing has happened that a %s would say", kind)
	}
	return d, nil
}

// last finds the newest event of a kind in a log: what the fold does not keep.
func (d *Desk) last(id casefile.ID, kind casefile.Kind) (*casefile.Event, any, error) {
	var found *casefile.Event
	for from := uint64(1); ; {
		records, err := d.Cases.Log(id, from, 64)
		if err != nil {
			return nil, nil, err
		}
		if len(records) == 0 {
			break
		}
		for _, b := range records {
			r, err := casefile.Read(b)
			if err != nil {
				return nil, nil, err
			}
			if r.Event.Kind == kind {
				found = &r.Event
			}
		}
		from += uint64(len(records))
	}
	if found == nil {
		return nil, nil, refusal.Newf(NothingIsOpen, "look for "+string(kind)+" in "+string(id), "", "it has not happened")
	}
	content, err := found.Content()
	return found, content, err
}

func (sh *sheet) officeOf(p *casefile.Party) string {
	if name, _, ok := sh.d.Register.Office(p.Center); ok {
		return name
	}
	return string(p.Center)
}

var groundWords = map[casefile.Ground]string{
	casefile.PublicPosting: "公示", casefile.Hearing: "听证", casefile.Testing: "检验、检测、检疫", casefile.Appraisal: "鉴定、评定",
	casefile.ExpertReview: "专家评审", casefile.Inspection: "实地核查", casefile.OtherGround: "其他特别程序",
}

func lawWords(l item.Law) string {
	if strings.HasPrefix(l.Title, "《") {
		return l.Title + l.Article
	}
	return "《" + l.Title + "》" + l.Article
}

// lines are materials as a notice asks for them.
func lines(materials []item.Material, notes map[string]string) []notice.Line {
	all := make([]notice.Line, len(materials))
	for i, m := range materials {
		var form []string
		if m.Originals > 0 {
			form = append(form, fmt.Sprintf("原件 %d 份", m.Originals))
		}
		if m.Copies > 0 {
			form = append(form, fmt.Sprintf("复印件 %d 份", m.Copies))
		}
		words := m.Note
		if notes[m.ID] != "" {
			words = notes[m.ID]
		}
		all[i] = notice.Line{Name: m.Name, Form: strings.Join(form, "、"), Source: m.Source, When: m.When, Note: words}
	}
	return all
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
