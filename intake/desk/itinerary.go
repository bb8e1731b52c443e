package desk

import (
	"cmp"
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// Stay is the time that a case was with one center.
type Stay struct {
	Center   area.Center   `json:"center"`
	Name     string        `json:"name,omitempty"` // as the directory has it
	Level    area.Level    `json:"level"`
	How      casefile.Kind `json:"how"`               // opened, taken_over or seized
	Staff    string        `json:"staff"`             // who took it in
	Correct  bool          `json:"correct,omitempty"` // it was there to put something right (退回补正)
	Arrived  int64         `json:"arrived,omitempty"` // when it was offered to this center; Unix milliseconds, as all times here
	Since    int64         `json:"since"`             // when the center answered for it
	Offered  int64         `json:"offered,omitempty"` // when it was offered on; the center still answered for it
	Until    int64         `json:"until,omitempty"`   // when another took it over; 0: it is still there
	Days     int           `json:"days"`              // on which it was there; the day it came does not count
	WorkDays int           `json:"working_days"`
	Tries    []Try         `json:"turned_back,omitempty"` // its offers that were turned back
}

// Try is an offer that was turned back (退回).
type Try struct {
	To      area.Center `json:"to"`
	Offered int64       `json:"offered"`
	Back    int64       `json:"turned_back"`
	Reason  string      `json:"reason"`
}

// LevelDays are the days that one level had a case.
type LevelDays struct {
	Level    area.Level `json:"level"`
	Days     int        `json:"days"`
	WorkDays int        `json:"working_days"`
}

// Itinerary is the way that a case has taken.
type Itinerary struct {
	Stays  []Stay      `json:"stays"`
	Levels []LevelDays `json:"levels"` // by level, the lowest first
}

// Itinerary says where a case has been, since when and until when, and the days
// that each level had it. It is read from the log alone; a case that has ended
// has no days after its end.
func (d *Desk) Itinerary(id casefile.ID) (Itinerary, error) {
	s, err := d.state(id)
	if err != nil {
		return Itinerary{}, err
	}
	var events []*casefile.Event
	if err := d.walk(id, func(e *casefile.Event, _ any) { events = append(events, e) }); err != nil {
		return Itinerary{}, err
	}
	end := d.Now().UnixMilli()
	switch {
	case s.ConcludedAt != 0:
		end = s.ConcludedAt
	case s.Ended != nil:
		end = s.EndedAt
	}
	way := itinerary(s.Route, events, d.Register.Calendar(), end)
	for i := range way.Stays {
		way.Stays[i].Name, _, _ = d.Register.Office(way.Stays[i].Center)
	}
	return way, nil
}

// itinerary is the route with what the events of custody say of it; end is when
// the last stay stops counting.
func itinerary(route []casefile.Leg, events []*casefile.Event, cal workday.Calendar, end int64) Itinerary {
	way := Itinerary{Stays: make([]Stay, 0, len(route)), Levels: []LevelDays{}}
	for _, leg := range route {
		way.Stays = append(way.Stays, Stay{
			Center: leg.Party.Center, Level: leg.Party.Center.Level(), How: casefile.Opened, Since: leg.Since, Until: leg.Until,
		})
	}
	at, offered, correct := -1, int64(0), false // the stay that the events have come to
	var to area.Center
	for _, e := range events {
		switch e.Kind {
		case casefile.HandedOver:
			offered = e.NodeTime
			to, correct = offer(e)
		case casefile.TurnedBack:
			if offered != 0 && at >= 0 && at < len(way.Stays) {
				way.Stays[at].Tries = append(way.Stays[at].Tries, Try{To: to, Offered: offered, Back: e.NodeTime, Reason: whyBack(e)})
			}
			offered = 0
		case casefile.Opened, casefile.TakenOver, casefile.Seized:
			if at++; at >= len(way.Stays) {
				break
			}
			one := &way.Stays[at]
			one.How, one.Staff = e.Kind, e.Staff
			if e.Kind == casefile.TakenOver {
				way.Stays[at-1].Offered, one.Arrived, one.Correct = offered, offered, correct
			}
			offered = 0
		}
	}
	if at >= 0 && at < len(way.Stays) {
		way.Stays[at].Offered = offered
	}
	for i := range way.Stays {
		way.Stays[i].count(cal, end)
		way.add(way.Stays[i])
	}
	slices.SortFunc(way.Levels, func(a, b LevelDays) int { return cmp.Compare(b.Level, a.Level) })
	return way
}

// offer is to whom an event offered the case, and whether to put something right.
func offer(e *casefile.Event) (to area.Center, correct bool) {
	content, err := e.Content()
	if err != nil {
		return "", false
	}
	b, ok := content.(*casefile.HandedOverBody)
	if !ok {
		return "", false
	}
	return b.To.Center, b.Correct != nil
}

func whyBack(e *casefile.Event) string {
	content, err := e.Content()
	if err != nil {
		return ""
	}
	b, ok := content.(*casefile.TurnedBackBody)
	if !ok {
		return ""
	}
	return b.Reason
}

func (s *Stay) count(cal workday.Calendar, end int64) {
	from, to := clock.DayOf(s.Since), clock.DayOf(cmp.Or(s.Until, end))
	if to <= from {
		return
	}
	s.Days = from.DaysTo(to)
	s.WorkDays, _ = cal.WorkingDaysBetween(from, to)
}

func (way *Itinerary) add(s Stay) {
	i := slices.IndexFunc(way.Levels, func(l LevelDays) bool { return l.Level == s.Level })
	if i < 0 {
		way.Levels, i = append(way.Levels, LevelDays{Level: s.Level}), len(way.Levels)
	}
	way.Levels[i].Days += s.Days
	way.Levels[i].WorkDays += s.WorkDays
}

// Timed is one clock of a case, and who answers for it.
type Timed struct {
	clock.Reading
	Name      string      `json:"name"`             // as people read it
	Center    area.Center `json:"center,omitempty"` // who answers for it, or ended it; "": the applicant
	Office    string      `json:"office,omitempty"` // what the center is called
	Applicant bool        `json:"applicant,omitempty"`
}

// Board is every clock of a case at one moment: who is late, and where.
type Board struct {
	Case     casefile.ID         `json:"case"`
	Number   string              `json:"number"`
	Phase    casefile.Phase      `json:"phase"`
	Holder   area.Center         `json:"holder"`
	Offered  area.Center         `json:"offered,omitempty"`  // to whom, while an offer is open
	Accepted workday.Date        `json:"accepted,omitempty"` // day 0
	Told     workday.Date        `json:"told,omitempty"`     // the promised day as it was told at acceptance
	Extended int                 `json:"extended,omitempty"` // working days
	Lamp     clock.Lamp          `json:"lamp"`
	Clocks   []Timed             `json:"clocks"`
	Days     []clock.Duty        `json:"days"` // what is due beside the clocks: hearings, opinions, surveys …
	Waits    []casefile.Interval `json:"waits,omitempty"`
}

// Board reads every clock of a case as it stands here and now, from its log
// alone.
func (d *Desk) Board(id casefile.ID) (Board, error) {
	s, err := d.state(id)
	if err != nil {
		return Board{}, err
	}
	sh := d.sheet(s, By{}, true, newGiven())
	in := sh.clocks()
	readings := clock.Readings(in)
	b := Board{
		Case: s.ID, Number: s.Number, Phase: s.Phase, Holder: s.Holder.Center, Accepted: workday.Date(s.AcceptedOn), Told: workday.Date(s.Told),
		Extended: s.Extended, Lamp: clock.Worst(readings), Clocks: []Timed{}, Waits: s.Intervals,
		Days: append([]clock.Duty{}, slices.Concat(clock.Procedures(in), clock.Voices(in), clock.Answers(in))...),
	}
	if s.Offer != nil {
		b.Offered = s.Offer.To.Center
	}
	for _, r := range readings {
		one := Timed{Reading: r, Name: clockNames[r.Clock], Center: sh.answers(r)}
		if one.Applicant = one.Center == ""; !one.Applicant {
			one.Office = sh.centerName(one.Center)
		}
		b.Clocks = append(b.Clocks, one)
	}
	return b, nil
}

// answers is the center that answers for a clock: the holder while it runs, and
// once it has stopped whoever had the case then. "" is the applicant.
func (sh *sheet) answers(r clock.Reading) area.Center {
	s := &sh.s
	if r.Clock == clock.Bring {
		return ""
	}
	if r.Ended == "" {
		return s.Holder.Center
	}
	var by *casefile.Party
	switch r.Clock {
	case clock.Notice:
		by = cmp.Or(s.NoticedBy, s.AcceptedBy)
	case clock.Promised, clock.Legal:
		by = s.DecidedBy
	case clock.Service:
		for _, done := range s.Steps {
			if done.Action == item.Serve || done.Action == item.HandOut {
				return done.Center
			}
		}
	}
	if by == nil {
		return s.Holder.Center
	}
	return by.Center
}
