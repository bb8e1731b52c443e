package archive

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Options is what whoever verifies knows from elsewhere.
type Options struct {
	Root chain.PublicKey                    // the key that founded the realm; nil: the package's own word for it
	Keys map[casefile.Party]chain.PublicKey // keys of centers; nil: none
}

// maxContent is the largest file that is read whole, but for attachments.
const maxContent = 16 << 20

// Verify runs the four checks over a package. It needs nothing but the bytes:
// no node, no storage, no network. It reads each byte once at least, never
// trusts a length, and never panics, whatever the bytes are.
func Verify(r io.ReaderAt, size int64, o Options) *Report {
	v := &verifier{report: newReport(), opts: o, sums: map[string]chain.Hash{}, known: map[item.Ref]*item.Item{}}
	v.report.Bytes = size
	c, err := open(r, size)
	if err != nil {
		v.fault(Usability, "", 0, "%v", err)
		return v.report
	}
	v.c = c
	v.container()
	if v.manifest() {
		v.listed()
		v.read()
		v.log()
		v.register()
		v.attachments()
		v.branches()
	}
	return v.report
}

// verifier is one run over a package.
type verifier struct {
	report *Report
	opts   Options
	c      *container
	sums   map[string]chain.Hash // by file

	m       Manifest
	raw     []byte // of the manifest
	answers answers
	known   map[item.Ref]*item.Item
	records [][]byte
	events  []casefile.Record
	state   casefile.State
	proof   *prover
	folded  bool // the whole log could be folded
}

func (v *verifier) fault(c Check, file string, event uint64, format string, args ...any) {
	v.report.add(c, Finding{File: printable(file), Event: event, Reason: fmt.Sprintf(format, args...)})
}

func (v *verifier) note(c Check, file, format string, args ...any) {
	v.report.add(c, Finding{File: printable(file), Reason: fmt.Sprintf(format, args...), Note: true})
}

// printable keeps a name that nobody meant to be one from the terminal of
// whoever reads the report.
func printable(name string) string {
	if name == "" || safeName(name) {
		return name
	}
	return fmt.Sprintf("%q", name)
}

// container reads every byte once: the sums of each file and of the whole.
func (v *verifier) container() {
	whole := sha256.New()
	seen := map[string]bool{}
	for i := range v.c.entries {
		e := &v.c.entries[i]
		switch {
		case !safeName(e.name):
			v.fault(Security, e.name, 0, "its name could lead out of the folder that a package is unpacked in, or is no plain name")
		case seen[strings.ToLower(e.name)]:
			v.fault(Security, e.name, 0, "two files have this name on some systems")
		}
		seen[strings.ToLower(e.name)] = true
		one, crc := sha256.New(), crc32.NewIEEE()
		if err := v.copy(io.MultiWriter(one, crc), e.content(), int64(e.size)); err != nil {
			v.fault(Usability, e.name, 0, "it can't be read: %v", err)
		}
		e.crc = crc.Sum32()
		if _, twice := v.sums[e.name]; !twice {
			v.sums[e.name] = sum(one)
		}
	}
	if err := v.copy(whole, 0, v.c.size); err != nil {
		v.fault(Usability, "", 0, "it can't be read: %v", err)
	}
	v.report.SHA256, v.report.Files = sum(whole), len(v.c.entries)
	for _, f := range v.c.flaws() {
		v.fault(Authenticity, f.file, 0, "%s", f.what)
	}
}

func (v *verifier) copy(to io.Writer, at, n int64) error {
	_, err := io.Copy(to, io.NewSectionReader(v.c.r, at, n))
	return err
}

func sum(d hash.Hash) (h chain.Hash) {
	d.Sum(h[:0])
	return h
}

// content reads a file that is not an attachment; nil where it is not there.
func (v *verifier) content(name string) []byte {
	e, ok := v.c.file(name)
	if !ok {
		return nil
	}
	if e.size > maxContent {
		v.fault(Security, name, 0, "it has %d bytes, more than a file of its kind ever has", e.size)
		return nil
	}
	b, err := v.c.read(e)
	if err != nil {
		v.fault(Usability, name, 0, "it can't be read: %v", err)
		return nil
	}
	return b
}

// decode reads a JSON file of the package.
func (v *verifier) decode(name string, into any) bool {
	b := v.content(name)
	if b == nil {
		v.fault(Integrity, name, 0, "it is missing")
		return false
	}
	if err := json.Unmarshal(b, into); err != nil {
		v.fault(Usability, name, 0, "it can't be read: %v", err)
		return false
	}
	return true
}

