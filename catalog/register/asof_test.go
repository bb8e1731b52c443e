package register

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// at is nine o'clock in China, a number of days after the second of March.
func at(days int) time.Time { return time.Date(2026, 3, 2+days, 9, 0, 0, 0, workday.China) }

func dayOf(days int) workday.Date { return workday.DateOf(at(days)) }

func from(days int) func(*Publication) {
	return func(p *Publication) { p.Effective = string(dayOf(days)) }
}

func TestTimeNeverGoesBackward(t *testing.T) {
	c := newCity(t)
	c.now = noon.Add(time.Hour)
	c.must(district, anItem("A", cityArea, 1))
	follower := newRegister(t)
	feed(t, c.r, follower, 100)
	before := follower.Head()
	c.now = noon.Add(-48 * time.Hour) // another leader, whose clock is slow
	rec := must(c.r.Record(c.must(district, anItem("B", cityArea, 1)).Index))
	if rec.Time != noon.Add(time.Hour).UnixMilli() {
		t.Errorf("time %d", rec.Time)
	}
	rec.Time--
	old := wire.Encode(rec)
	cert := chain.Certificate{Checkpoint: chain.Checkpoint{Log: trust.Realm, Voters: 1, Head: before.Next(old)}}
	cert.Votes = []chain.Vote{chain.SignCheckpoint(keyFor("320509000000@1"), string(district), cert.Checkpoint, 1)}
	if err := follower.Ingest([][]byte{old}, cert); !errors.Is(err, chain.ErrDiverged) || follower.Head() != before {
		t.Errorf("an older record: %v", err)
	}
	feed(t, c.r, follower, 100)
	sameRows(t, c.r, follower)
}

func TestADayIsTheLastRecordBeforeItEnds(t *testing.T) {
	c := newCity(t)
	if got := c.r.On("2026-03-01"); got != (Moment{"2026-03-01", 1}) {
		t.Errorf("before the founding: %+v", got)
	}
	ends := map[workday.Date]Index{"2026-03-01": 1, "2026-03-02": 6}
	for _, day := range []int{1, 2, 5} {
		c.now = time.Date(2026, 3, 2+day, 0, 0, 0, 0, workday.China) // the first moment
		c.must(district, anItem("A", cityArea, 1))
		c.now = c.now.Add(24*time.Hour - time.Millisecond) // and the last
		ends[workday.DateOf(c.now)] = c.must(district, anItem("A", cityArea, 1)).Index
	}
	ends["2026-03-05"], ends["2026-03-06"], ends["2026-03-08"], ends["2027-01-01"] = ends["2026-03-04"], ends["2026-03-04"], c.r.Head().Index, c.r.Head().Index
	for day, want := range ends {
		if got := c.r.On(day); got != (Moment{day, want}) {
			t.Errorf("%s: %+v, want %d", day, got, want)
		}
	}
	for _, day := range []workday.Date{"", "soon"} {
		if got := c.r.On(day); got != (Moment{day, c.r.Head().Index}) {
			t.Errorf("%+v", got)
		}
	}
	if got := newRegister(t).On("2026-03-02"); got.At != 0 {
		t.Errorf("nothing is there, not even %d", got.At)
	}
}

