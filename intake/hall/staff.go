package hall

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/hall/roster"
	"tongban/intake/journal"
)

// Staff is the roster of the center: staff, windows, A and B clerks.
type Staff struct {
	h      *Hall
	log    *journal.Book
	roster holding[roster.Roster]
}

func (h *Hall) openStaff() (err error) {
	s := &Staff{h: h}
	s.roster.set(roster.New(h.center()))
	h.Staff = s
	s.log, err = h.shelf.Book("roster", func(e journal.Entry) error {
		next, err := s.roster.get().Apply(e.Kind, e.Decode)
		s.roster.set(next)
		return err
	})
	return err
}

// Roster is the roster as it stands.
func (s *Staff) Roster() roster.Roster { return s.roster.get() }

// Hand is the post at which somebody acts, on the day that a names or today;
// nil where the center keeps no roster.
func (s *Staff) Hand(a roster.Acting) (*casefile.Hand, error) {
	a.On = cmp.Or(a.On, s.h.today())
	hand, _, err := s.Roster().Hand(a)
	return hand, err
}

// Number is the staff number of somebody who is named by it, or by a name that
// only one bears; whatever is given where the center keeps no roster, or where
// Hand refuses it.
func (s *Staff) Number(staff string) string {
	if number, err := s.number(staff); err == nil {
		return number
	}
	return staff
}

func (s *Staff) number(staff string) (string, error) {
	r := s.Roster()
	if r.Empty() {
		return strings.TrimSpace(staff), nil
	}
	m, err := r.Find(staff, s.h.today())
	return m.Number, err
}

// Add writes a new member of staff; without a number they get the next one.
func (s *Staff) Add(by By, m roster.Member) (roster.Member, error) {
	const op = "add to the roster"
	return s.set(by, op, m, func(r roster.Roster, m roster.Member) (roster.Member, error) {
		if m.Number == "" {
			m.Number = r.NextNumber()
		}
		if m.Number == "" {
			return m, refusal.Newf(refusal.TooLarge, op, "", "all staff numbers are given")
		}
		if _, taken := r.Member(m.Number); taken {
			return m, refusal.Newf(refusal.Conflict, op, "'tongban staff edit' changes it", "%s is given already", m.Number)
		}
		return m, nil
	})
}

// Edit changes a member of staff: edit is given what stands.
func (s *Staff) Edit(by By, staff string, form any, edit func(*roster.Member)) (roster.Member, error) {
	const op = "edit the roster"
	number := s.Number(strings.TrimSpace(staff))
	return s.set(by, op, roster.Member{Number: number}, func(r roster.Roster, _ roster.Member) (roster.Member, error) {
		m, ok := r.Member(number)
		if !ok {
			return m, refusal.Newf(roster.NoStaff, op, "'tongban staff list' shows who works here", "%q is not in the roster", staff)
		}
		edit(&m)
		m.Number = number
		return m, nil
	}, form)
}

func (s *Staff) set(by By, op string, m roster.Member, plan func(roster.Roster, roster.Member) (roster.Member, error), more ...any) (roster.Member, error) {
	call, err := s.h.call(by, keeper, op, []any{m, more})
	if err != nil {
		return m, err
	}
	written, err := s.log.Append(call, journal.Change{Plan: func() ([]journal.Draft, error) {
		r := s.Roster()
		m, err := plan(r, m)
		if err != nil {
			return nil, err
		}
		if err := roster.Refuse(r.CheckMember(m)); err != nil {
			return nil, err
		}
		return []journal.Draft{{Kind: roster.StaffSet, Entity: m.Number, Body: m}}, nil
	}})
	if err != nil {
		return m, err
	}
	s.h.bell.ring()
	var stands roster.Member
	return stands, written[0].Decode(&stands)
}

// Cover names B as acting for A, or ends that on a day (To). Both may be given
// by name.
func (s *Staff) Cover(by By, c roster.Cover) (roster.Cover, error) {
	const op = "name a B clerk"
	c.A, c.B = s.Number(strings.TrimSpace(c.A)), s.Number(strings.TrimSpace(c.B))
	call, err := s.h.call(by, keeper, op, c)
	if err != nil {
		return c, err
	}
	_, err = s.log.Append(call, journal.Change{Plan: func() ([]journal.Draft, error) {
		if err := s.Roster().CheckCover(c); err != nil {
			return nil, err
		}
		return []journal.Draft{{Kind: roster.CoverSet, Entity: c.A, Body: c}}, nil
	}})
	if err == nil {
		s.h.bell.ring()
	}
	return c, err
}

