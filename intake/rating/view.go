package rating

import (
	"strings"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Role is in which capacity somebody looks at ratings. There are no accounts
// yet: it is claimed, and the privacy audit says who claimed it.
type Role string

// The roles.
const (
	Window  Role = "window"  // whoever works at the counter, and whom a rating may be about
	Handler Role = "handler" // whoever handles ratings (好差评专员)
)

// Viewer is who looks.
type Viewer struct {
	Staff string
	Role  Role
}

// Seen reports whether a viewer may see what an applicant wrote, who that is
// and what was rated. It is the one place that says so: a handler whom the
// rating is not about.
func Seen(v Viewer, s *State) bool {
	return v.Role == Handler && strings.TrimSpace(v.Staff) != "" && !s.about(v.Staff)
}

// View is a rating as a viewer sees it.
type View struct {
	State
	Subject Subject  `json:"subject,omitzero"` // hidden from the window: a case names its applicant
	Bad     bool     `json:"bad,omitempty"`
	Stage   Stage    `json:"stage"`
	Dues    []Due    `json:"dues,omitempty"`
	Late    bool     `json:"late,omitempty"`
	LeftOut bool     `json:"left_out,omitempty"`
	Hidden  bool     `json:"hidden,omitempty"`  // there is more that this viewer may not see
	Private *Private `json:"private,omitempty"` // only from Reveal
}

func (r *Ratings) view(v Viewer, s State) View {
	out := View{State: s, Subject: s.Given.Subject, Bad: s.Given.Terms.Bad, Stage: s.Stage(), LeftOut: s.LeftOut()}
	out.Dues = s.Dues(r.Register.Calendar(), dayOf(r.Now().UnixMilli()))
	for _, d := range out.Dues {
		out.Late = out.Late || d.Late
	}
	out.Given.Subject = Subject{}
	if !Seen(v, &s) {
		out.Subject, out.Given.Rated, out.Hidden = Subject{}, nil, true
		out.hideTexts()
	}
	return out
}

// hideTexts takes out what a handler wrote about talking to the applicant; what
// was answered and what an appeal said stays.
func (v *View) hideTexts() {
	contacts := make([]Contact, len(v.Contacts))
	for i, c := range v.Contacts {
		c.Note = ""
		contacts[i] = c
	}
	ups := make([]FollowUp, len(v.FollowUps))
	for i, f := range v.FollowUps {
		f.Note = ""
		ups[i] = f
	}
	v.Contacts, v.FollowUps = contacts, ups
}

// Show is one rating as a viewer sees it, without what the applicant wrote.
func (r *Ratings) Show(id ID, v Viewer) (View, error) {
	s, err := r.State(id)
	if err != nil {
		return View{}, err
	}
	return r.view(v, s), nil
}

// Reveal is Show with what the applicant wrote. Whoever calls it writes down
// who looked, before it answers.
func (r *Ratings) Reveal(id ID, v Viewer) (View, error) {
	s, err := r.State(id)
	if err != nil {
		return View{}, err
	}
	if !Seen(v, &s) {
		return View{}, refusal.Newf(NotYours, "read what was written with "+string(id), "",
			"only whoever handles ratings reads that, and nobody whom the rating is about")
	}
	out := r.view(v, s)
	out.Private = &Private{}
	if s.Given.Private == nil || s.Erased != nil {
		return out, nil
	}
	content, err := r.Blobs.Get(r.owner(), *s.Given.Private)
	if err != nil {
		return View{}, err
	}
	if err := wire.Decode(content, out.Private); err != nil {
		return View{}, refusal.New(refusal.Malformed, "read what was written with "+string(id), "", err)
	}
	return out, nil
}

// Said is what the applicant wrote with the rating of a case and who that is, for
// the tables that go to the province; nothing where nothing was written or it was
// erased. Whoever calls it has written down who looks, and why.
func (r *Ratings) Said(id casefile.ID) (p Private, s State, ok bool, err error) {
	if s, ok, err = r.Of(Subject{Case: id}); err != nil || !ok || s.Given.Private == nil {
		return p, s, ok, err
	}
	content, err := r.Blobs.Get(r.owner(), *s.Given.Private)
	if err != nil {
		return Private{}, s, true, nil // erased, or gone with a restore: the rating stands
	}
	return p, s, true, wire.Decode(content, &p)
}

// Query chooses ratings.
type Query struct {
	Bad, Open, Late bool
	From, To        workday.Date // of the day on which it was given; "": open
	Case            casefile.ID
	Before          uint64 // number of the last rating of the page before; 0: the newest
	Limit           int    // 0: 100; at most 1000
}

// List is a page of ratings, the newest first, as a viewer sees them.
type List struct {
	Ratings []View `json:"ratings"`
	Before  uint64 `json:"before,omitempty"` // of the next page; 0: there is none
}

// List finds ratings.
func (r *Ratings) List(q Query, v Viewer) (List, error) {
	if q.Limit <= 0 || q.Limit > 1000 {
		q.Limit = min(max(q.Limit, 100), 1000)
	}
	out := List{Ratings: []View{}}
	err := r.each(q.Before, func(n uint64, s *State) bool {
		if q.From != "" && dayOf(s.Act.At) < q.From { // the book is in the order of time
			return false
		}
		if !q.takes(s) || q.Case != "" && (s.Given.Subject.Case != q.Case || !Seen(v, s)) {
			return true
		}
		one := r.view(v, *s)
		if q.Late && !one.Late {
			return true
		}
		out.Ratings = append(out.Ratings, one)
		if len(out.Ratings) == q.Limit {
			out.Before = n
			return false
		}
		return true
	})
	return out, err
}

func (q *Query) takes(s *State) bool {
	day := dayOf(s.Act.At)
	return (!q.Bad || s.Given.Terms.Bad) && (!q.Open || s.Open()) && (q.From == "" || day >= q.From) && (q.To == "" || day <= q.To)
}

// Figures counts the ratings of a period, both days included. served are the
// cases that could have been rated.
func (r *Ratings) Figures(from, to workday.Date, by By, served []Served) ([]Figures, error) {
	switch {
	case !from.Valid() || !to.Valid() || to < from:
		return nil, refusal.Newf(refusal.Malformed, "count the ratings", "give the first and the last day (YYYY-MM-DD)", "%q to %q is no period", from, to)
	case by != ByNothing && by != ByItem && by != ByWindow && by != ByDepartment:
		return nil, refusal.Newf(refusal.Malformed, "count the ratings", "item, window or department", "they are not counted by %q", by)
	}
	var all []State
	err := r.each(0, func(_ uint64, s *State) bool {
		day := dayOf(s.Act.At)
		if day >= from && day <= to {
			all = append(all, *s)
		}
		return day >= from // the book is in the order of time
	})
	if err != nil {
		return nil, err
	}
	return Count(all, served, from, to, by, r.Register.Calendar(), dayOf(r.Now().UnixMilli())), nil
}

// Could is a case as Figures asks for it; ok is false for one that is not
// rated here, or was not concluded in the period.
func (r *Ratings) Could(s *casefile.State, from, to workday.Date, by By) (c Served, ok bool, err error) {
	if s.ConcludedAt == 0 || Owner(s) != r.Self().Center {
		return c, false, nil
	}
	if c.On = dayOf(s.ConcludedAt); c.On < from || c.On > to {
		return c, false, nil
	}
	c.Case, c.Item = string(s.ID), string(s.Item.Code)
	if it, known := r.Register.Item(s.Item); known {
		c.Department = it.Department
	}
	if by == ByWindow {
		hands, err := r.hands(*s)
		c.Window = hands.window
		return c, true, err
	}
	return c, true, nil
}
