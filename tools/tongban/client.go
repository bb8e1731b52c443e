package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"tongban/node"
	"tongban/tools/client"
)

const (
	attempts = 3               // how often a request is sent when its answer is lost
	patience = 2 * time.Minute // how long an answer may take
)

// connect finds the node of the data directory: its address in the
// configuration, its token in the file beside.
func (a *app) connect() (*client.Client, error) {
	host := a.api
	if host == "" {
		config, err := node.ReadConfig(a.dir)
		if err != nil {
			return nil, err
		}
		if host = config.API.Listen; host == "" {
			return nil, usageError{fmt.Errorf("the node of %s has no API (api.listen is empty)", a.dir)}
		}
	}
	token, err := os.ReadFile(filepath.Join(a.dir, node.TokenFile))
	if err != nil {
		return nil, fmt.Errorf("read the node's token: %w (is --dir right?)", err)
	}
	return client.At(a.dir, host, string(token)), nil
}

// request is one call of the API.
type request struct {
	method, path string
	query        url.Values
	body         any
	keyed        bool // it carries an idempotency key
	reads        bool // it changes nothing, and is posted for what must not stand in an address
	slow         bool // it takes as long as it takes; the context still ends it
}

func get(path string, query url.Values) request {
	return request{method: http.MethodGet, path: path, query: query}
}

func post(path string, body any) request {
	return request{method: http.MethodPost, path: path, body: body}
}

// asked is a post that changes nothing.
func asked(path string, body any) request {
	return request{method: http.MethodPost, path: path, body: body, reads: true}
}

func put(path string, body any) request {
	return request{method: http.MethodPut, path: path, body: body}
}

func (r request) repeatable() bool { return r.method == http.MethodGet || r.keyed || r.reads }

// call sends one request and returns the answer as it came and decoded. A
// request that may be repeated, because it only reads or because it carries an
// idempotency key, is sent again when the line breaks before the answer.
func call[T any](ctx context.Context, c *client.Client, r request) (raw json.RawMessage, out T, err error) {
	for try := 1; ; try++ {
		raw, err = once(ctx, c, r)
		if err == nil || try == attempts || !r.repeatable() || !lost(err) {
			break
		}
		select {
		case <-time.After(time.Duration(try) * 200 * time.Millisecond):
		case <-ctx.Done():
			return nil, out, ctx.Err()
		}
	}
	if err != nil {
		return nil, out, err
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, out, fmt.Errorf("read the answer of %s: %w", r.path, err)
	}
	return raw, out, nil
}

func once(ctx context.Context, c *client.Client, r request) (raw json.RawMessage, err error) {
	do := func(ctx context.Context) error { return c.Do(ctx, r.method, r.path, r.query, r.body, &raw) }
	if r.slow {
		err = do(ctx)
	} else {
		err = patiently(ctx, c, do)
	}
	return raw, err
}

// patiently gives a node so long to answer; then it counts as one that does
// not.
func patiently(ctx context.Context, c *client.Client, do func(context.Context) error) error {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := do(waiting)
	if ctx.Err() == nil && err != nil && err == waiting.Err() {
		return &client.Offline{Base: c.Base(), Err: err}
	}
	return err
}

// lost says that the node may have done what it was asked, and its answer has
// not come. A node that was never reached has done nothing, and one that
// answers that it failed is not asked again.
func lost(err error) bool {
	offline, ok := errors.AsType[*client.Offline](err)
	return ok && offline.Reached()
}

// offlineHint says what to do about a node that does not answer.
func offlineHint(offline *client.Offline) string {
	if offline.Reached() {
		return "look at 'tongban status' and the node's log before it is asked again"
	}
	return "start it with 'tongban run', or name another with --dir or --api"
}
