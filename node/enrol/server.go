package enrol

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Config is what the inviting node hands in.
type Config struct {
	Self   area.Center
	Key    chain.Key       // the node's key: the listener proves it
	Realm  string          // the realm id
	Root   chain.PublicKey // the realm's root key
	Listen string          // host:port; "" only writes tickets
	DB     *badger.DB      // rows m/ticket/… and nothing else

	// Current tells what the Register says of a center: its key and its
	// highest incarnation (0: never enrolled); ok is false when it is unknown
	// or revoked.
	Current func(c area.Center) (key chain.PublicKey, incarnation uint32, ok bool)
	// Propose seals the body in this node's name and has the Register order
	// it. nil: it was applied, and this node's copy shows it. A refusal with
	// the code of a register.Outcome is the Register's no; any other error
	// leaves it open whether it was applied.
	Propose func(ctx context.Context, body register.Body) error
	// Welcome fills in what a new node needs (Realm and Root are set).
	Welcome func(c area.Center) Welcome

	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader
}

const (
	maxGuests    = 32               // conversations at once
	talkTime     = 30 * time.Second // for each message of the other side
	proposeTime  = 45 * time.Second
	shortestLife = time.Minute
	longestLife  = 30 * 24 * time.Hour
)

// Server writes tickets and answers who comes with one. Safe for concurrent
// use.
type Server struct {
	cfg      Config
	tls      *tls.Config
	listener net.Listener // nil: only tickets

	mu   sync.Mutex
	busy map[chain.Hash]bool // guarded by mu: tickets being talked about
}

// New begins to listen. Run must follow; Close gives the port free without it.
func New(cfg Config) (*Server, error) {
	config, err := serverTLS(cfg.Key)
	if err != nil {
		return nil, fmt.Errorf("certificate of the enrolment port: %w", err)
	}
	s := &Server{cfg: cfg, tls: config, busy: map[chain.Hash]bool{}}
	if cfg.Listen == "" {
		return s, nil
	}
	s.listener, err = net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, refusal.New("listen_failed", "listen for joining nodes on "+cfg.Listen,
			"is another program using the port? Choose another address", err)
	}
	return s, nil
}

// Addr is the host:port that it got; "" when it does not listen.
func (s *Server) Addr() string {
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// Close gives the port free.
func (s *Server) Close() error {
	if s.listener == nil {
		return nil
	}
	if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Invite writes a ticket for a center below this one, valid for a while (one
// minute to thirty days), with the addresses at which this node answers. A
// rejoin ticket is for a center that has a node and needs a new incarnation.
func (s *Server) Invite(center area.Center, life time.Duration, addrs []string, rejoin bool) (Ticket, error) {
	op := fmt.Sprintf("invite %s", center)
	if _, err := area.ParseCenter(string(center)); err != nil {
		return Ticket{}, refusal.New(refusal.Malformed, op, "", err)
	}
	_, incarnation, enrolled := s.cfg.Current(center)
	switch {
	case !s.cfg.Self.Over(center):
		return Ticket{}, refusal.Newf(refusal.Forbidden, op,
			"a center above it has to invite it", "%s is not over %s", s.cfg.Self, center)
	case enrolled && !rejoin:
		return Ticket{}, refusal.Newf(AlreadyEnrolled, op,
			"for a node that was restored or replaced, write a rejoin ticket", "%s has a node already", center)
	case rejoin && incarnation == 0:
		return Ticket{}, refusal.Newf(NotEnrolled, op, "write an ordinary ticket", "%s never had a node", center)
	case life < shortestLife || life > longestLife:
		return Ticket{}, refusal.Newf(refusal.Malformed, op, "", "valid for %s: want %s to %s", life, shortestLife, longestLife)
	}
	secret := make([]byte, secretSize)
	if _, err := io.ReadFull(s.cfg.Random, secret); err != nil {
		return Ticket{}, fmt.Errorf("%s: %w", op, err)
	}
	t := Ticket{
		Realm: s.cfg.Realm, Root: s.cfg.Root, Inviter: s.cfg.Self, Key: s.cfg.Key.Public(),
		Addrs: addrs, Center: center, Expires: s.cfg.Now().Add(life).UnixMilli(),
		Secret: secret, Rejoin: rejoin,
	}
	if err := t.flaw(); err != nil {
		return Ticket{}, refusal.New(refusal.Malformed, op, "", err)
	}
	err := s.save(t.Hash(), State{Center: center, Rejoin: rejoin, Expires: t.Expires})
	if err != nil {
		return Ticket{}, fmt.Errorf("%s: %w", op, err)
	}
	s.cfg.Log.Info("ticket written", "ticket", t)
	return t, nil
}

// Withdraw takes a ticket back, unless its node has been enrolled already.
func (s *Server) Withdraw(ticket chain.Hash) error {
	state, err := s.step(ticket, Withdraw{})
	if err != nil {
		return err
	}
	if state.state.Phase == Enrolled {
		return refusal.Newf(TicketUsed, "withdraw ticket "+ticket.Short(),
			"revoke the center instead", "%s was enrolled with it", state.state.Center)
	}
	return nil
}

// Run answers joining nodes until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	if s.listener == nil {
		<-ctx.Done()
		return nil
	}
	stop := context.AfterFunc(ctx, func() { s.Close() })
	defer stop()
	var guests sync.WaitGroup
	defer guests.Wait()
	room := make(chan struct{}, maxGuests)
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("answer joining nodes: %w", err)
		}
		select {
		case room <- struct{}{}:
		default:
			conn.Close() // too many at once; it comes again
			continue
		}
		guests.Go(func() {
			defer func() { <-room }()
			s.serve(ctx, conn)
		})
	}
}

