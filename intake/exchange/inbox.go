package exchange

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// inbox answers the streams of others, and remembers what they gave their
// word for.
type inbox struct {
	x *Exchange

	mu    sync.Mutex
	peers map[casefile.Party]*peer
}

// peer is one party as we know it.
type peer struct {
	memory Memory
	low    int // hellos in a row that were overtaken
	live   []*liveStream
}

type liveStream struct {
	Live
	conn net.Conn
}

func newInbox(x *Exchange) *inbox { return &inbox{x: x, peers: map[casefile.Party]*peer{}} }

// peerLocked loads what is remembered of a party.
func (in *inbox) peerLocked(p casefile.Party) (*peer, error) {
	if known := in.peers[p]; known != nil {
		return known, nil
	}
	known := &peer{}
	if _, err := in.x.read(memoryKey(p), &known.memory); err != nil {
		return nil, fmt.Errorf("what is known of %s: %w", p, err)
	}
	in.peers[p] = known
	return known, nil
}

// identify opens the word of a center that the transport has proven.
func (in *inbox) identify(from area.Center, sealed []byte) (Word, error) {
	x := in.x
	op := "identify " + string(from)
	current, enrolled := x.cfg.Directory.Current(from)
	if !enrolled {
		return Word{}, refusal.Newf(refusal.Forbidden, op, "", "%s is not in the directory, or was revoked", from)
	}
	var named Word // read first, so that the reason is the right one
	if seal, err := chain.Unseal(sealed); err != nil {
		return Word{}, refusal.New(refusal.Malformed, op, "", err)
	} else if err := wire.Decode(seal.Body, &named); err != nil {
		return Word{}, refusal.New(refusal.Malformed, op, "", err)
	}
	switch {
	case named.Realm != x.cfg.Realm:
		return Word{}, refusal.Newf(CodeForeign, op, hintOf[CodeForeign], "its realm is %q", clip(named.Realm, maxID))
	case named.Center != string(from):
		return Word{}, refusal.Newf(refusal.Forbidden, op, "", "it calls itself %q", clip(named.Center, maxID))
	case named.Inc > current:
		return Word{}, refusal.Newf(CodeBehind, op, hintOf[CodeBehind], "incarnation %d is not in our Register yet", named.Inc)
	case named.Inc < current:
		return Word{}, refusal.Newf(CodeClosed, op, hintOf[CodeClosed], "incarnation %d is closed, %d may write", named.Inc, current)
	}
	w, err := openWord(sealed, x.cfg.Directory.Key)
	if err != nil {
		return w, refusal.New(refusal.Forbidden, op, "", err)
	}
	return w, nil
}

// judge weighs a verified word against what is remembered, and keeps it.
func (in *inbox) judge(w Word, sealed []byte, heard Heard) Judgement {
	in.mu.Lock()
	defer in.mu.Unlock()
	p, err := in.peerLocked(w.party())
	if err != nil {
		in.x.cfg.Log.Error("exchange", "error", err)
		return Judgement{Code: refusal.Unavailable}
	}
	live := make([]Live, len(p.live))
	for i, l := range p.live {
		live[i] = l.Live
	}
	j := Judge(w, sealed, heard, p.memory, live, p.low)
	switch {
	case j.Code == CodeStale:
		p.low++
	case j.Code == "" && heard == AtHello:
		p.low = 0
	}
	p.memory = j.Memory
	for _, i := range j.Replaced {
		p.live[i].conn.Close()
	}
	if j.Code == CodeCloned { // the other one is to know as well
		for _, l := range p.live {
			in.x.running.Go(func() { tell(l.conn, refused{CodeCloned, "two machines live under one identity", sealed}) })
		}
	}
	return j
}

// tell writes a last frame and closes. A stream takes one writer at a time;
// whoever was in the middle of a frame leaves one that can't be read, which
// ends the stream as well.
func tell(conn net.Conn, r refused) {
	deadline(conn.SetWriteDeadline, openingTime)
	_ = wire.WriteFrame(conn, frame{Refused: &r}) //nolint:errcheck // it is closed either way
	conn.Close()
}

