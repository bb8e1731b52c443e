package rating

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/rule"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/journal"
)

// Private is what an applicant may say beside the grade. It lies encrypted
// outside the book.
type Private struct {
	Words     string `cbor:"1,keyasint,omitempty" json:"words,omitempty"`
	Name      string `cbor:"2,keyasint,omitempty" json:"name,omitempty"`
	Telephone string `cbor:"3,keyasint,omitempty" json:"telephone,omitempty"`
}

// Bounds of what an applicant may say, in characters.
const (
	MaxWords     = 500
	MaxName      = 50
	MaxTelephone = 30
	maxVisit     = 128 // as a case has it
)

// Form is a rating as it is given.
type Form struct {
	Subject
	Grade   int     `json:"grade"` // 1 (best) to 5
	Channel Channel `json:"channel,omitempty"`
	Private
}

// Link is a capability as it is handed to an applicant.
type Link struct {
	Subject Subject `json:"subject"`
	Token   Token   `json:"token"`
	Path    string  `json:"path"`          // of the page
	URL     string  `json:"url,omitempty"` // where the public reaches this center's pages
	Rated   bool    `json:"rated,omitempty"`
}

// Link gives out the link of a case or visit. The same subject has the same
// link always. A case is refused with NotOwner where another center takes its
// rating.
func (r *Ratings) Link(s Subject) (Link, error) {
	if err := r.check(s); err != nil {
		return Link{}, err
	}
	if _, err := r.served(s, true); err != nil {
		return Link{}, err
	}
	t := tokenFor(r.Secret, r.Self().Center, s)
	if err := r.DB.Update(func(txn *badger.Txn) error { return txn.Set(tokenKey(t), wire.Encode(s)) }); err != nil {
		return Link{}, err
	}
	_, rated, err := r.Of(s)
	l := Link{Subject: s, Token: t, Path: "/rate/" + string(t), Rated: rated}
	if r.Public != "" {
		l.URL = r.Public + l.Path
	}
	return l, err
}

// Subject is what a link is for; NoLink where nobody was given it.
func (r *Ratings) Subject(t Token) (Subject, error) {
	var s Subject
	found := false
	var err error
	if t.Valid() {
		found, err = r.read(tokenKey(t), &s)
	}
	if err == nil && !found {
		err = refusal.Newf(NoLink, "open a rating's link", "", "nobody was given that link")
	}
	return s, err
}

// Page is what the page of a link shows: nothing that says who applied.
type Page struct {
	ItemName string
	Visit    bool
	Grades   []rule.Grade
	Grade    int      // given already; 0: not yet
	On       string   // the day on which it was given
	Stage    Stage    // of its rectification
	Answers  []string // what was put right
	Name     bool     // a rating needs a name here
}

// Page opens the page of a link.
func (r *Ratings) Page(t Token) (Page, error) {
	s, err := r.Subject(t)
	if err != nil {
		return Page{}, err
	}
	about, err := r.served(s, true)
	if err != nil {
		return Page{}, err
	}
	rules := r.rule()
	p := Page{ItemName: about.ItemName, Visit: s.Visit != "", Grades: Grades(rules), Name: !rules.Anonymous}
	given, rated, err := r.Of(s)
	if err != nil || !rated {
		return p, err
	}
	p.Grade, p.On, p.Stage = given.Given.Grade, string(dayOf(given.Act.At)), given.Stage()
	for _, a := range given.Answers {
		p.Answers = append(p.Answers, a.Text)
	}
	return p, nil
}

// GiveBy takes the rating of whoever has a link.
func (r *Ratings) GiveBy(ctx context.Context, t Token, f Form) (State, error) {
	s, err := r.Subject(t)
	if err != nil {
		return State{}, err
	}
	f.Subject = s
	return r.give(ctx, "", f, true)
}

// Give takes a rating at the counter: staff is who held the tablet out or wrote
// down what was said on the telephone.
func (r *Ratings) Give(ctx context.Context, staff string, f Form) (State, error) {
	if strings.TrimSpace(staff) == "" {
		return State{}, refusal.Newf(refusal.Malformed, "rate", "say who acts", "no member of staff is named")
	}
	return r.give(ctx, strings.TrimSpace(staff), f, false)
}

// rule is the one that the center's area goes by today. A name is needed only
// where an area has set that: rating is voluntary, and so is saying who rates.
func (r *Ratings) rule() rule.Rating {
	rules, at, day := r.Register.Rules(), r.Self().Center.Area(), string(dayOf(r.Now().UnixMilli()))
	doc, _ := rule.Doc[rule.Rating](rules, at, day)
	if _, set := rules.Find(rule.RatingKey, at, day); !set {
		doc.Anonymous = true
	}
	return doc
}

