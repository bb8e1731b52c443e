package cabinet

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// twin is another database with the same case, under the same party: a clone.
func (d *desk) twin(id casefile.ID) *desk {
	d.t.Helper()
	other := newDesk(d.t, d.realm, d.self.Center)
	other.self = casetest.First(casetest.Over) // taken in as by somebody else, so that it isn't fenced
	other.reopen()
	d.send(other, id, 1)
	other.self = d.self
	other.reopen()
	return other
}

// The village's case is seized on an old copy; the village, which had not
// heard of it, comes back with its branch.
func TestSeizureAndReturn(t *testing.T) {
	realm := casetest.City()
	village, district := newDesk(t, realm, casetest.Village), newDesk(t, realm, casetest.District)
	s := village.begin()
	village.send(district, s.ID, 1)
	village.view = realm.At(realm.View().Head().Index)
	village.reopen()
	district.refused(s.ID, casefile.NoGrant, casefile.Seized, nil)
	realm.Seize(s.ID, district.self, s.Head, casetest.Village)
	village.append(s.ID, casefile.Opinion, casefile.OpinionBody{Text: "the witness"})
	district.append(s.ID, casefile.Seized, nil)
	district.refused(s.ID, casefile.NoGrant, casefile.Seized, nil) // the grant does not serve twice

	v := village.send(district, s.ID, 1)
	if v.Ruling != casefile.OlderEpoch || v.State.Epoch != 1 {
		t.Fatalf("%+v", v)
	}
	village.append(s.ID, casefile.Opinion, casefile.OpinionBody{Text: "still not heard"})
	if v := village.send(district, s.ID, 4); v.Ruling != casefile.Gap || v.Need != 1 {
		t.Fatalf("%+v", v)
	}
	village.send(district, s.ID, 1)
	village.send(district, s.ID, 1)
	branches, err := district.Branches(s.ID)
	if err != nil || len(branches) != 1 || branches[0].Head.Index != 4 || branches[0].Cause != Late || branches[0].Settled {
		t.Fatalf("%+v %v", branches, err)
	}
	if list, _ := district.List(Filter{Troubled: true}, "", 9); len(list) != 1 {
		t.Fatal("nobody is told of the branch")
	}

	district.append(s.ID, casefile.Withdrawn, casefile.ReasonBody{Reason: "the applicant asked"})
	district.refused(s.ID, Unreconciled, casefile.Concluded, nil)
	district.append(s.ID, casefile.Reconciled, casefile.ReconciledBody{Head: branches[0].Head, Reason: "set aside"})
	district.append(s.ID, casefile.Concluded, nil)
	if list, _ := district.List(Filter{Troubled: true}, "", 9); len(list) != 0 {
		t.Fatal("it is settled")
	}

	village.view = realm.View()
	village.reopen()
	village.refused(s.ID, casefile.EpochBehind, casefile.Opinion, casefile.OpinionBody{Text: "x"})
	if v := district.send(village, s.ID, 1); v.Ruling != casefile.NewerEpoch || v.State.Phase != casefile.PhaseConcluded {
		t.Fatalf("%+v", v)
	}
	branches, err = village.Branches(s.ID)
	if err != nil || len(branches) != 1 || branches[0].Cause != Overruled || !branches[0].Settled {
		t.Fatalf("%+v %v", branches, err)
	}
	kept, err := village.BranchLog(s.ID, branches[0].Number, 1, 99)
	if err != nil || len(kept) != 4 {
		t.Fatalf("%d events kept, %v", len(kept), err)
	}
	if reason, fenced := village.Fenced(); fenced {
		t.Fatal(reason)
	}
	// Its own old branch comes back by a detour: known, nothing happens.
	if _, err := village.Ingest(context.Background(), casetest.Town, s.ID, 1, kept); err != nil {
		t.Fatal(err)
	}
	if reason, fenced := village.Fenced(); fenced {
		t.Fatal(reason)
	}
	for _, d := range []*desk{village, district} {
		d.verify()
		d.reopen()
		d.verify()
	}
}

