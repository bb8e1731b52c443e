package api

import (
	"net/http"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/intake/desk"
	"tongban/node/web"
)

// pages are the catalogue's pages over this node's services.
func (s *Server) pages() http.Handler {
	return web.New(web.Services{
		Catalogue: s.node.Register,
		Self:      func() area.Center { return s.node.Self().Center },
		Find:      s.find,
		Cases:     s.openCases,
		Now:       s.node.Now,
		Public:    s.node.Public,
		Files:     "/v1/forms/",
		Log:       s.log,
	})
}

// openCases are the cases of an item that this node knows and that are not
// over.
func (s *Server) openCases(code item.Code) ([]web.Case, error) {
	page, err := s.node.Desk.Worklist(desk.Query{Box: desk.All, Text: string(code), Limit: 200})
	if err != nil {
		return nil, err
	}
	var open []web.Case
	for _, one := range page.Cases {
		if one.Item.Code == code && !over(one.Phase) {
			open = append(open, web.Case{ID: string(one.ID), Ref: one.Item, State: [2]string{phases[one.Phase], string(one.Phase)}})
		}
	}
	return open, nil
}
