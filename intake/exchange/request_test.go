package exchange

import (
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// answered waits for the reply to a request.
func (p *post) answered(id string) Reply {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		p.mu.Lock()
		changed := p.changed
		p.mu.Unlock()
		a, err := p.Asked(id)
		if err != nil {
			p.t.Fatal(err)
		}
		if a.Reply != nil {
			return *a.Reply
		}
		select {
		case <-changed:
		case <-deadline:
			p.t.Fatalf("%s: no reply to %s; rows %v", p.self, id, p.Rows(""))
		}
	}
}

// TestRequestIsForwarded: the village asks whom it takes for the custodian;
// custody moved on meanwhile, and the request with it, recorded once.
func TestRequestIsForwarded(t *testing.T) {
	c := newCity(t)
	village, town, district := c.post(casetest.Village), c.post(casetest.Town), c.post(casetest.District)
	s := village.open()
	s = village.handOver(s.ID, town)
	town.reaches(s.ID, s.Head)
	s = town.append(s.ID, casefile.TakenOver, nil)
	village.reaches(s.ID, s.Head)
	village.drained("")
	// What the town does now the village does not hear of.
	c.net.Cut(string(casetest.Village), string(casetest.Town))
	c.net.Cut(string(casetest.Village), string(casetest.District))
	s = town.handOver(s.ID, district)
	district.reaches(s.ID, s.Head)
	s = district.append(s.ID, casefile.TakenOver, nil)
	town.reaches(s.ID, s.Head)
	town.stopTalking(casetest.Village)
	id, err := village.Ask(t.Context(), s.ID, "reminder", "Zhou", []byte("the applicant asks when"))
	if err != nil {
		t.Fatal(err)
	}
	c.net.Heal(string(casetest.Village), string(casetest.Town))
	village.PeerUp(casetest.Town)
	s = district.sees(s.ID, "the request", func(s casefile.State) bool { return len(s.Requests) == 1 })
	if s.Requests[0] != id {
		t.Errorf("recorded %v, asked %s", s.Requests, id)
	}
	c.net.HealAll()
	district.PeerUp(casetest.Village)
	if r := village.answered(id); r.Code != "" || r.By != district.self {
		t.Errorf("%+v", r)
	}
	// The same again is recorded no second time, and answered again.
	sealed, err := village.request(id)
	if err != nil {
		t.Fatal(err)
	}
	row := wireRow{Kind: RequestRow, ID: id, Data: sealed.Sealed}
	if err := district.takeRequest(t.Context(), town.self, &row); err != nil {
		t.Fatal(err)
	}
	if again, err := district.cab.State(s.ID); err != nil || len(again.Requests) != 1 {
		t.Errorf("recorded %v, %v", again.Requests, err)
	}
}

// stopTalking forgets what waits for a center, as if it had never been told.
func (p *post) stopTalking(to area.Center) {
	for _, v := range p.Rows(to) {
		if err := p.step(Obsolete{v.Key, ^uint64(0)}, RowDropped{v.Key}); err != nil {
			p.t.Fatal(err)
		}
	}
}