// enter counts a stream as live until the function that it returns is called.
func (in *inbox) enter(l Live, conn net.Conn) (leave func()) {
	in.mu.Lock()
	defer in.mu.Unlock()
	party := l.Word.party()
	p, err := in.peerLocked(party)
	if err != nil {
		return func() {}
	}
	s := &liveStream{l, conn}
	p.live = append(p.live, s)
	return func() {
		in.mu.Lock()
		defer in.mu.Unlock()
		for i, other := range p.live {
			if other == s {
				p.live = append(p.live[:i:i], p.live[i+1:]...)
				break
			}
		}
	}
}

// standing is how many streams of a party are live.
func (in *inbox) standing(p casefile.Party) int {
	in.mu.Lock()
	defer in.mu.Unlock()
	if known := in.peers[p]; known != nil {
		return len(known.live)
	}
	return 0
}

// serve answers one stream.
func (in *inbox) serve(ctx context.Context, from string, conn net.Conn) {
	x := in.x
	x.mu.Lock()
	run := x.ctx
	if run == nil {
		x.mu.Unlock()
		return
	}
	x.running.Add(1)
	x.mu.Unlock()
	defer x.running.Done()
	defer context.AfterFunc(run, func() { conn.Close() })()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	err := in.answer(run, area.Center(from), conn)
	if err == nil || run.Err() != nil || ctx.Err() != nil || errors.Is(err, io.EOF) {
		return
	}
	x.logOnce("from "+from, refusal.CodeOf(err), "a stream ended", "from", from, "code", refusal.CodeOf(err), "error", err)
}

// answer is the life of an incoming stream.
func (in *inbox) answer(ctx context.Context, from area.Center, conn net.Conn) error {
	x := in.x
	reader := bufio.NewReaderSize(conn, 16<<10)
	deadline(conn.SetDeadline, openingTime)
	var f frame
	if err := wire.ReadFrame(reader, maxOpening, &f); err != nil {
		return err
	}
	if f.Hello == nil {
		return refusal.Newf(refusal.Malformed, "open a stream of "+string(from), "", "no hello")
	}
	live, mark, err := in.greet(from, f.Hello.Word, conn)
	if err != nil {
		return err
	}
	defer in.enter(live, conn)()
	_, sealed := x.sayWord()
	if err := wire.WriteFrame(conn, frame{Welcome: &opening{sealed, mark}}); err != nil {
		return err
	}
	x.forgetLogged("from " + string(from))
	if err := x.step(Greeted{from, live.Word.Inc}, PeerUp{from}); err != nil { // it dialled, so it is there
		return err
	}
	party, last := live.Word.party(), uint64(0)
	stored, stop := in.marker(party)
	defer stop()
	for {
		deadline(conn.SetReadDeadline, 2*x.cfg.Timing.Idle+x.cfg.Timing.Answer)
		var f frame
		if err := wire.ReadFrame(reader, maxFrame, &f); err != nil {
			return err
		}
		switch {
		case f.Refused != nil:
			word, _ := x.sayWord()
			return x.accused(from, *f.Refused, word)
		case f.Batch == nil:
			return refusal.Newf(refusal.Malformed, "read a batch of "+string(from), "", "no batch")
		}
		a, err := in.batch(ctx, party, *f.Batch, last, conn)
		if err != nil {
			return err
		}
		last = a.Ack
		deadline(conn.SetWriteDeadline, writeTime)
		if err := wire.WriteFrame(conn, frame{Answer: &a}); err != nil {
			return err
		}
		stored(last)
	}
}

// marker keeps the mark of a stream behind the answers, so that no answer
// waits for its sync. A mark that a crash kept from the disk only makes the
// sender ask about rows that are here.
func (in *inbox) marker(p casefile.Party) (stored func(uint64), stop func()) {
	marks, ended := make(chan uint64, 1), make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		for n := range marks {
			select { // for more of them
			case <-time.After(lazily):
			case <-ended:
			}
			if err := in.keep(p, n); err != nil {
				in.x.cfg.Log.Error("exchange: a mark is not kept", "of", p.String(), "error", err)
			}
		}
	})
	stored = func(n uint64) {
		select {
		case <-marks: // overtaken
		default:
		}
		marks <- n
	}
	return stored, func() { close(ended); close(marks); done.Wait() }
}