// A seizer that has more of the log than the grant names cuts it, and keeps
// what stood behind.
func TestSeizureCutsTheLog(t *testing.T) {
	realm := casetest.City()
	village, town := newDesk(t, realm, casetest.Village), newDesk(t, realm, casetest.Town)
	s := village.begin()
	village.append(s.ID, casefile.Opinion, casefile.OpinionBody{Text: "one more"})
	village.send(town, s.ID, 1)
	realm.Seize(s.ID, town.self, s.Head, casetest.Village)
	after := town.append(s.ID, casefile.Seized, nil)
	if after.Head.Index != 3 || after.Holder != town.self {
		t.Fatalf("%+v", after)
	}
	branches, _ := town.Branches(s.ID)
	if len(branches) != 1 || branches[0].Cause != CutBySeize || branches[0].Fork != 3 {
		t.Fatalf("%+v", branches)
	}
	town.verify()
	if v := town.send(village, s.ID, 1); v.Ruling != casefile.NewerEpoch {
		t.Fatalf("%+v", v)
	}
	village.verify()
	// A second seizure on a log that is not here waits for it.
	realm.Seize(s.ID, town.self, chain.Head{Index: 9, Hash: chain.Sum(nil)}, casetest.Town)
	town.refused(s.ID, MissingBase, casefile.Seized, nil)
}

// Two machines under one name: whoever sees both logs freezes the case, and
// whoever sees its own work that it does not have fences itself.
func TestEquivocation(t *testing.T) {
	realm := casetest.City()
	village, town := newDesk(t, realm, casetest.Village), newDesk(t, realm, casetest.Town)
	s := village.begin()
	twin := village.twin(s.ID)
	village.append(s.ID, casefile.Opinion, casefile.OpinionBody{Text: "one"})
	twin.append(s.ID, casefile.HandedOver, to(town.self))
	village.send(town, s.ID, 1)
	if v := twin.send(town, s.ID, 1); v.Ruling != casefile.Equivocation || !v.Frozen {
		t.Fatalf("%+v", v)
	}
	twin.send(town, s.ID, 1)
	if branches, _ := town.Branches(s.ID); len(branches) != 1 || branches[0].Cause != Equivocal {
		t.Fatalf("%+v", branches)
	}
	town.reopen()
	town.refused(s.ID, CaseFrozen, casefile.TakenOver, nil)
	if v := twin.send(village, s.ID, 1); v.Ruling != casefile.Equivocation {
		t.Fatalf("%+v", v)
	}
	if _, fenced := village.Fenced(); !fenced {
		t.Fatal("it saw its own seal and goes on")
	}
	village.refused(s.ID, refusal.Fenced, casefile.Opinion, casefile.OpinionBody{})
	if _, err := village.NewID(); refusal.CodeOf(err) != refusal.Fenced {
		t.Fatal(err)
	}

	// Only a seizure resolves it; here on the twin's log.
	theirs, _ := twin.State(s.ID)
	realm.Seize(s.ID, town.self, theirs.Head, casetest.Village)
	after := town.append(s.ID, casefile.Seized, nil)
	if after.Head.Index != 4 || after.Holder != town.self {
		t.Fatalf("%+v", after)
	}
	branches, _ := town.Branches(s.ID)
	if len(branches) != 1 || branches[0].Cause != Equivocal {
		t.Fatalf("%+v", branches)
	}
	if frozen, _ := town.Frozen(s.ID); frozen {
		t.Fatal("it is still frozen")
	}
	town.verify()
	if v := town.send(twin, s.ID, 1); v.Ruling != casefile.Extends {
		t.Fatalf("%+v", v)
	}

	// The fenced center writes again in its next incarnation, other cases only.
	if err := village.LiftFence(); refusal.CodeOf(err) != refusal.Forbidden {
		t.Fatal(err)
	}
	village.self = realm.Enrol(casetest.Village)
	village.reopen()
	if err := village.LiftFence(); err != nil {
		t.Fatal(err)
	}
	if seq, _ := village.Own(); seq != 0 {
		t.Fatalf("the new incarnation begins at %d", seq)
	}
	village.refused(s.ID, CaseFrozen, casefile.Opinion, casefile.OpinionBody{})
	if fresh := village.begin(); fresh.ID != casefile.NewID(village.self, 1) {
		t.Fatal(fresh.ID)
	}
	village.verify()
}

