package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// act carries out one action: plans it dry, so that what is refused leaves no
// trace; then plans it on the case as it stands under the cabinet's lock, and
// has all its events, the numbers that they bear and the answer for a repeated
// call written in one transaction.
//
// id is "" for a case that is to be opened.
func (d *Desk) act(ctx context.Context, a Action, id casefile.ID, by By, form any, plan func(*sheet) error) (Done, error) {
	if err := d.checkBy(a, &by); err != nil {
		return Done{}, err
	}
	if id == "" && a != Open && a != Bring {
		return Done{}, refusal.Newf(NoSuchCase, string(a), "name the case", "no case is named")
	}
	want := answer{Action: a, Case: id, Form: chain.Sum(wire.Encode([]any{string(a), string(id), by.Staff, form}))}
	if by.Key != "" {
		unlock := d.keys.lock(by.Key)
		defer unlock()
		done, answered, err := d.answered(by.Key, want)
		if answered || err != nil {
			return done, err
		}
	}
	if err := d.rehearse(a, id, by, plan); err != nil {
		return Done{}, err
	}
	fresh := id == ""
	if fresh {
		var err error
		if id, err = d.Cases.NewID(); err != nil {
			return Done{}, err
		}
	}
	g, events := newGiven(), 0
	state, err := d.Cases.AppendWith(ctx, id, func(s casefile.State) ([]casefile.Draft, error) {
		if !fresh && s.Head.Index == 0 {
			return nil, noSuch(a, id)
		}
		if err := unchanged(a, by, s); err != nil {
			return nil, err
		}
		sh := d.sheet(s, by, false, g)
		if err := plan(sh); err != nil {
			return nil, err
		}
		events = len(sh.drafts)
		return sh.drafts, nil
	}, func(txn *badger.Txn) error {
		want.Case = id
		return d.note(txn, by.Key, want, g)
	})
	if err != nil {
		d.takeBack(ctx, g, err)
		return Done{}, err
	}
	d.Log.Info("desk", "action", string(a), "case", string(id), "staff", by.Staff, "events", events, "phase", string(state.Phase))
	return Done{State: state, Events: events, Warnings: d.Warnings(state), Password: g.password}, nil
}

// takeBack undoes what was handed out for an action that was refused after its
// rehearsal: the case had changed in between. Where the outcome is unknown
// (no refusal) nothing is touched.
func (d *Desk) takeBack(ctx context.Context, g *given, why error) {
	if refusal.CodeOf(why) == "" {
		return
	}
	d.numbers.giveBack(g)
	for as, ref := range g.blobs {
		if err := d.Blobs.Erase(ctx, as.id.Owner(), []chain.Hash{ref.Hash}); err != nil {
			d.Log.Warn("content of a refused action is still on the disk", "err", err)
		}
	}
}

// rehearse plans an action without handing anything out.
func (d *Desk) rehearse(a Action, id casefile.ID, by By, plan func(*sheet) error) error {
	state := casefile.New(casefile.NewID(d.Self(), 1<<62)) // stands for the name that is not given yet
	if id != "" {
		var err error
		if state, err = d.state(id); err != nil {
			return err
		}
	}
	err := unchanged(a, by, state)
	if err == nil {
		err = plan(d.sheet(state, by, true, newGiven()))
	}
	if id == "" {
		return told(err, []casefile.ID{state.ID})
	}
	return err
}

// unchanged refuses with Changed where somebody acted on the case since whoever acts
// now had it before them.
func unchanged(a Action, by By, s casefile.State) error {
	if by.Seen == 0 || by.Seen == s.Head.Index {
		return nil
	}
	return refusal.Newf(Changed, string(a)+" "+string(s.ID), "look at the case again", "it has %d events by now, and had %d when this was filled in", s.Head.Index, by.Seen)
}

// told is a refusal without the names that stood in for those of new cases:
// nobody knows them.
func told(err error, stood []casefile.ID) error {
	code := refusal.CodeOf(err)
	if code == "" {
		return err
	}
	return refusal.New(code, "", refusal.HintOf(err), errors.New(toldWords(err.Error(), stood)))
}

func toldWords(words string, stood []casefile.ID) string {
	for _, id := range slices.Backward(stood) { // a later one may begin with an earlier one
		words = strings.ReplaceAll(words, string(id), "the new case")
	}
	return words
}

// state is a case as it stands here.
func (d *Desk) state(id casefile.ID) (casefile.State, error) {
	if _, _, err := id.Parse(); err != nil {
		return casefile.State{}, err
	}
	return d.Cases.State(id)
}

func noSuch(a Action, id casefile.ID) error {
	return refusal.Newf(NoSuchCase, string(a)+" "+string(id), "ask the center that opened it", "the case is not at this center")
}