func (s *Server) serve(ctx context.Context, raw net.Conn) {
	conn := tls.Server(raw, s.tls)
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { raw.Close() })()
	conn.SetDeadline(time.Now().Add(talkTime)) // the network's time, not the node's
	log := s.cfg.Log.With("from", raw.RemoteAddr().String())
	if err := conn.HandshakeContext(ctx); err != nil {
		log.Debug("a joining node's handshake failed", "error", err)
		return
	}
	center, err := s.talk(ctx, conn)
	switch {
	case err == nil:
		log.Info("center enrolled", "center", string(center))
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		log.Debug("a joining node left", "error", err)
	default:
		log.Warn("enrolment refused", "reason", string(refusal.CodeOf(err)), "center", string(center), "error", err)
	}
}

// talk is one conversation.
func (s *Server) talk(ctx context.Context, conn net.Conn) (area.Center, error) {
	in := bufio.NewReader(conn)
	var k knock
	if err := wire.ReadFrame(in, maxMessage, &k); err != nil {
		return "", err
	}
	center, after, err := s.admit(k)
	if err != nil {
		return center, errors.Join(err, wire.WriteFrame(conn, terms{Refuse: refusalOnWire(err)}))
	}
	if err := wire.WriteFrame(conn, terms{After: after}); err != nil {
		return center, err
	}
	conn.SetDeadline(time.Now().Add(talkTime))
	var w wish
	if err := wire.ReadFrame(in, maxMessage, &w); err != nil {
		return center, err
	}
	conn.SetDeadline(time.Now().Add(proposeTime + talkTime))
	if err := s.grant(ctx, k, w); err != nil {
		return center, errors.Join(err, wire.WriteFrame(conn, reply{Refuse: refusalOnWire(err)}))
	}
	welcome := s.cfg.Welcome(center)
	welcome.Realm, welcome.Root = s.cfg.Realm, s.cfg.Root
	if _, incarnation, ok := s.cfg.Current(center); ok {
		welcome.Incarnation = incarnation
	}
	return center, wire.WriteFrame(conn, reply{Welcome: &welcome})
}

// admit looks at who knocks, before anything is asked of the Register.
func (s *Server) admit(k knock) (center area.Center, after uint32, err error) {
	const op = "answer a joining node"
	if k.Version != protocolVersion {
		return "", 0, refusal.Newf(refusal.Malformed, op, "use a program of the same age",
			"it speaks version %d, this node %d", k.Version, protocolVersion)
	}
	if _, err := k.Key.Ed25519(); err != nil {
		return "", 0, refusal.New(refusal.Malformed, op, "", err)
	}
	ticket := chain.Sum(k.Secret)
	written, err := s.load(ticket)
	if err != nil {
		return "", 0, err
	}
	done, err := s.step(ticket, s.seen(k, written.Center))
	if err != nil {
		return "", 0, err
	}
	if code := done.answer.Refuse; code != "" {
		return done.state.Center, 0, refuse(code, done.state)
	}
	_, after, _ = s.cfg.Current(done.state.Center)
	return done.state.Center, after, nil
}

