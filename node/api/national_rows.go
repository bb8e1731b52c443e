package api

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/hall"
	hallbook "tongban/intake/hall/book"
	"tongban/intake/national"
	"tongban/intake/national/batch"
	"tongban/intake/supervise"
)

// nationalRows are the cases of this node, and the inquiries of its hall, as the
// national tables ask them.
type nationalRows struct{ s *Server }

var _ batch.Source = nationalRows{}

// inquiryPrefix begins the name of an inquiry among the cases: no case's has a
// slash.
const inquiryPrefix = "inquiry/"

// Heads are those of the logs that are here, and what stands in the hall's
// registers. Of a case that is late the head also says how late: its rows change
// without a word in its log.
func (c nationalRows) Heads(visit func(id casefile.ID, head chain.Head) bool) {
	now, more := c.s.node.Now(), true
	c.s.node.Cabinet.Cards(cabinet.Filter{}, func(card *cabinet.Card) bool {
		head := card.Head
		if slices.Contains(supervise.Phases, card.Phase) {
			if s, err := c.s.node.Cabinet.State(card.ID); err == nil {
				head = c.stamp(&s, now)
			}
		}
		more = visit(card.ID, head)
		return more
	})
	if c.s.node.Hall == nil || !more {
		return
	}
	err := c.s.node.Hall.Books.All(hall.Inquiries, func(n hallbook.Note) bool {
		return visit(casefile.ID(inquiryPrefix+n.ID), inquiryHead(c.inquiry(&n, false)))
	})
	if err != nil {
		c.s.log.Warn("the national tables are without some inquiries", "err", err)
	}
}

// Rows are the rows of one case or inquiry. Who applies, who rated and what they
// wrote is left out or masked unless asked for; of a case to which access is
// restricted nobody is told.
func (c nationalRows) Rows(id casefile.ID, personal bool) ([]national.Row, chain.Head, error) {
	if note, is := strings.CutPrefix(string(id), inquiryPrefix); is {
		n, err := c.s.node.Hall.Books.Note(note)
		if err != nil {
			return nil, chain.Head{}, err
		}
		return c.inquiry(&n, personal), inquiryHead(c.inquiry(&n, false)), nil
	}
	d, now := c.s.node.Desk, c.s.node.Now()
	in, err := c.log(id)
	if err != nil {
		return nil, chain.Head{}, err
	}
	in.Item, _ = d.Register.Item(in.State.Item)
	in.Office = func(center area.Center) national.Office {
		name, _, _ := d.Register.Office(center)
		return national.Office{Name: name}
	}
	if who, err := d.Applicant(in.State); err == nil {
		if !personal {
			who = who.Masked()
		}
		in.Applicant = &who
	} else if refusal.CodeOf(err) == "" {
		return nil, chain.Head{}, err
	}
	if in.Ratings, err = c.ratings(&in, personal); err != nil {
		return nil, chain.Head{}, err
	}
	if in.Alerts, err = c.alerts(&in, now); err != nil {
		return nil, chain.Head{}, err
	}
	rows, err := national.Rows(in)
	return rows, c.stamp(&in.State, now), err
}

// log is a case as far as its log is here.
func (c nationalRows) log(id casefile.ID) (in national.Input, err error) {
	if in.State, err = c.s.node.Cabinet.State(id); err != nil {
		return in, err
	}
	records, err := c.s.node.Cabinet.Log(id, 1, int(in.State.Head.Index))
	if err != nil {
		return in, err
	}
	for _, b := range records {
		r, err := casefile.Read(b)
		if err != nil {
			return in, err
		}
		in.Events = append(in.Events, r)
	}
	return in, nil
}

// ratings are those of the log, the one that this center keeps with the words and
// the name of whoever gave it, where they are asked for.
func (c nationalRows) ratings(in *national.Input, personal bool) ([]national.Rating, error) {
	var all []national.Rating
	for i := range in.Events {
		e := &in.Events[i].Event
		if e.Kind != casefile.Rated {
			continue
		}
		body, err := e.Content()
		if err != nil {
			return nil, err
		}
		if b, ok := body.(*casefile.RatedBody); ok {
			all = append(all, national.Rating{Grade: b.Grade, Channel: b.Channel, At: e.DeskTime})
		}
	}
	if !personal || len(all) == 0 || c.s.node.Ratings == nil || c.s.node.Privacy.May(in.State.ID) != nil {
		return all, nil
	}
	said, given, ok, err := c.s.node.Ratings.Said(in.State.ID)
	if err != nil || !ok {
		return all, err
	}
	i := slices.IndexFunc(all, func(r national.Rating) bool {
		return r.Grade == given.Given.Grade && r.Channel == string(given.Given.Channel)
	})
	if i >= 0 {
		all[i].Who, all[i].Words = said.Name, said.Words
	}
	return all, nil
}

