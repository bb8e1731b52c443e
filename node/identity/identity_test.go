package identity_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/node/identity"
)

func TestKeyIsKeptAndNeverOverwritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "node")
	made, err := identity.Create(dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file: %v, %v; want mode 0600", info.Mode(), err)
	}
	loaded, err := identity.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !loaded.Key().Public().Equal(made.Key().Public()) {
		t.Error("the key that was loaded is not the one that was made")
	}
	sealed := chain.Sign(loaded.Key(), chain.HelloDomain, []byte("hello"))
	if seal, err := chain.Unseal(sealed); err != nil || seal.Verify(chain.HelloDomain, made.Key().Public()) != nil {
		t.Error("the loaded key does not sign for the made one")
	}
	if _, err := identity.Create(dir, rand.Reader); refusal.CodeOf(err) != identity.KeyExists {
		t.Errorf("second Create: %v, want %s", err, identity.KeyExists)
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if len(left) > 0 {
		t.Errorf("temporary files left behind: %v", left)
	}
	if text := fmt.Sprintf("%v %+v %#v", loaded.Key(), loaded.Key(), loaded.Key()); strings.Contains(text, fmt.Sprintf("%x", loaded.Key().Seed())) {
		t.Error("the secret shows when the key is printed")
	}
}

func TestKeyThatCannotBeUsed(t *testing.T) {
	cases := []struct {
		name  string
		spoil func(t *testing.T, dir string)
		want  refusal.Code
	}{
		{"none", func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, "key"))) }, identity.NoKey},
		{"readable by others", func(t *testing.T, dir string) { must(t, os.Chmod(filepath.Join(dir, "key"), 0o644)) }, identity.KeyExposed},
		{"cut off", func(t *testing.T, dir string) { must(t, os.Truncate(filepath.Join(dir, "key"), 20)) }, identity.KeyDamaged},
		{"empty", func(t *testing.T, dir string) { must(t, os.Truncate(filepath.Join(dir, "key"), 0)) }, identity.KeyDamaged},
		{"halves that do not fit", func(t *testing.T, dir string) {
			path := filepath.Join(dir, "key")
			b, err := os.ReadFile(path)
			must(t, err)
			b[10] ^= 1 // in the seed
			must(t, os.WriteFile(path, b, 0o600))
		}, identity.KeyDamaged},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := identity.Create(dir, rand.Reader)
			must(t, err)
			c.spoil(t, dir)
			if _, err := identity.Load(dir); refusal.CodeOf(err) != c.want || refusal.HintOf(err) == "" {
				t.Errorf("Load: %v, want %s and a hint", err, c.want)
			}
		})
	}
}

func TestCreateNeedsRandomness(t *testing.T) {
	dir := t.TempDir()
	if _, err := identity.Create(dir, bytes.NewReader(make([]byte, 5))); err == nil {
		t.Fatal("a key from five bytes")
	}
	if _, err := identity.Load(dir); refusal.CodeOf(err) != identity.NoKey {
		t.Errorf("after a failed Create: %v", err)
	}
}

func TestNextKeySurvivesUntilAdopted(t *testing.T) {
	dir := t.TempDir()
	id, err := identity.Create(dir, rand.Reader)
	must(t, err)
	old := id.Key().Public()
	next, err := id.Next(rand.Reader)
	must(t, err)
	if next.Public().Equal(old) {
		t.Fatal("the next key is the old one")
	}
	// The answer is lost, the node starts again: the same key asks again.
	id, err = identity.Load(dir)
	must(t, err)
	again, err := id.Next(rand.Reader)
	must(t, err)
	if !again.Public().Equal(next.Public()) || !id.Key().Public().Equal(old) {
		t.Fatal("the waiting key changed, or came into force too early")
	}
	must(t, id.Adopt())
	if !id.Key().Public().Equal(next.Public()) {
		t.Error("the key in force is not the adopted one")
	}
	id, err = identity.Load(dir)
	must(t, err)
	former, err := id.Former()
	must(t, err)
	if !id.Key().Public().Equal(next.Public()) || len(former) != 1 || !former[0].Public().Equal(old) {
		t.Errorf("after a restart: key %v, former %v", id.Key(), former)
	}
	if err := id.Adopt(); refusal.CodeOf(err) != identity.NoKey {
		t.Errorf("Adopt with no waiting key: %v", err)
	}
}

// halves is a store's half in memory; crash leaves SetMark without effect.
type halves struct {
	mark  identity.Mark
	crash bool
}

