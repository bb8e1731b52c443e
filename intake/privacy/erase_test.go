package privacy_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/attach"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
	"tongban/intake/desk"
	"tongban/intake/exchange"
	"tongban/intake/privacy"
)

// city is a few nodes on a network in memory.
type city struct {
	t     *testing.T
	realm *casetest.Realm
	net   *wire.Memory
	mu    sync.Mutex
	now   time.Time // guarded by mu
}

// post is one node with all that holds content.
type post struct {
	c        *city
	self     casefile.Party
	db       *badger.DB
	blobs    *attach.Store
	cabinet  *cabinet.Cabinet
	exchange *exchange.Exchange
	privacy  *privacy.Privacy
	desk     *desk.Desk
	log      *logbook
}

type logbook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// register is the test's Register as each part asks it.
type register struct{ *casetest.View }

func (register) Offered(item.Code, area.Code) (*item.Item, bool)    { return nil, false }
func (register) Rules() rule.Set                                    { return rule.Set{} }
func (register) Calendar() workday.Calendar                         { return workday.Calendar{} }
func (register) Office(c area.Center) (name, phone string, ok bool) { return string(c), "", true }

type roads struct{ *casetest.View }

func (r roads) Key(p casefile.Party) (chain.PublicKey, bool) {
	k, _, _, ok := r.View.Key(p)
	return k, ok
}
func (roads) Dialable(area.Center) bool { return true }

func newCity(t *testing.T) *city {
	c := &city{t: t, realm: casetest.City(), net: wire.NewMemory(), now: time.Date(2026, 3, 2, 10, 0, 0, 0, workday.China)}
	t.Cleanup(c.net.Close)
	return c
}

func (c *city) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *city) years(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.AddDate(n, 0, 1)
}

func (c *city) post(center area.Center) *post {
	c.t.Helper()
	p := &post{c: c, self: casetest.First(center), log: &logbook{}}
	view := c.realm.View()
	log := slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	self := func() casefile.Party { return p.self }
	key := func() chain.Key { return c.realm.Secret(p.self) }
	db, err := badger.Open(badger.DefaultOptions(c.t.TempDir()).WithLogger(nil).WithMemTableSize(8 << 20).WithValueLogFileSize(16 << 20).WithNumMemtables(2))
	must(c.t, err)
	p.db = db
	blobKey := sha256.Sum256([]byte(center))
	p.blobs, err = attach.Open(db, blobKey[:], rand.Reader)
	must(c.t, err)
	p.exchange, err = exchange.New(exchange.Config{
		Realm: "r", DB: db, Network: c.net.Join(string(center)), Directory: roads{view}, Self: self, Key: key,
		Machine: []byte(center), Fence: func(reason string) { c.t.Error(reason) }, Now: c.clock, Rand: rand.Reader, Log: log,
		Timing: exchange.Timing{First: 20 * time.Millisecond, Most: 200 * time.Millisecond, Reoffer: 50 * time.Millisecond, Recarry: time.Minute, Idle: time.Minute, Answer: 10 * time.Second},
	})
	must(c.t, err)
	p.cabinet, err = cabinet.Open(cabinet.Config{DB: db, Register: view, Self: self, Key: key(), Now: c.clock, Outbox: p.exchange, Blobs: p.blobs, Log: log})
	must(c.t, err)
	p.exchange.Attach(exchange.Cabinet(p.cabinet), p.blobs)
	p.privacy, err = privacy.New(privacy.Config{
		DB: db, Cases: p.cabinet, Blobs: p.blobs, Item: view.Item, Self: self, Key: key,
		KeyOf: roads{view}.Key, Now: c.clock, Log: log,
	})
	must(c.t, err)
	p.desk, err = desk.New(desk.Config{DB: db, Cases: p.cabinet, Blobs: p.blobs, Register: register{view}, Self: self, Now: c.clock, Keeping: p.privacy, Log: log})
	must(c.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.exchange.Run(ctx) }()
	<-p.exchange.Ready()
	c.t.Cleanup(func() {
		c.net.Leave(string(center))
		cancel()
		if err := <-done; err != nil {
			c.t.Error(err)
		}
		db.Close()
	})
	return p
}