// grant brings one wish to the Register.
func (s *Server) grant(ctx context.Context, k knock, w wish) error {
	ticket := chain.Sum(k.Secret)
	if !s.enter(ticket) {
		return refusal.Newf(refusal.Unavailable, "enrol a node", "try again in a minute",
			"this ticket is being handled at the moment")
	}
	defer s.leave(ticket)
	ask, body, err := s.read(k, w)
	if err != nil {
		return err
	}
	done, err := s.step(ticket, ask)
	switch {
	case err != nil:
		return err
	case done.answer.Refuse != "":
		return refuse(done.answer.Refuse, done.state)
	case done.answer.Welcome:
		return nil
	}
	if _, err := s.step(ticket, Sent{}); err != nil {
		return err
	}
	if e, ok := body.(register.Enrolment); ok {
		e.Ticket, e.Expires = ticket, done.state.Expires
		body = e
	}
	ctx, cancel := context.WithTimeout(ctx, proposeTime)
	defer cancel()
	err = s.cfg.Propose(ctx, body)
	switch {
	case err == nil || s.held(ask.Center, ask.Key):
		_, err = s.step(ticket, Agreed{})
		return err
	case denied(err):
		_, saved := s.step(ticket, Denied{err.Error()})
		return errors.Join(err, saved)
	}
	return refusal.New(refusal.Unavailable, fmt.Sprintf("enrol %s", ask.Center),
		"try again in a minute; the ticket stays good", err)
}

// denied tells the Register's own no from everything that leaves it open
// whether the proposal was applied.
func denied(err error) bool {
	var outcome register.Outcome
	return outcome.UnmarshalText([]byte(refusal.CodeOf(err))) == nil
}

// read checks that a wish is whole, and proven by the key that knocked.
func (s *Server) read(k knock, w wish) (Ask, register.Body, error) {
	const op = "enrol a node"
	bad := func(code refusal.Code, format string, args ...any) (Ask, register.Body, error) {
		return Ask{}, nil, refusal.Newf(code, op, "", format, args...)
	}
	switch {
	case w.Join != nil && !k.Rejoin:
		c := w.Join.Center
		if !c.Key.Equal(k.Key) || !proven(w.Join.Proof, k.Key) {
			return bad(BadProof, "%s did not prove the key that it named", c.ID)
		}
		return Ask{s.seen(k, c.ID), c.ID}, register.Enrolment{Center: c, Proof: w.Join.Proof}, nil
	case w.Rejoin != nil && k.Rejoin:
		i := *w.Rejoin
		if !i.Key.Equal(k.Key) || !proven(i.Proof, k.Key) {
			return bad(BadProof, "%s did not prove the key that it named", i.Center)
		}
		return Ask{s.seen(k, i.Center), i.Center}, i, nil
	}
	return bad(refusal.Malformed, "it asks for something else than it knocked for")
}

// proven looks at the seal only; whether it is over the right words is the
// Register's to check.
func proven(proof []byte, key chain.PublicKey) bool {
	seal, err := chain.Unseal(proof)
	return err == nil && seal.Verify(chain.EnrolDomain, key) == nil
}

// seen is a knock as the rules see it, with what the Register and the clock
// say.
func (s *Server) seen(k knock, center area.Center) Knock {
	return Knock{k.Key, k.Rejoin, s.held(center, k.Key), s.cfg.Now().UnixMilli()}
}

// held reports whether the Register has the center under this key.
func (s *Server) held(c area.Center, key chain.PublicKey) bool {
	have, _, ok := s.cfg.Current(c)
	return ok && have.Equal(key)
}

func (s *Server) enter(ticket chain.Hash) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[ticket] {
		return false
	}
	s.busy[ticket] = true
	return true
}

func (s *Server) leave(ticket chain.Hash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, ticket)
}

func refuse(code refusal.Code, s State) error {
	op := fmt.Sprintf("enrol %s", s.Center)
	hint := "ask the center above for a new ticket"
	switch code {
	case TicketUsed:
		return refusal.Newf(code, op, hint, "the ticket was used by another node")
	case TicketExpired:
		return refusal.Newf(code, op, hint, "the ticket expired at %s", time.UnixMilli(s.Expires).UTC().Format(time.RFC3339))
	case KeyInUse:
		return refusal.Newf(code, op, "join again with a new key; the ticket stays good",
			"a new incarnation needs a new key: whoever has a copy of the old disk has the old one")
	case TicketForOther:
		return refusal.Newf(code, op, hint, "the ticket is for %s (rejoin: %t)", s.Center, s.Rejoin)
	}
	return refusal.Newf(code, op, hint, "the ticket was withdrawn, or never written here")
}
