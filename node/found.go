package node

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/node/identity"
)

// Founding is what makes a realm.
type Founding struct {
	Name   string    // of the realm, such as 吴江区
	Area   area.Code // that it covers
	Center string    // the display name of the founding center
	Staff  string    // who founds it
}

// Create makes the first node of a new realm in dir: its key, the realm's root
// key, and the founding command that the node orders when it first runs. It
// refuses a directory that holds a node.
func Create(dir string, c Config, f Founding, random io.Reader, now time.Time) (Trust, error) {
	const op = "found a realm"
	if err := c.Check(); err != nil {
		return Trust{}, refusal.New(refusal.Malformed, op, "", err)
	}
	if _, err := area.Parse(string(f.Area)); err != nil {
		return Trust{}, refusal.New(refusal.Malformed, op, "give the division code of the city or district", err)
	}
	if f.Area.Level() > area.District {
		return Trust{}, refusal.Newf(refusal.Malformed, op, "give the code of the district or city that it covers",
			"a realm is a district or more, not %s", f.Area)
	}
	if !c.Center.Area().Under(f.Area) {
		return Trust{}, refusal.Newf(refusal.Malformed, op, "", "center %s does not lie in %s", c.Center, f.Area)
	}
	id, err := makeDirectory(dir, c, random)
	if err != nil {
		return Trust{}, err
	}
	seed := make([]byte, 32)
	if _, err := io.ReadFull(random, seed); err != nil {
		return Trust{}, fmt.Errorf("%s: %w", op, err)
	}
	root, err := chain.NewKey(seed)
	if err != nil {
		return Trust{}, err
	}
	trust := Trust{Realm: register.RealmID(root.Public()), Root: root.Public()}
	body := register.Realm{
		ID: trust.Realm, Name: f.Name, Area: f.Area, Root: root.Public(), Publisher: c.Center,
		First: register.Center{
			ID: c.Center, Name: f.Center, Key: id.Key().Public(), Incarnation: 1,
			Addrs: c.Peer.announced(), Enrol: c.Enrol.public(), Gossip: c.Presence.public(),
		},
	}
	genesis := register.Root(root).Command(1, now, body, f.Staff, "")
	return trust, errors.Join(
		writeSecret(filepath.Join(dir, RootKeyFile), []byte(hex.EncodeToString(seed)+"\n")),
		writeSecret(filepath.Join(dir, genesisFile), genesis),
		writeTrust(dir, trust),
	)
}

// makeDirectory makes a data directory with a key, a token, the key of the
// attachments and the configuration.
func makeDirectory(dir string, c Config, random io.Reader) (*identity.Identity, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	id, err := identity.Create(dir, random)
	if err != nil {
		return nil, err
	}
	asHex := func(b []byte) []byte { return []byte(hex.EncodeToString(b) + "\n") }
	return id, errors.Join(
		newSecret(filepath.Join(dir, TokenFile), random, asHex, 24),
		newSecret(filepath.Join(dir, blobKeyFile), random, asHex, 32),
		WriteConfig(dir, c),
	)
}

// ReadRootKey reads the realm's root key from a file that Create wrote.
func ReadRootKey(path string) (chain.Key, error) {
	seed, err := readHex(path)
	if err != nil {
		return chain.Key{}, err
	}
	return chain.NewKey(seed)
}

func readHex(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	out := make([]byte, hex.DecodedLen(len(b)))
	n, err := hex.Decode(out, trimNewline(b))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return out[:n], nil
}

func trimNewline(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}
