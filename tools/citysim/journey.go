package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/api"
	"tongban/tools/client"
)

// Pauses of a journey, between one look and the next.
const (
	soon    = 5 * time.Millisecond   // after a success
	arrival = 60 * time.Millisecond  // while a case is on its way
	later   = 250 * time.Millisecond // after no answer or a refusal
)

// call is one action that was not answered yet. It is sent again, with the
// same idempotency key, until it is.
type call struct {
	at     area.Center
	action desk.Action
	key    string
	form   any
	twice  bool // two hands press the button at once
}

// journey takes one case from the counter to its end, each action at the
// center whose turn the route says it is. One goroutine at a time steps it.
type journey struct {
	n    int
	city *city
	book *ledger
	rng  *rand.Rand
	plan plan

	id     casefile.ID
	at     area.Center  // who holds the case
	to     area.Center  // to whom it is on its way; "" when it is not
	back   bool         // it was turned back: on its way to at
	turned bool         // it was turned back once
	spoke  bool         // whom the lead asked has said its opinion
	seen   uint64       // the highest acknowledged sequence number
	calls  int          // for the keys
	call   *call        // in hand
	view   api.CaseView // the last look
	why    string       // what it waits for
	moved  time.Time    // when it last got on
	ended  bool
}

func newJourney(n int, c *city, book *ledger, seed uint64) *journey {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	j := &journey{n: n, city: c, book: book, rng: rng, plan: newPlan(rng, c), moved: time.Now()}
	j.at = j.plan.counter
	return j
}

func (j *journey) String() string {
	return fmt.Sprintf("journey %d (%s), case %s at %s, %s ago: %s", j.n, j.plan.record, cmp.Or(string(j.id), "not open yet"), j.at,
		time.Since(j.moved).Round(time.Second), j.why)
}

// step does one thing and says when to come again.
func (j *journey) step(ctx context.Context) time.Duration {
	if j.call == nil {
		if wait := j.look(ctx); j.call == nil {
			return wait
		}
	}
	return j.send(ctx)
}

func (j *journey) do(at area.Center, action desk.Action, form any) {
	j.calls++
	j.call = &call{
		at: at, action: action, form: form, twice: j.rng.IntN(16) == 0,
		key: fmt.Sprintf("journey-%d-%d-%s", j.n, j.calls, action),
	}
}

// look finds out what comes next; it leaves call nil where that is to wait.
func (j *journey) look(ctx context.Context) time.Duration {
	if j.id == "" {
		j.do(j.at, desk.Open, j.plan.open)
		return 0
	}
	center := cmp.Or(j.to, j.at)
	try, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	v, err := j.city.at(center).Case(try, j.id)
	switch {
	case client.CodeOf(err) == refusal.NotFound && j.to != "":
		return j.wait(arrival, "it has not come to %s", j.to)
	case client.CodeOf(err) != "" && !client.Lost(err):
		j.book.refusal("look", string(client.CodeOf(err)))
		if center == j.at {
			j.book.fault("%s does not have case %s, of which it acknowledged event %d: %v", center, j.id, j.seen, err)
		}
		return j.wait(later, "%v", err)
	case err != nil:
		return j.wait(later, "look at %s: %v", center, err)
	}
	j.view = v
	s := v.State
	if s.Head.Index < j.seen {
		if j.to == "" && !j.back {
			j.book.fault("lost: case %s at %s ends at event %d, acknowledged were %d", j.id, j.at, s.Head.Index, j.seen)
		}
		return j.wait(arrival, "the copy at %s ends at event %d of %d", center, s.Head.Index, j.seen)
	}
	// A call without an answer may have had its effect after it was refused the
	// second time: what the log says goes before what was heard.
	switch {
	case j.to != "" && s.Offer == nil && s.Holder.Center == j.to:
		j.at, j.to = j.to, ""
	case j.to != "" && s.Offer == nil && s.Last == casefile.TurnedBack:
		j.to, j.back, j.turned = "", true, true
		return 0
	case j.to == "" && !j.back && s.Offer != nil:
		j.to = s.Offer.To.Center
		return 0
	}
	switch {
	case j.to != "":
		if s.Offer == nil || s.Offer.To.Center != j.to {
			return j.wait(arrival, "it is not offered to %s", j.to)
		}
		if !j.turned && j.rng.IntN(12) == 0 {
			j.do(j.to, desk.TurnBack, desk.ReasonForm{Reason: "材料装订有误，退回整理"})
			return 0
		}
		j.do(j.to, desk.TakeOver, nil)
		return 0
	case j.back && s.Offer != nil:
		return j.wait(arrival, "%s has not heard that it was turned back", j.at)
	}
	j.back = false
	if wait, done := j.aside(ctx); done {
		return wait
	}
	return j.next(v.Next)
}

