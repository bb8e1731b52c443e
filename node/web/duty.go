package web

import (
	"net/http"
	"strconv"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/consensus/refusal"
)

// centersPerPage bounds the work of one page of coverage: each center costs a
// look at every item of its list.
const centersPerPage = 30

// coveragePage is how much of what they must the centers offer (应进必进).
type coveragePage struct {
	One     *register.Coverage // of one center, with what is missing
	Level   area.Level
	Rows    []covered
	Percent int
	// Unlisted: one of Rows has no basic catalogue to be held against.
	Unlisted bool
}

type covered struct {
	register.Coverage
	Level   area.Level
	Percent int // rounded down: a hundred is all of it
	Link    string
}

// percent is how much is covered; all of nothing is all of it.
func percent(c register.Coverage) int {
	if c.Required == 0 {
		return 100
	}
	return c.Covered * 100 / c.Required
}

func (s *server) coverage(r *http.Request, p *page) error {
	p.Name, p.Nav, p.Title = "coverage", "coverage", p.Say("coverage")
	on, err := s.moment(p)
	if err != nil {
		return err
	}
	d := &coveragePage{}
	p.Data = d
	if text := r.FormValue("center"); text != "" {
		c, err := area.ParseCenter(text)
		if err != nil {
			return refusal.New(refusal.Malformed, "", "", err)
		}
		one, err := s.Catalogue.Coverage(c, on)
		if err != nil {
			return err
		}
		d.One, d.Level, d.Percent = &one, c.Level(), percent(one)
		p.Title = s.centerName(c) + " · " + p.Title
		return nil
	}
	after := area.Center(r.FormValue("after"))
	centers, err := s.Catalogue.Centers(s.Self().Area(), after, centersPerPage+1)
	if err != nil {
		return err
	}
	if len(centers) > centersPerPage {
		centers = centers[:centersPerPage]
		p.Next = p.With("after", string(centers[len(centers)-1].ID))
	}
	if after != "" {
		p.First = p.With("after", "")
	}
	for _, c := range centers {
		if c.Revoked != 0 {
			continue
		}
		cover, err := s.Catalogue.Coverage(c.ID, on)
		if err != nil {
			return err
		}
		d.Unlisted = d.Unlisted || cover.List == 0
		d.Rows = append(d.Rows, covered{cover, c.ID.Level(), percent(cover), p.With("center", string(c.ID))})
	}
	return nil
}

func versionOf(text string) (item.Version, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return item.Version(n), err == nil
}
