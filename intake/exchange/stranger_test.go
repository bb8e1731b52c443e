package exchange

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// stranger speaks the protocol by hand, to say what no exchange would say.
type stranger struct {
	t      *testing.T
	city   *city
	self   casefile.Party
	word   Word
	conn   net.Conn
	reader *bufio.Reader
}

func (c *city) stranger(t *testing.T, center area.Center, to *post) *stranger {
	t.Helper()
	conn, err := c.net.Join(string(center)).Dial(t.Context(), string(to.self.Center), Protocol)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	s := &stranger{t, c, casetest.First(center), Word{}, conn, bufio.NewReader(conn)}
	s.word = Word{1, "r1", string(center), 1, c.realm.View().Head(), chain.Start("own"), make([]byte, 16), []byte("stranger")}
	return s
}

func (s *stranger) send(f frame) {
	s.t.Helper()
	if err := wire.WriteFrame(s.conn, f); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stranger) hello(w Word) frame {
	return frame{Hello: &opening{Word: chain.Sign(s.city.realm.Secret(s.self), chain.HelloDomain, wire.Encode(w))}}
}

func (s *stranger) read() (frame, error) {
	s.t.Helper()
	if err := s.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		s.t.Fatal(err)
	}
	var f frame
	err := wire.ReadFrame(s.reader, 0, &f)
	return f, err
}

func (s *stranger) welcomed() {
	s.t.Helper()
	s.send(s.hello(s.word))
	if f, err := s.read(); err != nil || f.Welcome == nil {
		s.t.Fatalf("%+v, %v", f, err)
	}
}

// verdict sends one row and returns what is said of it.
func (s *stranger) verdict(n uint64, r wireRow) refusal.Code {
	s.t.Helper()
	r.N = n
	s.send(frame{Batch: &batch{Rows: []wireRow{r}}})
	f, err := s.read()
	if err != nil || f.Answer == nil || f.Answer.Ack != n {
		s.t.Fatalf("%+v, %v", f, err)
	}
	if len(f.Answer.Verdicts) == 0 {
		return ""
	}
	return f.Answer.Verdicts[0].Code
}

func TestHelloIsRefused(t *testing.T) {
	c := newCity(t)
	town := c.post(casetest.Town)
	for _, test := range []struct {
		name   string
		change func(*Word)
		by     area.Center
		want   refusal.Code
	}{
		{"another realm", func(w *Word) { w.Realm = "r2" }, casetest.Village, CodeForeign},
		{"another center's name", func(w *Word) { w.Center = string(casetest.District) }, casetest.Village, refusal.Forbidden},
		{"an incarnation to come", func(w *Word) { w.Inc = 2 }, casetest.Village, CodeBehind},
		{"no nonce", func(w *Word) { w.Nonce = nil }, casetest.Village, refusal.Forbidden},
		{"not enrolled", func(*Word) {}, "320509111299", refusal.Forbidden},
	} {
		s := c.stranger(t, test.by, town)
		w := s.word
		test.change(&w)
		if test.by != casetest.Village {
			s.self = casetest.First(casetest.Village)
		}
		s.send(s.hello(w))
		f, err := s.read()
		if err != nil || f.Refused == nil || f.Refused.Code != test.want || f.Refused.Hint == "" {
			t.Errorf("%s: %+v, %v, want %s", test.name, f, err, test.want)
		}
	}
	// Another's seal under the right name.
	s := c.stranger(t, casetest.Village, town)
	s.self = casetest.First(casetest.Far)
	s.send(s.hello(s.word))
	if f, err := s.read(); err != nil || f.Refused == nil || f.Refused.Code != refusal.Forbidden {
		t.Errorf("another's seal: %+v, %v", f, err)
	}
	// A closed incarnation.
	c.realm.Enrol(casetest.Village)
	s = c.stranger(t, casetest.Village, town)
	s.send(s.hello(s.word))
	if f, err := s.read(); err != nil || f.Refused == nil || f.Refused.Code != CodeClosed {
		t.Errorf("a closed incarnation: %+v, %v", f, err)
	}
}

