package rating

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"tongban/catalog/area"
)

// Token is a capability: whoever has it may rate one case or one visit, once,
// and read what became of that. It can't be guessed, and says nothing of what
// it is for.
type Token string

const tokenBytes = 20 // 160 bits: 32 characters, no padding

// letters without vowels that make words, and none that look alike on a slip.
var letters = base32.NewEncoding("23456789bcdfghjkmnpqrstvwxyzAEHL").WithPadding(base32.NoPadding)

// tokenFor derives the token of a subject: printed again, a slip bears the same.
func tokenFor(secret []byte, center area.Center, s Subject) Token {
	m := hmac.New(sha256.New, secret)
	for _, part := range []string{"tongban/rating/capability/1", string(center), string(s.Case), s.Visit} {
		m.Write([]byte(part))
		m.Write([]byte{0})
	}
	return Token(letters.EncodeToString(m.Sum(nil)[:tokenBytes]))
}

// Valid reports whether a text has the shape of a token.
func (t Token) Valid() bool {
	return len(t) == letters.EncodedLen(tokenBytes) &&
		!strings.ContainsFunc(string(t), func(r rune) bool { return !strings.ContainsRune("23456789bcdfghjkmnpqrstvwxyzAEHL", r) })
}

// Secret is the node's secret for tokens, out of the key that it keeps for
// what lies on its disk.
func Secret(key []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("tongban/rating/secret/1"))
	return m.Sum(nil)
}
