package casefile_test

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// file is one case on paper: whoever has it in hand writes the next entry. It is
// a value like the state in it: a copy goes its own way.
type file struct {
	t     rapid.TB
	realm *casetest.Realm
	s     casefile.State
	log   [][]byte
	now   time.Time
}

func newFile(t rapid.TB) file {
	realm := casetest.City()
	for _, it := range casetest.Aids() {
		realm.Publish(it)
	}
	return file{t: t, realm: realm, s: casefile.New(casefile.NewID(casetest.First(casetest.Village), 1)), now: start}
}

// try lets a center write. What is refused changes nothing.
func (f *file) try(who area.Center, d casefile.Draft) error {
	f.t.Helper()
	f.now = f.now.Add(time.Minute)
	before := wire.Encode(f.s)
	p := casetest.First(who)
	r, next, err := casefile.Build(f.s, p, f.realm.Secret(p), f.realm.View(), d, f.now)
	if !bytes.Equal(before, wire.Encode(f.s)) {
		f.t.Fatalf("%s by %s changed the state before it", d.Kind, who)
	}
	if err != nil {
		if refusal.CodeOf(err) == "" {
			f.t.Fatalf("%s by %s: %v carries no code", d.Kind, who, err)
		}
		return err
	}
	f.log = append(f.log[:len(f.log):len(f.log)], r.Bytes)
	f.s = next
	return nil
}

func (f *file) do(who area.Center, kind casefile.Kind, body any) {
	f.t.Helper()
	if err := f.try(who, casefile.Draft{Kind: kind, Staff: "S-1", Body: body}); err != nil {
		f.t.Fatal(err)
	}
}

// pass hands the case over and has it taken over.
func (f *file) pass(from, to area.Center) {
	f.t.Helper()
	f.do(from, casefile.HandedOver, casefile.HandedOverBody{To: casetest.First(to), Step: -1})
	f.do(to, casefile.TakenOver, nil)
}

// text is a text that lies outside the log.
func text(says string) *casefile.BlobRef {
	return &casefile.BlobRef{Hash: chain.Sum([]byte(says)), Size: int64(len(says)), Kind: "words"}
}

// The stages of a case of Aid, each on top of the one before.

func opened(f *file) {
	f.do(casetest.Village, casefile.Opened, casetest.Open(casetest.Aid, area.Code(casetest.Village), casetest.Village).Body)
}

func received(f *file) {
	opened(f)
	f.do(casetest.Village, casefile.Received, casetest.Laid("form"))
}

func atTown(f *file) {
	received(f)
	f.pass(casetest.Village, casetest.Town)
}

func accepted(f *file) {
	atTown(f)
	f.do(casetest.Town, casefile.Accepted, casefile.AcceptedBody{Item: casetest.Aid, On: "2026-11-20", Number: "A-1", Due: "2026-12-18"})
}

func reviewed(f *file) {
	accepted(f)
	f.do(casetest.Town, casefile.Checked, casefile.StepBody{Step: casetest.AidCheck, Passed: true})
	f.pass(casetest.Town, casetest.District)
	f.do(casetest.District, casefile.Reviewed, casefile.StepBody{Step: casetest.AidReview, Passed: true})
}

func decided(f *file) {
	reviewed(f)
	f.do(casetest.District, casefile.Decided, decision(true))
}

func concluded(f *file) {
	decided(f)
	f.do(casetest.District, casefile.Served, casefile.StepBody{Step: -1, Passed: true, Proof: &casefile.Proof{Manner: casefile.ByPost, Number: "S-1"}})
	f.do(casetest.District, casefile.Concluded, casefile.ConcludedBody{Visits: 1})
}

func archived(f *file) {
	concluded(f)
	f.do(casetest.District, casefile.Archived, nil)
}

func decision(approved bool) casefile.DecidedBody {
	return casefile.DecidedBody{Step: casetest.AidDecide, Approved: approved, Text: "as applied for", Number: "D-1"}
}

// then is a stage with something on top.
func then(stage func(*file), more func(*file)) func(*file) {
	return func(f *file) {
		stage(f)
		more(f)
	}
}

// write is something on top: one event.
func write(who area.Center, kind casefile.Kind, body any) func(*file) {
	return func(f *file) { f.do(who, kind, body) }
}

// entry is one line of a table: who writes what at which stage, and what comes
// of it.
type entry struct {
	name  string
	stage func(*file)
	who   area.Center
	kind  casefile.Kind
	body  any
	want  refusal.Code // "": it is written
	says  string       // a part of the refusal
}

// run goes through a table. Whatever is written folds to the same from its
// records, and comes back from the disk as it was.
func run(t *testing.T, table []entry) {
	for _, e := range table {
		t.Run(string(e.kind)+"/"+e.name, func(t *testing.T) {
			f := newFile(t)
			e.stage(&f)
			may := casefile.May(f.realm.View(), f.s, casetest.First(e.who), e.kind, stepOf(e.body), f.now.Add(time.Minute))
			if code := refusal.CodeOf(may); code != "" && code != e.want && e.kind != casefile.Opened && e.kind != casefile.Decided { // of a decision May asks for the favourable one, of a new case nothing
				t.Fatalf("May says %v", may)
			}
			err := f.try(e.who, casefile.Draft{Kind: e.kind, Staff: "S-1", Body: e.body})
			if refusal.CodeOf(err) != e.want || err != nil && !bytes.Contains([]byte(err.Error()), []byte(e.says)) {
				t.Fatalf("%v, want %q: %s", err, e.want, e.says)
			}
			same(t, &f)
		})
	}
}

// stepOf is the step that a body names; -1 where it names none.
func stepOf(body any) int {
	switch b := body.(type) {
	case casefile.StepBody:
		return b.Step
	case casefile.VisitedBody:
		return b.Step
	case casefile.DeliberatedBody:
		return b.Step
	case casefile.SuspendedBody:
		return b.Step
	}
	return -1
}

func same(t rapid.TB, f *file) {
	t.Helper()
	again, err := casefile.Verify(f.realm.View(), f.s.ID, f.log)
	if err != nil || !bytes.Equal(wire.Encode(again), wire.Encode(f.s)) {
		t.Fatalf("another node makes something else of the records (%v)", err)
	}
	var stored casefile.State
	if err := wire.Decode(wire.Encode(f.s), &stored); err != nil || !bytes.Equal(wire.Encode(stored), wire.Encode(f.s)) {
		t.Fatalf("it does not come back from the disk as it was (%v)", err)
	}
}
