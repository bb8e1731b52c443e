package node

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/api"
)

// power grants a center a dated power for an item.
func (c *city) power(to area.Center, code item.Code, level area.Level) {
	c.t.Helper()
	today := casefile.Day(c.now().UnixMilli())
	c.must(wujiang, register.Power{Center: to, Item: code, Level: level, From: today, Document: "演练授权书〔演〕1号"})
	c.level()
}

// seize has the district grant a lost center's case to a center, by its API.
func (c *city) seize(id casefile.ID, lost, grantee area.Center) {
	c.t.Helper()
	district := c.nodes[wujiang]
	token, err := os.ReadFile(filepath.Join(district.dir, TokenFile))
	must(c.t, err)
	body, err := json.Marshal(api.Seizing{Lost: lost, Grantee: grantee, Cases: []casefile.ID{id}, Reason: "镇节点失联", Staff: "建设者"})
	must(c.t, err)
	req, err := http.NewRequestWithContext(c.ctx, http.MethodPost, "http://"+district.APIAddr()+"/v1/seizures", bytes.NewReader(body))
	must(c.t, err)
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	req.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(req)
	must(c.t, err)
	defer answer.Body.Close()
	var seized []api.SeizureView
	must(c.t, json.NewDecoder(answer.Body).Decode(&seized))
	if len(seized) != 1 || seized[0].Case != id || seized[0].Result == nil || seized[0].Result.Outcome != register.Applied {
		c.t.Fatalf("%s: %+v", answer.Status, seized)
	}
}

// TestSeizureAndReturn: a town dies with a case in its hands. The district
// grants the case, and for the while the town's power, to the village where it
// was opened, which seizes it and goes on. The town, which had gone on too while it was cut
// off, comes back: its branch is overruled, kept, shown, settled by a person.
func TestSeizureAndReturn(t *testing.T) {
	t.Run("it tells before it hears", func(t *testing.T) { seizureAndReturn(t, false) })
	t.Run("it hears before it tells", func(t *testing.T) { seizureAndReturn(t, true) })
}