// TestStreamIsBroken: what passes a limit of the stream ends it.
func TestStreamIsBroken(t *testing.T) {
	c := newCity(t)
	town := c.post(casetest.Town)
	many := make([]wireRow, maxRows+1)
	for i := range many {
		many[i] = wireRow{N: uint64(i + 1), Kind: CaseRow, ID: "x"}
	}
	big := wireRow{N: 1, Kind: CaseRow, ID: "x", Records: [][]byte{make([]byte, 200<<10)}}
	big2 := big
	big2.N = 2
	for _, test := range []struct {
		name string
		f    frame
	}{
		{"no batch", frame{Answer: &answer{}}},
		{"an empty batch", frame{Batch: &batch{}}},
		{"too many rows", frame{Batch: &batch{Rows: many}}},
		{"rows out of order", frame{Batch: &batch{Rows: []wireRow{{N: 2, Kind: CaseRow, ID: "x"}, {N: 1, Kind: CaseRow, ID: "x"}}}}},
		{"too many bytes", frame{Batch: &batch{Rows: []wireRow{big, big2}}}},
	} {
		s := c.stranger(t, casetest.Village, town)
		s.welcomed()
		s.send(test.f)
		if f, err := s.read(); err == nil {
			t.Errorf("%s: %+v", test.name, f)
		}
	}
	s := c.stranger(t, casetest.Village, town)
	s.welcomed()
	if _, err := s.conn.Write(binary.AppendUvarint(nil, maxFrame+1)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.read(); err == nil || errors.Is(err, io.ErrNoProgress) {
		t.Error("a frame over the limit is read")
	}
	if town.log.count("frame too large") != 1 {
		t.Errorf("it is not in the log:\n%s", town.log.buf.String())
	}
}

// TestRowsAreRefused: each is answered with its reason, logged once, and does
// no harm to the rows beside it.
func TestRowsAreRefused(t *testing.T) {
	c := newCity(t)
	town := c.post(casetest.Town)
	s := c.stranger(t, casetest.Village, town)
	s.welcomed()
	view, id := c.realm.View(), casefile.NewID(s.self, 1)
	write := func(state casefile.State, d casefile.Draft) (casefile.Record, casefile.State) {
		r, next, err := casefile.Build(state, s.self, c.realm.Secret(s.self), view, d, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return r, next
	}
	opened, state := write(casefile.New(id), casetest.Open(casetest.Residence, area.Code(casetest.Village), casetest.Village))
	start := chain.Start(string(id))
	// A village that decides what its district decides: sealed by hand, since
	// no cabinet would.
	decide := casefile.Event{Format: 1, Case: id, Seq: 2, Prev: state.Head.Hash, Author: s.self, Register: view.Head(),
		Staff: "Zhou", DeskTime: state.Time, NodeTime: state.Time, Kind: casefile.Decided,
		Body: wire.Encode(casefile.DecidedBody{Step: 3, Approved: true, Text: "yes", Number: "1"})}
	forged := chain.Sign(c.realm.Secret(s.self), chain.EventDomain, wire.Encode(decide))
	tampered := append([]byte(nil), opened.Bytes...)
	tampered[len(tampered)-1] ^= 1

	n := uint64(0)
	for _, test := range []struct {
		name string
		row  wireRow
		bad  bool
		want refusal.Code
	}{
		{"a good one", wireRow{Kind: CaseRow, ID: string(id), Base: start, Records: [][]byte{opened.Bytes}}, false, ""},
		{"the same again", wireRow{Kind: CaseRow, ID: string(id), Base: start, Records: [][]byte{opened.Bytes}}, false, ""},
		{"a village decides", wireRow{Kind: CaseRow, ID: string(id), Base: state.Head, Records: [][]byte{forged}}, true, ""},
		{"a village decides, again", wireRow{Kind: CaseRow, ID: string(id), Base: state.Head, Records: [][]byte{forged}}, true, ""},
		{"do you have what you have not", wireRow{Kind: CaseRow, ID: string(id), Base: chain.Head{Index: 5}}, false, CodeGap},
		{"tampered", wireRow{Kind: CaseRow, ID: string(casefile.NewID(s.self, 2)), Base: start, Records: [][]byte{tampered}}, true, ""},
		{"no case", wireRow{Kind: CaseRow, ID: "../x", Records: [][]byte{opened.Bytes}}, false, refusal.Malformed},
		{"a long id", wireRow{Kind: CaseRow, ID: string(make([]byte, maxID+1))}, false, refusal.TooLarge},
		{"a kind to come", wireRow{Kind: 99, ID: "x"}, false, CodeUnknown},
		{"a blob of no case", wireRow{Kind: BlobRow, ID: "x", Piece: &piece{Size: 3, Bytes: []byte{1, 2, 3}}}, false, refusal.Malformed},
		{"a blob of nothing", wireRow{Kind: BlobRow, ID: string(casefile.NewID(s.self, 7))}, false, refusal.Malformed},
		{"a blob too large", wireRow{Kind: BlobRow, ID: string(casefile.NewID(s.self, 7)), Piece: &piece{Size: maxBlob + 1, Bytes: []byte{1}}}, false, refusal.TooLarge},
		{"a blob with another hash", wireRow{Kind: BlobRow, ID: string(casefile.NewID(s.self, 7)), Piece: &piece{Size: 3, Bytes: []byte{1, 2, 3}}}, false, refusal.Malformed},
		{"a request of nothing", wireRow{Kind: RequestRow, ID: "x", Data: []byte{1}}, false, refusal.Malformed},
		{"a reply of nothing", wireRow{Kind: ReplyRow, ID: "x", Data: []byte{1}}, false, refusal.Forbidden},
		{"a receipt of nothing", wireRow{Kind: ReceiptRow, ID: "x", Data: []byte{1}}, false, refusal.Forbidden},
		{"no envelope", wireRow{Kind: CarryRow, ID: "x"}, false, refusal.Malformed},
		{"an envelope to nowhere", wireRow{Kind: CarriedRow, ID: "x", Envelope: &envelope{}}, false, refusal.Malformed},
	} {
		n++
		switch got := s.verdict(n, test.row); {
		case test.bad && (got == "" || passing(got) || stored(got) || got == CodeGap):
			t.Errorf("%s: %q", test.name, got)
		case !test.bad && got != test.want:
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	if got := town.log.count("id=" + string(id)); got != 1 {
		t.Errorf("the decision of the village is %d times in the log:\n%s", got, town.log.buf.String())
	}
	if now, err := town.cab.State(id); err != nil || now.Head != state.Head {
		t.Errorf("%+v, %v", now.Head, err)
	}
}