// manifest reads it and checks the list of sums and the seal.
func (v *verifier) manifest() bool {
	if !v.decode(manifestFile, &v.m) {
		v.sumsAlone()
		return false
	}
	v.raw = v.content(manifestFile)
	v.report.Case, v.report.Number, v.report.Events = v.m.Case, v.m.Number, v.m.Events
	v.report.LeftOut, v.report.Retention = v.m.LeftOut, v.m.Retention
	if v.m.Format != Format {
		v.fault(Usability, manifestFile, 0, "it is of format %d, which this program does not know", v.m.Format)
		return false
	}
	if v.m.Retention.Period == "" || v.m.Retention.Basis == "" {
		v.fault(Integrity, manifestFile, 0, "it does not say how long the package is to be kept and by which document")
	}
	v.sumsList()
	return true
}

// sumsList compares the list that sha256sum reads with what is there.
func (v *verifier) sumsList() {
	want := strings.Split(string(sums(v.m.Files, v.raw)), "\n")
	have := strings.Split(string(v.content(sumsFile)), "\n")
	if slices.Equal(want, have) {
		return
	}
	for i := range max(len(want), len(have)) {
		if i < len(want) && i < len(have) && want[i] == have[i] {
			continue
		}
		// The line may be wrong, or what it speaks of: its own sum tells.
		if i == len(want)-2 && i < len(have) && len(have[i]) > 64 && have[i][:64] != v.sums[manifestFile].String() {
			v.fault(Authenticity, manifestFile, 0, "its SHA-256 is not the one in %s", sumsFile)
		}
		v.fault(Authenticity, sumsFile, 0, "line %d is not what the manifest says", i+1)
		return
	}
}

// sumsAlone is what can be said where the manifest can't be read: which files
// are not those that the list of sums speaks of.
func (v *verifier) sumsAlone() {
	for _, line := range strings.Split(string(v.content(sumsFile)), "\n") {
		digest, name, ok := strings.Cut(line, "  ")
		if have, here := v.sums[name]; ok && here && have.String() != digest {
			v.fault(Authenticity, name, 0, "its SHA-256 is not the one in %s", sumsFile)
		}
	}
}

// listed compares the files with those that the manifest names.
func (v *verifier) listed() {
	named := map[string]bool{manifestFile: true, sumsFile: true, sealFile: v.m.Maker != nil}
	for _, f := range v.m.Files {
		named[f.Name] = true
		e, ok := v.c.file(f.Name)
		switch {
		case !ok:
			v.fault(Integrity, f.Name, v.eventOf(f.Name), "it is missing")
		case v.sums[f.Name] != f.SHA256:
			v.fault(Authenticity, f.Name, v.eventOf(f.Name), "its content has another SHA-256 than the manifest says")
		case int64(e.size) != f.Size:
			v.fault(Authenticity, manifestFile, 0, "it gives another size of %s", printable(f.Name))
		}
	}
	for i := range v.c.entries {
		if name := v.c.entries[i].name; !named[name] {
			v.fault(Integrity, name, 0, "the manifest does not name it")
		}
	}
	for _, name := range []string{indexFile, readmeFile, stateFile, answersFile, sumsFile} {
		if _, ok := v.c.file(name); !ok {
			v.fault(Integrity, name, 0, "it is missing")
		}
	}
}

// eventOf is the event that a file is of; 0 where it is of none.
func (v *verifier) eventOf(name string) (seq uint64) {
	if _, err := fmt.Sscanf(name, "events/%d.", &seq); err != nil {
		return 0
	}
	return seq
}

// read takes in the events, the items and the answers.
func (v *verifier) read() {
	for seq := uint64(1); ; seq++ {
		name := eventFile(seq, "cbor")
		b := v.content(name)
		if b == nil {
			break
		}
		v.records = append(v.records, b)
		if _, ok := v.c.file(eventFile(seq, "json")); !ok {
			v.fault(Integrity, eventFile(seq, "json"), seq, "it is missing")
		}
	}
	if n := v.count("events/", ".cbor"); n != len(v.records) {
		v.fault(Integrity, eventFile(uint64(len(v.records)+1), "cbor"), uint64(len(v.records)+1), "it is missing: the numbers of the events have a gap")
	}
	if v.m.Events != len(v.records) {
		v.fault(Integrity, manifestFile, 0, "it counts %d events, there are %d", v.m.Events, len(v.records))
	}
	if b := v.content(answersFile); b != nil {
		if err := json.Unmarshal(b, &v.answers); err != nil {
			v.fault(Usability, answersFile, 0, "it can't be read: %v", err)
		}
	}
	for _, ref := range v.answers.Items {
		name := itemFile(ref, "cbor")
		b := v.content(name)
		if b == nil {
			v.fault(Integrity, name, 0, "it is missing")
			continue
		}
		var it item.Item
		if err := wire.Decode(b, &it); err != nil {
			v.fault(Usability, name, 0, "it can't be read: %v", err)
			continue
		}
		if it.Ref != ref {
			v.fault(Authenticity, name, 0, "it is another version than its name says")
			continue
		}
		v.known[ref] = &it
	}
	v.opens()
}