// Grades are the grades of a rule in order; where it lists none, those of GB/T
// 39046 A.8.
func Grades(r rule.Rating) []rule.Grade {
	if len(r.Grades) > 0 {
		return slices.SortedFunc(slices.Values(r.Grades), func(a, b rule.Grade) int { return a.Grade - b.Grade })
	}
	return []rule.Grade{{Grade: 1, Name: "非常满意"}, {Grade: 2, Name: "满意"}, {Grade: 3, Name: "基本满意"}, {Grade: 4, Name: "不满意"}, {Grade: 5, Name: "非常不满意"}}
}

func (r *Ratings) check(s Subject) error {
	const op = "rate"
	switch {
	case (s.Case == "") == (s.Visit == ""):
		return refusal.Newf(refusal.Malformed, op, "name a case or a visit", "a rating is of one case or of one visit")
	case len(s.Visit) > maxVisit || strings.ContainsFunc(s.Visit, func(c rune) bool { return c <= ' ' || c > '~' || c == '/' }):
		return refusal.Newf(refusal.Malformed, op, "", "that is no name of a visit")
	case s.Case != "":
		_, _, err := s.Case.Parse()
		return err
	}
	return nil
}

// sound checks a form against the rule.
func (r *Ratings) sound(f *Form, rules rule.Rating) error {
	const op = "rate"
	if err := r.check(f.Subject); err != nil {
		return err
	}
	if f.Channel == "" {
		f.Channel = Terminal
	}
	f.Words, f.Name, f.Telephone = strings.TrimSpace(f.Words), strings.TrimSpace(f.Name), strings.TrimSpace(f.Telephone)
	if !slices.ContainsFunc(Grades(rules), func(g rule.Grade) bool { return g.Grade == f.Grade }) || f.Grade > 5 {
		return refusal.Newf(BadGrade, op, "1 is the best, 5 the worst", "the rule has no grade %d", f.Grade)
	}
	if !slices.Contains(Channels, f.Channel) {
		return refusal.Newf(refusal.Malformed, op, "", "the channel is none of %v", Channels)
	}
	for _, text := range []struct {
		field, text string
		most        int
	}{{"words", f.Words, MaxWords}, {"name", f.Name, MaxName}, {"telephone", f.Telephone, MaxTelephone}} {
		if n := utf8.RuneCountInString(text.text); n > text.most || !utf8.ValidString(text.text) {
			return refusal.Newf(refusal.TooLarge, op, "", "%s: %d characters, at most %d", text.field, n, text.most)
		}
	}
	if !rules.Anonymous && f.Name == "" && f.Telephone == "" {
		return refusal.Newf(NameNeeded, op, "leave a name or a telephone number", "the rule of the area wants a name")
	}
	return nil
}

// give takes a rating in. linked: the link itself proves that there was such a
// visit.
func (r *Ratings) give(ctx context.Context, staff string, f Form, linked bool) (State, error) {
	rules := r.rule()
	if err := r.sound(&f, rules); err != nil {
		return State{}, err
	}
	given, err := r.served(f.Subject, linked)
	if err != nil {
		return State{}, err
	}
	given.Grade, given.Channel, given.Named = f.Grade, f.Channel, f.Name != "" || f.Telephone != ""
	if rules.Bad(f.Grade) {
		given.Terms = Terms{true, rules.Verify, rules.Rectify, rules.Complex, rules.FollowUp}
	}
	keep := func(*badger.Txn) error { return nil }
	if f.Private != (Private{}) {
		ref, write, err := r.Blobs.Prepare(r.owner(), "rating", wire.Encode(f.Private))
		if err != nil {
			return State{}, err
		}
		given.Private, keep = &ref, write
	}
	s, err := r.enter(ctx, staff, given, keep)
	if err != nil {
		return State{}, err
	}
	r.Log.Info("rating", "rating", string(s.ID), "grade", f.Grade, "channel", string(f.Channel), "bad", given.Terms.Bad)
	if f.Subject.Case != "" {
		if err := r.tell(ctx, s); err != nil {
			r.Log.Info("a case's log does not have its grade yet; tried again", "rating", string(s.ID), "err", err)
		}
	}
	return s, nil
}

