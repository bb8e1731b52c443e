package enrol

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Request is what a joining node says of itself. ID, Key and Incarnation of
// Center are filled in from the ticket, the key and the Register.
type Request struct {
	Ticket Ticket
	Key    chain.Key       // with a rejoin ticket a new one
	Center register.Center // name, addresses, telephone; left out when joining again
	Reason string          // of joining again, for the journal
}

// Join asks the inviter, at one of the ticket's addresses after another, to
// have the node enrolled, and returns what it needs to begin. To ask again
// with the same ticket and the same key is safe: whoever was enrolled gets the
// same answer. now is the node's time.
func Join(ctx context.Context, req Request, now time.Time) (Welcome, error) {
	t := req.Ticket
	op := fmt.Sprintf("join the realm %s as %s", t.Realm, t.Center)
	if now.After(t.Deadline()) && !t.Rejoin {
		// The inviter's clock decides; but say what is likely.
		op += " (by this machine's clock the ticket has expired)"
	}
	config, err := clientTLS(t.Key)
	if err != nil {
		return Welcome{}, refusal.New(TicketDamaged, op, "", err)
	}
	var failed []error
	for _, addr := range t.Addrs {
		welcome, err := ask(ctx, addr, config, req, op)
		if err == nil {
			return welcome, nil
		}
		if code := refusal.CodeOf(err); code != "" && code != refusal.Unavailable && code != WrongInviter {
			return Welcome{}, err // an answer, and from the right one
		}
		failed = append(failed, fmt.Errorf("%s: %w", addr, err))
		if ctx.Err() != nil {
			break
		}
	}
	err = errors.Join(failed...)
	if code := refusal.CodeOf(err); code != "" {
		return Welcome{}, refusal.New(code, op, refusal.HintOf(err), err)
	}
	return Welcome{}, refusal.New(refusal.Unavailable, op,
		"is the inviting node running, and can this machine reach it? The ticket stays good", err)
}

func ask(ctx context.Context, addr string, config *tls.Config, req Request, op string) (Welcome, error) {
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: talkTime}, Config: config}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return Welcome{}, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	conn.SetDeadline(time.Now().Add(talkTime)) // the network's time, not the node's
	in := bufio.NewReader(conn)
	t := req.Ticket
	err = wire.WriteFrame(conn, knock{protocolVersion, t.Secret, req.Key.Public(), t.Rejoin})
	if err != nil {
		return Welcome{}, err
	}
	var offer terms
	if err := wire.ReadFrame(in, maxMessage, &offer); err != nil {
		return Welcome{}, err
	}
	if offer.Refuse != nil {
		return Welcome{}, offer.Refuse.err(op)
	}
	conn.SetDeadline(time.Now().Add(proposeTime + 2*talkTime))
	if err := wire.WriteFrame(conn, wishFor(req, offer.After)); err != nil {
		return Welcome{}, err
	}
	var answer reply
	if err := wire.ReadFrame(in, maxMessage, &answer); err != nil {
		return Welcome{}, err
	}
	if answer.Refuse != nil {
		return Welcome{}, answer.Refuse.err(op)
	}
	w := answer.Welcome
	if w == nil || w.Realm != t.Realm || !w.Root.Equal(t.Root) || w.Incarnation == 0 {
		return Welcome{}, refusal.Newf(refusal.Malformed, op,
			"the inviter's program may be older or newer than this one", "the answer does not fit the ticket")
	}
	return *w, nil
}

func wishFor(req Request, after uint32) wish {
	if req.Ticket.Rejoin {
		i := register.Incarnation{Center: req.Ticket.Center, Key: req.Key.Public(), After: after, Reason: req.Reason}
		i.Proof = register.ProveIncarnation(req.Key, i)
		return wish{Rejoin: &i}
	}
	c := req.Center
	c.ID, c.Key, c.Incarnation = req.Ticket.Center, req.Key.Public(), 0 // the Register says which
	return wish{Join: &join{c, register.ProveCenter(req.Key, c)}}
}