func TestVersionsCountByTheirDates(t *testing.T) {
	type act func(c *city)
	on := func(days int) act { return func(c *city) { c.now = at(days) } }
	publish := func(a area.Code, v item.Version, days int) act {
		return func(c *city) { c.must(district, with(c.drafted(district, anItem("A", a, v)), from(days))) }
	}
	withdraw := func(a area.Code, v item.Version, days int) act {
		return func(c *city) { c.must(district, Withdrawal{ref("A", a, v), "废止", string(dayOf(days))}) }
	}
	d, v := district.Area(), village.Area()
	for _, test := range []struct {
		name string
		acts []act
		want string // which version the village sees on days 0 to 9, and whatever the dates
	}{
		{"from its day on", []act{publish(cityArea, 1, 3)}, "---1111111 1"},
		{"one follows the other", []act{publish(cityArea, 1, 0), publish(cityArea, 2, 5)}, "1111122222 2"},
		{"a later one that takes effect earlier", []act{publish(cityArea, 1, 0), publish(cityArea, 2, 7), publish(cityArea, 3, 4)}, "1111333333 3"},
		{"called off before its day", []act{publish(cityArea, 1, 0), publish(cityArea, 2, 5), on(2), withdraw(cityArea, 2, 2)}, "1111111111 1"},
		{"called off for its day", []act{publish(cityArea, 1, 0), publish(cityArea, 2, 5), withdraw(cityArea, 2, 5)}, "1111111111 1"},
		{"withdrawn on the day of its publication", []act{publish(cityArea, 1, 0), on(3), publish(cityArea, 2, 3), withdraw(cityArea, 2, 3)}, "1111111111 1"},
		{"withdrawn at once", []act{publish(cityArea, 1, 0), on(4), withdraw(cityArea, 1, 4)}, "1111------ -"},
		{"withdrawn for a day to come", []act{publish(cityArea, 1, 0), on(4), withdraw(cityArea, 1, 7)}, "1111111--- -"},
		{"withdrawn between its day and an end", []act{publish(cityArea, 1, 2), withdraw(cityArea, 1, 7)}, "--11111--- -"},
		{"the one before does not come back", []act{publish(cityArea, 1, 0), publish(cityArea, 2, 3), withdraw(cityArea, 2, 6)}, "111222---- -"},
		{"a gap", []act{publish(cityArea, 1, 0), publish(cityArea, 2, 6), withdraw(cityArea, 1, 3)}, "111---2222 2"},
		{"withdrawn and published again", []act{publish(cityArea, 1, 0), withdraw(cityArea, 1, 3), on(5), publish(cityArea, 2, 6)}, "111---2222 2"},
		{"the district's own", []act{publish(cityArea, 1, 0), publish(d, 1, 3), withdraw(d, 1, 6)}, "111ddd1111 1"},
		{"a village's, until it is standardized", []act{publish(v, 1, 0), on(1), publish(cityArea, 1, 4), withdraw(cityArea, 1, 7)}, "vvvv111vvv v"},
		{"a town before its village", []act{publish(v, 1, 0), publish(town.Area(), 1, 3)}, "vvvttttttt t"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCity(t)
			c.now = at(0)
			c.r.CountItems(Filter{}) // so that the list is kept up, not read
			for _, act := range test.acts {
				act(c)
			}
			read := newRegister(t)
			feed(t, c.r, read, 100)
			for _, r := range []*Register{c.r, read} {
				got := ""
				for days := range 11 {
					on := Moment{Day: dayOf(days)}
					if days == 10 {
						on, got = Moment{}, got+" "
					}
					got += one(t, r, on)
				}
				if got != test.want {
					t.Errorf("%s, want %s", got, test.want)
				}
			}
		})
	}
}

// one is the version of item A that the village sees, in one letter; the list
// must say the same.
func one(t *testing.T, r *Register, on Moment) string {
	t.Helper()
	it, ok := r.Item("A", village.Area(), on)
	list, _ := r.Items(Filter{Area: village.Area(), On: on}, item.Ref{}, 0)
	if ok != (len(list) == 1) || ok && list[0].Ref != it.Ref {
		t.Fatalf("%+v: the item is %v, the list %v", on, it, refs(list))
	}
	if !ok {
		return "-"
	}
	switch it.Ref.Area {
	case cityArea:
		return fmt.Sprint(it.Ref.Version)
	case district.Area():
		return "d"
	case town.Area():
		return "t"
	}
	return "v"
}

