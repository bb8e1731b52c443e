package desk

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// plainList is what a worklist must be: all cards, chosen one by one, put in order.
func plainList(t testing.TB, d *Desk, many *crowd, q Query) (cases []Summary, lamps map[clock.Lamp]int, past int) {
	t.Helper()
	self, now := d.Self().Center, d.moment()
	lamps = map[clock.Lamp]int{}
	opened, open := map[casefile.ID]int64{}, map[casefile.ID]bool{}
	for _, c := range many.cards {
		in := map[Box]bool{
			All: true, Opened: c.Origin == self, Mine: c.Holder == self && !c.Away(),
			Arrived: c.Offered == self && !c.Away(), Sent: c.Holder == self && c.OfferedBy == self,
		}[cmp.Or(q.Box, Mine)]
		text := strings.Contains(c.Number, q.Text) || strings.Contains(string(c.ID), q.Text) || strings.Contains(d.itemName(c.Code, c.Area), q.Text)
		if !in || !text || q.Phase != "" && q.Phase != c.Phase || q.Code != "" && q.Code != c.Code || q.Here && c.Holder != self {
			continue
		}
		one := Summary{ID: c.ID, Lamp: clock.Done}
		if c.Open() {
			one = d.look(many.states[c.ID], now).shown
		}
		if (q.Action != "" || q.Level != 0) && (!c.Open() || q.Action != "" && one.Next.Action != q.Action || q.Level != 0 && one.Next.Center.Level() != q.Level) {
			continue
		}
		lamps[one.Lamp]++
		if one.Second {
			past++
		}
		if q.Lamp == "" || q.Lamp == one.Lamp {
			cases, opened[c.ID], open[c.ID] = append(cases, one), c.Opened, c.Open()
		}
	}
	slices.SortFunc(cases, func(a, b Summary) int {
		switch {
		case open[a.ID] != open[b.ID]:
			return map[bool]int{true: -1, false: 1}[open[a.ID]]
		case !open[a.ID]:
			return cmp.Or(cmp.Compare(opened[b.ID], opened[a.ID]), cmp.Compare(a.ID, b.ID))
		case a.Second != b.Second:
			return map[bool]int{true: -1, false: 1}[a.Second]
		}
		return cmp.Or(cmp.Compare(b.Lamp.Urgency(), a.Lamp.Urgency()), cmp.Compare(orLast(a.Due), orLast(b.Due)), cmp.Compare(a.ID, b.ID))
	})
	return cases, lamps, past
}

func ids(cases []Summary) (all []casefile.ID) {
	for _, one := range cases {
		all = append(all, one.ID)
	}
	return all
}

// walk is a worklist page by page.
func walk(t testing.TB, d *Desk, q Query) (cases []Summary, first Worklist) {
	t.Helper()
	for page := 0; ; page++ {
		list, err := d.Worklist(q)
		must(t, err)
		if cases = append(cases, list.Cases...); page == 0 {
			first = list
		}
		if q.After = list.Next; q.After == "" {
			return cases, first
		}
		if len(list.Cases) != q.Limit || page > first.Total {
			t.Fatalf("page %d has %d cases, and it goes on behind it", page, len(list.Cases))
		}
	}
}