// greet checks a hello; when it is refused the peer is told why.
func (in *inbox) greet(from area.Center, sealed []byte, conn net.Conn) (Live, uint64, error) {
	x := in.x
	w, err := in.identify(from, sealed)
	r := refused{Code: refusal.CodeOf(err)}
	if err == nil && in.standing(w.party()) >= maxStreams {
		err = refusal.Newf(refusal.Unavailable, "greet "+string(from), "", "%d streams of it stand already", maxStreams)
		r.Code = refusal.Unavailable
	}
	if err == nil {
		if j := in.judge(w, sealed, AtHello); j.Code != "" {
			r.Code, r.Evidence = j.Code, j.Evidence
			err = refusal.Newf(j.Code, "greet "+string(from), hintOf[j.Code],
				"%s in incarnation %d says that it sealed %d records", from, w.Inc, w.Own.Index)
		}
	}
	if err != nil {
		r.Hint = clip(err.Error(), maxHint)
		if werr := wire.WriteFrame(conn, frame{Refused: &r}); werr != nil {
			return Live{}, 0, errors.Join(err, werr)
		}
		return Live{}, 0, err
	}
	if err := in.keep(w.party(), 0); err != nil {
		return Live{}, 0, err
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	m := in.peers[w.party()].memory
	if m.Mine != x.cfg.Self().Incarnation {
		m.Stored = 0
	}
	return Live{w, sealed}, m.Stored, nil
}

// keep commits what is remembered of a peer, with rows up to stored.
func (in *inbox) keep(p casefile.Party, stored uint64) error {
	mine := in.x.cfg.Self().Incarnation
	in.mu.Lock()
	known, err := in.peerLocked(p)
	if err != nil {
		in.mu.Unlock()
		return err
	}
	if known.memory.Mine != mine {
		known.memory.Mine, known.memory.Stored = mine, 0
	}
	known.memory.Stored = max(known.memory.Stored, stored)
	m := known.memory
	in.mu.Unlock()
	return update(in.x.cfg.DB, func(txn *badger.Txn) error {
		var old Memory
		found, err := get(txn, memoryKey(p), &old)
		if err != nil {
			return err
		}
		if found && old.Mine == m.Mine && (old.Stored > m.Stored || old.Own.Index > m.Own.Index) {
			return nil // another stream of the same peer was faster
		}
		if found && old.Mine == m.Mine && old.Stored == m.Stored && old.Own == m.Own && string(old.Nonce) == string(m.Nonce) {
			return nil
		}
		return put(txn, memoryKey(p), m)
	})
}

// batch takes rows in. When it returns, whatever the answer says is stored is
// committed.
func (in *inbox) batch(ctx context.Context, from casefile.Party, b batch, last uint64, conn net.Conn) (answer, error) {
	bad := func(format string, args ...any) (answer, error) {
		return answer{}, refusal.Newf(refusal.Malformed, "read a batch of "+string(from.Center), "", format, args...)
	}
	if len(b.Rows) == 0 || len(b.Rows) > maxRows {
		return bad("%d rows", len(b.Rows))
	}
	size := 0
	for i := range b.Rows {
		if b.Rows[i].N <= last {
			return bad("row %d after row %d", b.Rows[i].N, last)
		}
		last = b.Rows[i].N
		size += b.Rows[i].size()
	}
	if len(b.Rows) > 1 && size > batchBudget+len(b.Rows)*256 {
		return bad("%d bytes of records", size)
	}
	if len(b.Word) > 0 {
		w, err := in.identify(from.Center, b.Word)
		if err != nil {
			return answer{}, err
		}
		if j := in.judge(w, b.Word, AtBatch); j.Code != "" {
			err := refusal.Newf(j.Code, "read a batch of "+string(from.Center), hintOf[j.Code], "it contradicts an earlier word of %s", from)
			tell(conn, refused{j.Code, clip(err.Error(), maxHint), j.Evidence})
			return answer{}, err
		}
	} else if current, ok := in.x.cfg.Directory.Current(from.Center); !ok || current != from.Incarnation {
		err := refusal.Newf(CodeClosed, "read a batch of "+string(from.Center), hintOf[CodeClosed], "incarnation %d is closed", from.Incarnation)
		tell(conn, refused{Code: CodeClosed, Hint: err.Error()})
		return answer{}, err
	}
	verdicts := in.takeAll(ctx, from, b.Rows)
	return answer{last, verdicts}, ctx.Err()
}

// takeAll takes rows of different cases in at once, so that the store groups
// their syncs, and rows of one case in order.
func (in *inbox) takeAll(ctx context.Context, from casefile.Party, rows []wireRow) []Verdict {
	groups := map[string][]int{}
	var order []string
	for i := range rows {
		key := rows[i].ID
		if e := rows[i].Envelope; e != nil {
			key = string(e.From.Center) // the parts of a row come in order
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], i)
	}
	verdicts := make([]Verdict, len(rows))
	slots := make(chan struct{}, 64)
	var work sync.WaitGroup
	for _, key := range order {
		slots <- struct{}{}
		work.Go(func() {
			defer func() { <-slots }()
			for _, i := range groups[key] {
				verdicts[i] = in.take(ctx, from, &rows[i])
				verdicts[i].N = rows[i].N
			}
		})
	}
	work.Wait()
	var told []Verdict
	for i, v := range verdicts {
		if v.Code == "" {
			continue
		}
		if !stored(v.Code) && v.Code != CodeGap {
			in.x.logOnce(fmt.Sprintf("%s %s %s", from, rows[i].Kind, rows[i].ID), v.Code, "refused a row",
				"from", from.String(), "kind", rows[i].Kind.String(), "id", clip(rows[i].ID, maxID), "code", v.Code, "reason", v.Hint)
		}
		told = append(told, v)
	}
	return told
}

