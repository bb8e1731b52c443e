// Package lobby is the room of the hall: the queue at a window, the guide desk,
// the screens and machines of the public, appointments, what waits to be handed
// out, and the registers of whoever has the duty.
//
// It must never decide whose turn it is or what a slip means (the hall and the
// desk do), never let a machine of the public do what asks for an account, and
// never show a person's name on a screen that hangs in the hall.
package lobby

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"log/slog"
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/notice"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/guidance"
	"tongban/node/workbench"
	"tongban/node/workbench/lobby/machine"
)

//go:embed pages/*.html
var files embed.FS

var set = frame.NewSet(files, words, guidance.Shared, guidance.Shelves)

// Config is what the room works with. All of it is set.
type Config struct {
	Hall     *hall.Hall
	Desk     *desk.Desk
	Cabinet  *cabinet.Cabinet
	Register *register.Register
	Machines *machine.Store
	Accounts *account.Accounts
	Sessions *account.Sessions
	Shelf    guidance.Shelf // what this center may take
	// TicketPaper is a queue ticket of today for the printer.
	TicketPaper func(number string, how desk.Printing) (notice.Document, error)
	Self        func() area.Center
	Name        func(area.Center) string
	Now         func() time.Time
	Public      string // the address of the pages for the public; "": there is none
	Log         *slog.Logger
}

type room struct {
	Config
	*workbench.Room
}

// Who may open what.
var (
	callers  = account.Workers(account.CallNumbers)
	givers   = account.Workers(account.GiveNumbers)
	bookers  = account.Workers(account.KeepBooks)
	readers  = account.Workers(account.Unmask)
	keepers  = account.Workers(account.KeepRoster)
	planners = account.Workers(account.KeepTimetable)
	handers  = union(account.Doers(desk.HandOut), account.Doers(desk.PapersArrived), account.Duties{account.Manager, account.Head})
	everyone = union(callers, givers, bookers, keepers)
)

func union(of ...account.Duties) account.Duties {
	all := slices.Concat(of...)
	slices.Sort(all)
	return slices.Compact(all)
}

// Open hangs the room's pages into a shell.
func Open(s *workbench.Shell, c Config) {
	r := &room{c, s.Room("hall", set)}
	s.Menu("hall", "/work/hall", "h", everyone, "大厅", "Hall")
	s.Finder(everyone, r.numbered)
	r.Get("/work/hall", everyone, r.window)
	r.Post("/work/hall/window", callers, r.choose)
	r.Post("/work/hall/do", callers, r.do)
	r.Get("/work/hall/board", everyone, r.boardPart)
	r.Get("/work/hall/live", everyone, r.live)

	r.Get("/work/hall/guide", givers, r.guide)
	r.Post("/work/hall/guide/take", givers, r.take)
	r.Post("/work/hall/guide/print", union(givers, callers), r.printTicket)
	r.Post("/work/hall/guide/check-in", givers, r.checkIn)
	r.Get(shelfAt, givers, r.findItems)
	r.Get(itemAt+"{code}", givers, r.precheck)

	r.Get("/work/hall/appointments", givers, r.appointments)
	r.Get("/work/hall/appointments/book", givers, r.bookPage)
	r.Post("/work/hall/appointments/book", givers, r.book)
	r.Post("/work/hall/appointments/{id}/{act}", givers, r.actOnBooking)
	r.Get("/work/hall/timetable", everyone, r.timetable)
	r.Post("/work/hall/timetable", planners, r.addHours)
	r.Post("/work/hall/timetable/remove", planners, r.removeHours)

	r.Get("/work/hall/display", everyone, r.showDisplay)
	r.Get("/work/hall/display/part", everyone, r.moveDisplay)
	r.Get("/work/hall/display/live", everyone, r.live)
	r.Get("/work/hall/kiosk", givers, r.machines)
	r.Post("/work/hall/kiosk", givers, r.startMachine)
	r.Post("/work/hall/kiosk/end", givers, r.endMachine)

	r.Get("/work/duty", bookers, r.ledger)
	r.Get("/work/duty/new", bookers, r.newEntry)
	r.Post("/work/duty/new", bookers, r.addEntry)
	r.Get("/work/duty/{id}", bookers, r.entryOf)
	r.Post("/work/duty/{id}/read", readers, r.readEntry)
	r.Post("/work/duty/{id}/do/{act}", bookers, r.actOnEntry)
	r.Get("/work/duty/roster", keepers, r.rosterPage)
	r.Post("/work/duty/roster/cover", keepers, r.setCover)
	r.Post("/work/duty/roster/window", keepers, r.setOpen)

	results := &room{c, s.Room("results", set)}
	s.Menu("results", "/work/results", "r", handers, "出件", "Results")
	results.Get("/work/results", handers, results.results)
	results.Post("/work/results", handers, results.findResult)
	results.Get("/work/results/unclaimed", bookers, results.unclaimed)
	results.Get("/work/results/slips", handers, results.slips)
	results.Post("/work/results/slips", handers, results.scanSlip)
}

