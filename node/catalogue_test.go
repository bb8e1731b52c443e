package node

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/search"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/desk"
	"tongban/node/api"
)

// In these tests a center's own checks are passed by: its commands go straight
// to the voters, as those of another program would.

// sample is a starter item as the first version of the district.
func sample(t *testing.T, record string) item.Item {
	t.Helper()
	all, err := starter.Items()
	must(t, err)
	for _, it := range all {
		if it.Record == record {
			it.Ref.Area, it.Ref.Version = wujiang.Area(), 1
			return it
		}
	}
	t.Fatalf("there is no starter item %s", record)
	return item.Item{}
}

// drafted proposes a version of an item; its record and content name it.
func (c *city) drafted(by area.Center, it item.Item) register.Publication {
	c.t.Helper()
	drafted := c.propose(by, register.Draft{Item: it, Base: it.Ref.Version - 1})
	must(c.t, drafted.Err("draft "+it.Name))
	c.level()
	view, _, known := c.nodes[by].register.Draft(drafted.Index)
	if !known {
		c.t.Fatalf("%s does not know draft %d", by, drafted.Index)
	}
	return register.Publication{Draft: drafted.Index, Content: view.Content}
}

// refused checks what came of a command, in its answer and in the log of the
// node that leads, which names the kind, the outcome and the reason.
func (c *city) refused(got register.Result, want register.Outcome, kind register.Kind, reason string) {
	c.t.Helper()
	if got.Outcome != want || !strings.Contains(got.Detail, reason) {
		c.t.Fatalf("%s: %q, want %s: %q", got.Outcome, got.Detail, want, reason)
	}
	c.logged(wujiang, "command refused", "outcome="+want.String(), "kind="+kind.String(), fmt.Sprintf("record=%d ", got.Index), reason)
}

// TestPublicationWithoutAuthority: a town may draft for its district, and not
// approve it; nor does anybody else publish for another's area.
func TestPublicationWithoutAuthority(t *testing.T) {
	c := newCity(t, wujiang, tongli, lili)
	it := sample(t, "D01")
	draft := c.drafted(tongli, it)
	for _, by := range []area.Center{tongli, lili} {
		c.refused(c.proposeAs("审核者", by, draft), register.NoAuthority, register.PublishItem,
			string(by)+" does not publish for "+string(wujiang))
	}
	if _, offered := c.nodes[wujiang].register.Item(it.Ref.Code, wujiang.Area(), register.Moment{}); offered {
		t.Error("it is offered")
	}
	// What was approved is what was read.
	other := draft
	other.Content = chain.Sum([]byte("another text"))
	c.refused(c.proposeAs("审核者", wujiang, other), register.Conflict, register.PublishItem, "another content")
	must(t, c.proposeAs("审核者", wujiang, draft).Err("the district's own approval"))
	c.level()
	c.refused(c.propose(lili, register.Withdrawal{Ref: it.Ref, Reason: "演练"}), register.NoAuthority, register.WithdrawItem,
		"does not publish for "+string(wujiang))
}

// TestSelfApproval: whoever wrote any text of a draft does not approve it, and
// a blank more in the name makes nobody another person.
func TestSelfApproval(t *testing.T) {
	c := newCity(t, wujiang)
	it := sample(t, "D01")
	first := c.drafted(wujiang, it)
	it.Note = "改过一处"
	result := c.proposeAs("另一人", wujiang, register.Draft{Item: it, Revises: first.Draft})
	must(t, result.Err("revise"))
	view, _, _ := c.nodes[wujiang].register.Draft(result.Index)
	second := register.Publication{Draft: result.Index, Content: view.Content}
	for _, staff := range []string{"建设者", " 建设者 ", "另一人"} {
		c.refused(c.proposeAs(staff, wujiang, second), register.NoAuthority, register.PublishItem, "four eyes")
	}
	c.refused(c.proposeAs("审核者", wujiang, first), register.Conflict, register.PublishItem, "was revised by record")
	must(t, c.proposeAs("审核者", wujiang, second).Err("a third person"))
}

// TestSupplementByAnotherCenter: a counter speaks for itself, and its district
// for it; and what it says has no place for a standardized element.
func TestSupplementByAnotherCenter(t *testing.T) {
	c := newCity(t, wujiang, tongli, lili)
	it := sample(t, "D01")
	c.approve(wujiang, it)
	own := register.LocalPart{Center: tongli, Item: it.Ref.Code, Supplement: item.Supplement{Window: "1号窗口"}}
	c.refused(c.propose(lili, own), register.NoAuthority, register.SetSupplement,
		string(lili)+" does not speak for the counter of "+string(tongli))
	c.must(tongli, own)

	// One that a foreign program made, with promised days beside the window: they
	// are no part of what is kept.
	town := c.nodes[tongli]
	author := register.Author{Realm: town.trust.Realm, Center: tongli, Incarnation: 1, Key: town.key()}
	command := chain.Sign(author.Key, chain.CommandDomain, wire.Encode(register.Command{
		Realm: author.Realm, Kind: register.SetSupplement, Staff: "建设者", Time: c.now().UnixMilli(), Feature: 1,
		ID: register.ProposalID{Center: tongli, Incarnation: 1, Counter: 1 << 40},
		Body: wire.Encode(map[int]any{1: tongli, 2: it.Ref.Code, 3: map[any]any{
			2: "2号窗口", 99: "1工作日", "promise": "1工作日",
		}}),
	}))
	answers, err := c.nodes[wujiang].propose(c.ctx, [][]byte{command})
	must(t, err)
	result, err := register.ReadResult(answers[0])
	must(t, err)
	must(t, result.Err("the foreign supplement"))
	c.level()
	for center, n := range c.nodes {
		said, _ := n.register.Supplement(it.Ref.Code, tongli, register.Moment{})
		offered, _ := n.register.Item(it.Ref.Code, tongli.Area(), register.Moment{})
		if said != (item.Supplement{Window: "2号窗口"}) || offered.Promise != it.Promise {
			t.Errorf("at %s: %+v, promise %s", center, said, offered.Promise)
		}
	}
}

