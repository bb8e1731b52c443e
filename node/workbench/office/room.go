// Package office is the room of whoever answers for a center or an area: the
// day at a glance, the centers below and who is late there, what becomes of bad
// ratings, and who looked at personal data.
//
// It must never show whoever was rated who rated them, never take presence for
// a ground of anything, never show personal data without a reason that is
// written down first, and never keep a figure of its own: each is counted anew
// from what it is about.
package office

import (
	"cmp"
	"context"
	"embed"
	"slices"
	"sync"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/privacy"
	"tongban/intake/rating"
	"tongban/intake/supervise"
	"tongban/intake/supervise/chase"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/presence"
	"tongban/node/workbench"
)

//go:embed pages/*.html
var files embed.FS

var set = frame.NewSet(files, words)

// Late is one page of what somebody has to see to, by the order of the cases.
type Late struct {
	Entries []LateEntry
	Looked  int         // at how many cases
	After   casefile.ID // where to go on; "": that was all
}

// LateEntry is one thing that is late, with what was already said about it.
type LateEntry struct {
	supervise.Entry
	Chases int
	Chased int64 // the last of them, Unix milliseconds
}

// Chased is a chase and what became of it.
type Chased struct {
	chase.Chase
	Recorded bool         // the center that has the case has written it down
	Refused  refusal.Code // why it did not
	Waits    string       // why it was not sent yet
	Answer   chase.Answer
}

// Config is what the room works with. All of it is set, and safe for
// concurrent use.
type Config struct {
	Desk     *desk.Desk
	Cabinet  *cabinet.Cabinet
	Register *register.Register
	Hall     *hall.Hall
	Ratings  *rating.Ratings
	Privacy  *privacy.Privacy
	Self     func() area.Center
	Name     func(area.Center) string
	Now      func() time.Time

	// Presence is who is heard by gossip, and to whom a line stands.
	Presence func() (heard []presence.Member, lines []area.Center)
	// Figures counts the ratings of a period.
	Figures func(ctx context.Context, from, to workday.Date, by rating.By) ([]rating.Figures, error)
	// Late lists who is late and where.
	Late func(q supervise.Query, after casefile.ID, limit int) (Late, error)
	// Chase sends a word to the center that has a case; a call with a key that
	// was used has no further effect.
	Chase func(ctx context.Context, key string, c chase.Chase) error
	// Chases lists what was sent from here, the last first.
	Chases func(before uint64, limit int) ([]Chased, error)
	// Erase destroys the content of a case whose retention has passed, and says
	// how many pieces that were.
	Erase func(ctx context.Context, by desk.By, id casefile.ID, reason string) (int, error)
}

type room struct {
	Config
	*workbench.Room
	step *sync.Mutex // held while a step of a rectification is looked at and taken
}

// Who may open what.
var (
	overseers  = account.Workers(account.SeeToday)
	areaSeers  = account.Workers(account.SeeArea)
	chasers    = account.Workers(account.Chase)
	handlers   = account.Workers(account.AnswerRating)
	auditors   = account.Workers(account.AuditPrivacy)
	restrictor = account.Workers(account.Restrict)
	retainers  = account.Workers(account.Retain)
	erasers    = account.Doers(desk.Erase)
)

// Open hangs the room's pages into a shell.
func Open(s *workbench.Shell, c Config) {
	at := func(name string) *room { return &room{c, s.Room(name, set), &sync.Mutex{}} }
	today := at("today")
	s.Menu("today", "/work/today", "t", overseers, "今日", "Today")
	today.Get("/work/today", overseers, today.today)
	today.Get("/work/today/now", overseers, today.todayNow)

	over := at("area")
	s.Menu("area", "/work/area", "a", areaSeers, "区域", "Area")
	over.Get("/work/area", areaSeers, over.tree)
	over.Get("/work/area/now", areaSeers, over.treeNow)
	over.Get("/work/area/late", areaSeers, over.late)
	over.Get("/work/area/routes", areaSeers, over.routes)
	over.Post("/work/area/routes", areaSeers, over.findRoutes)
	over.Get("/work/area/chase", chasers, over.askChase)
	over.Post("/work/area/chase", chasers, over.chase)
	over.Get("/work/area/chases", areaSeers, over.chases)
	over.Get("/work/area/flow", areaSeers, over.flow)
	over.Get("/work/area/figures", areaSeers, over.figures)

	rated := at("ratings")
	s.Menu("ratings", "/work/ratings", "", handlers, "评价", "Ratings")
	rated.Get("/work/ratings", handlers, rated.ratings)
	rated.Get("/work/ratings/figures", handlers, rated.ratingFigures)
	rated.Get("/work/ratings/{id}", handlers, rated.rating)
	rated.Post("/work/ratings/{id}/reveal", handlers, rated.reveal)
	rated.Post("/work/ratings/{id}/{step}", handlers, rated.take)

	private := at("privacy")
	s.Menu("privacy", "/work/privacy", "", auditors, "隐私", "Privacy")
	private.Get("/work/privacy", auditors, private.audit)
	private.Get("/work/privacy/restricted", restrictor, private.restricted)
	private.Post("/work/privacy/restricted", restrictor, private.restrict)
	private.Get("/work/privacy/periods", retainers, private.periods)
	private.Post("/work/privacy/periods", retainers, private.setPeriod)
	private.Get("/work/privacy/due", erasers, private.due)
	private.Post("/work/privacy/due", erasers, private.erase)
}

// tab is one part of a room, for those who may open it.
type tab struct {
	nav, link string
	duties    account.Duties
}

var (
	areaTabs    = []tab{{"tree", "/work/area", areaSeers}, {"late", "/work/area/late", areaSeers}, {"chases", "/work/area/chases", areaSeers}, {"routes", "/work/area/routes", areaSeers}, {"flow", "/work/area/flow", areaSeers}, {"figures", "/work/area/figures", areaSeers}}
	ratingTabs  = []tab{{"rectifications", "/work/ratings", handlers}, {"rating_figures", "/work/ratings/figures", handlers}}
	privacyTabs = []tab{{"audit", "/work/privacy", auditors}, {"restrictions", "/work/privacy/restricted", restrictor}, {"periods", "/work/privacy/periods", retainers}, {"due_list", "/work/privacy/due", erasers}}
)

// head gives a page its title and its tabs; nav is the word of both.
func head(c *workbench.Call, tabs []tab, nav string) {
	c.Page.Title, c.Page.Nav = c.Page.Say(nav), nav
	for _, t := range tabs {
		if slices.ContainsFunc(t.duties, c.Who.Duties.Has) {
			c.Page.Tabs = append(c.Page.Tabs, frame.Entry{Nav: t.nav, Link: t.link, Text: c.Page.Say(t.nav)})
		}
	}
}

// staff is who acts, by the number that the books have for them.
func (r *room) staff(c *workbench.Call) string {
	return r.Hall.Staff.Number(cmp.Or(c.Who.Staff, c.Who.Login))
}

func (r *room) day() workday.Date { return workday.DateOf(r.Now()) }

// person is what a member of staff is called; as the book has it for others.
func (r *room) person(number string) string {
	m, _ := r.Hall.Staff.Roster().Member(number)
	return cmp.Or(m.Name, number)
}