func (p *post) write(id casefile.ID, kind casefile.Kind, body any) casefile.State {
	p.c.t.Helper()
	s, err := p.cabinet.Append(p.c.t.Context(), id, func(casefile.State) ([]casefile.Draft, error) {
		return []casefile.Draft{{Kind: kind, Body: body, Staff: "Zhou"}}, nil
	})
	must(p.c.t, err)
	return s
}

func (p *post) keep(id casefile.ID, kind, content string) casefile.BlobRef {
	p.c.t.Helper()
	ref, err := p.blobs.Put(p.c.t.Context(), id.Owner(), kind, []byte(content))
	must(p.c.t, err)
	return ref
}

// has reports whether content of a case is here.
func (p *post) has(id casefile.ID, ref casefile.BlobRef) bool {
	return p.blobs.Has(id.Owner(), ref.Hash)
}

// reaches waits until the copy of a case here is at a head.
func (p *post) reaches(s casefile.State) {
	p.c.t.Helper()
	p.until("the log of "+string(s.ID), func() bool {
		have, err := p.cabinet.State(s.ID)
		return err == nil && have.Head == s.Head
	})
}

// until waits for something that a change of a case brings, or a blob.
func (p *post) until(what string, holds func() bool) {
	p.c.t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			p.c.t.Fatalf("%s never sees %s", p.self, what)
		}
	}
}

// concluded is a case that the village took in and the town decided.
func concluded(t *testing.T, village, town *post) (casefile.State, []casefile.BlobRef) {
	t.Helper()
	id, err := village.cabinet.NewID()
	must(t, err)
	d := casetest.Open(casetest.Birth, area.Code(casetest.Village), casetest.Town)
	body := d.Body.(casefile.OpenedBody)
	refs := []casefile.BlobRef{village.keep(id, "applicant", "the applicant, 虚构甲"), village.keep(id, "material", "a blurred scan"), village.keep(id, "material", "a better scan")}
	body.Applicant = refs[0]
	d.Body = body
	_, err = village.cabinet.Open(t.Context(), id, func(casefile.State) ([]casefile.Draft, error) { return []casefile.Draft{d}, nil })
	must(t, err)
	for i, scan := range refs[1:] { // the second takes the place of the first, in the fold but not on the disk
		kind := []casefile.Kind{casefile.Received, casefile.Supplemented}[i]
		village.write(id, kind, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{{ID: "photo", State: casefile.Electronic, Blob: &scan}}})
	}
	s := village.write(id, casefile.HandedOver, casefile.HandedOverBody{To: town.self})
	town.reaches(s)
	town.until("the papers", func() bool { return town.has(id, refs[0]) && town.has(id, refs[2]) })
	town.write(id, casefile.TakenOver, nil)
	town.write(id, casefile.Accepted, casefile.AcceptedBody{Item: s.Item, On: string(workday.DateOf(village.c.clock())), Number: "受1"})
	town.write(id, casefile.Decided, casefile.DecidedBody{Step: 1, Approved: true, Text: "准予", Number: "决1"})
	town.write(id, casefile.Served, casefile.StepBody{Step: -1, Passed: true, To: "applicant"})
	s = town.write(id, casefile.Concluded, casefile.ConcludedBody{})
	village.reaches(s)
	return s, refs
}

