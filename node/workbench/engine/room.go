// Package engine is the room of whoever runs the node: how it is, what waits to
// leave it and why, what it refused, and who may work at its screens.
//
// It must never show a secret but a password that was just given, once, and
// never do what the command line can't.
package engine

import (
	"context"
	"embed"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/exchange"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/onboard"
	"tongban/node/workbench"
)

//go:embed pages/*.html
var files embed.FS

var set = frame.NewSet(files, gather(words, importWords))

// Vitals are the node at one moment.
type Vitals struct {
	Version     string
	Incarnation uint32
	Role        string // leader, voter, follower
	Started     time.Time
	Resident    uint64 // bytes
	Free        uint64 // bytes
	Database    int64  // bytes
	Disk        string // level of the disk guard
	Fenced      string // why it may not write; "": it may
	NotReady    string
	Head        uint64    // of the Register
	Reached     uint64    // how far its source can feed
	Source      string    // of the journal
	Certified   time.Time // the voters' word
	Upgrade     uint64    // the first record that this program does not know; 0: none
	FeedError   string
	Above       area.Center // the center above; "" where none can be dialled
	Connected   bool        // to it
	Since       time.Time   // of Connected
	LineError   string
	Peers       []area.Center
	BackedUp    time.Time // zero: never
	Outbox      int
	Oldest      time.Time // of the outbox; zero: empty
	Certificate string    // fingerprint of the pages' certificate; "": in the clear
}

// Config is what the room works with. All of it is set.
type Config struct {
	Vitals   func() Vitals
	Exchange *exchange.Exchange
	Cabinet  *cabinet.Cabinet
	Register *register.Register
	Accounts *account.Accounts
	Onboard  *onboard.Onboard
	Roster   func() []Member // of the hall; none where the center keeps none
	Name     func(area.Center) string
	Now      func() time.Time
}

// Member is somebody of the roster, to choose from for an account.
type Member struct{ Number, Name string }

type room struct {
	Config
	*workbench.Room
}

var operators = account.Duties{account.Operator}

// Open hangs the room's pages into a shell.
func Open(s *workbench.Shell, c Config) {
	r := &room{c, s.Room("node", set)}
	s.Menu("node", "/work/node", "e", operators, "节点", "Node")
	r.get("/work/node", r.node)
	r.get("/work/node/outbox", r.outbox)
	r.post("/work/node/outbox", r.try)
	r.get("/work/node/refused", r.refused)
	r.get("/work/node/accounts", r.accounts)
	r.post("/work/node/accounts", r.add)
	r.get("/work/node/accounts/audit", r.audit)
	r.get("/work/node/accounts/{login}", r.account)
	r.post("/work/node/accounts/{login}", r.change)
	r.openImports()
}

func (r *room) get(path string, do func(*workbench.Call) error) {
	r.Get(path, operators, func(c *workbench.Call) error { return r.within(c, do) })
}

func (r *room) post(path string, do func(*workbench.Call) error) {
	r.Post(path, operators, func(c *workbench.Call) error { return r.within(c, do) })
}

// within gives every page of the room its tabs.
func (r *room) within(c *workbench.Call, do func(*workbench.Call) error) error {
	p := c.Page
	for _, t := range []struct{ nav, link string }{
		{"vitals", "/work/node"}, {"outbox", "/work/node/outbox"}, {"refused_log", "/work/node/refused"}, {"accounts", "/work/node/accounts"}, {"audit", "/work/node/accounts/audit"}, {"import", "/work/import"},
	} {
		p.Tabs = append(p.Tabs, frame.Entry{Nav: t.nav, Text: p.Say(t.nav), Link: t.link})
	}
	return do(c)
}

// vitals is the page of the node.
type vitals struct {
	Vitals
	Tiles []tile
	Lines []line
	Safe  string // one sentence: may staff go on working
	How   string // "bad": they may not; "look": something is to be seen to; "well"
}

type tile struct{ Class, Text, Value, More string }

type line struct{ Label, Value string }

func (r *room) node(c *workbench.Call) error {
	p, v := c.Page, r.Vitals()
	p.Nav, p.Title = "vitals", p.Say("vitals")
	d := &vitals{Vitals: v}
	kept := false // something that a backup would keep
	r.Cabinet.Cards(cabinet.Filter{}, func(*cabinet.Card) bool { kept = true; return false })
	now := r.Now()
	lag := ""
	if v.Reached > v.Head {
		lag = p.Pick("还差 ", "behind by ") + number(v.Reached-v.Head)
	}
	d.Tiles = []tile{
		{grade(v.Upgrade == 0 && v.FeedError == "", lag == ""), p.Say("register"), number(v.Head), lag},
		{grade(v.Connected || v.Above == "", true), p.Say("line_up"), onoff(p, v.Connected, v.Above == ""), r.since(p, v, now)},
		{grade(true, v.Outbox == 0 || now.Sub(v.Oldest) < time.Hour), p.Say("outbox"), number(uint64(v.Outbox)), age(p, v.Oldest, now)},
		{grade(v.Disk == "ample" || v.Disk == "low", v.Disk == "ample"), p.Say("disk"), size(v.Free), p.Say("disk_free")},
		{grade(true, !kept || fresh(v.BackedUp, now)), p.Say("backup"), backup(p, v.BackedUp, now), p.Say("backup_how")},
	}
	d.Safe, d.How = r.safe(p, v, now, kept)
	d.Lines = []line{
		{p.Say("role"), p.Either(roles[v.Role], v.Role)}, {p.Say("incarnation"), number(uint64(v.Incarnation))}, {p.Say("version"), v.Version},
		{p.Say("started"), p.Time(v.Started.UnixMilli())}, {p.Say("certified"), p.Time(v.Certified.UnixMilli())}, {p.Say("fed_by"), v.Source},
		{p.Say("memory"), size(v.Resident)}, {p.Say("database"), size(uint64(max(v.Database, 0)))}, {p.Say("certificate"), v.Certificate},
	}
	d.Lines = append(d.Lines, line{p.Say("peer"), r.names(p, v.Peers)})
	return c.Show("node", d)
}

