package citizen

import (
	"net/http"
	"strings"

	"tongban/catalog/workday"
	"tongban/intake/hall/timetable"
	"tongban/node/frame"
	"tongban/node/terms"
)

// front is the page that everything else is found from.
type front struct {
	Name, Address, Telephone string
	Day                      string // today, in words
	Today                    string // the hall's hours today; "": it is shut
	Known                    bool   // somebody wrote a timetable
	Provisional              bool   // the calendar of that year is not published
	Hours                    []served
	Appointments             bool
}

// served is one entry of the timetable, in words.
type served struct{ Kind, When, Hours, Place string }

func (s *public) home(_ *http.Request, p *page) int {
	p.Name, p.Title = "home", p.Say("home")
	d := &front{Name: p.Center, Day: dayName(p, p.Today), Appointments: s.Appointments}
	d.Address, d.Telephone = s.Reach()
	for _, e := range s.Hours() {
		if e.To != "" && e.To < p.Today {
			continue
		}
		d.Known = true
		d.Hours = append(d.Hours, servedOf(p, e))
	}
	today, provisional := s.On(p.Today)
	d.Provisional = provisional
	var spans []string
	for _, e := range today {
		if e.Place == "" {
			spans = append(spans, spansOf(p, e))
		}
	}
	d.Today = strings.Join(spans, p.Comma())
	p.Data = d
	return http.StatusOK
}

// servedOf says when and where; who serves, and what staff noted, is theirs.
func servedOf(p *page, e timetable.Entry) served {
	var when []string
	for _, one := range e.Days {
		when = append(when, p.Either(terms.Days[one], one))
	}
	for _, one := range e.Dates {
		when = append(when, string(one))
	}
	out := served{frame.Capital(p.Either(terms.HourKinds[e.Kind], string(e.Kind))), strings.Join(when, p.Comma()), spansOf(p, e), e.Place}
	if e.From > p.Today {
		out.When += " · " + p.Say("from") + " " + string(e.From)
	}
	if e.To != "" {
		out.When += " · " + p.Say("until") + " " + string(e.To)
	}
	return out
}

func spansOf(p *page, e timetable.Entry) string {
	spans := make([]string, len(e.Hours))
	for i, one := range e.Hours {
		spans[i] = one.String()
	}
	return strings.Join(spans, p.Comma())
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// dayName is a day with its day of the week.
func dayName(p *page, day workday.Date) string {
	n, ok := day.Weekday()
	if !ok {
		return string(day)
	}
	return string(day) + " " + p.Either(terms.Days[weekdays[n]], "")
}
