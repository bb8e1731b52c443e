// Package agent is the room of whoever does errands for others (代办员), mostly on
// a telephone: the mandates they carry, the papers they fetch, the results they
// bring, the homes they visit.
//
// It must never show more of a person than their masked name without writing
// down who looked, never decide what may be done (the desk and the hall do), and
// never put anything of a person into an address.
package agent

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/workday"
	"tongban/intake/cabinet"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/workbench"
)

//go:embed pages/*.html
var files embed.FS

var set = frame.NewSet(files, words)

// Config is what the room works with. All of it is set.
type Config struct {
	Desk    *desk.Desk
	Cabinet *cabinet.Cabinet
	Hall    *hall.Hall
	Self    func() area.Center
	Now     func() time.Time
}

type room struct {
	Config
	*workbench.Room
}

var agents = account.Duties{account.Agent}

// Open hangs the room's page into a shell. It is opened before the others: an
// agent's day begins there.
func Open(s *workbench.Shell, c Config) {
	r := &room{c, s.Room("agent", set)}
	s.Menu("agent", "/work/errands", "d", agents, "代办", "Errands")
	r.Get("/work/errands", agents, r.errands)
	r.Post("/work/errands/visits/{id}/made", agents, r.made)
	r.Post("/work/errands/visits/{id}/show", agents, r.show)
}

func (r *room) today() workday.Date { return workday.DateOf(r.Now()) }

func staffOf(c *workbench.Call) string { return cmp.Or(c.Who.Staff, c.Who.Login) }

// by is who acts, for the hall, whose keys are short.
func by(c *workbench.Call) hall.By {
	key := c.By().Key
	if key != "" {
		sum := sha256.Sum256([]byte(key))
		key = hex.EncodeToString(sum[:16])
	}
	return hall.By{Staff: staffOf(c), Key: key}
}