// TestAFullLog: what comes for a log that holds all that a log may is turned away
// with the reason, whoever asks, and the case can still be brought to its end.
func TestAFullLog(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	s := village.open()
	list := make([]casefile.Draft, 500)
	for i := range list {
		list[i] = casefile.Draft{Kind: casefile.Received, Body: casefile.ReceivedBody{}, Staff: "Zhou"}
	}
	for s.Head.Index < casefile.MaxEvents {
		var err error
		if s, err = village.cab.Append(t.Context(), s.ID, drafts(list[:min(len(list), casefile.MaxEvents-int(s.Head.Index))]...)); err != nil {
			t.Fatal(err)
		}
	}
	town.reaches(s.ID, s.Head)
	id, err := town.Ask(t.Context(), s.ID, "reminder", "Li", nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := town.answered(id); r.Code != casefile.LogFull || r.Hint == "" || r.By != village.self {
		t.Errorf("%+v", r)
	}
	if _, err := village.Ask(t.Context(), s.ID, "reminder", "Zhou", nil); refusal.CodeOf(err) != casefile.LogFull {
		t.Errorf("the holder's own: %v", err)
	}
	village.append(s.ID, casefile.Withdrawn, casefile.ReasonBody{Reason: "asked for", Ground: casefile.AtRequest})
	s = village.append(s.ID, casefile.Concluded, casefile.ConcludedBody{})
	town.reaches(s.ID, s.Head)
	village.drained(casetest.Town)
}

func TestRequests(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	s := village.open()
	town.reaches(s.ID, s.Head)

	// The holder's own is recorded at once.
	own, err := village.Ask(t.Context(), s.ID, "reminder", "Zhou", nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := village.answered(own); r.Code != "" || r.By != village.self {
		t.Errorf("%+v", r)
	}
	// The parent's is, by the village, and the parent's copy shows it.
	id, err := town.Ask(t.Context(), s.ID, "opinion", "Li", []byte("no objection"))
	if err != nil {
		t.Fatal(err)
	}
	if r := town.answered(id); r.Code != "" || r.Late {
		t.Errorf("%+v", r)
	}
	town.sees(s.ID, "the request", func(s casefile.State) bool { return len(s.Requests) == 2 })
	// A case that nobody has: its opener answers.
	unknown, err := town.Ask(t.Context(), casefile.NewID(village.self, 999), "reminder", "Li", nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := town.answered(unknown); r.Code != refusal.NotFound {
		t.Errorf("%+v", r)
	}
	if list, err := town.Requests(10); err != nil || len(list) != 2 {
		t.Errorf("%d requests, %v", len(list), err)
	}
}

// A request that comes back to whoever asked, who got the case meanwhile, is
// recorded and answered on the spot: nothing waits to leave for oneself.
func TestARequestComesHome(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	s := village.open()
	s = village.handOver(s.ID, town)
	town.reaches(s.ID, s.Head)
	c.net.Cut(string(casetest.Village), string(casetest.Town))
	id, err := village.Ask(t.Context(), s.ID, "reminder", "Zhou", []byte("the applicant asks when"))
	if err != nil {
		t.Fatal(err)
	}
	village.stopTalking(casetest.Town)
	c.net.HealAll()
	s = town.append(s.ID, casefile.TurnedBack, casefile.TurnedBackBody{To: village.self, Reason: "not ours"})
	village.reaches(s.ID, s.Head)
	sealed, err := village.request(id)
	if err != nil {
		t.Fatal(err)
	}
	if err := village.takeRequest(t.Context(), town.self, &wireRow{Kind: RequestRow, ID: id, Data: sealed.Sealed, Hops: 1}); err != nil {
		t.Fatal(err)
	}
	if rows := village.Rows(casetest.Village); len(rows) != 0 {
		t.Errorf("there waits to leave for itself %v", rows)
	}
	if a, err := village.Asked(id); err != nil || a.Reply == nil || a.Reply.Code != "" || a.Reply.By != village.self {
		t.Errorf("%+v, %v", a.Reply, err)
	}
}

// Who wrote down that it will ask asks again after a crash: the same id has one
// effect, whether the case is held here or elsewhere.
func TestAskedAgainUnderTheSameName(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	s := village.open()
	town.reaches(s.ID, s.Head)
	for _, p := range []*post{town, village} {
		name, err := p.Name()
		if err != nil {
			t.Fatal(err)
		}
		r := casefile.Request{ID: name, Case: s.ID, Kind: "reminder", Staff: "Li", Body: []byte("soon"), Time: 7}
		for range 3 {
			if err := p.AskAs(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		if reply := p.answered(name); reply.Code != "" {
			t.Errorf("%+v", reply)
		}
		if err := p.AskAs(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if rows := p.Rows(casetest.Village); p == town && len(rows) != 0 {
			t.Errorf("what was answered waits again: %v", rows)
		}
		if got := p.answered(name); got.Code != "" {
			t.Errorf("the answer is lost: %+v", got)
		}
	}
	if s, err := village.cab.State(s.ID); err != nil || len(s.Requests) != 2 {
		t.Errorf("recorded %v, %v", s.Requests, err)
	}
	other := casefile.Request{ID: "320509000000.1.00000000000000000000000000000000", Case: s.ID, Kind: "reminder"}
	if err := village.AskAs(t.Context(), other); refusal.CodeOf(err) != refusal.Malformed {
		t.Errorf("under the name of another center: %v", err)
	}
}
