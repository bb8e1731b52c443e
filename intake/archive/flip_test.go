package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tongban/intake/casefile"
)

// region is a stretch of a package and the file that it belongs to.
type region struct {
	from, to int64
	file     string // "": the container's end
	what     string
}

func regions(t testing.TB, b []byte) (all []region) {
	t.Helper()
	c, err := open(bytes.NewReader(b), int64(len(b)))
	must(t, err)
	at := c.endOfFiles()
	for i := range c.entries {
		e := &c.entries[i]
		all = append(all, region{e.at, e.content(), e.name, "header"}, region{e.content(), e.end(), e.name, "content"})
	}
	for i := range c.entries {
		n := int64(len(c.entries[i].central()))
		all = append(all, region{at, at + n, c.entries[i].name, "directory"})
		at += n
	}
	return append(all, region{at, int64(len(b)), "", "end"})
}

// names reports whether a finding that fails the package names the file.
func names(r *Report, file string) bool {
	for _, one := range r.Results {
		for _, f := range one.Findings {
			if !f.Note && f.File == file {
				return true
			}
		}
	}
	return false
}

// flipped looks at a package with one byte changed: it is found, and the file
// is named; of an event its number too.
func flipped(t testing.TB, b []byte, at int64, mask byte, in region) {
	t.Helper()
	changed := slices.Clone(b)
	changed[at] ^= mask
	r := verified(changed, Options{})
	if r.Holds || !names(r, in.file) {
		t.Fatalf("byte %d (%s of %q, %d in) ^ %02x: not named\n%s", at, in.what, in.file, at-in.from, mask, findings(r))
	}
	var v verifier
	seq := v.eventOf(in.file)
	if in.what != "content" || seq == 0 {
		return
	}
	for _, f := range r.Of(Authenticity).Findings {
		if f.Event == seq {
			return
		}
	}
	t.Fatalf("byte %d of event %d: the event is not named\n%s", at, seq, findings(r))
}

