package account

import (
	"errors"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/wire"
)

// tokens keeps which screen a cookie belongs to, by the hash of its token, in
// the node's database, which drops each row once its life is over.
type tokens struct {
	db   *badger.DB
	life time.Duration
}

var _ scs.Store = tokens{}

func tokenKey(token string) []byte { return []byte(tokenPrefix + token) }

func (t tokens) Find(token string) (b []byte, found bool, err error) {
	err = t.db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(tokenKey(token))
		if err != nil {
			return err
		}
		b, err = item.ValueCopy(nil)
		return err
	})
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, false, nil
	}
	return b, err == nil, err
}

// Commit keeps a token for its life from now: the expiry that it is given is of
// the same length, by another clock.
func (t tokens) Commit(token string, b []byte, _ time.Time) error {
	return t.db.Update(func(txn *badger.Txn) error {
		return txn.SetEntry(badger.NewEntry(tokenKey(token), b).WithTTL(t.life))
	})
}

func (t tokens) Delete(token string) error {
	return t.db.Update(func(txn *badger.Txn) error { return txn.Delete(tokenKey(token)) })
}

// screenField is all that a cookie's row says.
const screenField = "screen"

type tokenRow struct {
	Deadline int64  `cbor:"1,keyasint"` // Unix seconds
	Screen   string `cbor:"2,keyasint"`
}

// codec writes such a row.
type codec struct{}

func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	screen, _ := values[screenField].(string)
	return wire.Encode(tokenRow{deadline.Unix(), screen}), nil
}

func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	var r tokenRow
	if err := wire.Decode(b, &r); err != nil {
		return time.Time{}, nil, err
	}
	return time.Unix(r.Deadline, 0), map[string]any{screenField: r.Screen}, nil
}
