package client

import (
	"context"
	"strconv"

	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/api"
)

// OpenCase opens a case at the node's counter. With by.Key set the same call
// may be sent again until an answer comes, and opens one case.
func (c *Client) OpenCase(ctx context.Context, by desk.By, form desk.OpenForm) (desk.Done, error) {
	return post[desk.Done](ctx, c, "/v1/cases", api.Acting[desk.OpenForm]{By: by, Form: form})
}

// Act does one action of the desk on a case. form is the desk's own of that
// action (desk.AcceptForm …); nil where the action needs no words. With by.Key
// set the same call may be sent again until an answer comes.
func (c *Client) Act(ctx context.Context, by desk.By, id casefile.ID, action desk.Action, form any) (desk.Done, error) {
	if form == nil {
		form = api.EmptyForm{}
	}
	return post[desk.Done](ctx, c, Path("cases", string(id), string(action)), api.Acting[any]{By: by, Form: form})
}

// Case is a case as this node has it.
func (c *Client) Case(ctx context.Context, id casefile.ID) (api.CaseView, error) {
	return get[api.CaseView](ctx, c, Path("cases", string(id)), nil)
}

// CaseLog lists events of a case from a sequence number (from 1) on, at most
// limit of them (1 to 1000).
func (c *Client) CaseLog(ctx context.Context, id casefile.ID, from uint64, limit int) ([]api.EventView, error) {
	return get[[]api.EventView](ctx, c, Path("cases", string(id), "log"), Params("from", strconv.FormatUint(from, 10), "limit", strconv.Itoa(limit)))
}

// Cases is one page of a box, the most urgent first. A page has at most 200
// cases; the total is that of the whole box. The words travel in the body: they
// may name people.
func (c *Client) Cases(ctx context.Context, box desk.Box, text string, skip, limit int) (desk.Worklist, error) {
	return c.Search(ctx, desk.Query{Box: box, Text: text, Skip: skip, Limit: limit})
}

// Search is Cases with every filter that the desk has.
func (c *Client) Search(ctx context.Context, q desk.Query) (desk.Worklist, error) {
	return post[desk.Worklist](ctx, c, "/v1/cases/search", q)
}

// Offers says of every action whether it may be taken on a case here and now.
func (c *Client) Offers(ctx context.Context, id casefile.ID) ([]desk.Offered, error) {
	return get[[]desk.Offered](ctx, c, Path("cases", string(id), "actions"), nil)
}

// VerifyCase has the node verify one case from its first event.
func (c *Client) VerifyCase(ctx context.Context, id casefile.ID) (api.Verified, error) {
	return post[api.Verified](ctx, c, Path("cases", string(id), "verify"), nil)
}

// VerifyCases has the node verify every case that it has a copy of.
func (c *Client) VerifyCases(ctx context.Context) (api.Verified, error) {
	return post[api.Verified](ctx, c, "/v1/verify", nil)
}

// Seizures asks the Register for the next epoch of a lost center's cases, as
// far as this node has copies of them. The grantee then goes on with each:
// Act(…, desk.Seize, nil).
func (c *Client) Seizures(ctx context.Context, ask api.Seizing) ([]api.SeizureView, error) {
	return post[[]api.SeizureView](ctx, c, "/v1/seizures", ask)
}
