package casefile_test

import (
	"github.com/cockroachdb/datadriven"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

func reseal(key chain.Key, e casefile.Event) []byte {
	return chain.Sign(key, chain.EventDomain, wire.Encode(e))
}

func bodyWithStep(step int) []byte { return wire.Encode(casefile.StepBody{Step: step, Passed: true}) }

// draft reads a draft from a command: to= for custody, step= for steps, the
// rest as it is needed.
func (s *script) draft(d *datadriven.TestData, n *node) casefile.Draft {
	kind, step := casefile.Kind(arg(d, "kind", "")), number(d, "step", -1)
	reason := arg(d, "reason", "because")
	var body any
	switch kind {
	case casefile.Opened:
		draft := casetest.Open(items[arg(d, "item", "residence")], area.Code(places[arg(d, "subject", "village")]), places[arg(d, "deliver", "village")])
		return draft
	case casefile.Received, casefile.Supplemented:
		body = casefile.ReceivedBody{Materials: []casefile.MaterialEntry{{ID: arg(d, "material", "photo"), State: casefile.OriginalSeen}}}
	case casefile.Noticed:
		body = casefile.NoticedBody{Missing: []string{"photo"}, Text: "the photo", Number: "1"}
	case casefile.Accepted:
		body = casefile.AcceptedBody{Item: n.state.Item, On: arg(d, "on", "2026-11-20"), Deemed: arg(d, "deemed", "") != "", Number: "2"}
	case casefile.Declined, casefile.Withdrawn, casefile.Terminated:
		body = casefile.ReasonBody{Reason: reason}
	case casefile.Checked, casefile.Reviewed, casefile.Made, casefile.Served, casefile.HandedOut:
		body = casefile.StepBody{Step: step, Passed: arg(d, "passed", "yes") == "yes"}
	case casefile.Opinion:
		body = casefile.OpinionBody{Center: n.self.Center, Text: "fine"}
	case casefile.Outside:
		body = casefile.OutsideBody{Step: step, Number: "7", Sent: "2026-11-20", Came: arg(d, "came", "2026-11-21"), Result: "fine"}
	case casefile.Suspended:
		body = casefile.SuspendedBody{Step: step, Ground: casefile.PublicPosting}
	case casefile.Resumed:
		body = casefile.ResumedBody{Result: "no objection"}
	case casefile.Extended:
		body = casefile.ExtendedBody{Days: 10, Reason: reason, Approver: "Li"}
	case casefile.HandedOver:
		to := s.nodes[arg(d, "to", "")].self
		to.Incarnation = uint32(number(d, "inc", int(to.Incarnation)))
		body = casefile.HandedOverBody{To: to, Step: step}
	case casefile.TurnedBack:
		to := n.self
		if n.state.Offer != nil {
			to = n.state.Offer.From
		}
		if other := arg(d, "to", ""); other != "" {
			to = s.nodes[other].self
		}
		body = casefile.TurnedBackBody{To: to, Reason: reason}
	case casefile.Decided:
		body = casefile.DecidedBody{Step: step, Approved: arg(d, "approved", "yes") == "yes", Text: "granted", Number: "3"}
	case casefile.Rated:
		body = casefile.RatedBody{Grade: number(d, "grade", 1)}
	case casefile.RequestKept:
		body = casefile.RequestBody{ID: arg(d, "id", "r1"), Sealed: []byte("sealed"), Late: arg(d, "late", "") != ""}
	case casefile.Erased:
		body = casefile.ErasedBody{Blobs: []chain.Hash{chain.Sum(nil)}, Reason: reason}
	case casefile.Reconciled:
		var head chain.Head
		if len(n.beside) > 0 {
			if b, err := casefile.Fold(s.id, n.beside[0]); err == nil {
				head = b.Head
			}
		}
		body = casefile.ReconciledBody{Head: head, Reason: reason}
	}
	return casefile.Draft{Kind: kind, Body: body, Staff: "Zhou"}
}
