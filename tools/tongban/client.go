package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tongban/node"
	"tongban/node/api"
)

// client talks to one node's API.
type client struct {
	base  string // http://host:port
	token string
	http  *http.Client
}

// offlineError says that no node answers.
type offlineError struct {
	base string
	err  error
}

func (e offlineError) Error() string {
	if lost(e) {
		return fmt.Sprintf("the node at %s took the request and did not answer: %v", e.base, e.err)
	}
	return fmt.Sprintf("no node answers at %s: %v", e.base, e.err)
}
func (e offlineError) Unwrap() error { return e.err }
func (e offlineError) hint() string {
	if lost(e) {
		return "look at 'tongban status' and the node's log before it is asked again"
	}
	return "start it with 'tongban run', or name another with --dir or --api"
}

// connect finds the node of the data directory: its address in the
// configuration, its token in the file beside.
func (a *app) connect() (*client, error) {
	c := &client{http: &http.Client{Timeout: 2 * time.Minute}}
	host := a.api
	if host == "" {
		config, err := node.ReadConfig(a.dir)
		if err != nil {
			return nil, err
		}
		if config.API.Listen == "" {
			return nil, usageError{fmt.Errorf("the node of %s has no API (api.listen is empty)", a.dir)}
		}
		host = config.API.Listen
	}
	token, err := os.ReadFile(filepath.Join(a.dir, node.TokenFile))
	if err != nil {
		return nil, fmt.Errorf("read the node's token: %w (is --dir right?)", err)
	}
	c.base, c.token = "http://"+host, strings.TrimSpace(string(token))
	return c, nil
}

// attempts is how often a request is sent when its answer is lost.
const attempts = 3

// call sends one request and returns the answer as it came and decoded. A
// request that may be repeated, because it only reads or because it carries an
// idempotency key, is sent again when the line breaks before the answer.
func call[T any](ctx context.Context, c *client, r request) (raw json.RawMessage, out T, err error) {
	for try := 1; ; try++ {
		raw, err = c.once(ctx, r)
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

// request is one call of the API.
type request struct {
	method, path string
	query        url.Values
	body         any
	keyed        bool // it carries an idempotency key
}

func get(path string, query url.Values) request {
	return request{method: http.MethodGet, path: path, query: query}
}

func post(path string, body any) request {
	return request{method: http.MethodPost, path: path, body: body}
}

func put(path string, body any) request {
	return request{method: http.MethodPut, path: path, body: body}
}

func (r request) repeatable() bool { return r.method == http.MethodGet || r.keyed }

// lost says that the node may have done what it was asked, and its answer has
// not come. A node that was never reached has done nothing.
func lost(err error) bool {
	var offline offlineError
	var op *net.OpError
	return errors.As(err, &offline) && !(errors.As(err, &op) && op.Op == "dial")
}

func (c *client) once(ctx context.Context, r request) ([]byte, error) {
	var body io.Reader
	if r.body != nil {
		b, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
		body = bytes.NewReader(b)
	}
	resp, err := c.send(ctx, r.method, r.path, r.query, body, "application/json")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, offlineError{c.base, err}
	}
	if len(raw) == 0 { // 204: there is nothing to say
		raw = []byte("{}")
	}
	return raw, nil
}

// send does one request; an answer that says no comes back as *api.Problem.
// The caller closes the body.
func (c *client) send(ctx context.Context, method, path string, query url.Values, body io.Reader, contentType string) (*http.Response, error) {
	target := c.base + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return nil, offlineError{c.base, err}
	}
	if resp.StatusCode < 300 {
		return resp, nil
	}
	defer resp.Body.Close()
	p := &api.Problem{Status: resp.StatusCode}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(p); err != nil || p.Message == "" {
		p.Message = "the node answered " + resp.Status
	}
	return nil, p
}
