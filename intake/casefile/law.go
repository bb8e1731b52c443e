package casefile

import "slices"

// law is when and by whom one kind of event may be written.
type law struct {
	phases []Phase // nil: at any time
	who    func(*claim) bool
}

var (
	atCounter  = []Phase{PhaseOpened, PhaseNoticed}
	beforeEnd  = []Phase{PhaseOpened, PhaseNoticed, PhaseAccepted}
	inHand     = []Phase{PhaseAccepted}
	afterwards = []Phase{PhaseDecided, PhaseServed, PhaseDeclined}
	ended      = []Phase{PhaseDecided, PhaseServed, PhaseDeclined, PhaseWithdrawn, PhaseTerminated, PhaseReturned}
	decided    = []Phase{PhaseDecided, PhaseServed, PhaseConcluded}
	over       = []Phase{PhaseConcluded, PhaseArchived} // nobody rests on the content any more
	notEnded   = []Phase{PhaseOpened, PhaseNoticed, PhaseAccepted, PhaseDecided, PhaseServed}

	notArchived = append(slices.Clip(ended), PhaseOpened, PhaseNoticed, PhaseAccepted, PhaseConcluded)
)

// laws leaves out seized, and the custody events' own rules: checkCustody has
// them. Who is custodian is known by then.
var laws = map[Kind]law{
	Opened:       {nil, (*claim).mayOpen},
	Received:     {beforeEnd, (*claim).mayReceive},
	Supplemented: {beforeEnd, (*claim).mayReceive},
	Noticed:      {[]Phase{PhaseOpened}, (*claim).mayReceive},
	Accepted:     {atCounter, (*claim).mayAccept},
	Declined:     {atCounter, (*claim).mayAccept},
	Checked:      {inHand, (*claim).actsAtStep},
	Reviewed:     {inHand, (*claim).actsAtStep},
	Decided:      {inHand, (*claim).mayDecide},
	Made:         {[]Phase{PhaseAccepted, PhaseDecided, PhaseServed}, (*claim).actsAtStep},
	Opinion:      {beforeEnd, anybody},
	Outside:      {[]Phase{PhaseAccepted, PhaseDecided}, (*claim).actsSomewhere},
	Suspended:    {inHand, (*claim).mayWait},
	Resumed:      {inHand, (*claim).mayWait},
	Extended:     {inHand, (*claim).mayDecideAny},
	Served:       {afterwards, (*claim).mayDeliver},
	HandedOut:    {afterwards, (*claim).mayDeliver},
	Rated:        {nil, anybody},
	Withdrawn:    {beforeEnd, anybody},
	Terminated:   {beforeEnd, (*claim).mayTerminate},
	Concluded:    {ended, anybody},
	Archived:     {[]Phase{PhaseConcluded}, anybody},
	RequestKept:  {nil, anybody},
	Erased:       {over, anybody},
	Reconciled:   {nil, anybody},
	HandedOver:   {nil, anybody},
	TakenOver:    {nil, anybody},
	TurnedBack:   {nil, anybody},
	Seized:       {nil, anybody},

	Returned:        {atCounter, (*claim).mayReceive},
	FeeCharged:      {notEnded, anybody},
	FeeWaived:       {notEnded, (*claim).actsSomewhere},
	FeePaid:         {notEnded, anybody},
	FeeSettled:      {notArchived, anybody},
	Mandated:        {beforeEnd, anybody},
	MandateAccepted: {beforeEnd, (*claim).isAgent},
	Undertaken:      {beforeEnd, (*claim).isAgent},
	HandedBack:      {append(slices.Clip(ended), PhaseConcluded), (*claim).isAgent},
	JointSet:        {inHand, (*claim).actsSomewhere},
	SurveySet:       {inHand, (*claim).actsSomewhere},
	SurveyHeld:      {inHand, (*claim).actsSomewhere},
	PapersSent:      {notArchived, anybody},
	PapersArrived:   {nil, (*claim).isAddressed},
	Visited:         {inHand, (*claim).mayWait},
	Deliberated:     {inHand, (*claim).mayWait},
	PartyHeard:      {inHand, (*claim).actsSomewhere},
	Voided:          {notArchived, (*claim).mayVoid},
	Corrected:       {decided, (*claim).mayAmend},
	Reopened:        {decided, (*claim).mayAmend},
	Adopted:         {inHand, (*claim).mayAmend},
}
