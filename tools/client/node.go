package client

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/node/api"
	"tongban/node/drafting"
)

// Status is the node at this moment.
func (c *Client) Status(ctx context.Context) (api.Status, error) {
	return get[api.Status](ctx, c, "/v1/status", nil)
}

// --- the Register ---
//
// Calls that bring a command to the Register return when this node's own copy
// has its record. They carry no idempotency key: where the answer is lost the
// node goes on trying by itself, and the journal tells what came of it.

// Records lists at most limit (1 to 1000) records of the journal.
func (c *Client) Records(ctx context.Context, from register.Index, limit int) ([]api.RecordView, error) {
	return get[[]api.RecordView](ctx, c, "/v1/register/records", Params("from", strconv.FormatUint(from, 10), "limit", strconv.Itoa(limit)))
}

// VerifyRegister has the node verify its journal from record 1.
func (c *Client) VerifyRegister(ctx context.Context) (api.Verified, error) {
	return post[api.Verified](ctx, c, "/v1/register/verify", nil)
}

// SetVoters names who orders the Register: one voter more or less at a time.
func (c *Client) SetVoters(ctx context.Context, staff string, members ...area.Center) (register.Result, error) {
	return put[register.Result](ctx, c, "/v1/voters", map[string]any{"members": members, "staff": staff})
}

// Lead hands the lead of the voters over; the node asked must have it.
func (c *Client) Lead(ctx context.Context, to area.Center) error {
	return c.Do(ctx, "POST", "/v1/voters/lead", nil, map[string]any{"to": to}, nil)
}

// Items lists at most limit (1 to 500) items as the node's own area sees them,
// after the last one of the page before.
func (c *Client) Items(ctx context.Context, text string, after item.Ref, limit int) (api.ItemList, error) {
	return get[api.ItemList](ctx, c, "/v1/items", Params("text", text, "after", string(after.Code), "after_area", string(after.Area), "limit", strconv.Itoa(limit)))
}

// Item is the version of an item by which the node's center works.
func (c *Client) Item(ctx context.Context, code item.Code) (api.ItemView, error) {
	return get[api.ItemView](ctx, c, Path("items", string(code)), nil)
}

// Draft drafts items, all or none of one call; at most 500 of them.
func (c *Client) Draft(ctx context.Context, d drafting.Drafting) ([]drafting.Drafted, error) {
	return post[[]drafting.Drafted](ctx, c, "/v1/drafts", d)
}

// Publish approves drafts and publishes them.
func (c *Client) Publish(ctx context.Context, p drafting.Publishing) ([]drafting.PublishedItem, error) {
	return post[[]drafting.PublishedItem](ctx, c, "/v1/publications", p)
}

// PublishItems drafts items and publishes them for the node's own area, as two
// people do: one writes, the other approves. What may not be published yet,
// since its law has changed, stays a draft and is not in the answer, and
// neither is what stands just so.
func (c *Client) PublishItems(ctx context.Context, writer, approver, reason string, items ...item.Item) ([]drafting.PublishedItem, error) {
	var all []drafting.PublishedItem
	for part := range slices.Chunk(items, 100) {
		drafted, err := c.Draft(ctx, drafting.Drafting{Items: part, Staff: writer, Reason: reason})
		if err != nil {
			return all, err
		}
		p := drafting.Publishing{Staff: approver}
		for _, d := range drafted {
			if d.State == drafting.DraftUnchanged {
				continue
			}
			if d.Draft == 0 {
				return all, fmt.Errorf("item %s was not drafted: %s %v", d.Ref.Code, d.State, d.Findings)
			}
			if item.Publishable(d.Findings) {
				p.Drafts = append(p.Drafts, d.Draft)
			}
		}
		if len(p.Drafts) == 0 {
			continue
		}
		published, err := c.Publish(ctx, p)
		if err != nil {
			return all, err
		}
		for _, one := range published {
			if one.Result == nil {
				return all, fmt.Errorf("item %s may not be published: %v", one.Ref.Code, one.Findings)
			}
			if err := one.Result.Err("publish " + string(one.Ref.Code)); err != nil {
				return all, err
			}
		}
		all = append(all, published...)
	}
	return all, nil
}

// SetRule sets one rule for an area.
func (c *Client) SetRule(ctx context.Context, staff string, a area.Code, r rule.Rule) (register.Result, error) {
	return put[register.Result](ctx, c, "/v1/rules", map[string]any{"area": a, "rule": r, "staff": staff})
}

// Calendar lists the years whose working days are published, the earliest
// first.
func (c *Client) Calendar(ctx context.Context) ([]workday.Year, error) {
	return get[[]workday.Year](ctx, c, "/v1/calendar", nil)
}

// SetCalendar publishes the working days of a year.
func (c *Client) SetCalendar(ctx context.Context, staff string, y workday.Year) (register.Result, error) {
	return put[register.Result](ctx, c, "/v1/calendar", map[string]any{"year": y, "staff": staff})
}

// GrantPower grants, prolongs or ends a dated power.
func (c *Client) GrantPower(ctx context.Context, staff string, p register.Power) (register.Result, error) {
	return post[register.Result](ctx, c, "/v1/powers", map[string]any{"power": p, "staff": staff})
}

// --- the directory ---

// Centers lists the directory; under "" all of it.
func (c *Client) Centers(ctx context.Context, under area.Code) ([]api.CenterView, error) {
	return get[[]api.CenterView](ctx, c, "/v1/centers", Params("under", string(under)))
}

// Invite writes a ticket for a center; hours is how long it holds, 0 for a day.
// rejoin is for a node that was restored.
func (c *Client) Invite(ctx context.Context, center area.Center, hours float64, rejoin bool) (api.Ticketed, error) {
	body := map[string]any{"center": center, "rejoin": rejoin}
	if hours > 0 {
		body["hours"] = hours
	}
	return post[api.Ticketed](ctx, c, "/v1/invitations", body)
}

// CenterWords is what may be changed of a directory entry; "" leaves a field.
type CenterWords struct {
	Name      string `json:"name,omitempty"`
	Address   string `json:"address,omitempty"`
	Telephone string `json:"telephone,omitempty"`
	Staff     string `json:"staff"`
}

// UpdateCenter changes a directory entry.
func (c *Client) UpdateCenter(ctx context.Context, center area.Center, words CenterWords) (register.Result, error) {
	return put[register.Result](ctx, c, Path("centers", string(center)), words)
}

// Revoke shuts a center out.
func (c *Client) Revoke(ctx context.Context, staff string, center area.Center, reason string) (register.Result, error) {
	return post[register.Result](ctx, c, Path("centers", string(center), "revoke"), map[string]any{"reason": reason, "staff": staff})
}

// --- the exchange ---

// Outbox lists what waits: to leave for dest ("" for all), and what came and
// waits for a newer Register.
func (c *Client) Outbox(ctx context.Context, dest area.Center) (api.Waiting, error) {
	return get[api.Waiting](ctx, c, "/v1/outbox", Params("dest", string(dest)))
}

// TryOutbox tries a destination now.
func (c *Client) TryOutbox(ctx context.Context, dest area.Center) error {
	return c.Do(ctx, "POST", "/v1/outbox/try", nil, map[string]any{"dest": dest}, nil)
}
