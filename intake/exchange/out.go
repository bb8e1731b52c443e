package exchange

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// outStream is a stream to one destination, from dial to close. One goroutine
// writes (run), one reads (answers).
type outStream struct {
	x      *Exchange
	dest   area.Center
	signal chan struct{} // rows may be due
	slots  chan struct{} // one for each batch that is not yet answered
	broken chan error    // the reader's last word

	conn    net.Conn
	reader  *bufio.Reader
	word    Word // the last that we gave
	pending batch
	flights []Flight
	bytes   int

	mu          sync.Mutex
	outstanding int
}

func (s *outStream) wake() {
	select {
	case s.signal <- struct{}{}:
	default:
	}
}

// dial opens a line on a goroutine of its own; Run waits for it.
func (x *Exchange) dial(dest area.Center) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ctx == nil {
		return
	}
	s := &outStream{
		x: x, dest: dest, signal: make(chan struct{}, 1),
		slots: make(chan struct{}, window), broken: make(chan error, 1),
	}
	x.streams[dest] = s
	x.running.Add(1)
	go func(ctx context.Context) {
		defer x.running.Done()
		err := s.run(ctx)
		x.mu.Lock()
		if x.streams[dest] == s {
			delete(x.streams, dest)
		}
		x.mu.Unlock()
		if ctx.Err() == nil {
			x.lineEnded(dest, err)
		}
	}(x.ctx)
}

func (x *Exchange) lineEnded(dest area.Center, err error) {
	if err == nil {
		x.ask(LineClosed{dest})
		return
	}
	x.logOnce("line "+string(dest), refusal.CodeOf(err), "no line to a center", "to", dest, "error", err)
	in := LineFailed{Dest: dest, Reason: err.Error(), Never: !x.cfg.Directory.Dialable(dest)}
	if via := Parent(dest, x.enrolled); via != x.cfg.Self().Center {
		in.Via = via
	}
	x.ask(in)
}

const (
	openingTime = 15 * time.Second
	writeTime   = 30 * time.Second
)

// run is the life of the stream; nil when it was closed because nothing was
// left to send.
func (s *outStream) run(ctx context.Context) error {
	x := s.x
	if reason, fenced := x.cases.Fenced(); fenced {
		return refusal.Newf(refusal.Fenced, "dial "+string(s.dest), "", "this node is fenced: %s", reason)
	}
	dialCtx, cancel := context.WithTimeout(ctx, openingTime)
	conn, err := x.cfg.Network.Dial(dialCtx, string(s.dest), Protocol)
	cancel()
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	s.conn, s.reader = conn, bufio.NewReaderSize(conn, 16<<10)
	peer, opened, err := s.open()
	if err != nil {
		return err
	}
	defer x.in.enter(peer, conn)()
	x.forgetLogged("line " + string(s.dest))
	if err := x.step(opened); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.broken <- s.answers()
	}()
	err = s.send(ctx)
	conn.Close()
	<-done
	return err
}

// open says hello and checks the welcome.
func (s *outStream) open() (Live, Opened, error) {
	x := s.x
	var none Opened
	var sealed []byte
	s.word, sealed = x.sayWord()
	deadline(s.conn.SetDeadline, openingTime)
	if err := wire.WriteFrame(s.conn, frame{Hello: &opening{Word: sealed}}); err != nil {
		return Live{}, none, fmt.Errorf("say hello: %w", err)
	}
	var f frame
	if err := wire.ReadFrame(s.reader, maxOpening, &f); err != nil {
		return Live{}, none, fmt.Errorf("read the welcome: %w", err)
	}
	if f.Refused != nil {
		return Live{}, none, x.accused(s.dest, *f.Refused, s.word)
	}
	if f.Welcome == nil {
		return Live{}, none, refusal.Newf(refusal.Malformed, "open a stream to "+string(s.dest), "", "no welcome")
	}
	w, err := x.in.identify(s.dest, f.Welcome.Word)
	if err != nil {
		return Live{}, none, err
	}
	live := Live{w, f.Welcome.Word}
	if j := x.in.judge(w, f.Welcome.Word, AtWelcome); j.Code != "" {
		err := refusal.Newf(j.Code, "open a stream to "+string(s.dest), hintOf[j.Code],
			"%s in incarnation %d has sealed other records than it knows of", w.Center, w.Inc)
		x.logOnce("peer "+w.Center, j.Code, "refused a peer", "center", w.Center, "code", j.Code, "error", err)
		return live, none, errors.Join(err, wire.WriteFrame(s.conn, frame{Refused: &refused{j.Code, err.Error(), j.Evidence}}))
	}
	deadline(s.conn.SetDeadline, 0)
	return live, Opened{s.dest, w.Inc, f.Welcome.Mark, w.Register.Index}, nil
}