func TestErasureReachesEveryHolder(t *testing.T) {
	c := newCity(t)
	village, town, district := c.post(casetest.Village), c.post(casetest.Town), c.post(casetest.District)
	s, refs := concluded(t, village, town)
	district.reaches(s)
	district.until("the applicant's record", func() bool { return district.has(s.ID, refs[0]) })
	by, form := desk.By{Staff: "A01"}, desk.EraseForm{Reason: "保管期满，档案鉴定〔2028〕1号"}

	_, err := town.desk.Erase(t.Context(), by, s.ID, form)
	refused(t, err, privacy.NoRetention)
	must(t, town.privacy.SetRetention("A01", privacy.Retention{Item: casetest.Birth.Code, Years: 1, Document: "归档范围表〔2026〕3号"}))
	_, err = town.desk.Erase(t.Context(), by, s.ID, form)
	refused(t, err, privacy.NotDue)
	if due, err := town.privacy.Due(t.Context(), 0); err != nil || len(due.Due) != 0 {
		t.Fatal(due, err)
	}
	c.years(1)
	_, err = village.desk.Erase(t.Context(), by, s.ID, form) // it is not its custodian, and has set no period
	refused(t, err, privacy.NoRetention)
	due, err := town.privacy.Due(t.Context(), 0)
	if err != nil || len(due.Due) != 1 || due.Due[0].Case != s.ID || !due.Due[0].Here {
		t.Fatal(due, err)
	}
	if n, err := town.desk.TryErase(s.ID, form); err != nil || n != 3 {
		t.Fatalf("a dry run: %d, %v", n, err)
	}
	if now, _ := town.cabinet.State(s.ID); now.Head != s.Head || !town.has(s.ID, refs[0]) {
		t.Fatal("a dry run erased something")
	}
	done, err := town.desk.Erase(t.Context(), by, s.ID, form)
	must(t, err)
	must(t, town.privacy.Erased("A01", privacy.Erasure{Case: s.ID, Blobs: 3, Reason: form.Reason}))
	for _, p := range []*post{town, village, district} {
		p.reaches(done.State)
		verified, err := p.cabinet.Verify(t.Context(), s.ID)
		must(t, err)
		for _, ref := range refs {
			_, err := p.blobs.Get(s.ID.Owner(), ref)
			if p.has(s.ID, ref) || refusal.CodeOf(err) != attach.Gone || !slices.Contains(verified.Erased, ref.Hash) {
				t.Errorf("%s still has %s: %v", p.self, ref.Kind, err)
			}
			if lies(t, p.db, s.ID, ref.Hash) {
				t.Errorf("%s: rows of %s lie on the disk", p.self, ref.Kind)
			}
		}
	}
	// What a node that was away sends later does not bring it back.
	if err := village.blobs.Import(t.Context(), s.ID.Owner(), refs[0].Hash, nil); err == nil {
		t.Error("an erased blob was taken in")
	}
	_, err = town.desk.Erase(t.Context(), by, s.ID, form)
	refused(t, err, desk.NothingIsOpen)
	if due, err := town.privacy.Due(t.Context(), 0); err != nil || len(due.Due) != 0 {
		t.Error(due, err)
	}
	h, err := town.privacy.Show(s.ID)
	must(t, err)
	if len(h.Stored) != 3 || h.Bytes != 0 || h.Retention != "set" || !slices.Contains(h.Copies, casetest.Village) {
		t.Errorf("%+v", h)
	}
}

// A center that the case only passed through learns of an erasure too.
func TestErasureReachesWhoeverHadIt(t *testing.T) {
	c := newCity(t)
	village, town, far := c.post(casetest.Village), c.post(casetest.Town), c.post(casetest.Town2)
	id, err := village.cabinet.NewID()
	must(t, err)
	d := casetest.Open(casetest.Birth, area.Code(casetest.Village), casetest.Village)
	body := d.Body.(casefile.OpenedBody)
	body.Applicant = village.keep(id, "applicant", "虚构乙")
	d.Body = body
	_, err = village.cabinet.Open(t.Context(), id, func(casefile.State) ([]casefile.Draft, error) { return []casefile.Draft{d}, nil })
	must(t, err)
	at := village
	for _, to := range []*post{far, village} {
		s := at.write(id, casefile.HandedOver, casefile.HandedOverBody{To: to.self})
		to.reaches(s)
		to.until("the papers", func() bool { return to.has(id, body.Applicant) })
		at = to
		at.write(id, casefile.TakenOver, nil)
	}
	village.write(id, casefile.Withdrawn, casefile.ReasonBody{Reason: "不办了", Ground: casefile.AtRequest})
	village.write(id, casefile.Concluded, casefile.ConcludedBody{})
	s := village.write(id, casefile.Erased, casefile.ErasedBody{Blobs: []chain.Hash{body.Applicant.Hash}, Reason: "x"})
	for _, p := range []*post{far, town} {
		p.reaches(s)
		if p.has(id, body.Applicant) {
			t.Errorf("%s still has it", p.self)
		}
	}
}