// enter writes the rating into the book, and what belongs to it, in one
// transaction.
func (r *Ratings) enter(ctx context.Context, staff string, given Given, keep func(*badger.Txn) error) (State, error) {
	if err := ctx.Err(); err != nil {
		return State{}, err
	}
	var s State
	_, err := r.book.Add(staff, journal.Draft{Kind: KindGiven, Body: given}, func(txn *badger.Txn, e journal.Entry) error {
		var before uint64
		if rated, err := get(txn, subjectKey(given.Subject), &before); err != nil {
			return err
		} else if rated {
			return refusal.Newf(AlreadyRated, "rate "+given.Subject.String(), "a rating can't be changed", "it was rated")
		}
		var err error
		if s, err = Apply(State{}, e); err != nil {
			return err
		}
		if err := keep(txn); err != nil {
			return err
		}
		if given.Subject.Case != "" {
			if err := txn.Set(numbered(owedPrefix, e.Seq), nil); err != nil {
				return err
			}
		}
		if err := txn.Set(subjectKey(given.Subject), wire.Encode(e.Seq)); err != nil {
			return err
		}
		return txn.Set(numbered(foldPrefix, e.Seq), wire.Encode(s))
	})
	return s, err
}

// served is what the book says of a subject beside the grade: which item, at
// which window, by whom. It is refused where it is not this center's to be
// rated for.
func (r *Ratings) served(s Subject, linked bool) (Given, error) {
	g := Given{Subject: s}
	if s.Visit != "" {
		if r.Visits != nil {
			v, ok := r.Visits(s.Visit)
			if !ok {
				return g, refusal.Newf(refusal.NotFound, "rate "+s.String(), "look at the queue ticket", "there was no such visit")
			}
			g.Window, g.Department, g.Rated = v.Window, v.Department, v.Staff
		}
		return g, nil
	}
	state, err := r.Cases.State(s.Case)
	if err != nil {
		return g, err
	}
	self := r.Self().Center
	if owner := Owner(&state); owner != self {
		return g, refusal.Newf(NotOwner, "rate "+s.String(), "it is rated at "+string(owner), "another center served the applicant")
	}
	if _, here, err := r.Of(s); err != nil {
		return g, err
	} else if state.Grade != 0 && !here {
		return g, refusal.Newf(AlreadyRated, "rate "+s.String(), "a rating can't be changed", "it was rated elsewhere")
	}
	g.Item = state.Item
	if it, ok := r.Register.Item(state.Item); ok {
		g.ItemName, g.Department = it.Name, it.Department
	}
	hands, err := r.hands(state)
	g.Window, g.Rated = hands.window, hands.staff
	return g, err
}

const maxRated = 16

// served is who served an applicant here, as the log of the case says.
type served struct {
	window string   // the last one
	staff  []string // everybody
	last   *casefile.Hand
}

// hands are the window at which the applicant was served last, who served here,
// and the post of whoever did so last.
func (r *Ratings) hands(s casefile.State) (h served, err error) {
	self := r.Self().Center
	for from := uint64(1); from <= s.Head.Index; {
		records, err := r.Cases.Log(s.ID, from, 128)
		if err != nil || len(records) == 0 {
			return h, err
		}
		for _, b := range records {
			rec, err := casefile.Read(b)
			if err != nil {
				return h, err
			}
			if e := &rec.Event; e.Author.Center == self && counter[e.Kind] {
				h.add(e)
			}
		}
		from += uint64(len(records))
	}
	return h, nil
}

func (h *served) add(e *casefile.Event) {
	names := []string{e.Staff}
	h.last = &casefile.Hand{Served: e.Staff}
	if e.Hand != nil {
		if e.Hand.Window != "" {
			h.window = e.Hand.Window
		}
		names = append(names, e.Hand.For)
		h.last.Body, h.last.Department, h.last.Post, h.last.Window = e.Hand.Body, e.Hand.Department, e.Hand.Post, e.Hand.Window
	}
	for _, n := range names {
		if n != "" && !slices.Contains(h.staff, n) && len(h.staff) < maxRated {
			h.staff = append(h.staff, n)
		}
	}
}

// counter are the events with which staff serve an applicant, or work on the
// case.
var counter = map[casefile.Kind]bool{
	casefile.Opened: true, casefile.Received: true, casefile.Noticed: true, casefile.Supplemented: true, casefile.Accepted: true,
	casefile.Declined: true, casefile.Returned: true, casefile.Withdrawn: true, casefile.Terminated: true, casefile.Checked: true,
	casefile.Reviewed: true, casefile.Decided: true, casefile.Made: true, casefile.Served: true, casefile.HandedOut: true,
	casefile.FeeCharged: true, casefile.FeePaid: true, casefile.MandateAccepted: true, casefile.Undertaken: true, casefile.HandedBack: true,
}
