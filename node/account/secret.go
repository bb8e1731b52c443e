package account

import (
	"context"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"tongban/consensus/refusal"
)

// Cost is what one hash of argon2id takes.
type Cost struct {
	Time   uint32 // passes
	Memory uint32 // KiB
}

// The costs: at a hub, and on a village's PC the least that OWASP's Password
// Storage Cheat Sheet names.
var (
	HubCost     = Cost{Time: 3, Memory: 64 << 10}
	VillageCost = Cost{Time: 2, Memory: 19 << 10}
)

// Bounds of what is chosen, in characters.
const (
	minPassword = 8
	maxPassword = 128
	minPIN      = 4
	maxPIN      = 6
)

const (
	saltBytes = 16
	hashBytes = 32
	maxQueue  = 64 // hashes that wait for their turn
)

// hasher makes and checks hashes, one for every two processors at a time: a
// flood of sign-ins takes neither the memory nor the machine.
type hasher struct {
	cost    Cost
	random  io.Reader
	slots   chan struct{}
	waiting atomic.Int32
	dummy   func() (string, error) // hash of nothing that anybody could type
}

func newHasher(c Cost, random io.Reader) *hasher {
	h := &hasher{cost: c, random: random, slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
	h.dummy = sync.OnceValues(func() (string, error) { return h.hash("\x00") })
	return h
}

// turn waits for one of the few places in which a hash is computed; leave gives
// it back.
func (h *hasher) turn(ctx context.Context) (leave func(), err error) {
	if h.waiting.Add(1) > maxQueue {
		h.waiting.Add(-1)
		return nil, refusal.Newf(refusal.Unavailable, "sign in", "try again in a few seconds", "too many people sign in at once")
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hash is one in the usual written form of argon2id. The caller has the turn.
func (h *hasher) hash(secret string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", fmt.Errorf("draw a salt: %w", err)
	}
	sum := argon2.IDKey([]byte(secret), salt, h.cost.Time, h.cost.Memory, 1, hashBytes)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, h.cost.Memory, h.cost.Time, b64(salt), b64(sum)), nil
}

// matches reports whether a hash is that of a secret. The caller has the turn.
func (h *hasher) matches(hash, secret string) bool {
	real := hash != ""
	if !real { // it takes as long as if there were one
		var err error
		if hash, err = h.dummy(); err != nil {
			return false
		}
	}
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var c Cost
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=1", &c.Memory, &c.Time); err != nil || c.Time == 0 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) != hashBytes {
		return false
	}
	got := argon2.IDKey([]byte(secret), salt, c.Time, c.Memory, 1, hashBytes)
	return subtle.ConstantTimeCompare(got, want) == 1 && real
}

// initial draws a password to be told once: four groups of letters and digits
// that nobody takes for each other, 59 bits.
func (h *hasher) initial() (string, error) {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789" // 31
	var b strings.Builder
	one := make([]byte, 1)
	for n := 0; n < 12; {
		if _, err := io.ReadFull(h.random, one); err != nil {
			return "", fmt.Errorf("draw a password: %w", err)
		}
		if int(one[0]) >= 256/len(letters)*len(letters) {
			continue // else the first letters would come more often
		}
		if n > 0 && n%3 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letters[int(one[0])%len(letters)])
		n++
	}
	return b.String(), nil
}

//go:embed common.txt
var commonest string

var common = func() map[string]bool {
	all := map[string]bool{}
	for _, line := range strings.Fields(commonest) {
		all[line] = true
	}
	return all
}()

// checkPassword refuses with WeakPassword.
func checkPassword(op, login, password string) error {
	weak := func(format string, args ...any) error {
		return refusal.Newf(WeakPassword, op, "a sentence that only you would think of is long and easy to keep", format, args...)
	}
	n, small := utf8.RuneCountInString(password), strings.ToLower(password)
	switch {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return weak("the password has characters that cannot be typed")
	case n < minPassword || n > maxPassword:
		return weak("the password has %d characters, want %d to %d", n, minPassword, maxPassword)
	case strings.Contains(small, login):
		return weak("the password has the login in it")
	case common[small] || monotone(small):
		return weak("the password is one of the commonest")
	}
	return nil
}

// checkPIN refuses with WeakPassword.
func checkPIN(op, pin string) error {
	if !pinShaped(pin) {
		return refusal.Newf(WeakPassword, op, "", "a PIN has %d to %d digits", minPIN, maxPIN)
	}
	if monotone(pin) {
		return refusal.Newf(WeakPassword, op, "choose digits that do not follow each other", "the PIN is one of the commonest")
	}
	return nil
}

func pinShaped(s string) bool {
	return len(s) >= minPIN && len(s) <= maxPIN && strings.Trim(s, "0123456789") == ""
}

// monotone: every character is the one before, or the next after it, or the
// next before it, all the way.
func monotone(s string) bool {
	for _, step := range []rune{0, 1, -1} {
		all, before := true, rune(-1)
		for _, r := range s {
			if before >= 0 && r != before+step {
				all = false
				break
			}
			before = r
		}
		if all {
			return true
		}
	}
	return false
}
