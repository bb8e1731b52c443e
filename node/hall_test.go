package node

import (
	"testing"

	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/hall/roster"
)

// The desk and the roster say the same code for the same refusal.
func TestOneCodeForNoStaff(t *testing.T) {
	if roster.NoStaff != desk.NoStaff {
		t.Error(roster.NoStaff, desk.NoStaff)
	}
}

// Once a center keeps a roster, what is done there bears the post, and the
// staff number; a stranger is turned away.
func TestEventsBearThePost(t *testing.T) {
	c := newCity(t, wujiang)
	codes := c.publish("D01")
	node := c.nodes[wujiang]
	_, err := node.hall.Staff.Add(hall.By{Staff: "周主任"}, roster.Member{Name: "虚构甲", Department: "民政", Post: "综合岗", Window: "3"})
	must(t, err)
	form := desk.OpenForm{
		Item: codes["D01"], Answers: situations["D01"], Subject: yejian.Area(),
		Applicant: applicant.Applicant{Person: applicant.Person{Name: "甲某某"}},
	}
	_, err = node.desk.Open(c.ctx, desk.By{Staff: "陌生人"}, form)
	if refusal.CodeOf(err) != desk.NoStaff {
		t.Fatal(err)
	}
	done, err := node.desk.Open(c.ctx, desk.By{Staff: "虚构甲"}, form)
	must(t, err)
	log, err := node.cabinet.Log(done.State.ID, 1, 1)
	must(t, err)
	record, err := casefile.Read(log[0])
	must(t, err)
	e := record.Event
	if e.Staff != string(wujiang)+"-001" || e.Hand == nil || e.Hand.Name != "虚构甲" || e.Hand.Window != "3" || e.Hand.Department != "民政" {
		t.Errorf("%s %+v", e.Staff, e.Hand)
	}
}
