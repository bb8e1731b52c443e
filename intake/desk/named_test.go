package desk

import (
	"slices"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
)

// closed stands in for the privacy of a node: access to these is restricted.
type closed struct {
	Keeping
	ids []casefile.ID
}

func (c *closed) Open(ids []casefile.ID) (open []casefile.ID, err error) {
	for _, id := range ids {
		if !slices.Contains(c.ids, id) {
			open = append(open, id)
		}
	}
	return open, nil
}

// A list says whose case each is, masked; and nothing where nobody may look,
// where the record was erased, and where it has not come.
func TestNamed(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d := c.nodes[tongli].desk
	open := func(who applicant.Applicant) casefile.ID {
		done, err := d.Open(c.ctx, staff("镇窗口"), OpenForm{Item: c.items["D12"], Answers: answers["D12"], Subject: tongli.Area(), Applicant: who})
		must(t, err)
		return done.State.ID
	}
	one, two := citizen(), citizen()
	one.Name, two.Name = "虚构甲", "赵虚构"
	firm := applicant.Applicant{Person: applicant.Person{Name: "虚构丙", Organisation: "虚构物业公司"}, Kind: item.Enterprise, Representative: &applicant.Person{Name: "虚构乙"}}
	ids := []casefile.ID{open(one), open(two), open(firm), open(one), open(two)}
	keeping := &closed{ids: ids[3:4]}
	d.Keeping = keeping
	erased, err := d.Cases.State(ids[4])
	must(t, err)
	must(t, d.Blobs.Erase(c.ctx, erased.ID.Owner(), []chain.Hash{erased.Applicant.Hash}))
	wants := func(at area.Center, want ...string) {
		t.Helper()
		list, err := c.nodes[at].desk.Worklist(Query{Box: All})
		must(t, err)
		for _, row := range list.Cases {
			if row.Applicant != "" {
				t.Errorf("a list that nobody asked to name says %q", row.Applicant)
			}
		}
		slices.SortFunc(list.Cases, func(a, b Summary) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
		must(t, c.nodes[at].desk.Named(list.Cases))
		var got []string
		for _, row := range list.Cases {
			got = append(got, row.Applicant)
		}
		if !slices.Equal(got, want) {
			t.Errorf("at %s the list says %q, want %q", at, got, want)
		}
	}
	wants(tongli, "虚**", "赵**", "虚构物业公司", "", "")
	keeping.ids = ids[:2] // nothing is remembered of what was open before
	wants(tongli, "", "", "虚构物业公司", "虚**", "")

	records, err := c.nodes[tongli].cabinet.Log(ids[0], 1, 1000) // a copy of the log alone
	must(t, err)
	_, err = c.nodes[wujiang].cabinet.Ingest(c.ctx, tongli, ids[0], 1, records)
	must(t, err)
	wants(wujiang, "")
}