func seizureAndReturn(t *testing.T, newsFirst bool) {
	c := newCity(t, wujiang, tongli)
	c.join(tongli, yejian)
	code := c.publish("D02")["D02"]
	s := c.opened(yejian, desk.OpenForm{Item: code, Subject: yejian.Area()})
	_, err := c.nodes[yejian].desk.Receive(c.ctx, clerk(), s.ID, desk.ReceiveForm{})
	must(t, err)
	c.pass(yejian, tongli, s.ID)
	done, err := c.nodes[tongli].desk.Accept(c.ctx, clerk(), s.ID, desk.AcceptForm{})
	must(t, err)
	base := done.State
	c.reaches(wujiang, s.ID, base.Head)
	c.reaches(yejian, s.ID, base.Head)

	// The town alone: it reviews and decides, and nobody hears of it.
	c.kill(yejian)
	c.kill(wujiang)
	town := c.nodes[tongli].desk
	_, err = town.Review(c.ctx, clerk(), s.ID, desk.StepForm{Opinion: "符合条件"})
	must(t, err)
	done, err = town.Decide(c.ctx, clerk(), s.ID, desk.DecideForm{})
	must(t, err)
	old := done.State
	c.kill(tongli)

	// The others without the town.
	c.start(wujiang)
	c.start(yejian)
	village := c.nodes[yejian]
	if _, err := village.desk.Seize(c.ctx, clerk(), s.ID); refusal.CodeOf(err) != casefile.NoGrant {
		t.Errorf("seized without a grant: %v", err)
	}
	c.power(yejian, code, area.Town)
	c.seize(s.ID, tongli, yejian)
	c.level()
	_, err = village.desk.Seize(c.ctx, clerk(), s.ID)
	must(t, err)
	if _, err := village.desk.Seize(c.ctx, clerk(), s.ID); refusal.CodeOf(err) != casefile.NoGrant {
		t.Errorf("seized twice: %v", err)
	}
	_, err = village.desk.Review(c.ctx, clerk(), s.ID, desk.StepForm{Opinion: "不符合条件"})
	must(t, err)
	done, err = village.desk.Decide(c.ctx, clerk(), s.ID, desk.DecideForm{Rejected: true, Text: "逾期未满一年"})
	must(t, err)
	won := done.State
	c.reaches(wujiang, s.ID, won.Head)

	// The town comes back.
	if newsFirst {
		c.tell(tongli, s.ID, yejian)
	}
	c.start(tongli)
	c.reaches(tongli, s.ID, won.Head)
	c.logged(tongli, "a higher epoch overrules the log that was here", string(s.ID), "holder="+string(yejian))
	if _, err := c.nodes[tongli].desk.Serve(c.ctx, clerk(), s.ID, desk.DeliverForm{}); refusal.CodeOf(err) != casefile.NotCustodian {
		t.Errorf("the town writes on: %v", err)
	}
	var lost cabinet.Branch
	for _, at := range []area.Center{tongli, yejian} {
		c.wait("the town's branch at "+string(at), func() bool {
			all, err := c.nodes[at].cabinet.Branches(s.ID)
			must(t, err)
			if len(all) == 1 {
				lost = all[0]
			}
			return len(all) == 1
		})
		if lost.Head != old.Head || lost.Epoch != 0 || lost.Fork != base.Head.Index+1 || !lost.Heavy || lost.Settled {
			t.Errorf("at %s: %+v", at, lost)
		}
		t.Logf("at %s: branch of %s, events %d to %d, cause %s, heavy %v", at, lost.Holder, lost.Fork, lost.Head.Index, lost.Cause, lost.Heavy)
		troubled, err := c.nodes[at].cabinet.List(cabinet.Filter{Troubled: true}, "", 10)
		must(t, err)
		if len(troubled) != 1 {
			t.Errorf("at %s nobody is shown it", at)
		}
	}

	// A person settles it; before that the case is not concluded.
	_, err = village.desk.HandOut(c.ctx, clerk(), s.ID, desk.DeliverForm{})
	must(t, err)
	if _, err := village.desk.Conclude(c.ctx, clerk(), s.ID, ""); refusal.CodeOf(err) != cabinet.Unreconciled {
		t.Errorf("concluded with a branch open: %v", err)
	}
	_, err = village.desk.Reconcile(c.ctx, clerk(), s.ID, desk.ReconcileForm{Reason: "镇决定未送达，不采用"})
	must(t, err)
	done, err = village.desk.Conclude(c.ctx, clerk(), s.ID, "")
	must(t, err)
	for center, n := range c.nodes {
		c.reaches(center, s.ID, done.State.Head)
		failed, err := n.cabinet.VerifyAll(c.ctx, nil)
		must(t, err)
		if len(failed) > 0 {
			t.Errorf("%s: %v", center, failed)
		}
		all, err := n.cabinet.Branches(s.ID)
		must(t, err)
		for _, b := range all {
			if !b.Settled {
				t.Errorf("%s: %+v is not settled", center, b)
			}
		}
	}
	log, err := c.nodes[tongli].cabinet.BranchLog(s.ID, branchNumber(t, c, tongli, s.ID), 1, 100)
	must(t, err)
	if uint64(len(log)) != old.Head.Index {
		t.Errorf("of the town's branch %d events are kept, want %d", len(log), old.Head.Index)
	}
}

// tell brings a stopped node's Register up to date and gives it another
// center's log of a case, before it can say anything itself.
func (c *city) tell(center area.Center, id casefile.ID, holder area.Center) {
	c.t.Helper()
	n, err := Open(c.dirOf(center), c.options(center))
	must(c.t, err)
	defer n.Close()
	from := c.nodes[wujiang].register
	records, err := from.Records(n.register.Head().Index+1, 1000, 1<<20)
	must(c.t, err)
	cert, _ := from.NewestCertificate()
	must(c.t, n.register.Ingest(records, cert))
	log, err := c.nodes[holder].cabinet.Log(id, 1, 1000)
	must(c.t, err)
	v, err := n.cabinet.Ingest(c.ctx, holder, id, 1, log)
	must(c.t, err)
	if v.Ruling != casefile.NewerEpoch {
		c.t.Fatalf("told: %+v", v)
	}
}

func branchNumber(t *testing.T, c *city, at area.Center, id casefile.ID) uint64 {
	t.Helper()
	all, err := c.nodes[at].cabinet.Branches(id)
	must(t, err)
	return all[0].Number
}