// lies reports whether rows of a blob are on the disk.
func lies(t *testing.T, db *badger.DB, id casefile.ID, h chain.Hash) (found bool) {
	t.Helper()
	must(t, db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: append([]byte("b/"+id.Owner()+"\x00"), h[:]...)})
		defer it.Close()
		it.Rewind()
		found = it.Valid()
		return nil
	}))
	return found
}

func TestRestriction(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	s, _ := concluded(t, village, town)
	must(t, town.privacy.Restrict("S01", privacy.Restriction{Case: s.ID, Reason: "申请人要求删除，保管期未满"}))
	refused(t, town.privacy.Restrict("S01", privacy.Restriction{Case: s.ID, Reason: "x"}), refusal.Conflict)
	_, err := town.desk.Applicant(s)
	refused(t, err, privacy.Restricted)
	if all, err := town.privacy.Restrictions("", 10); err != nil || len(all) != 1 || all[0].Case != s.ID || all[0].Reason == "" {
		t.Errorf("in force are %+v: %v", all, err)
	}
	if all, err := town.privacy.Restrictions(s.ID, 10); err != nil || len(all) != 0 {
		t.Errorf("behind the last are %+v: %v", all, err)
	}
	other := casefile.NewID(village.self, 99)
	if open, err := town.privacy.Open([]casefile.ID{other, s.ID}); err != nil || !slices.Equal(open, []casefile.ID{other}) {
		t.Errorf("open are %v: %v", open, err)
	}
	refused(t, town.privacy.Unmask(s.ID, []string{"all"}, privacy.Asker{Staff: "W01", Reason: "想看"}), privacy.Restricted)
	refused(t, town.privacy.Unmask(s.ID, []string{"all"}, privacy.Asker{Staff: "S01", Supervisor: true}), privacy.ReasonNeeded)
	refused(t, town.privacy.Unmask(s.ID, []string{"all"}, privacy.Asker{Reason: "信访", Supervisor: true}), privacy.ReasonNeeded)
	must(t, town.privacy.Unmask(s.ID, []string{"name"}, privacy.Asker{Staff: "S01", Reason: "信访答复", Supervisor: true}))
	must(t, town.privacy.Unrestrict("S01", privacy.Restriction{Case: s.ID, Reason: "申请人撤回"}))
	must(t, town.privacy.May(s.ID))
	if all, err := town.privacy.Restrictions("", 10); err != nil || len(all) != 0 {
		t.Errorf("in force are %+v: %v", all, err)
	}
	audit, err := town.privacy.Audit(privacy.Query{Case: s.ID})
	must(t, err)
	var kinds []string
	for _, l := range audit.Lines {
		kinds = append(kinds, string(l.Kind))
	}
	if strings.Join(kinds, " ") != "unrestricted read restricted" || audit.Lines[1].Read.Reason != "信访答复" || audit.Lines[1].Staff != "S01" {
		t.Errorf("%v %+v", kinds, audit.Lines)
	}
	if h, err := town.privacy.Show(s.ID); err != nil || h.Reads != 1 || h.Retention != "unset" || h.Restricted != nil || h.Bytes == 0 {
		t.Errorf("%+v %v", h, err)
	}
	if _, err := town.privacy.Verify(t.Context()); err != nil {
		t.Error(err)
	}
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