// checkBy checks who acts and when, and finds the post.
func (d *Desk) checkBy(a Action, by *By) error {
	switch n := utf8.RuneCountInString(by.Staff); {
	case strings.TrimSpace(by.Staff) == "":
		return refusal.Newf(NoStaff, string(a), "say who acts", "no member of staff is named")
	case n > maxName:
		return refusal.Newf(NoStaff, string(a), "", "the name of the member of staff has %d characters, at most %d", n, maxName)
	}
	if len(by.Key) > maxKey {
		return refusal.Newf(BadForm, string(a), "", "an idempotency key has at most %d bytes", maxKey)
	}
	if !by.At.IsZero() && (by.At.UnixMilli() <= 0 || by.At.UnixMilli() > d.Now().UnixMilli()+maxDeskAhead) {
		return refusal.Newf(BadDeskTime, string(a), "check the desk's clock", "%s has not come yet", by.At)
	}
	if d.Roster == nil {
		return nil
	}
	var err error
	by.hand, err = d.Roster.Hand(*by)
	if byName, ok := d.Roster.(numbering); ok && err == nil {
		by.Staff = byName.Number(by.Staff)
	}
	return err
}

// numbering is a Roster that also knows staff by name: an event bears the
// number.
type numbering interface {
	Number(staff string) string
}

// answer is what is kept of a call with an idempotency key.
type answer struct {
	Action Action        `cbor:"1,keyasint"`
	Case   casefile.ID   `cbor:"2,keyasint"`           // the first of several
	Form   chain.Hash    `cbor:"3,keyasint"`           // of the whole call, so that a key is not used for another
	At     int64         `cbor:"4,keyasint"`           // Unix milliseconds
	Cases  []casefile.ID `cbor:"5,keyasint,omitempty"` // all that one intake opened
}

func answerKey(key string) []byte { return []byte("d/k/" + key) }

// answered finds the answer to a call that was made before.
func (d *Desk) answered(key string, want answer) (Done, bool, error) {
	kept, ok, err := d.kept(key, want)
	if !ok || err != nil {
		return Done{}, false, err
	}
	state, err := d.Cases.State(kept.Case)
	return Done{State: state, Repeated: true, Warnings: d.Warnings(state)}, true, err
}

// kept is what is kept of the same call, if it was made before; of another call
// under its key it is refused.
func (d *Desk) kept(key string, want answer) (kept answer, ok bool, err error) {
	err = d.DB.View(func(txn *badger.Txn) error {
		row, err := txn.Get(answerKey(key))
		if err != nil {
			return err
		}
		return row.Value(func(v []byte) error { return wire.Decode(v, &kept) })
	})
	if errors.Is(err, badger.ErrKeyNotFound) {
		return kept, false, nil
	}
	if err != nil {
		return kept, false, err
	}
	if kept.Form != want.Form {
		return kept, false, refusal.Newf(KeyReused, string(want.Action), "use a new key for each call",
			"the key was used to %s %s", kept.Action, kept.Case)
	}
	return kept, true, nil
}

// note writes what an action leaves beside its events.
func (d *Desk) note(txn *badger.Txn, key string, a answer, g *given) error {
	if err := g.write(txn); err != nil {
		return err
	}
	if key == "" {
		return nil
	}
	a.At = d.Now().UnixMilli()
	return txn.Set(answerKey(key), wire.Encode(a))
}

// Forget drops the answers kept for calls made before a moment (Unix
// milliseconds), at most limit of them, and says how many went. Nobody repeats
// a call after weeks.
func (d *Desk) Forget(before int64, limit int) (int, error) {
	var old [][]byte
	err := d.DB.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix = []byte("d/k/")
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Rewind(); it.Valid() && len(old) < limit; it.Next() {
			var a answer
			if err := it.Item().Value(func(v []byte) error { return wire.Decode(v, &a) }); err != nil {
				return err
			}
			if a.At < before {
				old = append(old, it.Item().KeyCopy(nil))
			}
		}
		return nil
	})
	if err != nil || len(old) == 0 {
		return 0, err
	}
	return len(old), d.DB.Update(func(txn *badger.Txn) error {
		for _, k := range old {
			if err := txn.Delete(k); err != nil {
				return err
			}
		}
		return nil
	})
}

// keyLocks lets one call at a time through for each idempotency key.
type keyLocks struct {
	mu   *sync.Mutex
	held map[string]*keyLock
}

type keyLock struct {
	sync.Mutex
	users int // guarded by keyLocks.mu
}

func newKeyLocks() keyLocks { return keyLocks{&sync.Mutex{}, map[string]*keyLock{}} }

func (k keyLocks) lock(key string) (unlock func()) {
	k.mu.Lock()
	l := k.held[key]
	if l == nil {
		l = &keyLock{}
		k.held[key] = l
	}
	l.users++
	k.mu.Unlock()
	l.Lock()
	return func() {
		l.Unlock()
		k.mu.Lock()
		defer k.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(k.held, key)
		}
	}
}
