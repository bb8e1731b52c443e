package counter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tongban/catalog/bundle"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench/counter/draft"
)

// paper is one material of the list as the answers select it.
type paper struct {
	Name    string // of its fields, before the dot
	Paper   string // its merged material
	ID      string
	Text    string
	Need    string
	When    []string
	About   []string // from the item: who issues it, what it must be like
	Ask     string   // how many originals and copies are asked for
	Exempt  bool
	Missing bool
	Fault   string
	Open    bool // what is rarely filled in is shown

	States    []choice
	Originals string
	Copies    string
	By        string
	Note      string
	Mended    bool
	Pages     []pageShown
	Size      string // of all of them
	Earlier   []choice
	Consents  []choice
	CFault    string // of the consent
	Old       bool   // it may be taken from an earlier case
}

// states are those that a clerk gives a material, each with the digit that
// chooses it.
var states = []casefile.MaterialState{
	casefile.OriginalSeen, casefile.Copy, casefile.Electronic, casefile.Exempted, casefile.Committed, casefile.Later, casefile.NotNeeded, casefile.Missing,
}

// fieldsOf is how the fields of a merged material begin: as they were typed
// under any of its names. It has another where an item is added that asks for
// the same paper.
func (v *view) fieldsOf(m bundle.Merged) string {
	for _, ref := range m.Of {
		name := "p." + string(ref.Code) + "/" + ref.ID
		for _, end := range []string{".state", ".from", ".note", ".by", ".originals", ".copies", ".mended"} {
			if v.typed.on(name + end) {
				return name
			}
		}
		if slices.ContainsFunc(v.draft.Scans, func(s draft.Scan) bool { return s.Paper == strings.TrimPrefix(name, "p.") }) {
			return name
		}
	}
	return "p." + m.ID
}

// said are the merged materials of which the form says something, in order.
func (v *view) said() []bundle.Merged {
	var all []bundle.Merged
	for _, m := range v.plan.Materials {
		name := v.fieldsOf(m)
		if v.typed.on(name+".state") || v.typed.on(name+".from") {
			all = append(all, m)
		}
	}
	return all
}

// laid is how the fields of the papers begin, in the order in which the desk
// counts them.
func (v *view) laid() []string {
	var all []string
	for _, m := range v.said() {
		name := v.fieldsOf(m)
		if v.bundle == nil && len(v.items) == 1 {
			for range m.Of {
				all = append(all, name)
			}
			continue
		}
		all = append(all, name)
	}
	return all
}

// papers are the materials to which the form gives a state, by merged material;
// with what was scanned of them, or without.
func (v *view) papers(scans bool) []desk.Paper {
	var all []desk.Paper
	for _, m := range v.said() {
		name := v.fieldsOf(m)
		one := desk.Paper{
			ID: m.ID, State: casefile.MaterialState(v.typed.get(name + ".state")), By: workday.Date(v.typed.get(name + ".by")), Note: v.typed.get(name + ".note"),
			Originals: count(v.typed.get(name + ".originals")), Copies: count(v.typed.get(name + ".copies")), Mended: v.typed.on(name + ".mended"),
		}
		if from := v.typed.get(name + ".from"); from != "" {
			id, material, _ := strings.Cut(from, "|")
			one.From = &desk.From{Case: casefile.ID(id), Material: material, Consent: v.typed.get(name + ".consent")}
		} else if scans {
			content, err := v.scanned(strings.TrimPrefix(name, "p."))
			if err != nil {
				v.fault(name, m.Name+v.c.Page.Pick("：", ": ")+v.c.Reason(refusal.CodeOf(err))+" "+v.c.Particulars(wordsOf(err)))
			}
			one.Content = content
		}
		all = append(all, one)
	}
	return all
}