// A node rolled back to an old copy takes its own later work in, and stops.
func TestRolledBack(t *testing.T) {
	realm := casetest.City()
	village, town := newDesk(t, realm, casetest.Village), newDesk(t, realm, casetest.Town)
	s := village.begin()
	old := village.twin(s.ID)
	village.append(s.ID, casefile.HandedOver, to(town.self))
	village.send(town, s.ID, 1)
	if v := town.send(old, s.ID, 1); v.Ruling != casefile.Extends {
		t.Fatalf("%+v", v)
	}
	old.refused(s.ID, refusal.Fenced, casefile.Opinion, casefile.OpinionBody{})
	old.reopen()
	if _, fenced := old.Fenced(); !fenced {
		t.Fatal("a restart lifts the fence")
	}
	if got, _ := old.State(s.ID); got.Offer == nil {
		t.Fatal("what it had acknowledged is not back")
	}
}

// Nothing is sealed once Fence returned, however many are writing.
func TestFenceStopsWriters(t *testing.T) {
	realm := casetest.City()
	d := newDesk(t, realm, casetest.Town)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 8 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				id, err := d.NewID()
				if err == nil {
					_, err = d.Open(context.Background(), id, drafts(casetest.Open(casetest.Residence, area.Code(casetest.Village), casetest.Town)))
				}
				if err != nil && refusal.CodeOf(err) != refusal.Fenced {
					t.Error(err)
					return
				}
			}
		})
	}
	ids, unwatch := d.Watch(1000)
	<-ids
	if err := d.Fence("test"); err != nil {
		t.Fatal(err)
	}
	at, _ := d.Own()
	close(stop)
	wg.Wait()
	unwatch()
	if after, _ := d.Own(); after != at {
		t.Fatalf("%d writes after the fence", after-at)
	}
}

// One case, many writers: one after another, none lost.
func TestOneCaseManyWriters(t *testing.T) {
	realm := casetest.City()
	d := newDesk(t, realm, casetest.Town)
	s := d.begin()
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			_, err := d.Append(context.Background(), s.ID, drafts(casefile.Draft{
				Kind: casefile.RequestKept, Body: realm.Request(d.self, s.ID, "reminder", fmt.Sprint(i), nil, int64(i+1))}))
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	after, _ := d.State(s.ID)
	if after.Head.Index != s.Head.Index+24 || len(after.Requests) != 24 {
		t.Fatalf("%+v", after.Head)
	}
	d.verify()
}

// A log larger than one transaction comes in whole, and so does one that wins.
func TestLargeLogs(t *testing.T) {
	realm := casetest.City()
	village, town, district := newDesk(t, realm, casetest.Village), newDesk(t, realm, casetest.Town), newDesk(t, realm, casetest.District)
	s := village.begin()
	village.send(district, s.ID, 1)
	big := func(by casefile.Party, n int) casefile.RequestBody {
		return realm.Request(by, s.ID, "reminder", fmt.Sprint(n), make([]byte, casefile.MaxRequest), int64(n+1))
	}
	for n := range 12 {
		village.append(s.ID, casefile.RequestKept, big(village.self, n))
	}
	if v := village.send(town, s.ID, 1); v.Head.Index != 14 {
		t.Fatalf("%+v", v)
	}
	_, err := town.Append(context.Background(), s.ID, drafts())
	if err != nil {
		t.Fatal(err)
	}
	realm.Seize(s.ID, district.self, s.Head, casetest.Village)
	district.append(s.ID, casefile.Seized, nil)
	for n := range 7 {
		district.append(s.ID, casefile.RequestKept, big(district.self, n))
	}
	if v := district.send(town, s.ID, 1); v.Ruling != casefile.NewerEpoch || v.Head.Index != 10 {
		t.Fatalf("%+v", v)
	}
	if v := village.send(district, s.ID, 1); v.Ruling != casefile.OlderEpoch {
		t.Fatalf("%+v", v)
	}
	town.verify()
	district.verify()
	_, err = village.Append(context.Background(), s.ID, drafts(casefile.Draft{
		Kind: casefile.Opinion, Body: casefile.OpinionBody{Center: casetest.Village, Text: strings.Repeat("x", 300<<10)}}))
	if err == nil {
		t.Fatal("an event above the limit of a record")
	}
}

type blob struct {
	owner casefile.Owner
	hash  chain.Hash
}

type blobs struct {
	mu   sync.Mutex
	here map[blob]bool
}

func (b *blobs) Has(owner casefile.Owner, h chain.Hash) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.here[blob{owner, h}]
}

func (b *blobs) Tombstone(_ *badger.Txn, owner casefile.Owner, hashes []chain.Hash) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, h := range hashes {
		delete(b.here, blob{owner, h})
	}
	return nil
}

func (b *blobs) Sweep(context.Context) error { return nil }