// One byte changed anywhere is found and named: every byte of the headers of
// one file and of the container's end, the corners of every region, and a
// sample of all the rest.
func TestOneByteFlipped(t *testing.T) {
	c := newCity(t)
	n, id := joint(c)
	b := made(t, c.sources(n), id, keep)
	all := regions(t, b)
	for i, in := range all {
		if in.from == in.to {
			continue
		}
		if in.file == eventFile(3, "cbor") && in.what != "content" || in.what == "end" {
			for at := in.from; at < in.to; at++ {
				flipped(t, b, at, 1<<(at%8), in)
			}
			continue
		}
		corners := []int64{in.from, (in.from + in.to) / 2, in.to - 1}
		if in.what != "content" {
			corners = corners[i%3 : i%3+1]
		}
		for _, at := range corners {
			flipped(t, b, at, 1<<((at+int64(i))%8), in)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		at := random.Int64N(int64(len(b)))
		i := slices.IndexFunc(all, func(r region) bool { return at >= r.from && at < r.to })
		flipped(t, b, at, byte(1+random.IntN(255)), all[i])
	}
	for _, cut := range []int{0, 1, 21, 22, len(b) / 2, len(b) - 1} {
		if verified(b[:cut], Options{}).Holds {
			t.Errorf("cut at %d it holds", cut)
		}
	}
	if verified(append(slices.Clone(b), 0), Options{}).Holds {
		t.Error("with a byte more it holds")
	}
}

// repack writes the files of a package anew, some of them changed, all sums and
// sizes as they should be.
func repack(t testing.TB, b []byte, change func(name string, content []byte) (string, []byte)) []byte {
	t.Helper()
	c, err := open(bytes.NewReader(b), int64(len(b)))
	must(t, err)
	var out bytes.Buffer
	p := packer{w: &out}
	for i := range c.entries {
		content, err := c.read(&c.entries[i])
		must(t, err)
		name, content := change(c.entries[i].name, content)
		if name == "" {
			continue
		}
		e := entry{name, uint32(len(content)), crc(content), p.at} // not p.add: it refuses bad names
		p.entries = append(p.entries, e)
		must(t, p.write(e.local()))
		must(t, p.write(content))
	}
	must(t, p.close())
	return out.Bytes()
}

// Whatever is changed behind the sums is found too, each by its own check.
func TestChangesBehindTheSums(t *testing.T) {
	c := newCity(t)
	n, id := joint(c)
	b := made(t, c.sources(n), id, keep)
	same := repack(t, b, func(name string, content []byte) (string, []byte) { return name, content })
	if !bytes.Equal(same, b) {
		t.Fatal("the container does not follow from its files")
	}
	s, err := n.State(id)
	must(t, err)
	last := eventFile(s.Head.Index, "cbor")
	rename := func(from, to string) func(string, []byte) (string, []byte) {
		return func(name string, content []byte) (string, []byte) {
			if name == from {
				return to, content
			}
			return name, content
		}
	}
	first := func(ending string) string {
		for _, in := range regions(t, b) {
			if len(in.file) > len("attachments/") && in.file[:12] == "attachments/" && in.file[len(in.file)-len(ending):] == ending {
				return in.file
			}
		}
		t.Fatal("no attachment ", ending)
		return ""
	}
	for _, one := range []struct {
		name   string
		change func(string, []byte) (string, []byte)
		check  Check
		file   string
	}{
		{"an event is gone", rename(eventFile(4, "cbor"), ""), Integrity, eventFile(4, "cbor")},
		{"the last event is gone", rename(last, ""), Integrity, last},
		{"an attachment is gone", rename(first(".png"), ""), Integrity, first(".png")},
		{"a salt is gone", rename(first(".salt"), ""), Integrity, first(".salt")},
		{"the manifest is gone", rename(manifestFile, ""), Integrity, manifestFile},
		{"the seal is gone", rename(sealFile, ""), Integrity, sealFile},
		{"the state is gone", rename(stateFile, ""), Integrity, stateFile},
		{"the item is gone", rename("items/RESIDENCE-320500000000-1.cbor", ""), Integrity, "items/RESIDENCE-320500000000-1.cbor"},
		{"out of the folder", rename(readmeFile, "../README.txt"), Security, `"../README.txt"`},
		{"an absolute name", rename(readmeFile, "/etc/passwd"), Security, `"/etc/passwd"`},
		{"a drive", rename(readmeFile, `C:\x.txt`), Security, `"C:\\x.txt"`},
		{"a program", rename(readmeFile, "setup.exe"), Security, "setup.exe"},
		{"twice", rename(readmeFile, "INDEX.html"), Security, indexFile},
		{"another text", func(name string, content []byte) (string, []byte) {
			if name == "documents/acceptance.txt" {
				content = []byte("不予受理")
			}
			return name, content
		}, Authenticity, "documents/acceptance.txt"},
	} {
		t.Run(one.name, func(t *testing.T) {
			r := verified(repack(t, b, one.change), Options{})
			i := slices.IndexFunc(r.Of(one.check).Findings, func(f Finding) bool { return f.File == one.file && !f.Note })
			if i < 0 {
				t.Errorf("%s is not named\n%s", one.file, findings(r))
			}
		})
	}
}

// A forger who makes all sums fit again is caught by the seals and the rules.
func TestForgery(t *testing.T) {
	c := newCity(t)
	n, id := joint(c)
	src := c.sources(n)
	p, err := src.Prepare(t.Context(), id, keep)
	must(t, err)
	forged := *p
	forged.src.Seal = func(body []byte) []byte { return []byte("no seal") }
	forged.state.Decision = &casefile.DecidedBody{Text: "不予发证"}
	forged.docs = []Document{{"decision", "决定书", "text/plain", []byte("不予发证")}}
	var b bytes.Buffer
	must(t, forged.Write(t.Context(), &b))
	r := verified(b.Bytes(), Options{})
	for _, file := range []string{sealFile, stateFile} {
		if !names(r, file) {
			t.Errorf("%s is not named\n%s", file, findings(r))
		}
	}
}

// Content that does harm, or that nobody can open, is told by its bytes.
func TestFormats(t *testing.T) {
	for _, one := range []struct {
		content string
		want    fitness
		ending  string
	}{
		{"\x89PNG\r\n\x1a\n", fit, "png"}, {"\xff\xd8\xff\xe0", fit, "jpg"}, {"%PDF-1.7\ntrailer<<>>", fit, "pdf"}, {"居住证明", fit, "txt"},
		{"%PDF-1.7\ntrailer<</Encrypt 5 0 R>>", locked, "pdf"}, {"MZ\x90\x00", runs, "bin"}, {"\x7fELF\x02\x01\x01", runs, "bin"},
		{"#!/bin/sh\nrm -rf /\n", runs, "bin"}, {"PK\x03\x04\x14\x00\x01\x00\x00\x00", locked, "zip"}, {"\x00\x01\x02\x03\x80\xff", unknown, "bin"},
		{"GIF89a", today, "gif"}, {"", fit, "txt"},
	} {
		if f := detect([]byte(one.content), "material"); f.fit != one.want || f.ending != one.ending {
			t.Errorf("%q: %+v", one.content, f)
		}
	}
}

func TestBombsAndOtherZips(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("bomb.txt")
	must(t, err)
	_, err = f.Write(make([]byte, 32<<20))
	must(t, err)
	must(t, w.Close())
	if r := verified(b.Bytes(), Options{}); r.Holds {
		t.Error("a compressed zip holds")
	}
	// A directory that promises more than there is.
	e := entry{name: "a.txt", size: maxEntry}
	tail := append(e.central(), ending(1, int64(len(e.central())), 0)...)
	if r := verified(tail, Options{}); r.Holds {
		t.Error("a promise holds")
	}
}

// Verify never panics, whatever it is given.
func TestGarbage(t *testing.T) {
	c := newCity(t)
	n, id := joint(c)
	b := made(t, c.sources(n), id, keep)
	rapid.Check(t, func(t *rapid.T) {
		g := slices.Clone(b)
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			at := rapid.IntRange(0, len(g)-1).Draw(t, "at")
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				g[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "mask"))
			case 1:
				to := min(len(g), at+rapid.IntRange(1, 64).Draw(t, "cut"))
				if to-at < len(g) {
					g = slices.Delete(g, at, to)
				}
			case 2:
				g = slices.Insert(g, at, rapid.SliceOfN(rapid.Byte(), 1, 16).Draw(t, "more")...)
			case 3:
				if at+4 <= len(g) {
					binary.LittleEndian.PutUint32(g[at:], rapid.Uint32().Draw(t, "number"))
				}
			}
		}
		if !bytes.Equal(g, b) && verified(g, Options{}).Holds {
			t.Fatal("changed, and it holds")
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte("PK\x05\x06"), uint8(0))
	var b bytes.Buffer
	p := packer{w: &b}
	must(f, p.add(manifestFile, []byte(`{"format":1,"case":"320505000000.1.1","register":{},"files":[{"name":"x"}]}`)))
	must(f, p.add(eventFile(1, "cbor"), []byte{0xa0}))
	must(f, p.add("attachments/00.png", nil))
	must(f, p.add("register/journal-00000001-00000001.cbor", []byte{0x81, 0x40}))
	must(f, p.add(answersFile, []byte(`{"keys":[{"key":"00"}]}`)))
	must(f, p.close())
	f.Add(b.Bytes(), uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, _ uint8) {
		Verify(bytes.NewReader(b), int64(len(b)), Options{})
		// The same bytes as the manifest of a container that is sound.
		var out bytes.Buffer
		p := packer{w: &out}
		must(t, p.add(manifestFile, b))
		must(t, p.add(answersFile, b))
		must(t, p.add(eventFile(1, "cbor"), b))
		must(t, p.close())
		Verify(bytes.NewReader(out.Bytes()), int64(out.Len()), Options{})
	})
}

func crc(b []byte) uint32 { return crc32.ChecksumIEEE(b) }