// TestTheRackIsThePlainList: whatever changed in between, and however far a day
// or the Register has moved, a worklist is what choosing and sorting all cards
// gives, and its pages together are the whole of it.
func TestTheRackIsThePlainList(t *testing.T) {
	c, d, many := newCrowd(t, 0)
	began := c.now
	rapid.Check(t, func(t *rapid.T) {
		c.now, many.cards, many.changes = began, nil, nil
		many.at, many.states = map[casefile.ID]int{}, map[casefile.ID]casefile.State{}
		d.rack = newRack(d)
		phases := rapid.SampledFrom([]casefile.Phase{casefile.PhaseAccepted, casefile.PhaseAccepted, casefile.PhaseConcluded, casefile.PhaseDeclined, casefile.PhaseOpened})
		centers := rapid.SampledFrom([]area.Center{wujiang, wujiang, tongli})
		for range rapid.IntRange(1, 6).Draw(t, "rounds") {
			for range rapid.IntRange(0, 30).Draw(t, "changes") {
				card := many.card(rapid.IntRange(0, 99).Draw(t, "case"))
				card.Phase, card.Holder, card.Origin = phases.Draw(t, "phase"), centers.Draw(t, "holder"), centers.Draw(t, "origin")
				if card.Offered, card.OfferedBy = "", ""; card.Phase == casefile.PhaseAccepted && rapid.Bool().Draw(t, "offered") {
					card.Offered, card.OfferedBy = centers.Draw(t, "to"), card.Holder
				}
				many.put(card)
			}
			c.tick(time.Duration(rapid.IntRange(0, 250).Draw(t, "hours")) * time.Hour)
			if rapid.Bool().Draw(t, "moved") {
				c.book.advance()
			}
			q := Query{
				Box:    rapid.SampledFrom([]Box{"", Mine, Arrived, Sent, Opened, All}).Draw(t, "box"),
				Text:   rapid.SampledFrom([]string{"", "", "-000", "7", ".1.1", "许可", "没有"}).Draw(t, "text"),
				Lamp:   rapid.SampledFrom([]clock.Lamp{"", "", clock.Red, clock.Yellow, clock.Green, clock.Done}).Draw(t, "lamp"),
				Phase:  rapid.SampledFrom([]casefile.Phase{"", "", casefile.PhaseAccepted, casefile.PhaseConcluded}).Draw(t, "in phase"),
				Here:   rapid.Bool().Draw(t, "here"),
				Action: rapid.SampledFrom([]Action{"", "", "", Check, Decide}).Draw(t, "action"),
				Level:  rapid.SampledFrom([]area.Level{0, 0, 0, area.District, area.Town}).Draw(t, "level"),
				Limit:  rapid.IntRange(1, 20).Draw(t, "limit"),
			}
			want, lamps, past := plainList(c.t, d, many, q)
			got, first := walk(c.t, d, q)
			if !slices.Equal(ids(got), ids(want)) {
				t.Fatalf("%+v: %v, want %v", q, ids(got), ids(want))
			}
			if first.Total != len(want) || first.Past != past || !maps.Equal(first.Lamps, lamps) {
				t.Fatalf("%+v: %d %v %d, want %d %v %d", q, first.Total, first.Lamps, first.Past, len(want), lamps, past)
			}
			q.Skip = rapid.IntRange(0, 40).Draw(t, "skip")
			page, err := d.Worklist(q)
			must(c.t, err)
			behind := want[min(q.Skip, len(want)):]
			if !slices.Equal(ids(page.Cases), ids(behind[:min(q.Limit, len(behind))])) {
				t.Fatalf("%+v: %v of %v", q, ids(page.Cases), ids(want))
			}
			many.countsHold(c.t, d)
		}
	})
}

// countsHold compares the statistics with the cards.
func (c *crowd) countsHold(t testing.TB, d *Desk) {
	t.Helper()
	st, err := d.Statistics(Span{})
	must(t, err)
	phases, open := map[casefile.Phase]int{}, 0
	for _, card := range c.cards {
		if phases[card.Phase]++; card.Open() {
			open++
		}
	}
	_, lamps, past := plainList(t, d, c, Query{Box: All})
	if lamps[clock.Done] -= len(c.cards) - open; lamps[clock.Done] == 0 {
		delete(lamps, clock.Done)
	}
	if st.Total != len(c.cards) || st.Open != open || !maps.Equal(st.Phases, phases) || st.Past != past || !maps.Equal(st.Lamps, lamps) {
		t.Fatalf("counted %+v; there are %d, %d open: %v %v", st, len(c.cards), open, phases, lamps)
	}
	for _, one := range st.Items {
		for _, card := range c.cards {
			if card.Code != one.Code {
				continue
			}
			if one.Count--; card.Open() {
				one.Open--
			}
		}
		if one.Count != 0 || one.Open != 0 {
			t.Fatalf("%s is counted %d too often, %d of them open", one.Code, one.Count, one.Open)
		}
	}
}

// TestPagesWhileRowsComeAndGo: cases that are opened, settled or turn red between
// two pages make no other appear twice or not at all; not even the very one
// behind which the next page begins.
func TestPagesWhileRowsComeAndGo(t *testing.T) {
	_, d, many := newCrowd(t, 300)
	q := Query{Box: All, Limit: 7}
	whole, _ := walk(t, d, q)
	seen, touched := map[casefile.ID]int{}, map[casefile.ID]bool{}
	settle := func(id casefile.ID) {
		card := *many.cards[many.at[id]]
		card.Phase, touched[id] = casefile.PhaseConcluded, true
		many.put(&card)
	}
	for n := 0; ; n++ {
		list, err := d.Worklist(q)
		must(t, err)
		for _, one := range list.Cases {
			seen[one.ID]++
		}
		if q.After = list.Next; q.After == "" {
			break
		}
		settle(list.Cases[len(list.Cases)-1].ID)
		settle(list.Cases[0].ID)
		came := many.card(1000 + n)
		many.put(came)
		touched[came.ID] = true
	}
	for _, one := range whole {
		if !touched[one.ID] && seen[one.ID] != 1 {
			t.Errorf("%s appeared %d times", one.ID, seen[one.ID])
		}
	}
}

