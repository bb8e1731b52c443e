package casefile

import (
	"fmt"

	"tongban/consensus/refusal"
)

// Why an event or a log is refused. The codes are for good.
const (
	NotCustodian      refusal.Code = "not_custodian"      // another party holds the case
	AwaitingAnswer    refusal.Code = "awaiting_answer"    // it is offered: only the addressee writes
	NoOffer           refusal.Code = "no_offer"           // nothing is offered, so nothing can be answered
	WrongAddressee    refusal.Code = "wrong_addressee"    // it is offered to somebody else, or can't be offered there
	OtherIncarnation  refusal.Code = "other_incarnation"  // the center's earlier or later incarnation holds it
	ClosedIncarnation refusal.Code = "closed_incarnation" // the author could not write at that Register index any more
	UnknownAuthor     refusal.Code = "unknown_author"     // the Register knows no such party at that index
	EpochBehind       refusal.Code = "epoch_behind"       // a newer epoch was granted, and its branch is not here
	WrongEpoch        refusal.Code = "wrong_epoch"        // only seized raises the epoch, and only to a granted one
	NoGrant           refusal.Code = "no_grant"           // the Register granted no such seizure
	NotCompetent      refusal.Code = "not_competent"      // it is another center's to do
	OutOfScope        refusal.Code = "out_of_scope"       // the item may not be applied for so far from home
	StepOrder         refusal.Code = "step_order"         // not now: something else comes first, or came already
	UnknownItem       refusal.Code = "unknown_item"       // no such published version
	UnknownKind       refusal.Code = "unknown_kind"       // an event of a newer program
	BadPrev           refusal.Code = "bad_prev"           // it does not continue the log
	BadSeal           refusal.Code = "bad_seal"           // not sealed by its author
	BadTime           refusal.Code = "bad_time"           // before the event before it
	RegisterBehind    refusal.Code = "register_behind"    // it cites a Register that this node does not have yet
	RegisterDiverged  refusal.Code = "register_diverged"  // it cites a Register that never was
	Foreign           refusal.Code = "foreign"            // an event of another case
	AskedAgain        refusal.Code = "asked_again"        // the applicant laid it before another center, which sent it on
	OpinionsOpen      refusal.Code = "opinions_open"      // participants of a joint case have not spoken
	OpinionOld        refusal.Code = "opinion_old"        // sealed before its center was taken out and asked anew
	LogFull           refusal.Code = "log_full"           // the log holds as much as a log may
	NumberUsed        refusal.Code = "number_used"        // another document of the case bears the number
)

// hints say what the reader can do, where there is something.
var hints = map[refusal.Code]string{
	NotCustodian:     "send the custodian a request instead",
	AwaitingAnswer:   "wait for the answer, or ask the district to have the case seized if the addressee is lost",
	OtherIncarnation: "a restored center gets its old cases back only by a seizure that its district asks for",
	EpochBehind:      "wait until the seized branch arrives",
	RegisterBehind:   "nothing to do: it is kept and judged when the Register has caught up",
	NotCompetent:     "hand the case over to the center that is competent",
	AskedAgain:       "send the case back to that center for correction",
	OpinionOld:       "look at what is asked now, and say it again",
	LogFull:          "bring the case to its end, which is still possible; what goes on belongs into another case",
	OpinionsOpen:     "wait for their opinions, or remove them with the reason",
	NumberUsed:       "give it a number of its own; of a certificate that is the same one, say that it is issued again",
	UnknownKind:      "upgrade this node",
}

// refuse makes the refusal of one event.
func refuse(code refusal.Code, e *Event, format string, args ...any) error {
	return &refusal.Error{
		Code: code,
		Op:   fmt.Sprintf("%s as event %d of %s by %s", e.Kind, e.Seq, e.Case, e.Author),
		Hint: hints[code],
		Err:  fmt.Errorf(format, args...),
	}
}
