package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tongban/node/account"
)

// Managing is the body of a change of an account: who acts, and the form.
type Managing[F any] struct {
	Staff string `json:"staff" minLength:"1" maxLength:"100" doc:"who acts: a staff number; a name where the center keeps no roster"`
	Form  F      `json:"form"`
}

// AccountForm is a new account.
type AccountForm struct {
	Login  string   `json:"login" minLength:"2" maxLength:"32" doc:"of a-z 0-9 . _ -"`
	Staff  string   `json:"staff" minLength:"1" maxLength:"100" doc:"whose it is: a staff number, or a name that one of the roster bears"`
	Name   string   `json:"name,omitempty" maxLength:"40" doc:"as the screens say it; the roster's where it is left out"`
	Duties []string `json:"duties" minItems:"1" maxItems:"20"`
}

// AccountEdit is what is said anew of an account.
type AccountEdit struct {
	Staff  *string  `json:"staff,omitempty" maxLength:"100"`
	Name   *string  `json:"name,omitempty" maxLength:"40"`
	Duties []string `json:"duties,omitempty" maxItems:"20" doc:"all that it has from now on; none: as they are"`
	// Outside needs api.oidc in the node's configuration.
	Outside *string `json:"outside,omitempty" maxLength:"255" doc:"what the provider of sign-ins calls its owner, who may then sign in by it; empty: not so. All its sessions end"`
}

// AccountDone is an account after a change.
type AccountDone struct {
	account.Account
	Initial string `json:"initial_password,omitempty" doc:"told this once: whoever signs in with it chooses another"`
}

// AccountPath names an account.
type AccountPath struct {
	Login string `path:"login" maxLength:"32"`
}

func (s *Server) registerAccounts(api huma.API) {
	a := s.node.Accounts
	route(s, api, op("accounts", http.MethodGet, "/v1/accounts", "list who may work at the screens", "accounts"),
		func(context.Context, *none) ([]account.Account, error) { return a.List(), nil })
	route(s, api, op("account-add", http.MethodPost, "/v1/accounts", "make an account", "accounts"), s.addAccount)
	route(s, api, op("account-edit", http.MethodPut, "/v1/accounts/{login}", "change an account", "accounts"), s.editAccount)
	route(s, api, op("account-disable", http.MethodPost, "/v1/accounts/{login}/disable", "end the sessions of an account and let nobody sign in with it", "accounts"),
		func(_ context.Context, in *accountInput) (AccountDone, error) {
			return s.managed(in.Login, "", a.Disable(s.acting(in.Body.Staff), in.Login))
		})
	route(s, api, op("account-enable", http.MethodPost, "/v1/accounts/{login}/enable", "let somebody sign in again, also after too many wrong tries", "accounts"),
		func(_ context.Context, in *accountInput) (AccountDone, error) {
			return s.managed(in.Login, "", a.Enable(s.acting(in.Body.Staff), in.Login))
		})
	route(s, api, op("account-reset", http.MethodPost, "/v1/accounts/{login}/reset", "give an account a new password", "accounts"),
		func(ctx context.Context, in *accountInput) (AccountDone, error) {
			initial, err := a.Reset(ctx, s.acting(in.Body.Staff), in.Login)
			return s.managed(in.Login, initial, err)
		})
	route(s, api, op("account-audit", http.MethodGet, "/v1/accounts/audit", "list who signed in, who tried to, and what became of the accounts", "accounts"),
		func(_ context.Context, in *struct {
			Login  string `query:"login" maxLength:"32"`
			Before uint64 `query:"before" doc:"paging: as the page before says"`
			Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
		}) (account.Audit, error) {
			return a.Audit(account.Query{Login: in.Login, Before: in.Before, Limit: in.Limit})
		})
	route(s, api, op("account-verify", http.MethodPost, "/v1/accounts/verify", "verify the accounts' book from its first entry", "accounts"),
		func(ctx context.Context, _ *none) (Verified, error) { return s.verifyBook(ctx, a.Verify) })
}

type accountInput struct {
	AccountPath
	Body struct {
		Staff string `json:"staff" minLength:"1" maxLength:"100"`
	}
}

// acting is who acts, by number where the roster has one.
func (s *Server) acting(staff string) string {
	return s.node.Hall.Staff.Number(strings.TrimSpace(staff))
}

func (s *Server) managed(login, initial string, err error) (AccountDone, error) {
	if err != nil {
		return AccountDone{}, err
	}
	acc, _ := s.node.Accounts.Get(login)
	return AccountDone{acc, initial}, nil
}

func (s *Server) addAccount(ctx context.Context, in *struct{ Body Managing[AccountForm] }) (AccountDone, error) {
	f := in.Body.Form
	duties, err := account.ParseDuties(f.Duties)
	if err != nil {
		return AccountDone{}, err
	}
	initial, err := s.node.Accounts.Create(ctx, s.acting(in.Body.Staff), account.Account{Login: f.Login, Staff: f.Staff, Name: f.Name, Duties: duties})
	return s.managed(f.Login, initial, err)
}

func (s *Server) editAccount(_ context.Context, in *struct {
	AccountPath
	Body Managing[AccountEdit]
}) (AccountDone, error) {
	f := in.Body.Form
	duties, err := account.ParseDuties(f.Duties)
	if err != nil {
		return AccountDone{}, err
	}
	err = s.node.Accounts.Edit(s.acting(in.Body.Staff), in.Login, account.Change{Staff: f.Staff, Name: f.Name, Duties: duties, Outside: f.Outside})
	return s.managed(in.Login, "", err)
}
