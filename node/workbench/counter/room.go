// Package counter is the room of the window: one visit on one screen, from the
// queue ticket to the printed receipt, by keyboard.
//
// It must never decide what may be done (it asks the desk, also beforehand),
// never lose what somebody typed, never open two cases for one form, and never
// put anything of a person into an address.
package counter

import (
	"context"
	"embed"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/catalog/search"
	"tongban/catalog/workday"
	"tongban/intake/cabinet"
	"tongban/intake/desk"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/workbench"
	"tongban/node/workbench/counter/draft"
)

//go:embed pages/*.html
var files embed.FS

var set = frame.NewSet(files, words)

// Config is what the room works with. All of it is set, but for Devices.
type Config struct {
	Desk     *desk.Desk
	Cabinet  *cabinet.Cabinet
	Register *register.Register
	Drafts   *draft.Store
	// Find searches what this center may take.
	Find func(ctx context.Context, q search.Query) []search.Hit
	// Ticket is the visit that a queue ticket of a day names.
	Ticket  func(given string, day workday.Date) (visit string, err error)
	Self    func() area.Center
	Name    func(area.Center) string
	Now     func() time.Time
	Public  string // the address of the pages for the public; "": there is none
	Devices string // the origin of this machine's card reader and camera; "": none
}

type room struct {
	Config
	*workbench.Room
}

// clerks are those who take applications in.
var clerks = account.Duties{account.Clerk, account.Agent}

// Open hangs the room's pages into a shell.
func Open(s *workbench.Shell, c Config) {
	r := &room{c, s.Room("intake", set)}
	r.Connect(c.Devices)
	s.Menu("intake", "/work/intake", "n", clerks, "收件", "Intake")
	s.Finder(clerks, r.findItems)
	r.Get("/work/intake", clerks, r.start)
	r.Post("/work/intake", clerks, r.begin)
	r.Post("/work/intake/find", clerks, r.find)
	r.Get("/work/intake/{id}", clerks, r.screen)
	r.Post("/work/intake/{id}", clerks, r.refresh)
	r.Post("/work/intake/{id}/keep", clerks, r.keep)
	r.Post("/work/intake/{id}/number", clerks, r.number)
	r.Post("/work/intake/{id}/rest", clerks, r.rest)
	r.Post("/work/intake/{id}/outcomes", clerks, r.outcomes)
	r.Post("/work/intake/{id}/remove", clerks, r.remove)
	r.Post("/work/intake/{id}/drop", clerks, r.drop)
	r.Get("/work/intake/{id}/scan", clerks, r.scan)
	r.Post("/work/intake/{id}/page", clerks, r.page)
	r.Post("/work/intake/{id}/do/{outcome}", clerks, r.do)
	r.Get("/work/intake/{id}/done", clerks, r.done)
	r.Post("/work/intake/{id}/print", clerks, r.print)
}

// here is the area of this center.
func (r *room) here() area.Code { return r.Self().Area() }

// today is the day at the window.
func (r *room) today() workday.Date { return workday.DateOf(r.Now()) }