func (h *halves) Mark() (identity.Mark, error) { return h.mark, nil }
func (h *halves) SetMark(m identity.Mark) error {
	if h.crash {
		return os.ErrClosed
	}
	h.mark = m
	return nil
}

func TestStartMarks(t *testing.T) {
	type world struct {
		dir   string
		id    *identity.Identity
		store *halves
	}
	begin := func(t *testing.T, w *world, machine string) identity.Start {
		t.Helper()
		s, err := w.id.Begin(w.store, machine, rand.Reader)
		must(t, err)
		return s
	}
	starts := func(t *testing.T, w *world) []byte {
		b, err := os.ReadFile(filepath.Join(w.dir, "starts"))
		must(t, err)
		return b
	}
	cases := []struct {
		name    string
		after   func(t *testing.T, w *world) // what happens after two sound starts
		machine string
		want    identity.Verdict
	}{
		{"nothing happened", func(t *testing.T, w *world) {}, "pc", identity.Continued},
		{"store from a backup", func(t *testing.T, w *world) { w.store.mark = identity.Mark{Restored: true} }, "pc", identity.Restored},
		{"old copy of the store", func(t *testing.T, w *world) {
			old := w.store.mark
			begin(t, w, "pc")
			w.store.mark = old
		}, "pc", identity.Restored},
		{"old copy of the key's folder", func(t *testing.T, w *world) {
			old := starts(t, w)
			begin(t, w, "pc")
			must(t, os.WriteFile(filepath.Join(w.dir, "starts"), old, 0o600))
		}, "pc", identity.Restored},
		{"as many starts, but another store", func(t *testing.T, w *world) { w.store.mark.Token = "else" }, "pc", identity.Restored},
		{"empty store", func(t *testing.T, w *world) { w.store.mark = identity.Mark{} }, "pc", identity.Restored},
		{"mark beside the key lost", func(t *testing.T, w *world) { must(t, os.Remove(filepath.Join(w.dir, "starts"))) }, "pc", identity.Restored},
		{"everything copied to another machine", func(t *testing.T, w *world) {}, "laptop", identity.Cloned},
		{"machine without an id", func(t *testing.T, w *world) {}, "", identity.Continued},
		{"crash between the halves, before the store", func(t *testing.T, w *world) {
			w.store.crash = true
			if _, err := w.id.Begin(w.store, "pc", rand.Reader); err == nil {
				t.Fatal("Begin hid the failure")
			}
			w.store.crash = false
		}, "pc", identity.Continued},
		{"crash between the halves, after the store", func(t *testing.T, w *world) {
			w.store.crash = true
			w.id.Begin(w.store, "pc", rand.Reader)
			w.store.crash = false
			var beside struct{ Next identity.Mark }
			must(t, json.Unmarshal(starts(t, w), &beside))
			w.store.mark = beside.Next // it did reach the disk
		}, "pc", identity.Continued},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := &world{dir: t.TempDir(), store: &halves{}}
			var err error
			w.id, err = identity.Create(w.dir, rand.Reader)
			must(t, err)
			if s := begin(t, w, "pc"); s.Verdict != identity.First || s.Count != 1 || s.Session == "" {
				t.Fatalf("first start: %+v", s)
			}
			if s := begin(t, w, "pc"); s.Verdict != identity.Continued || s.Count != 2 {
				t.Fatalf("second start: %+v", s)
			}
			c.after(t, w)
			got := begin(t, w, c.machine)
			if got.Verdict != c.want || got.Verdict.Sound() != (got.Reason == "") {
				t.Fatalf("verdict %v (%s), want %v", got.Verdict, got.Reason, c.want)
			}
			if got.Verdict.Sound() {
				return
			}
			// It stays so until the Register has granted a new incarnation.
			if again := begin(t, w, c.machine); again.Verdict != c.want || again.Session == got.Session {
				t.Fatalf("the next start forgot: %+v", again)
			}
			must(t, w.id.Renew(w.store, c.machine, got.Session))
			if s := begin(t, w, c.machine); s.Verdict != identity.Continued || s.Count < 2 {
				t.Fatalf("after a new incarnation: %+v", s)
			}
		})
	}
}

func TestMarkRoundTrip(t *testing.T) {
	want := identity.Mark{Count: 7, Token: "ab", Machine: "pc", Restored: true}
	got, err := identity.DecodeMark(identity.EncodeMark(want))
	if err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