// judged is a case in a state that it was in, as it stood at a moment.
func (c nationalRows) judged(s casefile.State, at time.Time) supervise.Case {
	one := supervise.Case{State: s, Rules: c.s.node.Register.Rules(), Readings: c.s.node.Desk.ReadingsAt(s, at)}
	one.Item, _ = c.s.node.Register.Version(s.Item)
	one.Limits = clock.LimitsFor(one.Rules, s, one.Item, at)
	return one
}

// stamp is how far a case reaches: its head, and with it what of it is late now.
func (c nationalRows) stamp(s *casefile.State, now time.Time) chain.Head {
	late := supervise.Ever([]casefile.State{*s}, c.judged, c.s.node.Register.Calendar(), now)
	if len(late) == 0 {
		return s.Head
	}
	return chain.Head{Index: s.Head.Index, Hash: chain.Sum(wire.Encode([]any{s.Head.Hash, late}))}
}

// lampWords are the kinds of warnings: no code of theirs is published.
var lampWords = map[clock.Lamp]string{clock.Yellow: "黄灯", clock.Red: "红灯"}

// maxAlerts bounds how many chases of one case the tables show.
const maxAlerts = 100

// alerts are what a case gave rise to, then the chases that this center sent about
// it, the first one first.
func (c nationalRows) alerts(in *national.Input, now time.Time) (all []national.Alert, err error) {
	var states []casefile.State
	s := casefile.New(in.State.ID)
	for _, e := range in.Events {
		if s, err = casefile.Apply(s, e); err != nil {
			return nil, err
		}
		states = append(states, s)
	}
	name := func(center area.Center) string {
		if name, _, ok := c.s.node.Desk.Register.Office(center); ok {
			return name
		}
		return string(center)
	}
	about := map[string]national.Alert{}
	for _, e := range supervise.Ever(states, c.judged, c.s.node.Register.Calendar(), now) {
		a := national.Alert{Serial: e.Number, Number: e.Number, Rule: e.Rule, Kind: lampWords[e.Lamp], At: e.Since, Text: e.Result, To: name(e.Center)}
		all, about[e.Number] = append(all, a), a
	}
	if c.s.node.Chases == nil {
		return all, nil
	}
	sent, err := c.s.node.Chases.List(in.State.ID, 0, maxAlerts)
	for _, one := range slices.Backward(sent) {
		a := about[one.Number]
		a.Serial, a.Number = strconv.FormatUint(one.Seq, 10), one.Number
		a.Chase, a.Chaser, a.Sent, a.To = one.Text, name(one.By.Center), one.At, name(one.To)
		all = append(all, a)
	}
	return all, err
}

// inquiry is one entry of the hall's registers. What it is about is for everybody;
// the words of the answer are not.
func (c nationalRows) inquiry(n *hallbook.Note, personal bool) []national.Row {
	q := national.Inquiry{
		Number: n.Number, Kind: n.Kind.Chinese(), Text: n.About, Channel: channelWords[string(n.Channel)], At: n.At,
		Due: string(n.Promised), Late: n.Overdue, Answered: n.AnsweredAt,
	}
	if q.Channel == "" {
		q.Channel = string(n.Channel)
	}
	if n.Extension != nil {
		q.Extended, q.Why = string(n.Extension.Until), n.Extension.Reason
	}
	if n.Case != "" {
		if s, err := c.s.node.Cabinet.State(n.Case); err == nil {
			q.Case = s.Number
		}
	}
	if personal {
		q.Answer = c.s.node.Hall.Books.Answered(n)
	}
	return national.InquiryRows([]national.Inquiry{q})
}

// channelWords are the ways by which an inquiry came in.
var channelWords = map[string]string{
	"window": "窗口", "phone": "电话", "online": "网上", "self_service": "自助终端", "letter": "信函", "visit": "上门",
}

func inquiryHead(rows []national.Row) chain.Head {
	var b []byte
	for i := range rows {
		sum := rows[i].Sum()
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(sum))), sum[:]...)
	}
	return chain.Head{Index: 1, Hash: chain.Sum(b)}
}
