package archive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// The container is a zip of stored entries, nothing else: no compression that
// a reader of a later day would have to know, no encryption, no time, no
// comment, no byte that is not accounted for. So the container follows from
// what lies in it, and any change of it can be found and named.
const (
	localSig   = 0x04034b50
	centralSig = 0x02014b50
	endSig     = 0x06054b50

	localLen   = 30
	centralLen = 46
	endLen     = 22

	utf8Names = 1 << 11
	zeroDay   = 1<<5 | 1       // 1980-01-01, the first day that a zip knows
	unixZip   = 3<<8 | 20      // who made it, so that the mode below counts
	onlyOwner = 0o100600 << 16 // a regular file that its owner alone reads
	maxName   = 120            // bytes of an entry's name
	maxFiles  = 20000          // entries of a package
	maxEntry  = 64 << 20       // bytes of one entry
	maxTotal  = int64(4000) << 20
)

// Errors of the container.
var (
	errTooLarge = errors.New("the package is too large")
	errNotOurs  = errors.New("it is no package, or was packed again by another program")
)

// entry is one file of the container.
type entry struct {
	name string
	size uint32
	crc  uint32
	at   int64 // of its local header
}

func (e *entry) content() int64 { return e.at + localLen + int64(len(e.name)) }
func (e *entry) end() int64     { return e.content() + int64(e.size) }

// local is the header in front of the content.
func (e *entry) local() []byte {
	b := binary.LittleEndian.AppendUint32(nil, localSig)
	b = e.fields(b)
	return append(b, e.name...)
}

// fields are what both headers say: version, flags, method, time, sum, sizes.
func (e *entry) fields(b []byte) []byte {
	le := binary.LittleEndian
	for _, v := range []uint16{20, utf8Names, 0, 0, zeroDay} {
		b = le.AppendUint16(b, v)
	}
	b = le.AppendUint32(b, e.crc)
	b = le.AppendUint32(b, e.size)
	b = le.AppendUint32(b, e.size)
	b = le.AppendUint16(b, uint16(len(e.name)))
	return le.AppendUint16(b, 0)
}

// central is the entry of the directory at the end.
func (e *entry) central() []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, centralSig)
	b = le.AppendUint16(b, unixZip)
	b = e.fields(b)
	b = append(b, make([]byte, 6)...) // no comment, disk 0, no inner attributes
	b = le.AppendUint32(b, onlyOwner)
	b = le.AppendUint32(b, uint32(e.at))
	return append(b, e.name...)
}

// ending is the last record of the container.
func ending(files int, size, at int64) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, endSig)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint16(b, uint16(files))
	b = le.AppendUint16(b, uint16(files))
	b = le.AppendUint32(b, uint32(size))
	b = le.AppendUint32(b, uint32(at))
	return le.AppendUint16(b, 0)
}

// packer writes a container, one entry after another.
type packer struct {
	w       io.Writer
	at      int64
	entries []entry
}

func (p *packer) write(b []byte) error {
	n, err := p.w.Write(b)
	p.at += int64(n)
	return err
}

func (p *packer) add(name string, content []byte) error {
	if !safeName(name) {
		return fmt.Errorf("%q can't be the name of a file in a package", name)
	}
	if len(p.entries) == maxFiles || len(content) > maxEntry || p.at+int64(len(content)) > maxTotal {
		return errTooLarge
	}
	e := entry{name, uint32(len(content)), crc32.ChecksumIEEE(content), p.at}
	p.entries = append(p.entries, e)
	if err := p.write(e.local()); err != nil {
		return err
	}
	return p.write(content)
}

func (p *packer) close() error {
	at := p.at
	for i := range p.entries {
		if err := p.write(p.entries[i].central()); err != nil {
			return err
		}
	}
	return p.write(ending(len(p.entries), p.at-at, at))
}

// safeName is a name that leads nowhere but into the folder that a package is
// unpacked in, on any system.
func safeName(name string) bool {
	if name == "" || len(name) > maxName || !utf8.ValidString(name) {
		return false
	}
	for _, part := range strings.Split(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".") {
			return false
		}
		for _, c := range part {
			if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.' || c == '@') {
				return false
			}
		}
	}
	return true
}

// container is an open package.
type container struct {
	r       io.ReaderAt
	size    int64
	entries []entry
	names   map[string]int // of the first entry of that name
}

// flaw is a place at which a container is not as it was written.
type flaw struct {
	file string // "": of none
	what string
}

