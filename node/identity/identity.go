// Package identity keeps what makes a node itself: its key in a file that only
// its owner reads, and the marks by which it knows that its data came out of a
// backup or was copied to another machine.
//
// It must never hand a secret to a log, never overwrite a key, and never
// decide whether the node may write: it tells what it saw, the Register grants
// a new incarnation.
package identity

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/libp2p/go-libp2p/core/crypto"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// Codes of a key that cannot be used.
const (
	NoKey      refusal.Code = "no_key"      // the directory holds no node
	KeyExists  refusal.Code = "key_exists"  // the directory already holds a node
	KeyExposed refusal.Code = "key_exposed" // others than the owner can read the key
	KeyDamaged refusal.Code = "key_damaged" // the file is no key
)

// Files in the data directory.
const (
	keyFile    = "key"      // the node's key in libp2p's encoding
	nextFile   = "key.next" // a key that waits for the Register's grant
	startsFile = "starts"   // the start mark beside the key
)

const seedSize = 32

// Identity is a node's key and where it lies. Not safe for concurrent use: it
// belongs to whoever starts the node.
type Identity struct {
	dir string
	key chain.Key
}

// Key is the node's key.
func (id *Identity) Key() chain.Key { return id.key }

// Create makes a new key in dir, which is made when it is missing, and stores
// it before it returns. random brings 32 bytes. A directory that has a key
// already is refused with KeyExists.
func Create(dir string, random io.Reader) (*Identity, error) {
	op := "create a node in " + dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	path := filepath.Join(dir, keyFile)
	if _, err := os.Lstat(path); err == nil {
		return nil, refusal.Newf(KeyExists, op,
			"use another directory, or run the node that is there", "%s already holds a key", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	key, err := create(path, random)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	return &Identity{dir, key}, nil
}

// Load reads the key in dir. It refuses a missing key (NoKey), one that others
// can read (KeyExposed) and a file that is none (KeyDamaged).
func Load(dir string) (*Identity, error) {
	key, err := read(filepath.Join(dir, keyFile))
	if err != nil {
		return nil, err
	}
	return &Identity{dir, key}, nil
}

// Next is the key with which the node asks for a new incarnation: made and
// stored at the first call, the same at every later one, so that an answer
// that was lost can be asked for again. It replaces the node's key when Adopt
// is called.
func (id *Identity) Next(random io.Reader) (chain.Key, error) {
	path := filepath.Join(id.dir, nextFile)
	key, err := read(path)
	if refusal.CodeOf(err) == NoKey {
		return create(path, random)
	}
	return key, err
}

// Adopt makes the key of Next the node's own, once the Register has granted
// it. The old key stays beside it under the name of its public half: what was
// encrypted to it may still arrive. Adopt without a waiting key is refused
// with NoKey.
func (id *Identity) Adopt() error {
	next, err := read(filepath.Join(id.dir, nextFile))
	if err != nil {
		return err
	}
	// Copied, then replaced in one step: at no moment is there no key.
	old := filepath.Join(id.dir, keyFile+"."+id.key.Public().String()[2:14])
	content, err := encode(id.key)
	if err != nil {
		return err
	}
	if err := writeFile(old, content); err != nil {
		return fmt.Errorf("keep the old key: %w", err)
	}
	if err := os.Rename(filepath.Join(id.dir, nextFile), filepath.Join(id.dir, keyFile)); err != nil {
		return fmt.Errorf("adopt the new key: %w", err)
	}
	if err := syncDir(id.dir); err != nil {
		return err
	}
	id.key = next
	return nil
}

// Former are the keys that Adopt has replaced.
func (id *Identity) Former() ([]chain.Key, error) {
	paths, err := filepath.Glob(filepath.Join(id.dir, keyFile+".????????????"))
	if err != nil {
		return nil, err
	}
	var keys []chain.Key
	for _, path := range paths {
		key, err := read(path)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func create(path string, random io.Reader) (chain.Key, error) {
	seed := make([]byte, seedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return chain.Key{}, fmt.Errorf("randomness for a key: %w", err)
	}
	key, err := chain.NewKey(seed)
	if err != nil {
		return chain.Key{}, err
	}
	content, err := encode(key)
	if err != nil {
		return chain.Key{}, err
	}
	if err := writeFile(path, content); err != nil {
		return chain.Key{}, fmt.Errorf("store a key: %w", err)
	}
	return key, nil
}

func encode(key chain.Key) ([]byte, error) {
	public, err := key.Public().Ed25519()
	if err != nil {
		return nil, err
	}
	private, err := crypto.UnmarshalEd25519PrivateKey(append(key.Seed(), public...))
	if err != nil {
		return nil, fmt.Errorf("encode a key: %w", err)
	}
	return crypto.MarshalPrivateKey(private)
}

func read(path string) (chain.Key, error) {
	op := "read the key " + path
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return chain.Key{}, refusal.New(NoKey, op,
			"check the data directory; a new node is made by `tongban realm create` or `tongban join`", err)
	case err != nil:
		return chain.Key{}, fmt.Errorf("%s: %w", op, err)
	case info.Mode().Perm()&0o077 != 0:
		return chain.Key{}, refusal.Newf(KeyExposed, op,
			"whoever read it can act as this node: chmod 600, and have a new incarnation granted if it was exposed",
			"its mode is %v, others can read it", info.Mode().Perm())
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return chain.Key{}, fmt.Errorf("%s: %w", op, err)
	}
	key, err := decode(content)
	if err != nil {
		return chain.Key{}, refusal.New(KeyDamaged, op,
			"bring the file back from where it is kept, or have a new incarnation granted with a new key", err)
	}
	return key, nil
}

func decode(content []byte) (chain.Key, error) {
	private, err := crypto.UnmarshalPrivateKey(content)
	if err != nil {
		return chain.Key{}, err
	}
	if private.Type() != crypto.Ed25519 {
		return chain.Key{}, fmt.Errorf("a key of type %v, want Ed25519", private.Type())
	}
	raw, err := private.Raw() // the seed, then the public half
	if err != nil {
		return chain.Key{}, err
	}
	key, err := chain.NewKey(raw[:seedSize])
	if err != nil {
		return chain.Key{}, err
	}
	if public, err := key.Public().Ed25519(); err != nil || !bytes.Equal(public, raw[seedSize:]) {
		return chain.Key{}, errors.New("its two halves do not belong together")
	}
	return key, nil
}

// writeFile stores content so that after a power cut the file is either whole
// or as it was before: a new file, synced, renamed over the old one, the
// directory synced.
func writeFile(path string, content []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone after the rename
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
