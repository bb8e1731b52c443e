package node

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/desk"
	"tongban/intake/supervise"
	"tongban/node/api"
)

// call asks a node's API and reads what it says; the status is returned.
func (c *city) call(center area.Center, method, path string, body, into any) int {
	c.t.Helper()
	n := c.nodes[center]
	token, err := os.ReadFile(filepath.Join(n.dir, TokenFile))
	must(c.t, err)
	sent, err := json.Marshal(body)
	must(c.t, err)
	req, err := http.NewRequestWithContext(c.ctx, method, "http://"+n.APIAddr()+path, bytes.NewReader(sent))
	must(c.t, err)
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	req.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(req)
	must(c.t, err)
	defer answer.Body.Close()
	must(c.t, json.NewDecoder(answer.Body).Decode(into))
	return answer.StatusCode
}

// TestADistrictSeesWhoIsLate: a village takes papers in and tells nobody
// anything. The district sees it from its own copy of the log, chases the
// village, and sees what follows.
func TestADistrictSeesWhoIsLate(t *testing.T) {
	c := newCity(t, wujiang, tongli)
	c.join(tongli, yejian)
	codes := c.publish("D02")
	s := c.opened(yejian, desk.OpenForm{Item: codes["D02"], Subject: yejian.Area()})
	c.reaches(wujiang, s.ID, s.Head)

	var list api.Supervision
	if status := c.call(wujiang, http.MethodGet, "/v1/supervise", nil, &list); status != http.StatusOK || len(list.Entries) != 0 || list.Looked != 1 {
		t.Fatalf("%d: nobody is late yet, and %+v", status, list)
	}
	c.ahead.Store(int64(14 * 24 * time.Hour)) // five working days are past, whatever day it is
	c.wait("the district sees it", func() bool {
		c.call(wujiang, http.MethodGet, "/v1/supervise?kind=notice_late&under="+string(tongli.Area()), nil, &list)
		return len(list.Entries) == 1
	})
	late := list.Entries[0]
	if late.Case != s.ID || late.Center != yejian || late.Report != tongli || late.Lamp != "red" || late.Over < 5 || late.Due >= workday.DateOf(c.now()) {
		t.Errorf("%+v", late)
	}
	if c.call(wujiang, http.MethodGet, "/v1/supervise?under="+string(lili.Area()), nil, &list); len(list.Entries) != 0 {
		t.Errorf("another town owes %+v", list.Entries)
	}

	var sent api.ChaseView
	ask := api.Chasing{Case: s.ID, Number: late.Number, Text: "请于两个工作日内补录受理并反馈", Staff: "督查一", Key: "one"}
	for range 2 { // the answer to the first was lost
		if status := c.call(wujiang, http.MethodPost, "/v1/supervise/chases", ask, &sent); status != http.StatusOK || sent.To != yejian || sent.Seq != 1 || sent.Waits != "" {
			t.Fatalf("%d: %+v", status, sent)
		}
	}
	c.wait("the village has it in its log", func() bool {
		got, err := c.nodes[yejian].cabinet.State(s.ID)
		return err == nil && len(got.Requests) == 1
	})
	var chases []api.ChaseView
	c.wait("the district sees that it was recorded", func() bool {
		c.call(wujiang, http.MethodGet, "/v1/supervise/chases?case="+string(s.ID), nil, &chases)
		return len(chases) == 1 && chases[0].Answer.Recorded != 0
	})
	_, err := c.nodes[yejian].desk.HandOver(c.ctx, clerk(), s.ID, desk.HandOverForm{To: tongli})
	must(t, err)
	c.wait("the district sees what followed", func() bool {
		c.call(wujiang, http.MethodGet, "/v1/supervise/chases", nil, &chases)
		return chases[0].Answer.Kind == "handed_over" && chases[0].Reply != nil
	})
	c.call(wujiang, http.MethodGet, "/v1/supervise", nil, &list)
	if len(list.Entries) == 0 || list.Entries[0].Chases != 1 {
		t.Errorf("the list does not say that it was chased: %+v", list.Entries)
	}

	// A node that is off says nothing; how long is too long the asker says.
	c.kill(yejian)
	c.ahead.Store(int64(20 * 24 * time.Hour))
	c.wait("the village is silent", func() bool {
		c.call(wujiang, http.MethodGet, "/v1/supervise?kind=silent_center&silent=48", nil, &list)
		return len(list.Entries) > 0
	})
	silent := list.Entries[len(list.Entries)-1]
	if silent.Kind != supervise.SilentCenter || silent.Center != yejian || silent.Report != tongli {
		t.Errorf("%+v", silent)
	}

	var p api.Problem
	for _, wrong := range []string{"/v1/supervise?under=1", "/v1/supervise?lamp=blue", "/v1/supervise?limit=0"} {
		if status := c.call(wujiang, http.MethodGet, wrong, nil, &p); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %+v", wrong, status, p)
		}
	}
	ask.Case, ask.Key = "320509111201.1.999", ""
	if status := c.call(wujiang, http.MethodPost, "/v1/supervise/chases", ask, &p); status != http.StatusNotFound || p.Code != string(refusal.NotFound) {
		t.Errorf("a case that is not here: %d %+v", status, p)
	}
}
