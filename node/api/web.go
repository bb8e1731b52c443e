package api

import (
	"tongban/catalog/item"
	"tongban/intake/desk"
	"tongban/node/terms"
	"tongban/node/web"
)

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
			open = append(open, web.Case{ID: string(one.ID), Ref: one.Item, State: terms.Phases[one.Phase]})
		}
	}
	return open, nil
}