func TestACursorThatIsNone(t *testing.T) {
	_, d, _ := newCrowd(t, 3)
	list, err := d.Worklist(Query{Box: All, Limit: 1})
	must(t, err)
	if again, err := readCursor(list.Next); err != nil || again.String() != list.Next || list.Next == "" {
		t.Errorf("%q is read as %q, %v", list.Next, again, err)
	}
	for _, text := range []string{"x", "c", "c.1", "c.x.320509000000.1.1", "o.1.320509000000.1.1", "o.999.2026-01-01.320509000000.1.1", "o.1.2026-13-01.320509000000.1.1", strings.Repeat("c.", 500)} {
		_, err := d.Worklist(Query{After: text})
		refused(t, err, refusal.Malformed)
	}
	_, err = d.Statistics(Span{From: "2026-3"})
	refused(t, err, refusal.Malformed)
}

// TestStatisticsOfDays: the days of a span are both in it.
func TestStatisticsOfDays(t *testing.T) {
	_, d, many := newCrowd(t, 200)
	for _, span := range []Span{{}, {From: "2026-03-03"}, {To: "2026-03-03"}, {From: "2026-03-03", To: "2026-03-04"}, {From: "2027-01-01"}} {
		want := 0
		for _, card := range many.cards {
			if day := clock.DayOf(card.Opened); (span.From == "" || day >= span.From) && (span.To == "" || day <= span.To) {
				want++
			}
		}
		st, err := d.Statistics(span)
		must(t, err)
		if st.Total != want {
			t.Errorf("%+v: %d cases, want %d", span, st.Total, want)
		}
	}
}

// card is a copy of the card of the n-th case, which is there afterwards.
func (c *crowd) card(n int) *cabinet.Card {
	id := casefile.ID(fmt.Sprintf("%s.1.%d", wujiang, n+100))
	if i, ok := c.at[id]; ok {
		one := *c.cards[i]
		return &one
	}
	s := c.real[n%len(c.real)]
	s.ID, s.Number = id, strings.TrimRight(s.Number, "0123456789")+fmt.Sprintf("%04d", n)
	c.states[s.ID] = s
	card, _ := c.Cabinet.Card(c.real[n%len(c.real)].ID)
	one := *card
	one.ID, one.Number, one.Opened = s.ID, s.Number, s.OpenedAt+int64(n)
	return &one
}

// put has a card in place of the one before.
func (c *crowd) put(card *cabinet.Card) {
	if i, ok := c.at[card.ID]; ok {
		c.cards[i] = card
	} else {
		c.at[card.ID], c.cards = len(c.cards), append(c.cards, card)
	}
	c.changes = append(c.changes, card.ID)
}

// TestMoreLinesThanOneLookRenews: of very many open cases a look makes the most
// urgent lines anew and Warm all of them; no case is lost in between.
func TestMoreLinesThanOneLookRenews(t *testing.T) {
	c, d, many := newCrowd(t, 40*renewed)
	must(t, d.Warm(c.ctx))
	c.tick(14 * 24 * time.Hour)
	list, err := d.Worklist(Query{Limit: 20})
	must(t, err)
	day := d.moment().basis.day
	for _, one := range list.Cases {
		if got := d.rack.line(one.ID); got.of.day != day {
			t.Errorf("%s on the first page is shown as of %s", one.ID, got.of.day)
		}
	}
	if list.Total != 4*renewed {
		t.Errorf("%d cases, want %d", list.Total, 4*renewed)
	}
	must(t, d.Warm(c.ctx))
	want, lamps, _ := plainList(t, d, many, Query{})
	got, first := walk(t, d, Query{Limit: 200})
	if !slices.Equal(ids(got), ids(want)) || !maps.Equal(first.Lamps, lamps) {
		t.Errorf("%d cases %v, want %d %v", len(got), first.Lamps, len(want), lamps)
	}
}

// TestClosedLines: what a card says of a closed case is what the case says.
func TestClosedLines(t *testing.T) {
	c := newCity(t, wujiang)
	d := c.nodes[wujiang].desk
	by := staff("窗口")
	open := func(accept bool) casefile.ID {
		done, err := d.Open(c.ctx, by, OpenForm{Item: c.items["D28"], Subject: wujiang.Area(), Applicant: citizen(), Accept: accept})
		must(t, err)
		return done.State.ID
	}
	settled, declined, withdrawn := open(true), open(false), open(true)
	_, err := d.Settle(c.ctx, by, settled, SettleForm{Conclude: true})
	must(t, err)
	_, err = d.Decline(c.ctx, by, declined, ReasonForm{Reason: "依法不需要取得许可", Ground: casefile.NoneNeeded})
	must(t, err)
	_, err = d.Withdraw(c.ctx, by, withdrawn, ReasonForm{Reason: "申请人要求"})
	must(t, err)
	for _, id := range []casefile.ID{settled, declined, withdrawn} {
		s, err := d.Cases.State(id)
		must(t, err)
		card, _ := c.nodes[wujiang].cabinet.Card(id)
		want := d.look(s, d.moment()).shown
		want.Lamp, want.Second, want.Clock, want.Due, want.Left = clock.Done, false, "", "", 0
		if got := d.closedLine(card); got != want || card.Open() || got.Name == "" {
			t.Errorf("the card says %+v, the case %+v", got, want)
		}
	}
}
