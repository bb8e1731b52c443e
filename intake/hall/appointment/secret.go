package appointment

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// CodeDigits is how long a code is: long enough that whoever tries for as long
// as a booking is open, as often as the pages let them, doesn't find it.
const CodeDigits = 9

// NewCode draws the code with which whoever booked sees the booking again, and
// cancels it. random gives 8 bytes at a time.
func NewCode(random io.Reader) (string, error) {
	const limit = 1_000_000_000
	for {
		var b [8]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", fmt.Errorf("draw the code of an appointment: %w", err)
		}
		if n := binary.BigEndian.Uint64(b[:]); n < (1<<64-1)/limit*limit { // else some codes came more often than others
			return fmt.Sprintf("%0*d", CodeDigits, n%limit), nil
		}
	}
}

// Secret is what a booking keeps of its code. It lies with the name and the
// telephone, sealed and destroyed with them: whoever can try codes on it has
// already read what they guard.
type Secret struct {
	Salt []byte `cbor:"1,keyasint"`
	Sum  []byte `cbor:"2,keyasint"` // SHA-256 of the salt and the code
}

// NewSecret makes the secret of a code. random gives the salt.
func NewSecret(random io.Reader, code string) (Secret, error) {
	s := Secret{Salt: make([]byte, 16)}
	if _, err := io.ReadFull(random, s.Salt); err != nil {
		return Secret{}, fmt.Errorf("draw the salt of a code: %w", err)
	}
	s.Sum = s.sum(code)
	return s, nil
}

func (s Secret) sum(code string) []byte {
	h := sha256.New()
	h.Write(s.Salt)
	h.Write([]byte(code))
	return h.Sum(nil)
}

// IsZero reports whether there is none: no code opens it.
func (s Secret) IsZero() bool { return len(s.Sum) == 0 }

// Opens reports whether a code is the one of the booking, however it was spaced.
// It takes as long for a wrong one as for the right one.
func (s Secret) Opens(code string) bool {
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, code)
	return !s.IsZero() && len(code) == CodeDigits && subtle.ConstantTimeCompare(s.Sum, s.sum(code)) == 1
}