// open finds the entries of a container: by the directory at its end where that
// holds together, else by walking it from its beginning. One changed byte
// spoils one of the two ways at most.
func open(r io.ReaderAt, size int64) (*container, error) {
	c := &container{r: r, size: size}
	if size > maxTotal+maxFiles*(localLen+centralLen+2*maxName) {
		return nil, errTooLarge
	}
	if size < endLen {
		return nil, errNotOurs
	}
	if !c.byDirectory() && !c.byWalking() {
		return nil, errNotOurs
	}
	c.names = map[string]int{}
	for i := range slices.Backward(c.entries) {
		c.names[c.entries[i].name] = i
	}
	return c, nil
}

func (c *container) bytes(at, n int64) ([]byte, bool) {
	if at < 0 || n < 0 || at+n > c.size {
		return nil, false
	}
	b := make([]byte, n)
	_, err := c.r.ReadAt(b, at)
	return b, err == nil || err == io.EOF
}

// follow appends an entry that begins where the last one ended.
func (c *container) follow(name string, size uint32) bool {
	e := entry{name: name, size: size}
	if n := len(c.entries); n > 0 {
		e.at = c.entries[n-1].end()
	}
	if e.end() > c.size || size > maxEntry || len(c.entries) == maxFiles {
		return false
	}
	c.entries = append(c.entries, e)
	return true
}

func (c *container) byDirectory() bool {
	c.entries = nil
	le := binary.LittleEndian
	end, ok := c.bytes(c.size-endLen, endLen)
	if !ok || le.Uint32(end) != endSig {
		return false
	}
	length, at := int64(le.Uint32(end[12:])), int64(le.Uint32(end[16:]))
	if at+length != c.size-endLen || length > maxFiles*(centralLen+maxName) {
		return false
	}
	dir, ok := c.bytes(at, length)
	if !ok {
		return false
	}
	for len(dir) > 0 {
		if len(dir) < centralLen || le.Uint32(dir) != centralSig {
			return false
		}
		size, n := le.Uint32(dir[24:]), int(le.Uint16(dir[28:]))
		if n == 0 || n > maxName || len(dir) < centralLen+n || !c.follow(string(dir[centralLen:centralLen+n]), size) {
			return false
		}
		dir = dir[centralLen+n:]
	}
	return c.endOfFiles() == at
}

// endOfFiles is where the directory begins.
func (c *container) endOfFiles() int64 {
	if n := len(c.entries); n > 0 {
		return c.entries[n-1].end()
	}
	return 0
}

func (c *container) byWalking() bool {
	c.entries = nil
	le := binary.LittleEndian
	for {
		at := c.endOfFiles()
		head, ok := c.bytes(at, localLen)
		if !ok {
			return false
		}
		switch le.Uint32(head) {
		case centralSig:
			return len(c.entries) > 0
		case localSig:
		default:
			// The directory's own first mark may be what was changed.
			return len(c.entries) > 0 && c.size-at == int64(len(c.tail()))
		}
		n := int(le.Uint16(head[26:]))
		if n == 0 || n > maxName {
			return false
		}
		name, ok := c.bytes(at+localLen, int64(n))
		if !ok || !c.follow(string(name), le.Uint32(head[22:])) {
			return false
		}
	}
}

// tail is the directory as it follows from the entries.
func (c *container) tail() []byte {
	var b []byte
	for i := range c.entries {
		b = append(b, c.entries[i].central()...)
	}
	return append(b, ending(len(c.entries), int64(len(b)), c.endOfFiles())...)
}

// flaws compares what is there with what follows from the entries, whose sums
// have been computed from the content by now.
func (c *container) flaws() []flaw {
	var all []flaw
	for i := range c.entries {
		e := &c.entries[i]
		want := e.local()
		if have, ok := c.bytes(e.at, int64(len(want))); !ok || !bytes.Equal(have, want) {
			all = append(all, flaw{e.name, "its header in the container does not fit it"})
		}
	}
	at := c.endOfFiles()
	for i := range c.entries {
		e := &c.entries[i]
		want := e.central()
		if have, ok := c.bytes(at, int64(len(want))); !ok || !bytes.Equal(have, want) {
			all = append(all, flaw{e.name, "its entry in the directory of the container does not fit it"})
		}
		at += int64(len(want))
	}
	want := ending(len(c.entries), at-c.endOfFiles(), c.endOfFiles())
	if have, ok := c.bytes(at, c.size-at); !ok || !bytes.Equal(have, want) {
		all = append(all, flaw{"", "the end of the container is not as it was written"})
	}
	return all
}

// file returns an entry by its name.
func (c *container) file(name string) (*entry, bool) {
	i, ok := c.names[name]
	if !ok {
		return nil, false
	}
	return &c.entries[i], true
}

// read returns the content of an entry.
func (c *container) read(e *entry) ([]byte, error) {
	b, ok := c.bytes(e.content(), int64(e.size))
	if !ok {
		return nil, io.ErrUnexpectedEOF
	}
	return b, nil
}