// VoidCover takes back a cover that was a mistake, on its first day or before.
func (s *Staff) VoidCover(by By, c roster.Cover) error {
	call, err := s.h.call(by, keeper, "take a cover back", c)
	if err != nil {
		return err
	}
	_, err = s.log.Append(call, journal.Change{Plan: func() ([]journal.Draft, error) {
		if err := s.Roster().CheckVoid(c, s.h.today()); err != nil {
			return nil, err
		}
		return []journal.Draft{{Kind: roster.CoverVoid, Entity: c.A, Body: c}}, nil
	}})
	if err == nil {
		s.h.bell.ring()
	}
	return err
}

// Imported is what an import did.
type Imported struct {
	Members []roster.Member `json:"members"` // new, or changed
	Covers  int             `json:"covers"`
	Same    int             `json:"unchanged"`
}

// Import takes a roster file in, whole or not at all. With problems nothing is
// written, and all of them are given.
func (s *Staff) Import(by By, file []byte, dry bool) (Imported, []roster.Problem, error) {
	const op = "import a roster"
	if len(file) > maxFile {
		return Imported{}, nil, refusal.Newf(refusal.TooLarge, op, "", "%d bytes, at most %d", len(file), maxFile)
	}
	call, err := s.h.call(by, keeper, op, file)
	if err != nil {
		return Imported{}, nil, err
	}
	var found roster.Import
	var problems []roster.Problem
	plan := func() ([]journal.Draft, error) {
		found, problems = s.Roster().ReadCSV(strings.NewReader(string(file)))
		var drafts []journal.Draft
		for _, m := range found.Members {
			drafts = append(drafts, journal.Draft{Kind: roster.StaffSet, Entity: m.Number, Body: m})
		}
		for _, c := range found.Covers {
			drafts = append(drafts, journal.Draft{Kind: roster.CoverSet, Entity: c.A, Body: c})
		}
		return drafts, nil
	}
	if dry {
		_, err = plan()
	} else {
		_, err = s.log.Append(call, journal.Change{Plan: plan})
		s.h.bell.ring()
	}
	return Imported{Members: slices.Concat([]roster.Member{}, found.Members), Covers: len(found.Covers), Same: found.Same}, problems, err
}

const maxFile = 1 << 20

// Export writes the roster as a file that Import reads.
func (s *Staff) Export(to io.Writer) error { return s.Roster().WriteCSV(to) }

// SetWindow writes a window whole: whether it is open stays as it is.
func (s *Staff) SetWindow(by By, w roster.Window) (roster.Window, error) {
	const op = "set a window"
	return s.window(by, op, w, func(r roster.Roster) (roster.Window, error) {
		old, _ := r.Window(w.Number)
		w.Closed, w.Note = old.Closed, old.Note
		return w, r.CheckWindow(w, s.h.types())
	})
}

// OpenWindow opens or closes a window; note says why it is closed.
func (s *Staff) OpenWindow(by By, number string, open bool, note string) (roster.Window, error) {
	const op = "open or close a window"
	form := roster.Window{Number: number, Closed: !open, Note: note}
	return s.window(by, op, form, func(r roster.Roster) (roster.Window, error) {
		w, ok := r.Window(number)
		if !ok {
			return w, refusal.Newf(roster.NoWindow, op, "'tongban window set' adds it", "there is no window %q", number)
		}
		w.Closed, w.Note = !open, note
		return w, r.CheckWindow(w, nil) // its types were fine when they were set
	})
}

func (s *Staff) window(by By, op string, form roster.Window, plan func(roster.Roster) (roster.Window, error)) (roster.Window, error) {
	call, err := s.h.call(by, keeper, op, form)
	if err != nil {
		return form, err
	}
	written, err := s.log.Append(call, journal.Change{Plan: func() ([]journal.Draft, error) {
		w, err := plan(s.Roster())
		if err != nil {
			return nil, err
		}
		return []journal.Draft{{Kind: roster.WindowSet, Entity: w.Number, Body: w}}, nil
	}})
	if err != nil {
		return form, err
	}
	s.h.bell.ring()
	var stands roster.Window
	return stands, written[0].Decode(&stands)
}

// serving are the open windows that serve a type now. known is false where the center
// names no windows: any serves everything.
func (s *Staff) serving(t string) (numbers []string, known bool) {
	r := s.Roster()
	for _, w := range r.Windows() {
		if !w.Closed && w.Takes(t) {
			numbers = append(numbers, w.Number)
		}
	}
	return numbers, r.HasWindows()
}