func TestWhatCannotBeWithdrawn(t *testing.T) {
	p := paperCity(t)
	p.must(district, with(p.draft(district, anItem("REALM", cityArea, 2)), from(5)))
	withdraw := func(v item.Version, from string) Result {
		res, _ := p.propose(district, Withdrawal{ref("REALM", cityArea, v), "废止", from})
		return res
	}
	refused(t, withdraw(1, string(dayOf(5))), Stale, "version 2 takes its place on 2026-03-07")
	p.must(district, with(p.draft(district, anItem("REALM", cityArea, 3)), from(5)))
	refused(t, withdraw(2, ""), Stale, "version 3 takes its place")
	refused(t, withdraw(3, ""), Applied, "")
	refused(t, withdraw(3, ""), Conflict, "was withdrawn by record")
	refused(t, withdraw(2, ""), Applied, "")
	refused(t, withdraw(1, string(dayOf(6))), Applied, "")
}

// answers is all that a Register says of a day.
func answers(t rapid.TB, r *Register, on Moment) (all []string) {
	areas := []area.Code{"", cityArea, district.Area(), district2.Area(), town.Area(), town2.Area(), village.Area(), village2.Area()}
	for _, a := range areas {
		for _, withdrawn := range []bool{false, true} {
			f := Filter{Area: a, On: on, Withdrawn: withdrawn}
			found, _ := r.Items(f, item.Ref{}, 0)
			all = append(all, fmt.Sprintf("%s %v: %d %+v", a, withdrawn, r.CountItems(f), found))
		}
		for _, c := range []item.Code{"A", "B"} {
			if it, ok := r.Item(c, a, on); ok {
				all = append(all, fmt.Sprintf("%s %s: %v %s", a, c, it.Ref, it.Name))
			}
		}
	}
	drafts, _ := r.Drafts(DraftFilter{At: on.At}, 0, 0)
	all = append(all, fmt.Sprintf("drafts %+v", drafts))
	set := r.RulesOn(on)
	for _, a := range areas {
		all = append(all, fmt.Sprint(set.ValueOn(rule.NoticeDays, a, string(on.Day))))
		lists, err := r.Lists(a, on)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("lists %+v", lists))
	}
	for _, c := range []area.Center{town, village, village2} {
		claims, err := r.Claims(c, on)
		if err != nil {
			t.Fatal(err)
		}
		supplements, err := r.Supplements(c, on)
		if err != nil {
			t.Fatal(err)
		}
		cover, err := r.Coverage(c, on)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s %v %v %+v", c, claims, supplements, cover))
	}
	if err := r.Fault(); err != nil {
		t.Fatal(err)
	}
	return all
}

// story is a random life of the catalogue, day by day.
type story struct {
	*rapid.T
	c      *city
	day    int
	drafts []Publication
}

func (s *story) small(name string, most int) int { return rapid.IntRange(0, most).Draw(s.T, name) }

// when is a day from today on, or "".
func (s *story) when() string {
	if n := s.small("when", 5); n > 0 {
		return string(dayOf(s.day + n - 1))
	}
	return ""
}

// one is mostly the center that may do everything.
func (s *story) one(who area.Center) area.Center {
	if s.small("publisher", 3) > 0 {
		return district
	}
	return who
}

// approve approves the newest draft, or one of those before it.
func (s *story) approve(who area.Center) {
	if n := len(s.drafts); n > 0 {
		p := s.drafts[n-1-s.small("older", min(n-1, 3))/2]
		p.Effective = s.when()
		s.c.propose(s.one(who), p)
	}
}

