package casefile

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Format is the version of the event format that this package writes.
const Format = 1

// String is the party as people read it, such as "320509111201@1".
func (p Party) String() string { return fmt.Sprintf("%s@%d", p.Center, p.Incarnation) }

// NewID names the counter-th case that a party opens.
func NewID(p Party, counter uint64) ID {
	return ID(fmt.Sprintf("%s.%d.%d", p.Center, p.Incarnation, counter))
}

// Parse takes an ID apart: who opened the case, and its counter there. Only
// the canonical spelling is an ID, so one case has one name.
func (id ID) Parse() (Party, uint64, error) {
	bad := func() (Party, uint64, error) {
		return Party{}, 0, refusal.Newf(refusal.Malformed, "read a case id", "",
			"%q is no case id (want center.incarnation.counter)", string(id))
	}
	parts := strings.Split(string(id), ".")
	if len(parts) != 3 {
		return bad()
	}
	center, err := area.ParseCenter(parts[0])
	if err != nil {
		return bad()
	}
	incarnation, err := strconv.ParseUint(parts[1], 10, 32)
	if err != nil {
		return bad()
	}
	counter, err := strconv.ParseUint(parts[2], 10, 64)
	if err != nil {
		return bad()
	}
	p := Party{center, uint32(incarnation)}
	if NewID(p, counter) != id {
		return bad()
	}
	return p, counter, nil
}

// New is the state of a case that has no event yet.
func New(id ID) State { return State{ID: id, Head: chain.Start(string(id))} }

// Record is one sealed event, opened: what it says, its seal, and the bytes as
// they are hashed, kept and sent.
type Record struct {
	Event Event
	Seal  chain.Seal
	Bytes []byte
}

// Read opens a sealed event without verifying anything but its form.
func Read(b []byte) (Record, error) {
	r := Record{Bytes: b}
	var err error
	if r.Seal, err = chain.Unseal(b); err != nil {
		return r, refusal.New(refusal.Malformed, "read an event", "", err)
	}
	if err = wire.Decode(r.Seal.Body, &r.Event); err != nil {
		return r, refusal.New(refusal.Malformed, "read an event", "", err)
	}
	return r, nil
}

// Content is the decoded body of the event, a pointer to the body type of its
// kind.
func (e *Event) Content() (any, error) {
	make, ok := bodies[e.Kind]
	if !ok || e.Format != Format {
		return nil, refuse(UnknownKind, e, "unknown kind %q (format %d)", e.Kind, e.Format)
	}
	body := make()
	if err := wire.Decode(e.Body, body); err != nil {
		return nil, refuse(refusal.Malformed, e, "its body: %w", err)
	}
	return body, nil
}

// Day is the day of an instant (Unix milliseconds) in China, YYYY-MM-DD.
func Day(ms int64) string { return time.UnixMilli(ms).In(china).Format(time.DateOnly) }

var china = time.FixedZone("UTC+8", 8*60*60)

func body[T any]() func() any { return func() any { return new(T) } }

// bodies is the body type of each kind.
var bodies = map[Kind]func() any{
	Opened:       body[OpenedBody](),
	Received:     body[ReceivedBody](),
	Noticed:      body[NoticedBody](),
	Supplemented: body[SupplementedBody](),
	Accepted:     body[AcceptedBody](),
	Declined:     body[ReasonBody](),
	Checked:      body[StepBody](),
	Reviewed:     body[StepBody](),
	Opinion:      body[OpinionBody](),
	Outside:      body[OutsideBody](),
	Suspended:    body[SuspendedBody](),
	Resumed:      body[ResumedBody](),
	Extended:     body[ExtendedBody](),
	HandedOver:   body[HandedOverBody](),
	TakenOver:    body[TakenOverBody](),
	TurnedBack:   body[TurnedBackBody](),
	Decided:      body[DecidedBody](),
	Made:         body[StepBody](),
	Served:       body[StepBody](),
	HandedOut:    body[StepBody](),
	Rated:        body[RatedBody](),
	Withdrawn:    body[ReasonBody](),
	Terminated:   body[ReasonBody](),
	RequestKept:  body[RequestBody](),
	Erased:       body[ErasedBody](),
	Concluded:    body[ConcludedBody](),
	Archived:     body[EmptyBody](),
	Seized:       body[SeizedBody](),
	Reconciled:   body[ReconciledBody](),

	Returned:        body[ReasonBody](),
	FeeCharged:      body[FeeBody](),
	FeeWaived:       body[WaiverBody](),
	FeePaid:         body[PaidBody](),
	FeeSettled:      body[SettledBody](),
	Mandated:        body[MandateBody](),
	MandateAccepted: body[MandateAcceptedBody](),
	Undertaken:      body[UndertakenBody](),
	HandedBack:      body[HandedBackBody](),
	JointSet:        body[JointBody](),
	SurveySet:       body[SurveyBody](),
	SurveyHeld:      body[SurveyHeldBody](),
	PapersSent:      body[SlipBody](),
	PapersArrived:   body[ArrivalBody](),
	Visited:         body[VisitedBody](),
	Deliberated:     body[DeliberatedBody](),
	PartyHeard:      body[PartyHeardBody](),
	Voided:          body[VoidedBody](),
	Corrected:       body[CorrectedBody](),
	Reopened:        body[ReopenedBody](),
	Adopted:         body[AdoptedBody](),
}