// names are centers by their names, one after the other.
func (r *room) names(p *frame.Page, all []area.Center) string {
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = r.Name(one)
	}
	return strings.Join(names, p.Comma())
}

// safe says in one sentence whether staff may go on working, and how that is. A
// node that hears from nobody may: it works on its last verified copy. kept says
// that there is something that a backup would keep.
func (r *room) safe(p *frame.Page, v Vitals, now time.Time, kept bool) (text, how string) {
	switch {
	case v.Fenced != "":
		return p.Say("fenced") + v.Fenced, "bad"
	case v.Upgrade != 0:
		return p.Say("upgrade"), "bad"
	case v.Disk != "ample" && v.Disk != "low":
		return p.Say("disk_full"), "bad"
	case v.Above != "" && !v.Connected:
		return r.Name(v.Above) + p.Say("away") + age(p, v.Since, now) + p.Say("safe_alone") + p.Time(v.Certified.UnixMilli()) + p.Say("safe_end"), "look"
	case kept && v.BackedUp.IsZero():
		return p.Say("never_backed_up"), "look"
	case kept && !fresh(v.BackedUp, now):
		return p.Say("old_backup") + age(p, v.BackedUp, now) + p.Say("old_backup_end"), "look"
	case v.FeedError != "" || v.LineError != "":
		return p.Say("working_on"), "look"
	}
	return p.Say("all_well"), "well"
}

// fresh reports whether a backup is of these days.
func fresh(at, now time.Time) bool { return !at.IsZero() && now.Sub(at) < 48*time.Hour }

// outbox is what waits to leave, and what came and waits.
type outbox struct {
	Rows   []waiting
	Parked []parked
	More   int // rows that are not shown
}

type waiting struct {
	Dest, Name, What, Purpose, State, Why, Since, Next string
	Tries                                              int
	Bad                                                bool
}

type parked struct{ Case, From, Why, Since string }

// shownRows bounds the page.
const shownRows = 500

func (r *room) outbox(c *workbench.Call) error {
	p := c.Page
	p.Nav, p.Title = "outbox", p.Say("outbox")
	d := &outbox{}
	rows := r.Exchange.Rows("")
	for i, v := range rows {
		if i == shownRows {
			d.More = len(rows) - shownRows
			break
		}
		one := waiting{
			Dest: string(v.Dest), Name: r.Name(v.Dest), What: v.Key.String(), Purpose: p.Either(purposes[v.Purpose], string(v.Purpose)), State: p.Either(states[v.Status], string(v.Status)),
			Why: v.Reason, Since: p.Time(v.Since.UnixMilli()), Tries: v.Tries, Bad: v.Status == exchange.Refused,
		}
		if !v.Next.IsZero() {
			one.Next = p.Time(v.Next.UnixMilli())
		}
		d.Rows = append(d.Rows, one)
	}
	held, err := r.Cabinet.Waitings(200)
	if err != nil {
		return err
	}
	for _, w := range held {
		d.Parked = append(d.Parked, parked{string(w.Case), r.Name(w.From), w.Reason, p.Time(w.Since)})
	}
	return c.Show("outbox", d)
}

// try sends what waits for a center at once.
func (r *room) try(c *workbench.Call) error {
	dest, err := area.ParseCenter(c.PostForm.Get("dest"))
	if err != nil {
		return refusal.New(refusal.Malformed, "", "", err)
	}
	r.Exchange.TryNow(dest)
	return c.Go("/work/node/outbox", "tried")
}

// refusedLog is what the Register refused, the newest first.
type refusedLog struct {
	Rows []refusedCommand
	More bool
}

type refusedCommand struct {
	Index                uint64
	When, Who, What, Why string
}

// maxLooked bounds how many records are looked at for one page.
const maxLooked = 5000

func (r *room) refused(c *workbench.Call) error {
	p := c.Page
	p.Nav, p.Title = "refused_log", p.Say("refused_log")
	d := &refusedLog{}
	head := r.Register.Head().Index
	for i, looked := head, 0; i > 0; i, looked = i-1, looked+1 {
		if looked == maxLooked || len(d.Rows) == 100 {
			d.More = true
			break
		}
		if err := context.Cause(c.Context()); err != nil {
			return err
		}
		rec, err := r.Register.Record(i)
		if err != nil {
			return err
		}
		if rec.Outcome == register.Applied {
			continue
		}
		one := refusedCommand{Index: i, Why: rec.Outcome.String() + " " + rec.Detail}
		if command, _, err := rec.Open(); err == nil {
			one.When, one.What = p.Time(command.Time), command.Kind.String()
			one.Who = r.Name(command.ID.Center) + " " + command.Staff
		}
		d.Rows = append(d.Rows, one)
	}
	return c.Show("refused_log", d)
}