func (v *verifier) count(prefix, suffix string) (n int) {
	for i := range v.c.entries {
		if name := v.c.entries[i].name; strings.HasPrefix(name, prefix) && strings.HasSuffix(name, suffix) {
			n++
		}
	}
	return n
}

// opens checks that what is no attachment is in one of the package's formats.
func (v *verifier) opens() {
	for i := range v.c.entries {
		name := v.c.entries[i].name
		if strings.HasPrefix(name, "attachments/") || name == sealFile || name == sumsFile || !safeName(name) {
			continue
		}
		b := v.content(name)
		if strings.HasSuffix(name, ".pdf") {
			if f := detect(b, ""); f.media != "application/pdf" || f.fit != fit {
				v.fault(Usability, name, 0, "it is no PDF that opens without a secret")
			}
			continue
		}
		if formatOf(name) == "application/octet-stream" {
			v.fault(Security, name, 0, "a package holds no such file")
		} else if b != nil && !opens(name, b) {
			v.fault(Usability, name, v.eventOf(name), "it can't be read in its format")
		}
	}
}

// log verifies the events one by one: chain, seals, custody, competence; then
// the state that is stated.
func (v *verifier) log() {
	reg := newWitness(v.answers, v.known)
	v.state = casefile.New(v.m.Case)
	broken := false
	for i, b := range v.records {
		seq := uint64(i + 1)
		r, err := casefile.Read(b)
		if err != nil {
			v.fault(Authenticity, eventFile(seq, "cbor"), seq, "%v", err)
			broken = true
			break
		}
		v.events = append(v.events, r)
		if broken {
			continue
		}
		next, err := casefile.Extend(reg, v.state, [][]byte{b})
		if err != nil {
			v.fault(Authenticity, eventFile(seq, "cbor"), seq, "%v", reasonOf(err))
			broken = true
			continue
		}
		v.state = next
	}
	for _, lack := range slices.Sorted(maps.Keys(reg.lacking)) {
		v.note(Integrity, answersFile, "the rules ask for %s, and the package does not say", lack)
	}
	if broken {
		return
	}
	v.folded = true
	if v.state.Head != v.m.Head {
		v.fault(Authenticity, manifestFile, 0, "the events lead to %s at %d, it says %s at %d",
			v.state.Head.Hash.Short(), v.state.Head.Index, v.m.Head.Hash.Short(), v.m.Head.Index)
	}
	if v.state.Number != v.m.Number || v.state.Phase != v.m.Phase || v.state.Item != v.m.Item || v.state.Outcome() != v.m.Outcome {
		v.fault(Authenticity, manifestFile, 0, "number, phase, item or outcome is not what the events say")
	}
	v.stated()
}

func reasonOf(err error) error {
	if f, ok := errors.AsType[*chain.Fault](err); ok {
		return f.Reason
	}
	return err
}

// stated compares the state that is written down with what the log folds to. A
// newer program may fold more out of the same log; what is written down must be
// in it.
func (v *verifier) stated() {
	var said, folds any
	if !v.decode(stateFile, &said) {
		return
	}
	b, err := json.Marshal(v.state)
	if err == nil {
		err = json.Unmarshal(b, &folds)
	}
	if err != nil {
		v.fault(Usability, stateFile, 0, "the state can't be written: %v", err)
		return
	}
	if at, ok := within(said, folds, "state"); !ok {
		v.fault(Authenticity, stateFile, 0, "%s is not what the events fold to", at)
	}
}

// within finds the first place at which a value says something else.
func within(said, is any, at string) (string, bool) {
	switch s := said.(type) {
	case map[string]any:
		m, ok := is.(map[string]any)
		if !ok {
			return at, false
		}
		for _, k := range slices.Sorted(maps.Keys(s)) {
			if where, ok := within(s[k], m[k], at+"."+k); !ok {
				return where, false
			}
		}
		return "", true
	case []any:
		l, ok := is.([]any)
		if !ok || len(l) != len(s) {
			return at, false
		}
		for i := range s {
			if where, ok := within(s[i], l[i], fmt.Sprintf("%s[%d]", at, i)); !ok {
				return where, false
			}
		}
		return "", true
	}
	return at, reflect.DeepEqual(said, is)
}
