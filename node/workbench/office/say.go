package office

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/rating"
	"tongban/node/frame"
	"tongban/node/workbench"
)

// tile is one number of a page, with where more of it stands; Class is the
// colour of its edge, beside the word that says the same.
type tile struct{ Class, Text, Value, More, Link string }

// figure is one line of a table of numbers.
type figure struct{ Label, Value, Of string }

// pick is one of several to choose from.
type pick struct {
	Value, Text string
	Chosen      bool
}

func number(n int) string { return strconv.Itoa(n) }

func since(ms int64) time.Time { return time.UnixMilli(ms) }

// days is a number of days with one digit behind the point, where it has one.
func days(n float64) string { return strconv.FormatFloat(math.Round(n*10)/10, 'f', -1, 64) }

// share is a ratio in words: "–" where there is nothing that it could be of.
func share(r rating.Ratio) (percent, of string) {
	p, ok := r.Percent()
	if !ok {
		return "–", ""
	}
	return fmt.Sprintf("%.1f%%", p), fmt.Sprintf("%d / %d", r.Count, r.Of)
}

// minutes says seconds in minutes, or hours.
func minutes(p *frame.Page, seconds int64) string {
	m := (seconds + 30) / 60
	if m >= 120 {
		return fmt.Sprintf("%d%s%d%s", m/60, p.Pick(" 小时 ", " h "), m%60, p.Pick(" 分", " min"))
	}
	return strconv.FormatInt(m, 10) + p.Pick(" 分钟", " min")
}

// reach is an address where the menu of whoever asks has it; "" where they can't
// open it.
func reach(c *workbench.Call, menu, link string) string {
	for _, e := range c.Page.Bar.Entries {
		if e.Link == menu {
			return link
		}
	}
	return ""
}

// span is the days of a page, both included: as its address says, else the
// month so far.
type span struct {
	From, To workday.Date
	Quick    []quick // spans that are asked for often
}

// quick leads to a span in one press.
type quick struct {
	Text, Link string
	Current    bool
}

func spanOf(p *frame.Page, today workday.Date) (span, error) {
	s := span{workday.Date(p.Query.Get("from")), workday.Date(p.Query.Get("to")), nil}
	if s.From == "" {
		s.From = today[:8] + "01"
	}
	if s.To == "" {
		s.To = today
	}
	if !s.From.Valid() || !s.To.Valid() || s.To < s.From {
		return s, refusal.Newf(refusal.Malformed, "", "YYYY-MM-DD", "%.20q – %.20q", s.From, s.To)
	}
	first := today[:8] + "01"
	last := first.Add(-1)
	for _, q := range []struct {
		word     string
		from, to workday.Date
	}{
		{"today_word", today, today}, {"this_month", first, today}, {"last_month", last[:8] + "01", last}, {"this_year", today[:5] + "01-01", today},
	} {
		query := *p
		query.Query = map[string][]string{}
		for k, v := range p.Query {
			query.Query[k] = v
		}
		query.Query.Set("from", string(q.from))
		s.Quick = append(s.Quick, quick{p.Say(q.word), query.With("to", string(q.to)), s.From == q.from && s.To == q.to})
	}
	return s, nil
}

// title is the span as a heading has it.
func (s span) title(p *frame.Page) string {
	switch next := s.To.Add(1); {
	case s.From == s.To:
		return string(s.From)
	case s.From[8:] == "01" && next[8:] == "01" && s.From[:7] == s.To[:7]:
		if p.English() {
			return string(s.From[:7])
		}
		return string(s.From[:4]) + " 年 " + string(s.From[5:7]) + " 月"
	}
	return string(s.From) + p.Pick(" 至 ", " to ") + string(s.To)
}