// deadline sets one from now; none when d is 0. A stream that refuses a
// deadline is broken, and says so at the next read or write.
func deadline(set func(time.Time) error, d time.Duration) {
	var t time.Time
	if d > 0 {
		t = time.Now().Add(d)
	}
	_ = set(t) //nolint:errcheck // see above
}

// answers reads until the stream ends.
func (s *outStream) answers() error {
	for {
		var f frame
		if err := wire.ReadFrame(s.reader, maxFrame, &f); err != nil {
			return fmt.Errorf("read an answer: %w", err)
		}
		switch {
		case f.Refused != nil:
			return s.x.accused(s.dest, *f.Refused, s.lastWord())
		case f.Answer == nil || len(f.Answer.Verdicts) > maxRows:
			return refusal.Newf(refusal.Malformed, "read an answer of "+string(s.dest), "", "no answer")
		}
		s.mu.Lock()
		s.outstanding--
		switch {
		case s.outstanding < 0:
			s.mu.Unlock()
			return refusal.Newf(refusal.Malformed, "read an answer of "+string(s.dest), "", "nothing was asked")
		case s.outstanding == 0:
			deadline(s.conn.SetReadDeadline, 0)
		default:
			deadline(s.conn.SetReadDeadline, s.x.cfg.Timing.Answer)
		}
		s.mu.Unlock()
		if err := s.x.step(Answered{s.dest, f.Answer.Ack, f.Answer.Verdicts}); err != nil {
			return err
		}
		<-s.slots
		s.wake() // so that run sees that nothing is outstanding
	}
}

func (s *outStream) lastWord() Word {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.word
}

// send writes what is due until the stream breaks, or has been idle.
func (s *outStream) send(ctx context.Context) error {
	idle := time.NewTimer(s.x.cfg.Timing.Idle)
	defer idle.Stop()
	for {
		s.x.mu.Lock()
		rows := s.x.core.Next(s.x.cfg.Now(), s.dest, 64)
		s.x.mu.Unlock()
		if len(rows) > 0 {
			if err := s.put(ctx, rows); err != nil {
				return err
			}
			idle.Reset(s.x.cfg.Timing.Idle)
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-s.broken:
			return err
		case <-s.signal:
		case <-idle.C:
			s.mu.Lock()
			quiet := s.outstanding == 0
			s.mu.Unlock()
			if quiet {
				return nil
			}
			idle.Reset(s.x.cfg.Timing.Idle)
		}
	}
}

// put writes rows and what is left of a batch.
func (s *outStream) put(ctx context.Context, rows []Row) error {
	for _, r := range rows {
		if err := s.row(ctx, r); err != nil {
			return err
		}
	}
	return s.flush(ctx)
}

// giveWay returns when no event is due and everything that was written is
// answered: papers that a parent is to carry are a row of many parts, and none
// of them goes before an event.
func (s *outStream) giveWay(ctx context.Context) error {
	if err := s.flush(ctx); err != nil {
		return err
	}
	for {
		s.x.mu.Lock()
		rows := s.x.core.Next(s.x.cfg.Now(), s.dest, 64) // papers are on the stream: of others only
		s.x.mu.Unlock()
		switch {
		case len(rows) > 0:
			if err := s.put(ctx, rows); err != nil {
				return err
			}
			continue
		case len(s.slots) == 0:
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-s.broken:
			return err
		case <-s.signal:
		}
	}
}

// row puts one row on the stream, in as many parts as it takes.
func (s *outStream) row(ctx context.Context, r Row) error {
	parts, brokenErr := 0, error(nil)
	err := s.x.parts(r, func(p part) error {
		parts++
		brokenErr = s.add(ctx, p)
		return brokenErr
	})
	switch {
	case brokenErr != nil:
		return brokenErr
	case err != nil:
		s.x.logOnce(r.Key.String(), refusal.CodeOf(err), "a row can't be sent", "row", r.Key.String(), "error", err)
		return s.x.step(Unsendable{r.Key, refusal.CodeOf(err), err.Error()})
	case parts == 0:
		return s.x.step(Obsolete{r.Key, r.Version})
	}
	return nil
}

