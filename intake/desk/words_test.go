package desk

import (
	"bytes"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/intake/casefile"
	"tongban/intake/notice"
)

// unsaid checks that a center's log of a case holds none of the words, and that
// the case asks for so many texts to be kept beside it.
func (c *city) unsaid(id casefile.ID, at area.Center, texts int, words ...string) {
	c.t.Helper()
	n := c.nodes[at]
	s, err := n.cabinet.State(id)
	must(c.t, err)
	records, err := n.cabinet.Log(id, 1, 1000)
	must(c.t, err)
	for i, b := range records {
		for _, one := range words {
			if bytes.Contains(b, []byte(one)) {
				c.t.Errorf("event %d holds %q for good", i+1, one)
			}
		}
	}
	for _, ref := range s.Blobs() {
		if ref.Kind != "words" {
			continue
		}
		texts--
		if got, err := n.blobs.Get(id.Owner(), ref); err != nil || !strings.Contains(strings.Join(words, "\n"), string(got)) {
			c.t.Errorf("kept %q, %v", got, err)
		}
	}
	if texts != 0 {
		c.t.Errorf("%d texts fewer are kept than were said", texts)
	}
}

// What is corrected, mostly a name, lies outside the log; the notice says it as
// long as it is there.
func TestCorrectedWordsStayOutOfTheLog(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, by := c.nodes[tongli].desk, staff("镇经办")
	id, _ := c.decided()
	done, err := d.Correct(c.ctx, by, id, CorrectForm{From: "虚构张三", To: "虚构章三", Reason: "笔误"})
	must(t, err)
	c.unsaid(id, tongli, 2, "虚构张三", "虚构章三")
	text, err := d.Print(id, notice.Correction)
	must(t, err)
	if !strings.Contains(text, "虚构张三") || !strings.Contains(text, "虚构章三") {
		t.Errorf("the notice:\n%s", text)
	}
	must(t, d.Blobs.Erase(c.ctx, id.Owner(), []chain.Hash{done.State.Corrected[0].To.Hash}))
	_, err = d.Print(id, notice.Correction)
	refused(t, err, ContentLacks)
}

// What third parties say, and what is answered, lies outside the log.
func TestWhatOthersSayStaysOutOfTheLog(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, by := c.nodes[tongli].desk, staff("镇经办")
	id := c.inspected(item.Benefit)
	_, err := d.PartyHeard(c.ctx, by, id, HeardForm{Spoke: true, Text: "邻居虚构乙说他有车", Who: "虚构乙，邻居"})
	must(t, err)
	_, err = d.Suspend(c.ctx, by, id, SuspendForm{Ground: casefile.PublicPosting, Posting: &PostingForm{Place: "村公告栏", To: "2026-03-09"}})
	must(t, err)
	c.tick(7 * day)
	_, err = d.Resume(c.ctx, by, id, ResumeForm{Result: "异议不成立", Objections: []ObjectionForm{{Text: "虚构丙说收入不实", Answer: "已告知虚构丙属实", Who: "虚构丙"}}})
	must(t, err)
	c.unsaid(id, tongli, 3, "邻居虚构乙说他有车", "虚构丙说收入不实", "已告知虚构丙属实", "虚构乙，邻居", "虚构丙")
}
