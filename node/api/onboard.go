package api

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/node/onboard"
	"tongban/node/terms/refused"
	"tongban/node/workbench"
)

// onboarding is what the imports of this node work with.
func (s *Server) onboarding() *onboard.Onboard {
	n := s.node
	return onboard.New(onboard.Config{
		Hall: n.Hall, Accounts: n.Accounts, Desk: n.Desk, Cabinet: n.Cabinet,
		Offered: func(code item.Code, in area.Code) (*item.Item, bool) { return n.Desk.Register.Offered(code, in) },
		Self:    func() area.Center { return n.Self().Center },
		Enrolled: func(c area.Center) bool {
			l, ok := n.Register.Center(c)
			return ok && l.Revoked == 0
		},
		Invite: n.Invite, Say: s.inWords, Now: n.Now, Log: s.log,
	})
}

// inWords is a refusal in Chinese, as far as it can be said in it, and in
// English.
func (s *Server) inWords(err error) (chinese, english string) {
	code, says := refusal.CodeOf(err), refused.Speaker{Name: s.centerName}
	if code == "" {
		s.log.Error("take a table in", "err", err)
		err = refusal.Newf("internal", "", "", "see the node's log")
		code = "internal"
	}
	if chinese, _ = workbench.Reason(code); chinese == string(code) {
		chinese = ""
	}
	english = err.Error()
	if cause, ok := says.Cause(english); ok {
		chinese = strings.TrimSpace(chinese + " " + cause)
	}
	if hint := refusal.HintOf(err); hint != "" {
		english += " (" + hint + ")"
		if advice, ok := says.Hint(hint); ok {
			chinese = strings.TrimSpace(chinese + " " + advice)
		}
	}
	return cmp.Or(chinese, "没有办成；技术说明见英文。"), english
}

// TableForm is a table to be taken in.
type TableForm struct {
	Staff string `json:"staff" minLength:"1" maxLength:"100" doc:"who brings it: a staff number; a name where the center keeps no roster"`
	File  []byte `json:"file" maxLength:"5592408" doc:"xlsx, or csv in UTF-8 or GB18030"`
}

// TableFile is a file that belongs to an import: a template, or the list of what
// was made.
type TableFile struct {
	Name string `json:"name"`
	File []byte `json:"file"`
}

// KindPath names a kind of table.
type KindPath struct {
	Kind onboard.Kind `path:"kind" enum:"centers,staff,windows,accounts,cases"`
}

// ImportPath names an import.
type ImportPath struct {
	ID string `path:"id" maxLength:"40" doc:"as the check gave it"`
}

// byToken owns the imports of whoever has the token.
const byToken = "token"

func (s *Server) registerOnboard(api huma.API) {
	o := s.onboard
	route(s, api, op("onboard-template", http.MethodGet, "/v1/onboard/templates/{kind}", "give a table out to be filled in", "onboard"),
		func(_ context.Context, in *struct {
			KindPath
			Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
		}) (TableFile, error) {
			name, file, err := onboard.Template(in.Kind, in.Format)
			return TableFile{name, file}, err
		})
	route(s, api, op("onboard-check", http.MethodPost, "/v1/onboard/{kind}/check", "tell what the rows of a table would do and all that is wrong; nothing is written", "onboard"),
		func(ctx context.Context, in *struct {
			KindPath
			Body TableForm
		}) (onboard.Import, error) {
			return o.Check(ctx, byToken, s.acting(in.Body.Staff), in.Kind, in.Body.File)
		})
	route(s, api, op("onboard-show", http.MethodGet, "/v1/onboard/imports/{id}", "show how far an import is", "onboard"),
		func(_ context.Context, in *ImportPath) (onboard.Import, error) { return o.Get(byToken, in.ID) })
	route(s, api, op("onboard-apply", http.MethodPost, "/v1/onboard/imports/{id}/apply", "have a table taken in that was checked and is sound", "onboard"),
		func(_ context.Context, in *ImportPath) (onboard.Import, error) { return o.Apply(byToken, in.ID) })
	route(s, api, op("onboard-list", http.MethodPost, "/v1/onboard/imports/{id}/list", "give out, once, the tickets or passwords that an import made", "onboard"),
		func(_ context.Context, in *ImportPath) (TableFile, error) {
			name, file, err := o.Secrets(byToken, in.ID)
			return TableFile{name, file}, err
		})
}