func (s *outStream) add(ctx context.Context, p part) error {
	if e := p.row.Envelope; p.row.Kind == CarryRow && e.Papers {
		if err := s.giveWay(ctx); err != nil {
			return err
		}
	}
	size := p.row.size()
	if len(s.pending.Rows) > 0 && (s.bytes+size > batchBudget || len(s.pending.Rows) == maxRows) {
		if err := s.flush(ctx); err != nil {
			return err
		}
	}
	s.pending.Rows = append(s.pending.Rows, p.row)
	s.flights = append(s.flights, p.flight)
	s.bytes += size
	return nil
}

// flush writes the batch as soon as fewer than a window of them are out.
func (s *outStream) flush(ctx context.Context) error {
	if len(s.pending.Rows) == 0 {
		return nil
	}
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case err := <-s.broken:
		return err
	}
	x := s.x
	x.mu.Lock()
	first := x.core.Number(s.dest, len(s.pending.Rows))
	for i := range s.pending.Rows {
		s.pending.Rows[i].N = first + uint64(i)
		s.flights[i].N = first + uint64(i)
	}
	x.core.Step(x.cfg.Now(), RowsSent{s.dest, s.flights})
	x.mu.Unlock()
	if word, sealed := x.sayWord(); word.Own != s.word.Own {
		s.mu.Lock()
		s.word = word
		s.mu.Unlock()
		s.pending.Word = sealed
	}
	s.mu.Lock()
	s.outstanding++
	deadline(s.conn.SetReadDeadline, x.cfg.Timing.Answer)
	s.mu.Unlock()
	deadline(s.conn.SetWriteDeadline, writeTime)
	err := wire.WriteFrame(s.conn, frame{Batch: &s.pending})
	s.pending, s.flights, s.bytes = batch{}, nil, 0
	if err != nil {
		return fmt.Errorf("write a batch: %w", err)
	}
	return nil
}

// sayWord seals our word as of now.
func (x *Exchange) sayWord() (Word, []byte) {
	self := x.cfg.Self()
	w := Word{1, x.cfg.Realm, string(self.Center), self.Incarnation, x.cfg.Directory.Head(), x.cases.Own(), x.nonce, x.cfg.Machine}
	return w, chain.Sign(x.cfg.Key(), chain.HelloDomain, wire.Encode(w))
}

// accused takes a refusal of our hello. If the peer shows our own seal under
// something that contradicts what we said, we are fenced.
func (x *Exchange) accused(by area.Center, r refused, mine Word) error {
	err := refusal.Newf(r.Code, "open a stream to "+string(by), hintOf[r.Code], "%s", clip(r.Hint, maxHint))
	if len(r.Evidence) == 0 {
		return err
	}
	shown, bad := openWord(r.Evidence, func(casefile.Party) (chain.PublicKey, bool) { return x.cfg.Key().Public(), true })
	if bad != nil || !Convicts(r.Code, mine, shown) {
		return err
	}
	self := x.cfg.Self()
	x.mu.Lock()
	first := x.fencedAs != self
	x.fencedAs = self
	x.mu.Unlock()
	if first && self == mine.party() {
		reason := fmt.Sprintf("%s: %s has our own seal over %d records of this incarnation, we know of %d",
			r.Code, by, shown.Own.Index, mine.Own.Index)
		if r.Code == CodeCloned {
			reason = fmt.Sprintf("%s: %s has a live line with another machine under our name", r.Code, by)
		}
		x.cfg.Log.Error("this node is fenced", "code", r.Code, "by", by, "reason", reason)
		x.cfg.Fence(reason)
	}
	return err
}

var hintOf = map[refusal.Code]string{
	CodeRestored: "the node runs on an old copy: have the center above grant it a new incarnation",
	CodeCloned:   "two machines run under one identity: stop one, and have the center above grant the other a new incarnation",
	CodeClosed:   "the Register has closed this incarnation: enrol the node again, or wait until its Register has caught up",
	CodeForeign:  "the node belongs to another realm",
	CodeBehind:   "nothing to do: it goes through when the Register has caught up",
}