// A case is not taken over before its content is here: another case's of the same
// hash does not count. What is erased in the log is erased on every node that
// takes the log in, and nothing of another case, whatever hash the log names.
func TestBlobs(t *testing.T) {
	realm := casetest.City()
	village, town := newDesk(t, realm, casetest.Village), newDesk(t, realm, casetest.Town)
	photo := chain.Sum([]byte("photo"))
	have := &blobs{here: map[blob]bool{}}
	town.cfg.Blobs = have
	town.reopen()
	s := village.begin()
	village.append(s.ID, casefile.Received, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{
		{ID: "photo", State: casefile.Electronic, Blob: &casefile.BlobRef{Hash: photo, Kind: "material"}}}})
	village.append(s.ID, casefile.HandedOver, to(town.self))
	village.send(town, s.ID, 1)
	town.refused(s.ID, MissingBlob, casefile.TakenOver, nil)
	foreign := blob{casefile.NewID(town.self, 99).Owner(), photo}
	have.here[foreign] = true
	town.refused(s.ID, MissingBlob, casefile.TakenOver, nil)
	have.here[blob{s.ID.Owner(), photo}] = true
	town.append(s.ID, casefile.TakenOver, nil)
	town.append(s.ID, casefile.Withdrawn, casefile.ReasonBody{Reason: "moved away", Ground: casefile.AtRequest})
	erased := casefile.ErasedBody{Blobs: []chain.Hash{photo}, Reason: "kept too long"}
	town.refused(s.ID, casefile.StepOrder, casefile.Erased, erased)
	town.append(s.ID, casefile.Concluded, casefile.ConcludedBody{})
	town.append(s.ID, casefile.Erased, erased)
	if have.Has(s.ID.Owner(), photo) {
		t.Fatal("it is still here")
	}
	other := newDesk(t, realm, casetest.District)
	kept := &blobs{here: map[blob]bool{{s.ID.Owner(), photo}: true, foreign: true}}
	other.cfg.Blobs = kept
	other.reopen()
	town.send(other, s.ID, 1)
	if kept.Has(s.ID.Owner(), photo) {
		t.Fatal("it is still at the district")
	}
	if !have.here[foreign] || !kept.here[foreign] {
		t.Error("one case's erasure reached the content of another")
	}
}

// What was changed on the disk is found, and the case is named.
func TestVerifyAllFindsDamage(t *testing.T) {
	d := newDesk(t, casetest.City(), casetest.Town)
	whole, damaged := d.begin(), d.begin()
	err := d.db.Update(func(txn *badger.Txn) error {
		k := keyEvent(damaged.ID, 1, 2)
		item, err := txn.Get(k)
		if err != nil {
			return err
		}
		v, err := item.ValueCopy(nil)
		if err != nil {
			return err
		}
		v[len(v)-1] ^= 1
		return txn.Set(k, v)
	})
	if err != nil {
		t.Fatal(err)
	}
	bad, err := d.VerifyAll(context.Background(), nil)
	if err != nil || len(bad) != 1 || bad[0].Case != damaged.ID || refusal.CodeOf(bad[0].Err) != casefile.BadSeal {
		t.Fatalf("%v %v (%s is whole)", bad, err, whole.ID)
	}
}

// Head rows of another version of the fold are folded again.
func TestFoldVersion(t *testing.T) {
	d := newDesk(t, casetest.City(), casetest.Town)
	s := d.begin()
	f, _ := d.load(s.ID)
	err := d.db.Update(func(txn *badger.Txn) error {
		row := f.row()
		row.Version, row.State = 0, []byte{0xf6}
		return txn.Set(keyHead(s.ID), encodeRow(row))
	})
	if err != nil {
		t.Fatal(err)
	}
	d.reopen()
	if again, err := d.State(s.ID); err != nil || again.Head != s.Head || again.Number != s.Number {
		t.Fatalf("%+v %v", again, err)
	}
}

func TestWatch(t *testing.T) {
	d := newDesk(t, casetest.City(), casetest.Town)
	ids, stop := d.Watch(1)
	changed := d.Changed()
	s := d.begin()
	<-changed
	if id := <-ids; id != s.ID {
		t.Fatal(id)
	}
	d.begin()
	d.begin() // it does not fit: the watcher is told by the end of its channel
	<-ids
	if _, on := <-ids; on {
		t.Fatal("it goes on after a loss")
	}
	stop()
}
