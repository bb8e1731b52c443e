// Package casework is the room of cases: the worklist, the page of one case
// with everything about it, and the forms of what may be done with it.
//
// It must never offer what the desk would refuse or hide what it allows, never
// show a number of a person in full without a reason that is written down, and
// never keep anything of a case.
package casework

import (
	"embed"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/exchange"
	"tongban/intake/privacy"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/workbench"
	"tongban/node/workbench/casework/phrase"
)

//go:embed pages/*.html
var files embed.FS

var set = frame.NewSet(files, words)

// Config is what the room works with. All of it is set.
type Config struct {
	Desk     *desk.Desk
	Cabinet  *cabinet.Cabinet
	Register *register.Register
	Exchange *exchange.Exchange
	Privacy  *privacy.Privacy
	Self     func() area.Center
	Name     func(area.Center) string
	Public   string // the address of the pages for the public; "": there is none
	// Scan is a paper that a case names: a name that says nothing of anybody,
	// its media type and its content.
	Scan    func(id casefile.ID, hash string) (name, media string, content []byte, err error)
	Phrases *phrase.Store
	// Seen is when a center was last there, and whether it is now; zero: not
	// since this node began to run.
	Seen func(area.Center) (at time.Time, up bool)
	// RatingCode is what the QR code of a rating slip holds.
	RatingCode func(casefile.ID) (string, error)
}

type room struct {
	Config
	*workbench.Room
}

// workers are those who have to do with cases at all.
var workers = account.Duties{
	account.Clerk, account.Approver, account.Deliverer, account.Agent, account.Manager, account.Head, account.Supervisor,
}

// Open hangs the room's pages into a shell.
func Open(s *workbench.Shell, c Config) {
	r := &room{c, s.Room("cases", set)}
	me := &room{c, s.Room("me", set)}
	me.Get("/work/me/phrases", workers, me.phrases)
	me.Post("/work/me/phrases", workers, me.keepPhrase)
	s.Mine("/work/me/phrases", workers, "我的常用语", "My phrases")
	s.Menu("cases", "/work/cases", "c", workers, "办件", "Cases")
	s.Finder(workers, r.find)
	r.Get("/work/cases", workers, r.list)
	r.Post("/work/cases", workers, r.search)
	r.Get("/work/cases/live", workers, r.live)
	r.Post("/work/cases/batch", workers, r.batch)
	r.Post("/work/cases/now", workers, r.now)
	r.Get("/work/cases/{id}", workers, r.one)
	r.Get("/work/cases/{id}/next", workers, r.toNext)
	r.Post("/work/cases/{id}/send", workers, r.send)
	r.Get("/work/cases/{id}/log", workers, r.log)
	r.Post("/work/cases/{id}/unmask", workers, r.unmask)
	r.Get("/work/cases/{id}/do/{action}", workers, r.ask)
	r.Post("/work/cases/{id}/do/{action}", workers, r.act)
	r.Get("/work/cases/{id}/print", workers, r.printables)
	r.Post("/work/cases/{id}/print", workers, r.print)
	r.Post("/work/cases/{id}/paper/{hash}", workers, r.paper)
}
