package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/bundle"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// Visits tells of the visits to the hall of a day.
type Visits interface {
	// Visit is the visit that a queue ticket of the day names, by its number or
	// as it bears it. It refuses with NoVisit what was not given out then.
	Visit(given string, day workday.Date) (string, error)
}

// VisitForm opens several cases for one person at one counter: one queue
// ticket, one set of papers, however little the items have to do with one
// another.
type VisitForm struct {
	Items         []item.Code                `json:"items"`
	Answers       item.Answers               `json:"answers,omitempty"`        // by the keys of the plan's questions
	MemberAnswers map[item.Code]item.Answers `json:"member_answers,omitempty"` // of one item alone; they go before Answers
	Subject       area.Code                  `json:"subject,omitempty"`        // as in OpenForm, for every item that does not go by the counter
	Subjects      map[item.Code]area.Code    `json:"subjects,omitempty"`       // of items for which it lies elsewhere
	Deliver       area.Center                `json:"deliver,omitempty"`
	Applicant     applicant.Applicant        `json:"applicant"`
	Agency        bool                       `json:"agency,omitempty"`
	Papers        []Paper                    `json:"papers,omitempty"` // by merged material: its id, its name, or CODE/id of any in it
	Accept        bool                       `json:"accept,omitempty"` // each is accepted at once
	Submission
}

// Visit is what was applied for on one visit.
type Visit struct {
	Visit    string `json:"visit"` // the queue ticket; where there is none, the first case
	Cases    []Done `json:"cases"`
	Repeated bool   `json:"repeated,omitempty"`       // the same call had been answered before: nothing was written again
	Password string `json:"query_password,omitempty"` // one for all of them, told once
}

// byBundle is the form as that of a bundle that nobody published.
func (v VisitForm) byBundle() BundleForm {
	return BundleForm{
		Answers: v.Answers, MemberAnswers: v.MemberAnswers, Subject: v.Subject, Subjects: v.Subjects, Deliver: v.Deliver,
		Applicant: v.Applicant, Agency: v.Agency, Papers: v.Papers, Submission: v.Submission,
	}
}

// PlanVisit says what the items of a visit ask of an applicant together. It
// needs no more of the form than the items, the answers and the subject.
func (d *Desk) PlanVisit(form VisitForm) (bundle.Plan, error) {
	c, err := d.composeVisit(form)
	return c.Plan, err
}

func (d *Desk) composeVisit(form VisitForm) (composed, error) {
	const op = "open the cases of a visit"
	switch n := len(form.Items); {
	case n == 0:
		return composed{}, refusal.Newf(BadForm, op, "name what is applied for", "items: none is named")
	case n > maxLinked:
		return composed{}, refusal.Newf(refusal.TooLarge, op, "", "%d items, at most %d", n, maxLinked)
	}
	visit := &item.Item{Name: "一次来访"}
	for i, code := range form.Items {
		if slices.Contains(form.Items[:i], code) {
			return composed{}, refusal.Newf(BadForm, op, "open the second one by itself, with the same visit", "items[%d]: %s twice", i, code)
		}
		visit.Members = append(visit.Members, item.Member{Code: code, Stage: 1})
	}
	return d.composeOf(visit, form.byBundle())
}

// OpenVisit opens the cases of a visit: all of them in one transaction, or none.
// A paper that is laid once is recorded in every case that asks for one of that
// name, its content kept for each case.
func (d *Desk) OpenVisit(ctx context.Context, by By, form VisitForm) (Visit, error) {
	in, err := d.openTogether(ctx, OpenVisit, by, form, func() (composed, BundleForm, error) {
		c, err := d.composeVisit(form)
		c.visit, c.accept = true, form.Accept
		return c, form.byBundle(), err
	})
	if err != nil {
		return Visit{}, err
	}
	return Visit{Visit: in.Cases[0].State.Filing.Visit, Cases: in.Cases, Repeated: in.Repeated, Password: in.Password}, nil
}

// visitOf is the visit that an application belongs to: that of a queue ticket of
// the day, or the one that a case began which was opened here on that day. No
// other text names a visit: a misread ticket would tie two people together, or
// part what one of them came for.
func (sh *sheet) visitOf(given string) (string, error) {
	const op = "find the visit"
	given = strings.TrimSpace(given)
	switch {
	case sh.visit != "":
		return sh.visit, nil
	case given == "":
		return "", nil
	}
	if first, ok := sh.d.linked(casefile.ID(given)); ok {
		if first.Origin.Center != sh.author.Center || clock.DayOf(first.OpenedAt) != sh.today() {
			return "", refusal.Newf(NoVisit, op, "leave it out: it is another visit", "case %s was not opened here on %s", given, sh.today())
		}
		return cmp.Or(first.Filing.Visit, given), nil
	}
	if sh.d.Visits == nil {
		return "", refusal.Newf(NoVisit, op, "leave it out, or name the first case of the visit", "no queue ticket is given out here")
	}
	return sh.d.Visits.Visit(given, sh.today())
}

// VisitOf is the visit that somebody names at the counter: by the number of
// today's queue ticket, else as it was named at the opening.
func (d *Desk) VisitOf(given string) string {
	given = strings.TrimSpace(given)
	if d.Visits != nil && given != "" {
		if visit, err := d.Visits.Visit(given, workday.DateOf(d.Now())); err == nil {
			return visit
		}
	}
	return given
}

// inVisit are the cases of a visit, the first of which may be what names it.
func (d *Desk) inVisit(visit string, limit int) []casefile.ID {
	var ids []casefile.ID
	d.Cases.Cards(cabinet.Filter{}, func(c *cabinet.Card) bool {
		if visit != "" && (c.Visit == visit || c.Visit == "" && string(c.ID) == visit) {
			ids = append(ids, c.ID)
		}
		return len(ids) < limit
	})
	return ids
}

// VisitCases are the cases of a visit of which this node has a copy, in the
// order in which they were opened. visit is as in VisitOf.
func (d *Desk) VisitCases(visit string) ([]Summary, error) {
	const op = "show a visit"
	ids := d.inVisit(d.VisitOf(visit), maxLinked)
	if len(ids) == 0 {
		return nil, refusal.Newf(refusal.NotFound, op, "name the queue ticket, or the first case", "no case of visit %q is known here", visit)
	}
	slices.SortFunc(ids, func(a, b casefile.ID) int {
		_, x, _ := a.Parse()
		_, y, _ := b.Parse()
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	})
	all := make([]Summary, 0, len(ids))
	for _, id := range ids {
		if s, ok := d.linked(id); ok {
			all = append(all, d.Summary(s))
		}
	}
	return all, nil
}
