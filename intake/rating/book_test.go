package rating

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/rule"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/attach"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// office is one center with a real cabinet; what it asks of others is kept.
type office struct {
	t       *testing.T
	realm   *casetest.Realm
	self    casefile.Party
	db      *badger.DB
	blobs   *attach.Store
	cabinet *cabinet.Cabinet
	ratings *Ratings
	rules   rule.Set
	now     time.Time
	away    error // the exchange takes no requests
	asked   []casefile.RatedBody
	said    []byte
	log     bytes.Buffer
}

type copyOf struct {
	*casetest.View
	o *office
}

func (c copyOf) Rules() rule.Set            { return c.o.rules }
func (c copyOf) Calendar() workday.Calendar { return calendar(c.o.t) }

func newOffice(t *testing.T, center area.Center, realm *casetest.Realm) *office {
	t.Helper()
	o := &office{t: t, realm: realm, self: casetest.First(center), now: time.Date(2026, 3, 2, 10, 0, 0, 0, workday.China)}
	all, err := starter.Rules()
	must(t, err)
	o.rules = ratingRules(t, all)
	o.db, err = badger.Open(badger.DefaultOptions(t.TempDir()).WithLogger(nil).WithMemTableSize(8 << 20).WithValueLogFileSize(16 << 20).WithNumMemtables(2))
	must(t, err)
	t.Cleanup(func() { o.db.Close() })
	o.blobs, err = attach.Open(o.db, bytes.Repeat([]byte{7}, 32), rand.Reader)
	must(t, err)
	view := realm.View()
	self, now := func() casefile.Party { return o.self }, func() time.Time { return o.now }
	o.cabinet, err = cabinet.Open(cabinet.Config{DB: o.db, Register: view, Self: self, Key: realm.Secret(o.self), Now: now, Blobs: o.blobs})
	must(t, err)
	o.ratings, err = New(Config{
		DB: o.db, Cases: o.cabinet, Blobs: o.blobs, Register: copyOf{view, o}, Self: self, Now: now,
		Key:   func() chain.Key { return realm.Secret(o.self) },
		KeyOf: func(p casefile.Party) (chain.PublicKey, bool) { k, _, _, ok := view.Key(p); return k, ok },
		Ask: func(_ context.Context, id casefile.ID, kind, staff string, body []byte) (string, error) {
			if o.away != nil {
				return "", o.away
			}
			var b casefile.RatedBody
			must(t, wire.Decode(body, &b))
			o.asked, o.said = append(o.asked, b), append(o.said, staff...)
			return "R", nil
		},
		Secret: Secret(bytes.Repeat([]byte{7}, 32)), Public: "https://banshi.example.cn",
		Log: slog.New(slog.NewTextHandler(&o.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	must(t, err)
	return o
}

// ratingRules are the starter's, set for the whole city.
func ratingRules(t *testing.T, all []rule.Rule) rule.Set {
	t.Helper()
	var out []rule.Setting
	for _, r := range all {
		if r.Key == rule.RatingKey {
			out = append(out, rule.Setting{Area: "320500000000", Rule: r})
		}
	}
	if len(out) == 0 {
		t.Fatal("the starter has no rule for ratings")
	}
	return rule.NewSet(out)
}

// open takes a case in, to be collected at a center.
func (o *office) open(deliver area.Center) casefile.State {
	o.t.Helper()
	id, err := o.cabinet.NewID()
	must(o.t, err)
	d := casetest.Open(casetest.Birth, area.Code(casetest.Village), deliver)
	s, err := o.cabinet.Open(o.t.Context(), id, func(casefile.State) ([]casefile.Draft, error) {
		d.Staff, d.Hand = "W01", &casefile.Hand{Window: "3号窗口"}
		return []casefile.Draft{d}, nil
	})
	must(o.t, err)
	return s
}

func (o *office) give(f Form) State {
	o.t.Helper()
	s, err := o.ratings.Give(o.t.Context(), "W09", f)
	must(o.t, err)
	return s
}

const secretWords, secretName, secretPhone = "窗口态度很差，我叫虚构丙", "虚构丙", "13900000000"

func private() Private { return Private{secretWords, secretName, secretPhone} }

func TestOneRatingOfACase(t *testing.T) {
	o := newOffice(t, casetest.Village, casetest.City())
	s := o.open(casetest.Village)
	link, err := o.ratings.Link(Subject{Case: s.ID})
	must(t, err)
	if again, err := o.ratings.Link(Subject{Case: s.ID}); err != nil || again != link || link.URL != "https://banshi.example.cn/rate/"+string(link.Token) {
		t.Fatalf("%+v %+v %v", link, again, err)
	}
	if strings.Contains(link.URL, string(s.ID)) {
		t.Error("the link says whose case it is")
	}
	page, err := o.ratings.Page(link.Token)
	if err != nil || page.Grade != 0 || page.ItemName != "birth" || len(page.Grades) != 5 {
		t.Fatalf("%+v %v", page, err)
	}
	given, err := o.ratings.GiveBy(t.Context(), link.Token, Form{Grade: 4, Channel: QR, Private: private()})
	must(t, err)
	if given.Act.Staff != "" || !given.Given.Terms.Bad || given.Given.Window != "3号窗口" || fmt.Sprint(given.Given.Rated) != "[W01]" || !given.Given.Named {
		t.Errorf("%+v", given)
	}
	now, err := o.cabinet.Verify(t.Context(), s.ID)
	if err != nil || now.Grade != 4 || now.Last != casefile.Rated {
		t.Fatalf("grade %d, %s: %v", now.Grade, now.Last, err)
	}
	records, err := o.cabinet.Log(s.ID, now.Head.Index, 1)
	must(t, err)
	last, err := casefile.Read(records[0])
	must(t, err)
	if h := last.Event.Hand; h == nil || *h != (casefile.Hand{Window: "3号窗口", Served: "W01"}) {
		t.Errorf("rated at %+v; W01 served at window 3", h)
	}
	for _, by := range []func() (State, error){
		func() (State, error) { return o.ratings.GiveBy(t.Context(), link.Token, Form{Grade: 1, Channel: QR}) },
		func() (State, error) {
			return o.ratings.Give(t.Context(), "W01", Form{Subject: Subject{Case: s.ID}, Grade: 1})
		},
	} {
		_, err := by()
		refused(t, err, AlreadyRated)
	}
	if page, err := o.ratings.Page(link.Token); err != nil || page.Grade != 4 || page.Stage != StageGiven {
		t.Errorf("%+v %v", page, err)
	}
	head, err := o.ratings.Verify(t.Context())
	if err != nil || head.Index != 1 {
		t.Error(head, err)
	}
	o.hides(s.ID)
}

// hides checks that neither the case's log nor the program's log nor the book
// says what the applicant wrote or who that is.
func (o *office) hides(id casefile.ID) {
	o.t.Helper()
	records, err := o.cabinet.Log(id, 1, 100)
	must(o.t, err)
	texts := map[string]string{"the program's log": o.log.String(), "the case's log": string(bytes.Join(records, nil))}
	must(o.t, o.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			v, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			texts["row "+string(it.Item().Key())] = string(v)
		}
		return nil
	}))
	for where, text := range texts {
		for _, secret := range []string{secretWords, secretName, secretPhone} {
			if strings.Contains(text, secret) {
				o.t.Errorf("%q says %s", where, secret)
			}
		}
	}
}

func TestWhoSeesWhat(t *testing.T) {
	o := newOffice(t, casetest.Village, casetest.City())
	o.open(casetest.Village)
	s := o.open(casetest.Village) // its name is no part of the rating's
	given := o.give(Form{Subject: Subject{Case: s.ID}, Grade: 5, Channel: Tablet, Private: private()})
	_, err := o.ratings.Do(given.ID, "H01", Contact{Reached: true, Note: "已与虚构丙通话"})
	must(t, err)
	for _, c := range []struct {
		who  Viewer
		sees bool
	}{
		{Viewer{"W02", Window}, false}, {Viewer{"", Handler}, false}, {Viewer{"W01", Handler}, false}, {Viewer{"H01", ""}, false},
		{Viewer{"H01", Handler}, true}, {Viewer{"H01", "supervisor"}, false},
	} {
		list, err := o.ratings.List(Query{Bad: true, Open: true}, c.who)
		must(t, err)
		shown, err := o.ratings.Show(given.ID, c.who)
		must(t, err)
		revealed, err := o.ratings.Reveal(given.ID, c.who)
		if (err == nil) != c.sees || !c.sees && refusal.CodeOf(err) != NotYours {
			t.Errorf("%+v: %v", c.who, err)
		}
		text, err := json.Marshal([]any{list, shown, revealed})
		must(t, err)
		for _, secret := range []string{secretName, secretPhone, string(s.ID)} {
			if strings.Contains(string(text), secret) != c.sees {
				t.Errorf("%+v: %s in %s", c.who, secret, text)
			}
		}
		if len(list.Ratings) != 1 || list.Ratings[0].Given.Grade != 5 {
			t.Errorf("%+v sees %+v", c.who, list)
		}
	}
	if strings.Contains(o.log.String(), "虚构丙") {
		o.t.Error("the program's log has the note")
	}
}

func TestRefusedRatings(t *testing.T) {
	o := newOffice(t, casetest.Village, casetest.City())
	s := o.open(casetest.Village)
	elsewhere := o.open(casetest.Town) // not there yet: it is this center's
	long := strings.Repeat("长", MaxWords+1)
	for _, c := range []struct {
		form Form
		want refusal.Code
	}{
		{Form{Grade: 1}, refusal.Malformed},
		{Form{Subject: Subject{Case: s.ID, Visit: "Q1"}, Grade: 1}, refusal.Malformed},
		{Form{Subject: Subject{Case: "nonsense"}, Grade: 1}, refusal.Malformed},
		{Form{Subject: Subject{Case: "320509111201.1.999"}, Grade: 1}, refusal.NotFound},
		{Form{Subject: Subject{Visit: "Q 1/2"}, Grade: 1}, refusal.Malformed},
		{Form{Subject: Subject{Case: s.ID}, Grade: 0}, BadGrade},
		{Form{Subject: Subject{Case: s.ID}, Grade: 6}, BadGrade},
		{Form{Subject: Subject{Case: s.ID}, Grade: 1, Channel: "telepathy"}, refusal.Malformed},
		{Form{Subject: Subject{Case: s.ID}, Grade: 1, Private: Private{Words: long}}, refusal.TooLarge},
		{Form{Subject: Subject{Case: s.ID}, Grade: 1, Private: Private{Name: long}}, refusal.TooLarge},
		{Form{Subject: Subject{Case: s.ID}, Grade: 1, Private: Private{Telephone: long}}, refusal.TooLarge},
		{Form{Subject: Subject{Case: elsewhere.ID}, Grade: 1}, ""},
	} {
		_, err := o.ratings.Give(t.Context(), "W09", c.form)
		if refusal.CodeOf(err) != c.want {
			t.Errorf("%+v: %v, want %q", c.form, err, c.want)
		}
	}
	_, err := o.ratings.Give(t.Context(), " ", Form{Subject: Subject{Case: s.ID}, Grade: 1})
	refused(t, err, refusal.Malformed)
	_, err = o.ratings.GiveBy(t.Context(), tokenFor([]byte("another secret!!"), o.self.Center, Subject{Case: s.ID}), Form{Grade: 1})
	refused(t, err, NoLink)
	_, err = o.ratings.Do("R320509111201.1.77", "H01", Contact{})
	refused(t, err, refusal.NotFound)
	_, err = o.ratings.State("../etc")
	refused(t, err, refusal.Malformed)
}

// A center that is not where the applicant collects leaves the rating to it.
func TestTheCenterThatServesOwnsIt(t *testing.T) {
	realm := casetest.City()
	village, town := newOffice(t, casetest.Village, realm), newOffice(t, casetest.Town, realm)
	s := village.open(casetest.Town)
	if Owner(&s) != casetest.Village {
		t.Error("a case that has not come to where it is collected")
	}
	s = move(t, village, town, s)
	for _, o := range []*office{village, town} {
		have, err := o.cabinet.State(s.ID)
		must(t, err)
		if Owner(&have) != casetest.Town {
			t.Errorf("%s: %s", o.self, Owner(&have))
		}
	}
	_, err := village.ratings.Link(Subject{Case: s.ID})
	refused(t, err, NotOwner)
	// Collected at the village, in the hand of the town: a request tells it.
	s = village.open(casetest.Village)
	s = move(t, village, town, s)
	village.away = errors.New("the exchange is down")
	given := village.give(Form{Subject: Subject{Case: s.ID}, Grade: 2})
	village.away = nil
	must(t, village.ratings.Settle(t.Context()))
	must(t, village.ratings.Settle(t.Context()))
	if len(village.asked) != 1 || village.asked[0].Grade != 2 || village.asked[0].Channel != "terminal" || string(village.said) != "W09" {
		t.Errorf("asked %+v by %s", village.asked, village.said)
	}
	if given.Given.Terms.Bad {
		t.Error("2 is no bad grade")
	}
}

// Grades that can't be told hold up none that came after them.
func TestOneThatCannotBeToldHoldsUpNoOther(t *testing.T) {
	realm := casetest.City()
	village, town := newOffice(t, casetest.Village, realm), newOffice(t, casetest.Town, realm)
	s := move(t, village, town, village.open(casetest.Village))
	must(t, village.ratings.DB.Update(func(txn *badger.Txn) error {
		for n := uint64(1000); n <= 1000+owedBatch; n++ {
			one := State{ID: ID(fmt.Sprintf("R%s.1.%d", casetest.Village, n)), Given: Given{Subject: Subject{Case: "320509111201.1.999"}, Grade: 2}}
			if n == 1000+owedBatch {
				one.Given.Subject.Case = s.ID
			}
			if err := errors.Join(txn.Set(numbered(foldPrefix, n), wire.Encode(one)), txn.Set(numbered(owedPrefix, n), nil)); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, village.ratings.Settle(t.Context()))
	if len(village.asked) != 1 {
		t.Errorf("%d grades were told, want 1", len(village.asked))
	}
}

// move hands a case from one office to another, log and all.
func move(t *testing.T, from, to *office, s casefile.State) casefile.State {
	t.Helper()
	write := func(o *office, kind casefile.Kind, body any) casefile.State {
		s, err := o.cabinet.Append(t.Context(), s.ID, func(casefile.State) ([]casefile.Draft, error) {
			return []casefile.Draft{{Kind: kind, Body: body, Staff: "W01"}}, nil
		})
		must(t, err)
		return s
	}
	carry := func(from, to *office) {
		records, err := from.cabinet.Log(s.ID, 1, 1000)
		must(t, err)
		_, err = to.cabinet.Ingest(t.Context(), from.self.Center, s.ID, 1, records)
		must(t, err)
	}
	write(from, casefile.HandedOver, casefile.HandedOverBody{To: to.self})
	carry(from, to)
	s = write(to, casefile.TakenOver, nil)
	carry(to, from)
	return s
}

// The grade that a request brought counts in the custodian's fold.
func TestGradeByRequest(t *testing.T) {
	realm := casetest.City()
	village, town := newOffice(t, casetest.Village, realm), newOffice(t, casetest.Town, realm)
	s := move(t, village, town, village.open(casetest.Village))
	keep := func(from casefile.Party, grade int) casefile.State {
		id := fmt.Sprintf("%s.%d.%032x", from.Center, from.Incarnation, grade)
		sealed := chain.Sign(realm.Secret(from), chain.RequestDomain, wire.Encode(casefile.Request{
			Format: 1, ID: id, Case: s.ID, From: from, Kind: casefile.RatingRequest, Body: wire.Encode(casefile.RatedBody{Grade: grade, Channel: "qr"}), Staff: "申请人", Time: 1,
		}))
		s, err := town.cabinet.Append(t.Context(), s.ID, func(s casefile.State) ([]casefile.Draft, error) {
			return []casefile.Draft{{Kind: casefile.RequestKept, Body: casefile.RequestBody{ID: id, Sealed: sealed, Late: s.Late()}}}, nil
		})
		must(t, err)
		return s
	}
	if s := keep(casetest.First(casetest.Far), 1); s.Grade != 0 {
		t.Error("a center that did not serve the applicant rated the case")
	}
	if s := keep(village.self, 3); s.Grade != 3 {
		t.Errorf("grade %d", s.Grade)
	}
	if s := keep(village.self, 5); s.Grade != 3 {
		t.Errorf("a second rating counts: %d", s.Grade)
	}
	if _, err := town.cabinet.Verify(t.Context(), s.ID); err != nil {
		t.Error(err)
	}
}

func TestVisits(t *testing.T) {
	o := newOffice(t, casetest.Village, casetest.City())
	o.ratings.Visits = func(id string) (Visit, bool) {
		return Visit{Window: "1号窗口", Department: "民政局", Staff: []string{"W05"}}, id == "A023-20260302"
	}
	given := o.give(Form{Subject: Subject{Visit: "A023-20260302"}, Grade: 5})
	if given.Given.Window != "1号窗口" || fmt.Sprint(given.Given.Rated) != "[W05]" || given.Given.Named {
		t.Errorf("%+v", given)
	}
	_, err := o.ratings.Give(t.Context(), "W01", Form{Subject: Subject{Visit: "A023-20260302"}, Grade: 1})
	refused(t, err, AlreadyRated)
	_, err = o.ratings.Link(Subject{Visit: "A999"})
	refused(t, err, refusal.NotFound)
	_, err = o.ratings.Do(given.ID, "W05", Finding{Text: "x"})
	refused(t, err, FourEyes)
	_, err = o.ratings.Do(given.ID, "H01", Finding{Text: "属实"})
	must(t, err)
	o.now = o.now.AddDate(0, 0, 20)
	list, err := o.ratings.List(Query{Open: true, Late: true}, Viewer{"H01", Handler})
	if err != nil || len(list.Ratings) != 1 || !list.Ratings[0].Late || list.Ratings[0].Subject.Visit == "" {
		t.Errorf("%+v %v", list, err)
	}
	figures, err := o.ratings.Figures("2026-03-01", "2026-03-31", ByWindow, nil)
	if err != nil || len(figures) != 2 || figures[0].Group != "1号窗口" || figures[0].Rectified != (Ratio{0, 1}) || figures[0].InTime != (Ratio{0, 1}) {
		t.Errorf("%+v %v", figures, err)
	}
	_, err = o.ratings.Figures("2026-03-31", "2026-03-01", ByNothing, nil)
	refused(t, err, refusal.Malformed)
}

// The book pages, and a rating by two at once is taken once.
func TestPagesAndRaces(t *testing.T) {
	o := newOffice(t, casetest.Village, casetest.City())
	var wg sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for range 8 {
		wg.Go(func() {
			if _, err := o.ratings.Give(t.Context(), "W09", Form{Subject: Subject{Visit: "same"}, Grade: 1}); err == nil {
				mu.Lock()
				taken++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if taken != 1 {
		t.Errorf("%d ratings of one visit were taken", taken)
	}
	for i := range 24 {
		o.give(Form{Subject: Subject{Visit: fmt.Sprint("Q", i)}, Grade: 1 + i%5})
	}
	seen := map[ID]bool{}
	for q := (Query{Limit: 7}); ; {
		page, err := o.ratings.List(q, Viewer{})
		must(t, err)
		for _, one := range page.Ratings {
			seen[one.ID] = true
		}
		if q.Before = page.Before; q.Before == 0 {
			break
		}
	}
	if len(seen) != 25 {
		t.Errorf("%d ratings on the pages", len(seen))
	}
	if _, err := o.ratings.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	// A grade that somebody mends on the disk is found.
	must(t, o.db.Update(func(txn *badger.Txn) error {
		var s State
		if _, err := get(txn, numbered(foldPrefix, 3), &s); err != nil {
			return err
		}
		s.Given.Grade = 1
		s.Given.Terms = Terms{}
		s.Given.Channel = PC
		return txn.Set(numbered(foldPrefix, 3), wire.Encode(s))
	}))
	_, err := o.ratings.Verify(t.Context())
	refused(t, err, refusal.Conflict)
}

// Where no rule is set there are the standard's grades and no limits, and nobody
// needs a name; where one wants a name, it is wanted.
func TestRules(t *testing.T) {
	o := newOffice(t, casetest.Village, casetest.City())
	o.rules = rule.Set{}
	if s := o.give(Form{Subject: Subject{Visit: "Q1"}, Grade: 5}); s.Given.Terms != (Terms{Bad: true}) || len(s.Dues(calendar(t), "2030-01-01")) != 0 || !s.Open() {
		t.Errorf("%+v", s)
	}
	doc := rule.Of(rule.Rating{Grades: []rule.Grade{{Grade: 1, Name: "好"}, {Grade: 5, Name: "差", Bad: true}}}, "演练", "2020-01-01")
	o.rules = rule.NewSet([]rule.Setting{{Area: "320500000000", Rule: doc}})
	_, err := o.ratings.Give(t.Context(), "W09", Form{Subject: Subject{Visit: "Q2"}, Grade: 5})
	refused(t, err, NameNeeded)
	_, err = o.ratings.Give(t.Context(), "W09", Form{Subject: Subject{Visit: "Q2"}, Grade: 3, Private: private()})
	refused(t, err, BadGrade)
	o.give(Form{Subject: Subject{Visit: "Q2"}, Grade: 5, Private: private()})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v (code %s, hint %q)", err, refusal.CodeOf(err), refusal.HintOf(err))
	}
}

func refused(t testing.TB, err error, want refusal.Code) {
	t.Helper()
	if refusal.CodeOf(err) != want {
		t.Fatalf("refused with %q (%v), want %q", refusal.CodeOf(err), err, want)
	}
}