// next is the next action of the route.
func (j *journey) next(next desk.Move) time.Duration {
	switch {
	case next.Action == "" || next.Action == desk.Archive:
		j.finish()
		return 0
	case next.Center == "":
		j.book.fault("case %s at %s: nobody can %s it", j.id, j.at, next.Action)
		j.finish()
		return 0
	case next.Action == desk.HandOver: // put right: back to who sent it down
		j.do(j.at, desk.HandOver, desk.HandOverForm{})
		return 0
	case next.Center != j.at:
		if !j.packed(next.Center) {
			j.do(j.at, desk.HandOver, desk.HandOverForm{To: next.Center})
		}
		return 0
	}
	form, err := j.plan.form(next.Action, j.view.State)
	if err != nil {
		j.book.fault("case %s at %s: %v", j.id, j.at, err)
		j.finish()
		return 0
	}
	action := next.Action
	if action == desk.Decide && j.plan.settle && j.view.Item != nil && j.view.Item.Type != "" && j.allowed(desk.Settle) {
		action, form = desk.Settle, desk.SettleForm{Conclude: true}
	}
	j.do(j.at, action, form)
	return 0
}

func (j *journey) finish() {
	j.ended, j.why = true, "it has come to its end"
	j.book.concluded()
}

func (j *journey) wait(d time.Duration, format string, args ...any) time.Duration {
	j.why = fmt.Sprintf(format, args...)
	return d
}

// callTimeout is longer than a pause of a node.
const callTimeout = 10 * time.Second

// send makes the call in hand and takes the answer in.
func (j *journey) send(ctx context.Context) time.Duration {
	c := j.call
	done, err := j.pressed(ctx, c)
	c.twice = false
	switch {
	case err == nil:
		j.answered(done)
		return soon
	case client.CodeOf(err) != "" && !client.Lost(err):
		j.call = nil
	}
	return j.wait(later, "%s at %s: %v", c.action, c.at, err)
}

// pressed sends a call once, or twice at the same time. A success goes before a
// loss, a loss before a refusal: what is unknown is asked for again.
func (j *journey) pressed(ctx context.Context, c *call) (desk.Done, error) {
	if !c.twice {
		return j.once(ctx, c)
	}
	type answer struct {
		done desk.Done
		err  error
	}
	second := make(chan answer, 1)
	go func() {
		done, err := j.once(ctx, c)
		second <- answer{done, err}
	}()
	done, err := j.once(ctx, c)
	other := <-second
	switch {
	case err == nil:
		return done, nil
	case other.err == nil || client.Lost(other.err):
		return other.done, other.err
	}
	return done, err
}

// once sends a call and writes its answer into the book.
func (j *journey) once(ctx context.Context, c *call) (desk.Done, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	m, by := j.city.at(c.at), desk.By{Staff: "窗口员", Key: c.key}
	var done desk.Done
	var err error
	if c.action == desk.Open {
		done, err = m.OpenCase(ctx, by, j.plan.open)
	} else {
		done, err = m.Act(ctx, by, j.id, c.action, c.form)
	}
	switch code := client.CodeOf(err); {
	case err == nil:
		j.book.acknowledged(c.at, c.action, c.key, done)
	case code != "" && !client.Lost(err):
		if code != cabinet.MissingBlob { // it says to wait
			j.book.refusal(string(c.action), string(code))
		}
	case client.Lost(err):
		if p, ok := errors.AsType[*api.Problem](err); ok {
			j.book.refusal(string(c.action), p.Code+" "+p.Message)
		}
		j.book.noAnswer()
	}
	return done, err
}

// answered moves the journey on.
func (j *journey) answered(done desk.Done) {
	c := j.call
	j.call, j.moved = nil, time.Now()
	j.seen = max(j.seen, done.State.Head.Index)
	switch c.action {
	case desk.Open:
		j.id = done.State.ID
	case desk.HandOver:
		j.to = offeredTo(&done.State, c.form.(desk.HandOverForm).To)
	case desk.SendBack:
		j.plan.beside.correct = false
		j.to = offeredTo(&done.State, j.to)
	case desk.TakeOver:
		j.at, j.to = c.at, ""
	case desk.TurnBack:
		j.to, j.back, j.turned = "", true, true
	}
}
