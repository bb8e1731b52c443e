package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// The files of a data directory, beside ConfigFile, the key and the database.
const (
	TrustFile   = "realm.json"   // what the node trusts before it has read a Register
	TokenFile   = "token"        // what the API's callers bring
	RootKeyFile = "root.key"     // the realm's root key, where the realm was founded
	blobKeyFile = "blob.key"     // encrypts attachments at rest
	genesisFile = "genesis.cbor" // record 1, until the founding node has ordered it
	snapshotDir = "snapshots"
)

// Trust is all that a node must be told: which realm, under which root key,
// and whom to ask first. It comes with the ticket.
type Trust struct {
	Realm    string          `json:"realm"`
	Root     chain.PublicKey `json:"root"`
	Contacts []Contact       `json:"contacts,omitempty"`
	// Incarnation is what the node was granted when it last joined, until the
	// Register itself says so here.
	Incarnation uint32 `json:"incarnation,omitempty"`
}

// Contact is a center that a new node knows before it has a directory.
type Contact struct {
	Center area.Center     `json:"center"`
	Key    chain.PublicKey `json:"key"`
	Addrs  []string        `json:"addrs"`
}

func readTrust(dir string) (Trust, error) {
	b, err := os.ReadFile(filepath.Join(dir, TrustFile))
	if errors.Is(err, os.ErrNotExist) {
		return Trust{}, refusal.Newf(refusal.NotFound, "read "+TrustFile, "join a realm with 'tongban join'", "%s belongs to no realm yet", dir)
	}
	if err != nil {
		return Trust{}, err
	}
	var t Trust
	if err := json.Unmarshal(b, &t); err != nil {
		return Trust{}, fmt.Errorf("read %s: %w", TrustFile, err)
	}
	return t, nil
}

func writeTrust(dir string, t Trust) error {
	b, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	return writeSecret(filepath.Join(dir, TrustFile), append(b, '\n'))
}

// writeSecret writes a file that only its owner reads, durably and all at
// once: a crash leaves the old file or the new one.
func writeSecret(path string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// newSecret makes a secret file of n random bytes, unless it stands already.
func newSecret(path string, random io.Reader, encode func([]byte) []byte, n int) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(random, b); err != nil {
		return fmt.Errorf("make %s: %w", filepath.Base(path), err)
	}
	return writeSecret(path, encode(b))
}