// act has somebody propose something. Much of it is refused: the newest
// version, of the newest draft, is what it asks for mostly.
func (s *story) act() {
	who := rapid.SampledFrom([]area.Center{district, district2, town, village}).Draw(s.T, "who")
	code := rapid.SampledFrom([]item.Code{"A", "B"}).Draw(s.T, "code")
	of := rapid.SampledFrom([]area.Code{cityArea, cityArea, district.Area(), district2.Area(), town.Area(), village.Area()}).Draw(s.T, "of")
	var last item.Version
	_ = s.c.r.look(func(m *machine) {
		line, _ := load[lineState](m, itemRow(code, of))
		last = line.Last
	})
	switch s.small("act", 11) {
	case 0, 1, 2, 3, 4:
		d := with(anItem(code, of, last+1), func(d *Draft) {
			d.Item.Name = fmt.Sprintf("%s之%d", code, s.small("name", 2))
			d.Erratum, d.Reason = last > 0 && s.small("erratum", 3) == 0, "更正"
			if n := len(s.drafts); n > 0 && s.small("revise", 4) == 0 {
				d.Revises = s.drafts[n-1].Draft
			}
		})
		if res := s.c.apply(s.c.commandOf("李文", s.one(who), d))[0]; res.Outcome == Applied {
			s.drafts = append(s.drafts, approval(res.Index, d))
		}
		if s.small("wait", 2) > 0 {
			s.approve(who)
		}
	case 5:
		s.approve(who)
	case 6, 7:
		s.c.propose(s.one(who), Withdrawal{ref(code, of, max(last, 1)-item.Version(s.small("before", 3)/3)), "废止", s.when()})
	case 8, 9:
		s.c.propose(who, LocalPart{who, code, item.Supplement{Window: fmt.Sprint(s.small("window", 2))}})
		s.c.propose(who, RuleSetting{who.Area(), rule.Rule{Key: rule.NoticeDays, Value: int64(1 + s.small("days", 4))}})
	case 10:
		s.c.propose(who, List{Purpose: BasicList, Area: of, Level: area.Village, Items: []item.Code{code, "B2"}, From: s.when()})
	case 11:
		s.c.propose(who, Claim{Center: who, Items: []item.Code{code}, Drop: s.small("drop", 1) == 1, Reason: "调整"})
	}
}

// What a node answered on a day, about that day and those to come, is what
// every node answers about it, for good: after a restart, as a follower, from a
// rebuilt state.
func TestEveryNodeAnswersAboutAPastDayAsItWasAnswered(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newCity(t)
		s := &story{T: rt, c: c}
		told := map[Moment][]string{}
		days := rapid.IntRange(2, 8).Draw(rt, "days")
		follower := newRegister(t)
		for ; s.day < days; s.day++ {
			c.now = at(s.day)
			for range rapid.IntRange(0, 12).Draw(rt, "acts") {
				c.now = c.now.Add(time.Duration(s.small("minutes", 70)) * time.Minute)
				s.act()
			}
			today := dayOf(s.day)
			for _, on := range []Moment{c.r.On(today), c.r.On(dayOf(s.day + s.small("ahead", 5))), {At: c.r.Head().Index}} {
				told[on] = answers(rt, c.r, Moment{Day: on.Day})
				if again := answers(rt, c.r, on); !slices.Equal(again, told[on]) {
					rt.Fatalf("%+v: by the head\n%q\nby its index\n%q", on, told[on], again)
				}
			}
			switch s.small("then", 3) {
			case 0:
				c.r = reopen(rt, c.r)
			case 1:
				feed(t, c.r, follower, 5)
			}
		}
		feed(t, c.r, follower, 7)
		rebuilt := newRegister(t)
		feed(t, c.r, rebuilt, 100)
		rebuilt.CountItems(Filter{})
		if err := rebuilt.Rebuild(); err != nil {
			rt.Fatal(err)
		}
		for name, r := range map[string]*Register{"the same": c.r, "restarted": reopen(rt, c.r), "a follower": follower, "rebuilt": rebuilt} {
			for on, want := range told {
				if got := answers(rt, r, on); !slices.Equal(got, want) {
					rt.Fatalf("%s, of %+v: answers\n%q\nit was\n%q", name, on, got, want)
				}
			}
			for n := range days { // and a day is found again
				if on := r.On(dayOf(n)); told[on] == nil {
					rt.Fatalf("%s: %+v was never asked", name, on)
				}
			}
			if err := r.Verify(context.Background(), nil); err != nil {
				rt.Fatal(err)
			}
		}
		for _, r := range []*Register{c.r, follower, rebuilt} {
			r.db.Close()
		}
	})
}
