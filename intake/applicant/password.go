package applicant

import (
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/argon2"
)

// A query password has so many characters, of those that nobody takes for each
// other: 49 bits.
const (
	passwordLetters = "abcdefghjkmnpqrstuvwxyz23456789" // 31
	passwordLength  = 10
)

// NewPassword draws a query password (查询密码), with which whoever has the
// receipt asks how far a case has come: two groups of letters and digits.
func NewPassword(random io.Reader) (string, error) {
	var b strings.Builder
	one := make([]byte, 1)
	for n := 0; n < passwordLength; {
		if _, err := io.ReadFull(random, one); err != nil {
			return "", fmt.Errorf("draw a query password: %w", err)
		}
		if int(one[0]) >= 256/len(passwordLetters)*len(passwordLetters) {
			continue // else the first letters came more often than others
		}
		if n == passwordLength/2 {
			b.WriteByte('-')
		}
		b.WriteByte(passwordLetters[int(one[0])%len(passwordLetters)])
		n++
	}
	return b.String(), nil
}

// What one seal costs: a few milliseconds and 4 MiB. That is little for a
// password that somebody chose; these are drawn.
const (
	sealPasses = 1
	sealKiB    = 4 << 10
	sealBytes  = 32
)

// Seal is what a log keeps of a query password: argon2id, in hex, of it and the
// case number, so that it is checked wherever the case is, and a copy of the log
// is of no use to whoever tries passwords on it. How a password is spaced and
// whether its letters are large counts for nothing.
func Seal(number, password string) string {
	sum := argon2.IDKey([]byte(typed(password)), []byte("tongban query password\n"+number), sealPasses, sealKiB, 1, sealBytes)
	return hex.EncodeToString(sum)
}

// typed is a password as it was meant: without what only spaces it, and in
// letters of half width, as an input method for Chinese may not give them.
func typed(password string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xff00 && r < 0xff5f {
			r -= 0xfee0
		}
		switch {
		case r == ' ' || r == '-' || r == '\u3000':
			return -1
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, password)
}

// Opens reports whether a password is the one of a case. It takes as long for a
// wrong one as for the right one. Without a seal none opens.
func Opens(seal, number, password string) bool {
	return seal != "" && subtle.ConstantTimeCompare([]byte(seal), []byte(Seal(number, password))) == 1
}
