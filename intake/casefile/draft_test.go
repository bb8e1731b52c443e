package casefile_test

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cockroachdb/datadriven"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

func reseal(key chain.Key, e casefile.Event) []byte {
	return chain.Sign(key, chain.EventDomain, wire.Encode(e))
}

func bodyWithStep(step int) []byte { return wire.Encode(casefile.StepBody{Step: step, Passed: true}) }

// choice reads answers=matter:new,goods:food,… skipped=1,2 excused=plan.
func choice(d *datadriven.TestData) *casefile.Choice {
	if arg(d, "answers", "") == "" {
		return nil
	}
	c := &casefile.Choice{Answers: item.Answers{}}
	for _, one := range strings.Split(arg(d, "answers", ""), ",") {
		q, a, _ := strings.Cut(one, ":")
		c.Answers[q] = append(c.Answers[q], a)
	}
	for _, n := range words(d, "skipped") {
		i, err := strconv.Atoi(n)
		if err != nil {
			d.Fatalf(nil, "%v", err)
		}
		c.Skipped = append(c.Skipped, i)
	}
	c.Excused = words(d, "excused")
	return c
}

func posting() *casefile.PostingTerms {
	return &casefile.PostingTerms{Place: "the village board", From: "2026-11-20", To: "2026-11-26", Text: "虚构甲 applies", Number: "P-1"}
}

// link reads bundle=moving stage=2 cases=1,2 after=2: cases by their counter.
func (s *script) link(d *datadriven.TestData) *casefile.BundleLink {
	name := arg(d, "bundle", "")
	if name == "" {
		return nil
	}
	ids := func(key string) (all []casefile.ID) {
		opener, _, err := s.id.Parse()
		if err != nil {
			d.Fatalf(nil, "%v", err)
		}
		for _, n := range words(d, key) {
			all = append(all, casefile.ID(fmt.Sprintf("%s.%d.%s", opener.Center, opener.Incarnation, n)))
		}
		return all
	}
	return &casefile.BundleLink{
		Item: items[name], Intake: arg(d, "intake", string(s.id)), Stage: number(d, "stage", 1), Cases: ids("cases"), After: ids("after"),
	}
}

func words(d *datadriven.TestData, key string) []string {
	if arg(d, key, "") == "" {
		return nil
	}
	return strings.Split(arg(d, key, ""), ",")
}

// draft reads a draft from a command: to= for custody, step= for steps, the
// rest as it is needed.
func (s *script) draft(d *datadriven.TestData, n *node) casefile.Draft {
	kind, step := casefile.Kind(arg(d, "kind", "")), number(d, "step", -1)
	reason := arg(d, "reason", "because")
	var body any
	switch kind {
	case casefile.Opened:
		draft := casetest.Open(items[arg(d, "item", "residence")], area.Code(places[arg(d, "subject", "village")]), places[arg(d, "deliver", "village")])
		opened := draft.Body.(casefile.OpenedBody)
		opened.Choice, opened.Bundle = choice(d), s.link(d)
		draft.Body = opened
		return draft
	case casefile.Received, casefile.Supplemented:
		body = casefile.ReceivedBody{Materials: []casefile.MaterialEntry{{ID: arg(d, "material", "photo"), State: casefile.OriginalSeen}}}
	case casefile.Noticed:
		body = casefile.NoticedBody{Missing: []string{"photo"}, Text: "the photo", Number: "1"}
	case casefile.Accepted:
		ref := n.state.Item
		ref.Version = item.Version(number(d, "version", int(ref.Version)))
		body = casefile.AcceptedBody{Item: ref, On: arg(d, "on", "2026-11-20"), Deemed: arg(d, "deemed", "") != "", Number: "2", Choice: choice(d)}
	case casefile.Declined, casefile.Withdrawn, casefile.Terminated:
		body = casefile.ReasonBody{Reason: reason}
	case casefile.Checked, casefile.Reviewed, casefile.Made, casefile.Served, casefile.HandedOut:
		body = casefile.StepBody{Step: step, Passed: arg(d, "passed", "yes") == "yes"}
	case casefile.Opinion:
		body = casefile.OpinionBody{Center: n.self.Center, Text: "fine"}
	case casefile.Outside:
		body = casefile.OutsideBody{Step: step, Number: "7", Sent: "2026-11-20", Came: arg(d, "came", "2026-11-21"), Result: "fine"}
	case casefile.Suspended:
		body = casefile.SuspendedBody{Step: step, Ground: casefile.PublicPosting, Posting: posting()}
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
		asked := s.realm.Request(n.self, s.id, "reminder", arg(d, "id", "r1"), nil, s.now.UnixMilli())
		asked.Late = arg(d, "late", "") != ""
		body = asked
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