// by is who acts, for the hall. more tells several changes of one form apart.
func by(c *workbench.Call, more string) hall.By {
	key := c.By().Key
	if key != "" {
		sum := sha256.Sum256([]byte(key + more)) // a key of the hall is short
		key = hex.EncodeToString(sum[:16])
	}
	return hall.By{Staff: staffOf(c), Key: key}
}

func staffOf(c *workbench.Call) string { return cmp.Or(c.Who.Staff, c.Who.Login) }

// find is an item as it counts here today.
func (c *Config) find(code item.Code) (*item.Item, register.Moment, error) {
	on := c.Register.On(workday.DateOf(c.Now()))
	it, ok := c.Register.Item(code, c.Self().Area(), on)
	if !ok {
		return nil, on, refusal.Newf(refusal.NotFound, "", "", "%.40q", code)
	}
	return it, on, nil
}

// about explains the items of this center.
func (c *Config) about() guidance.Source {
	return guidance.Source{Catalogue: c.Register, Self: c.Self, Name: c.Name, Log: c.Log}
}

func (r *room) today() workday.Date { return workday.DateOf(r.Now()) }

// tab is one part of the room, for those who may open it.
type tab struct {
	nav, link string
	duties    account.Duties
	words     [2]string
}

var hallTabs = []tab{
	{"window", "/work/hall", everyone, [2]string{"窗口叫号", "Window"}},
	{"guide", "/work/hall/guide", givers, [2]string{"导办台", "Guide desk"}},
	{"appointments", "/work/hall/appointments", givers, [2]string{"预约", "Appointments"}},
	{"duty", "/work/duty", bookers, [2]string{"登记簿", "Registers"}},
	{"roster", "/work/duty/roster", keepers, [2]string{"顶岗与窗口", "Cover and windows"}},
	{"machines", "/work/hall/kiosk", givers, [2]string{"大屏与自助机", "Screens and kiosks"}},
}

var resultTabs = []tab{
	{"results", "/work/results", handers, [2]string{"待出件", "To hand out"}},
	{"unclaimed", "/work/results/unclaimed", bookers, [2]string{"逾期未领", "Unclaimed"}},
	{"slips", "/work/results/slips", handers, [2]string{"流转单", "Slips"}},
}

// head gives a page its title and its tabs.
func head(c *workbench.Call, tabs []tab, nav, title string) {
	c.Page.Title, c.Page.Nav = c.Page.Say(title), nav
	for _, t := range tabs {
		if slices.ContainsFunc(t.duties, c.Who.Duties.Has) {
			c.Page.Tabs = append(c.Page.Tabs, frame.Entry{Nav: t.nav, Link: t.link, Text: c.Page.Pick(t.words[0], t.words[1])})
		}
	}
}
