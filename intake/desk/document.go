package desk

import (
	"slices"
	"strings"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

// Applicant is who applies, from the content that lies outside the log. It is
// refused with ContentLacks where that has not come here or was erased, and
// with privacy.Restricted where nobody but a supervisor may look.
func (d *Desk) Applicant(s casefile.State) (applicant.Applicant, error) {
	if d.Keeping != nil {
		if err := d.Keeping.May(s.ID); err != nil {
			return applicant.Applicant{}, err
		}
	}
	return d.Disclosed(s)
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
	d.Materials = sh.laid(it, s.Materials)
	for _, r := range sh.readings() {
		if r.Clock == clock.Promised {
			d.Due = r.Due
		}
	}
	return d
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
		words := m.Note
		if notes[m.ID] != "" {
			words = notes[m.ID]
		}
		all[i] = notice.Line{Name: m.Name, Originals: m.Originals, Copies: m.Copies, Source: m.Source, When: m.When, Note: words}
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