// TestPermitAtAVillage: neither by a dated power nor by an item's own words does
// a village accept a permit.
func TestPermitAtAVillage(t *testing.T) {
	c := newCity(t, wujiang, tongli)
	c.join(tongli, yejian)
	permit := sample(t, "D12")
	c.approve(wujiang, permit)
	c.level()
	power := register.Power{Center: yejian, Item: permit.Ref.Code, Level: area.Town, Document: "演练授权书〔演〕1号", From: string(workday.DateOf(c.now()))}
	for _, by := range []area.Center{wujiang, tongli} {
		c.refused(c.propose(by, power), register.NoAuthority, register.GrantPower, "may not be entrusted with a permit")
	}
	c.refused(c.propose(yejian, power), register.NoAuthority, register.GrantPower, "has no power of town level to give")

	permit.Ref.Version = 2
	permit.Steps = append([]item.Step(nil), permit.Steps...)
	for i := range permit.Steps {
		permit.Steps[i].Level = area.Village
	}
	draft := c.drafted(wujiang, permit)
	c.refused(c.proposeAs("审核者", wujiang, draft), register.Malformed, register.PublishItem, "village_accepts_permit")
}

// tells asks a center's node by its API, as a page does.
func (c *city) tells(center area.Center, path string, answer any) {
	c.t.Helper()
	n := c.nodes[center]
	token, err := os.ReadFile(filepath.Join(n.dir, TokenFile))
	must(c.t, err)
	req, err := http.NewRequestWithContext(c.ctx, http.MethodGet, "http://"+n.APIAddr()+path, nil)
	must(c.t, err)
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	got, err := http.DefaultClient.Do(req)
	must(c.t, err)
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		c.t.Fatalf("%s at %s: %s", path, center, got.Status)
	}
	must(c.t, json.NewDecoder(got.Body).Decode(answer))
}

// inForce is the version of an item that a center's counter goes by, and the
// name under which it finds it; what it shows and what it opens are the same.
func (c *city) inForce(center area.Center, code item.Code) (item.Version, string) {
	c.t.Helper()
	var shown api.ItemView
	c.tells(center, "/v1/items/"+string(code), &shown)
	c.wait(string(center)+" finds what it shows", func() bool {
		var hits []search.Hit
		c.tells(center, "/v1/search?text="+string(code), &hits)
		return len(hits) > 0 && hits[0].Ref == shown.Item.Ref && hits[0].Name == shown.Item.Name
	})
	return shown.Item.Ref.Version, shown.Item.Name
}

// TestAVersionToComeTakesEffectByTheCalendar: on its day it counts at every
// node, although nobody says anything: not a record is written.
func TestAVersionToComeTakesEffectByTheCalendar(t *testing.T) {
	c := newCity(t, wujiang, tongli)
	c.join(tongli, yejian)
	it := sample(t, "D23")
	c.approve(wujiang, it)
	later := it
	later.Ref.Version, later.Name = 2, "残疾人证换领（新）"
	draft := c.drafted(wujiang, later)
	effective := workday.DateOf(c.now()).Add(2)
	draft.Effective = string(effective)
	must(t, c.proposeAs("审核者", wujiang, draft).Err("publish what is to come"))
	c.level()
	before := c.nodes[wujiang].register.Head()
	open := c.opened(yejian, desk.OpenForm{Item: it.Ref.Code, Subject: yejian.Area()})

	centers := []area.Center{wujiang, tongli, yejian}
	for _, day := range []struct {
		ahead time.Duration
		want  item.Version
		name  string
	}{{0, 1, it.Name}, {48 * time.Hour, 2, later.Name}} {
		c.ahead.Store(int64(day.ahead))
		for _, center := range centers {
			if v, name := c.inForce(center, it.Ref.Code); v != day.want || name != day.name {
				t.Errorf("%s, %s later: version %d %q, want %d", center, day.ahead, v, name, day.want)
			}
			if head := c.nodes[center].register.Head(); head != before {
				t.Errorf("%s: the Register went on from record %d to %d", center, before.Index, head.Index)
			}
		}
	}
	// A case that was open keeps its version; one that is opened now has the new.
	if s := c.caseAt(yejian, open.ID); s.Item.Version != 1 {
		t.Errorf("the open case went over to %+v", s.Item)
	}
	if s := c.opened(yejian, desk.OpenForm{Item: it.Ref.Code, Subject: yejian.Area()}); s.Item.Version != 2 {
		t.Errorf("a case of that day is under %+v", s.Item)
	}
	// What was the day before can still be asked for.
	var was api.ItemView
	c.tells(tongli, "/v1/items/"+string(it.Ref.Code)+"?on="+string(effective.Add(-1)), &was)
	if was.Item.Ref.Version != 1 {
		t.Errorf("the day before: %+v", was.Item.Ref)
	}
}
