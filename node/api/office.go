package api

import (
	"context"

	"tongban/catalog/area"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/supervise"
	"tongban/intake/supervise/chase"
	"tongban/node/presence"
	"tongban/node/workbench/office"
)

// office is what the room of whoever answers for a center works with.
func (s *Server) office() office.Config {
	n := s.node
	return office.Config{
		Desk: n.Desk, Cabinet: n.Cabinet, Register: n.Register, Hall: n.Hall, Ratings: n.Ratings, Privacy: n.Privacy,
		Self: func() area.Center { return n.Self().Center }, Name: s.centerName, Now: n.Now,
		Presence: func() ([]presence.Member, []area.Center) {
			now := n.Status()
			return now.Presence, now.Connected
		},
		Figures: s.countRatings,
		Late:    s.lateForOffice,
		Chase: func(ctx context.Context, key string, c chase.Chase) error {
			_, err := s.send(ctx, key, c)
			return err
		},
		Chases: s.chased,
		Erase: func(ctx context.Context, by desk.By, id casefile.ID, reason string) (int, error) {
			return s.eraseCase(ctx, by, id, desk.EraseForm{Reason: reason})
		},
	}
}

func (s *Server) lateForOffice(q supervise.Query, after casefile.ID, limit int) (office.Late, error) {
	found, err := s.late(q, 0, after, limit)
	out := office.Late{Looked: found.Looked, After: found.After}
	for _, e := range found.Entries {
		out.Entries = append(out.Entries, office.LateEntry{Entry: e.Entry, Chases: e.Chases, Chased: e.Chased})
	}
	return out, err
}

// chased are the chases that went out from here, with what became of each.
func (s *Server) chased(before uint64, limit int) ([]office.Chased, error) {
	sent, err := s.node.Chases.List("", before, limit)
	var out []office.Chased
	for _, c := range sent {
		v, err := s.chaseView(c)
		if err != nil {
			return nil, err
		}
		one := office.Chased{Chase: c, Answer: v.Answer, Waits: v.Waits, Recorded: v.Answer.Recorded != 0}
		if v.Reply != nil {
			one.Refused, one.Recorded = v.Reply.Code, v.Reply.Code == ""
		}
		out = append(out, one)
	}
	return out, err
}
