package api

import (
	"context"
	"sync"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/search"
)

// index is the search index of the catalogue as this center sees it, built
// again when the Register has moved and somebody asks.
type index struct {
	mu    sync.Mutex
	built register.Index // guarded by mu
	found *search.Index  // guarded by mu
}

func (x *index) of(r *register.Register, a area.Code) *search.Index {
	x.mu.Lock()
	defer x.mu.Unlock()
	head := r.Head().Index
	if x.found != nil && x.built == head {
		return x.found
	}
	var entries []search.Entry
	after := item.Ref{}
	for {
		page, more := r.Items(register.Filter{Area: a}, after, 0)
		for _, summary := range page {
			if it, ok := r.Version(summary.Ref); ok {
				entries = append(entries, search.EntryOf(it))
			}
			after = summary.Ref
		}
		if !more {
			break
		}
	}
	x.found, x.built = search.New(entries), head
	return x.found
}

func (s *Server) search(_ context.Context, in *struct {
	Text  string `query:"text" maxLength:"100" doc:"characters, pinyin or initials"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}) ([]search.Hit, error) {
	hits := s.index.of(s.node.Register, s.node.Self().Center.Area()).Find(in.Text, in.Limit)
	if hits == nil {
		hits = []search.Hit{}
	}
	return hits, nil
}
