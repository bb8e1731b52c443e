package applicant

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
)

// NewPassword draws a query password (查询密码): six digits, with which whoever
// has the receipt asks how far a case has come.
func NewPassword(random io.Reader) (string, error) {
	const limit = 1_000_000
	for {
		var b [4]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", fmt.Errorf("draw a query password: %w", err)
		}
		if n := binary.BigEndian.Uint32(b[:]); n < (1<<32-1)/limit*limit { // else some numbers came more often than others
			return fmt.Sprintf("%06d", n%limit), nil
		}
	}
}

// Seal is what a log keeps of a query password: SHA-256, in hex, of the case
// number and the password. The number is in it so that one table of a million
// hashes does not open every case; whoever has the log can still try them all,
// so a password guards a progress page and nothing more.
func Seal(number, password string) string {
	sum := sha256.Sum256([]byte(number + "\n" + password))
	return hex.EncodeToString(sum[:])
}

// Opens reports whether a password is the one of a case. It takes as long for a
// wrong one as for the right one. Without a seal none opens.
func Opens(seal, number, password string) bool {
	return seal != "" && subtle.ConstantTimeCompare([]byte(seal), []byte(Seal(number, password))) == 1
}