// count reads a number of sheets; one that can't be read is said to be wrong by
// the desk.
func count(text string) int {
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

// lines are the material list for a page.
func (v *view) lines() []paper {
	p := v.c.Page
	lacks := v.lacks()
	var earlier map[string][]choice
	if v.typed.on("carry") {
		earlier = v.earlier()
	}
	var all []paper
	for i, m := range v.plan.Materials {
		name := v.fieldsOf(m)
		one := paper{
			Name: name, Paper: strings.TrimPrefix(name, "p."), ID: "p" + strconv.Itoa(i), Text: m.Name, Need: p.Word("materials[].need", m.Need), When: m.When, Ask: asked(p, m), Exempt: m.Exempt,
			Missing: slices.Contains(lacks, m.ID), Fault: v.faults[name], CFault: v.faults[name+".consent"],
			Originals: v.typed.get(name + ".originals"), Copies: v.typed.get(name + ".copies"), By: v.typed.get(name + ".by"), Note: v.typed.get(name + ".note"), Mended: v.typed.on(name + ".mended"),
		}
		one.About = v.about(m)
		state := casefile.MaterialState(v.typed.get(name + ".state"))
		for j, s := range states {
			one.States = append(one.States, choice{string(s), strconv.Itoa(j+1) + " " + p.Either(terms.Materials[s], string(s)), s == state})
		}
		one.Pages, one.Size = v.pages(one.Paper)
		v.old(&one, earlier[m.ID])
		one.Open = one.Originals+one.Copies+one.By+one.Note != "" || one.Mended || state == casefile.Later || state == casefile.Committed || one.Old
		all = append(all, one)
	}
	return all
}

// old says from which earlier cases a material may be taken.
func (v *view) old(one *paper, earlier []choice) {
	p, chosen, consent := v.c.Page, v.typed.get(one.Name+".from"), v.typed.get(one.Name+".consent")
	if len(earlier) == 0 && chosen == "" {
		return
	}
	one.Old = true
	if chosen != "" && !slices.ContainsFunc(earlier, func(c choice) bool { return c.Value == chosen }) {
		id, _, _ := strings.Cut(chosen, "|")
		earlier = append(earlier, choice{Value: chosen, Text: id})
	}
	for _, c := range earlier {
		c.Chosen = c.Value == chosen
		one.Earlier = append(one.Earlier, c)
	}
	for _, c := range []choice{{Value: "", Text: "—"}, {Value: "signed", Text: p.Say("consent_signed")}, {Value: "spoken", Text: p.Say("consent_spoken")}} {
		c.Chosen = c.Value == consent
		one.Consents = append(one.Consents, c)
	}
}

// earlier are the papers of earlier cases of the same applicant, by merged
// material. Nothing is taken over by looking.
func (v *view) earlier() map[string][]choice {
	all := map[string][]choice{}
	for _, part := range v.plan.Parts {
		found, err := v.r.Desk.Carry(desk.CarryForm{Item: part.Member.Code, Subject: v.subjectOf(part.Member.Code), Applicant: v.typed.applicant()})
		if err != nil {
			v.fault("carry", v.c.Reason(refusal.CodeOf(err)))
			continue
		}
		for _, one := range found {
			m, ok := v.plan.Material(string(part.Member.Code) + "/" + one.Material)
			value := string(one.From) + "|" + one.Of
			if ok && !slices.ContainsFunc(all[m.ID], func(c choice) bool { return c.Value == value }) {
				all[m.ID] = append(all[m.ID], choice{Value: value, Text: one.Item + " " + v.c.Page.Time(one.At)})
			}
		}
	}
	if len(all) == 0 {
		v.fault("carry", v.c.Page.Say("nothing_earlier"))
	}
	return all
}

// lacks are the merged materials that must be there and are not.
func (v *view) lacks() []string {
	var all []string
	add := func(code item.Code, missing []item.Material) {
		for _, one := range missing {
			if m, ok := v.plan.Material(string(code) + "/" + one.ID); ok && !slices.Contains(all, m.ID) {
				all = append(all, m.ID)
			}
		}
	}
	for _, one := range v.seen {
		add(one.Item.Ref.Code, one.Lacks)
	}
	if len(v.seen) > 0 {
		return all
	}
	for _, part := range v.plan.Parts { // the form has a fault: the list alone
		var entries []casefile.MaterialEntry
		for _, p := range v.papers(false) {
			m, _ := v.plan.Material(p.ID)
			for _, ref := range m.Of {
				if ref.Code == part.Member.Code {
					entries = append(entries, casefile.MaterialEntry{ID: ref.ID, State: p.State})
				}
			}
		}
		add(part.Member.Code, desk.Outstanding(part.Item, entries, part.Selection.Excused...))
	}
	return all
}

// about is what the item says of a material.
func (v *view) about(m bundle.Merged) []string {
	for _, part := range v.plan.Parts {
		for _, ref := range m.Of {
			one, ok := part.Item.Material(ref.ID)
			if ref.Code != part.Member.Code || !ok {
				continue
			}
			all := []string{one.Source, one.Standard, one.Fill, one.Note, one.Validity, one.Paper}
			return slices.DeleteFunc(all, func(s string) bool { return s == "" })
		}
	}
	return nil
}

func asked(p *frame.Page, m bundle.Merged) string {
	var all []string
	if m.Originals > 0 {
		all = append(all, fmt.Sprintf(p.Pick("原件 %d", "original %d"), m.Originals))
	}
	if m.Copies > 0 {
		all = append(all, fmt.Sprintf(p.Pick("复印件 %d", "copy %d"), m.Copies))
	}
	return strings.Join(all, p.Pick("、", ", "))
}
