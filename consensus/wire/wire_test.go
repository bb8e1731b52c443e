package wire

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type message struct {
	Name   string            `cbor:"1,keyasint"`
	Number uint64            `cbor:"2,keyasint,omitempty"`
	Bytes  []byte            `cbor:"3,keyasint,omitempty"`
	Tags   map[string]string `cbor:"4,keyasint,omitempty"`
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct{ name, bytes string }{
		{"nothing", ""},
		{"trailing bytes", "a10161610 0"},
		{"a key twice", "a2016161016162"},
		{"an indefinite length", "bf016161ff"},
		{"an indefinite string", "a1017f6161ff"},
		{"a tag", "a101c06161"},
		{"invalid UTF-8", "a10162ff fe"},
		{"another type", "a10101"},
		{"truncated", "a1016261"},
		{"an array that claims to be huge", "9bffffffffffffffff"},
		{"a string that claims to be huge", "a1017bffffffffffffffff61"},
		{"too deep", strings.Repeat("81", 100) + "00"},
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(c.bytes, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		var m message
		if err := Decode(b, &m); err == nil {
			t.Errorf("%s: decoded as %+v", c.name, m)
		}
	}
}

func TestUnknownKeysAreIgnored(t *testing.T) {
	newer := Encode(map[int]any{1: "name", 2: 7, 77: []int{1, 2, 3}})
	var m message
	if err := Decode(newer, &m); err != nil || m.Name != "name" || m.Number != 7 {
		t.Fatalf("%+v, %v", m, err)
	}
}

// The bytes do not depend on map order, and what is decoded encodes to the
// same bytes again.
func TestEncodeIsDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := message{
			Name: rapid.String().Draw(t, "name"), Number: rapid.Uint64().Draw(t, "number"),
			Bytes: rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"),
			Tags:  rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "tags"),
		}
		first := Encode(m)
		var back message
		if err := Decode(first, &back); err != nil {
			t.Fatal(err)
		}
		if again := Encode(back); !bytes.Equal(first, again) || !bytes.Equal(first, Encode(m)) {
			t.Fatalf("%x, then %x", first, again)
		}
	})
}

func TestEncodePanicsOnWhatCBORCannotSay(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Encode(make(chan int))
}

func TestFrames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := rapid.SliceOf(rapid.String()).Draw(t, "messages")
		var stream bytes.Buffer
		for _, s := range sent {
			if err := WriteFrame(&stream, message{Name: s}); err != nil {
				t.Fatal(err)
			}
		}
		r := bufio.NewReader(&stream)
		for _, s := range sent {
			var m message
			if err := ReadFrame(r, 0, &m); err != nil || m.Name != s {
				t.Fatalf("%+v, %v", m, err)
			}
		}
		if err := ReadFrame(r, 0, new(message)); err != io.EOF {
			t.Fatalf("at the end: %v", err)
		}
	})
}

func TestFramesAreBounded(t *testing.T) {
	if err := WriteFrame(io.Discard, message{Bytes: make([]byte, MaxFrame)}); !errors.Is(err, ErrFrameTooLarge) {
		t.Errorf("written: %v", err)
	}
	var stream bytes.Buffer
	if err := WriteFrame(&stream, message{Bytes: make([]byte, 100)}); err != nil {
		t.Fatal(err)
	}
	if err := ReadFrame(bufio.NewReader(&stream), 100, new(message)); !errors.Is(err, ErrFrameTooLarge) {
		t.Errorf("read: %v", err)
	}
	huge := binary.AppendUvarint(nil, math.MaxUint64)
	if err := ReadFrame(bufio.NewReader(bytes.NewReader(huge)), 0, new(message)); !errors.Is(err, ErrFrameTooLarge) {
		t.Errorf("announced: %v", err)
	}
}

func TestFrameCutShort(t *testing.T) {
	var stream bytes.Buffer
	if err := WriteFrame(&stream, message{Name: "some name"}); err != nil {
		t.Fatal(err)
	}
	for n := 1; n < stream.Len(); n++ {
		err := ReadFrame(bufio.NewReader(bytes.NewReader(stream.Bytes()[:n])), 0, new(message))
		if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) || err == io.EOF {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

// Whatever a peer sends, decoding neither panics nor accepts what would not
// encode to the same meaning again.
func FuzzDecode(f *testing.F) {
	f.Add(Encode(message{Name: "name", Number: 7, Bytes: []byte{1}, Tags: map[string]string{"k": "v"}}))
	f.Add([]byte{0xa1, 1, 0x61, 0x61})
	f.Add([]byte{0xbf, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		var m message
		if Decode(b, &m) != nil {
			return
		}
		var back message
		if err := Decode(Encode(m), &back); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(Encode(m), Encode(back)) {
			t.Fatal("another message after a round trip")
		}
	})
}

func FuzzReadFrame(f *testing.F) {
	var stream bytes.Buffer
	if err := WriteFrame(&stream, message{Name: "name"}); err != nil {
		f.Fatal(err)
	}
	f.Add(stream.Bytes())
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bufio.NewReader(bytes.NewReader(b))
		for range len(b) + 1 {
			if err := ReadFrame(r, 1<<12, new(message)); err != nil {
				return
			}
		}
	})
}
