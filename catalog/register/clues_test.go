package register

import (
	"slices"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

// The clues of a published version are what its item says.
func TestClues(t *testing.T) {
	c := newCity(t)
	d := anItem("A", cityArea, 1)
	d.Item.LocalCode, d.Item.Themes = "5101-7", []string{"生育收养"}
	d.Item.Applicants = []item.Applicant{item.NaturalPerson, item.Enterprise}
	d.Item.Steps = append([]item.Step{{Name: "收件", Action: item.Receive, Level: area.Village}}, d.Item.Steps...)
	c.publish(district, d)
	it := d.Item
	all := c.r.Clues(it.Ref, item.Ref{Code: "NONE", Area: cityArea, Version: 1})
	if len(all) != 2 || !slices.Equal(all[0].Codes, it.FurtherCodes()) || !slices.Equal(all[0].Themes, it.Themes) || !slices.Equal(all[0].Applicants, it.Applicants) ||
		!slices.Equal(all[0].Takes, []area.Level{area.Town, area.Village}) {
		t.Errorf("%+v", all)
	}
	if all[1].Codes != nil || all[1].Takes != nil {
		t.Errorf("of what was never published: %+v", all[1])
	}
}
