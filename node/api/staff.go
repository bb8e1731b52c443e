package api

import (
	"context"
	"net/http"
	"path"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/search"
	"tongban/node/frame"
	"tongban/node/web"
	"tongban/node/workbench"
	"tongban/node/workbench/agent"
	"tongban/node/workbench/casework"
	"tongban/node/workbench/catalogue"
	"tongban/node/workbench/counter"
	"tongban/node/workbench/engine"
	"tongban/node/workbench/lobby"
	"tongban/node/workbench/office"
)

// staffPath reports whether an address is one of those that staff open in a
// browser, with an account and not with the token.
func staffPath(p string) bool {
	switch p {
	case "/", "/sign-in", "/sign-in/outside", "/sign-in/back", "/sign-in/come", "/sign-out", "/locked", "/lock", "/work", "/catalogue", "/coverage", "/kiosk":
		return true
	}
	if path.Clean(p) != p {
		return false
	}
	for _, prefix := range []string{"/work/", "/catalogue/", "/kiosk/"} {
		if strings.HasPrefix(p, prefix) {
			return true
		}
	}
	return false
}

func (s *Server) centerName(c area.Center) string {
	if l, _ := s.node.Register.Center(c); l.Name != "" {
		return l.Name
	}
	return string(c)
}

// staff is everything that those who work here open in a browser.
func (s *Server) staff() http.Handler {
	n := s.node
	self := func() area.Center { return n.Self().Center }
	shell := workbench.New(workbench.Config{
		Accounts: n.Accounts, Sessions: n.Sessions, Provider: n.Provider, Self: self, Name: s.centerName, Now: n.Now, Log: s.log,
	})
	agent.Open(shell, agent.Config{Desk: n.Desk, Cabinet: n.Cabinet, Hall: n.Hall, Self: self, Now: n.Now})
	counter.Open(shell, counter.Config{
		Desk: n.Desk, Cabinet: n.Cabinet, Register: n.Register, Drafts: n.Intakes, Self: self, Name: s.centerName, Now: n.Now, Public: n.Public,
		Find:   func(ctx context.Context, q search.Query) []search.Hit { return s.index.find(ctx, q, true) },
		Ticket: n.Hall.Visit, Devices: n.Devices,
	})
	office.Open(shell, s.office())
	casework.Open(shell, casework.Config{
		Desk: n.Desk, Cabinet: n.Cabinet, Register: n.Register, Exchange: n.Exchange, Privacy: n.Privacy,
		Self: self, Name: s.centerName, Public: n.Public, RatingCode: s.ratingCode, Scan: s.scan, Seen: n.Seen, Phrases: n.Phrases,
	})
	hall := s.lobby()
	lobby.Open(shell, hall)
	engine.Open(shell, engine.Config{
		Vitals: s.vitals, Exchange: n.Exchange, Cabinet: n.Cabinet, Register: n.Register, Accounts: n.Accounts,
		Onboard: s.onboard, Roster: s.members, Name: s.centerName, Now: n.Now,
	})
	catalogue.Open(shell, catalogue.Config{Register: n.Register, Drafts: s.drafting(), Self: self, Name: s.centerName, Now: n.Now})
	shell.Menu("catalogue", "/catalogue", "i", nil, "目录", "Catalogue")
	mux := http.NewServeMux()
	mux.Handle("/", shell.Handler())
	machines := lobby.Machines(hall, shell.Handler())
	for _, at := range []string{"/kiosk", "/kiosk/", "GET /work/hall/display", "GET /work/hall/display/"} {
		mux.Handle(at, machines)
	}
	hang(mux, shell.Guard(s.catalogue(shell.Bar)))
	return mux
}

// lobby is the hall as its room and its machines see it.
func (s *Server) lobby() lobby.Config {
	n := s.node
	return lobby.Config{
		Hall: n.Hall, Desk: n.Desk, Cabinet: n.Cabinet, Register: n.Register, Machines: n.Machines, Accounts: n.Accounts, Sessions: n.Sessions,
		Shelf:       s.shelf(),
		TicketPaper: s.ticketPaper, Self: func() area.Center { return n.Self().Center }, Name: s.centerName, Now: n.Now, Public: n.Public, Log: s.log,
	}
}

// catalogue is the pages of the catalogue.
func (s *Server) catalogue(bar func(*http.Request) frame.Bar) http.Handler {
	n := s.node
	return web.New(web.Services{
		Catalogue: n.Register, Self: func() area.Center { return n.Self().Center }, Find: s.find, Cases: s.openCases, Now: n.Now,
		Public: n.Public, Files: "/v1/forms/", Acts: s.itemActs, Bar: bar, Log: s.log,
	})
}

// itemActs are what whoever is signed in may do with a version of an item.
func (s *Server) itemActs(r *http.Request, ref item.Ref) []frame.Entry {
	who, err := s.node.Sessions.Of(r.Context())
	if err != nil {
		return nil
	}
	return catalogue.Acts(who.Duties, frame.English(r), ref)
}

// hang puts the pages of the catalogue where they are.
func hang(mux *http.ServeMux, pages http.Handler) {
	for _, at := range []string{"/catalogue", "/catalogue/", "/coverage"} {
		mux.Handle("GET "+at, pages)
	}
}

// assets are the style sheet and the scripts of all pages.
var assets = frame.Assets()

// vitals is the node's status as its page shows it.
func (s *Server) vitals() engine.Vitals {
	st := s.node.Status()
	v := engine.Vitals{
		Version: st.Version, Incarnation: st.Incarnation, Role: st.Role, Started: st.Started, Resident: st.Resident,
		Free: st.Disk.Free, Database: st.Disk.Database, Disk: st.Disk.Level, Fenced: st.Fenced, NotReady: st.NotReady,
		Head: st.Register.Head.Index, Reached: st.Feed.Reached, Source: st.Feed.Source, Certified: time.UnixMilli(st.Register.CertifiedTime),
		Upgrade: st.Register.UpgradeNeeded, FeedError: st.Feed.Error, Above: st.Line.To, Connected: st.Line.Connected, Since: st.Line.Since,
		LineError: st.Line.Error, Peers: st.Connected, Outbox: st.Outbox,
	}
	if st.Oldest != nil {
		v.Oldest = *st.Oldest
	}
	if st.BackedUp != nil {
		v.BackedUp = *st.BackedUp
	}
	if st.TLS != nil {
		v.Certificate = st.TLS.Fingerprint
	}
	return v
}

// members are the hall's roster, to choose from.
func (s *Server) members() []engine.Member {
	var all []engine.Member
	for _, m := range s.node.Hall.Staff.Roster().Staff() {
		all = append(all, engine.Member{Number: m.Number, Name: m.Name})
	}
	return all
}