// take takes one row in.
func (in *inbox) take(ctx context.Context, from casefile.Party, r *wireRow) Verdict {
	if len(r.ID) == 0 || len(r.ID) > maxID || len(r.Records) > maxRecords {
		return verdictOf(refusal.Newf(refusal.TooLarge, "", "", "id of %d bytes, %d records", len(r.ID), len(r.Records)))
	}
	switch r.Kind {
	case CaseRow:
		return in.takeCase(ctx, from, r)
	case BlobRow:
		if v := in.takePiece(ctx, from.Center, casefile.ID(r.ID), r.Piece); v.Code != "" {
			return v
		}
		return verdictOf(in.x.sendAfter(casefile.ID(r.ID), r.Piece.Hash))
	case RequestRow:
		return verdictOf(in.x.takeRequest(ctx, from, r))
	case ReplyRow:
		return verdictOf(in.x.takeReply(r.Data))
	case CarryRow:
		return verdictOf(in.x.takeCarry(from.Center, r.Envelope, true))
	case CarriedRow:
		return verdictOf(in.takeCarried(ctx, r.Envelope))
	case ReceiptRow:
		return verdictOf(in.x.takeReceipt(r.Data))
	}
	return Verdict{Code: CodeUnknown, Hint: fmt.Sprintf("row of %s", r.Kind)}
}

// verdictOf turns an error into what the sender is told.
func verdictOf(err error) Verdict {
	if err == nil {
		return Verdict{}
	}
	code := refusal.CodeOf(err)
	if code == "" {
		code = refusal.Unavailable // our own trouble, not the row's
	}
	return Verdict{Code: code, Hint: clip(err.Error(), maxHint)}
}

func (in *inbox) takeCase(ctx context.Context, from casefile.Party, r *wireRow) Verdict {
	x := in.x
	id := casefile.ID(r.ID)
	if _, _, err := id.Parse(); err != nil {
		return verdictOf(err)
	}
	if len(r.Records) == 0 {
		ok, head, err := x.have(id, r.Base)
		if err != nil {
			return verdictOf(err)
		}
		if !ok {
			return Verdict{Code: CodeGap, Head: head}
		}
		return Verdict{}
	}
	t, err := x.cases.Take(ctx, from.Center, id, r.Base.Index+1, r.Records)
	if err != nil {
		return verdictOf(err)
	}
	if t.Code == CodeSuperseded {
		// The sender works on a branch that is overruled: it is to know.
		if err := x.stage(nil, Row{Key: Key{from.Center, CaseRow, r.ID}, Purpose: Reconcile}); err != nil {
			return verdictOf(err)
		}
	}
	return Verdict{Code: t.Code, Hint: clip(t.Hint, maxHint), Head: t.Head}
}
