// Package client is a typed client of one node's HTTP API, for programs that
// stand beside a node: the command line, the simulation, the benchmark.
//
// It must never repeat a request by itself: whether an answer that was lost may
// be asked for again is known to the caller alone, who then sends the same
// idempotency key (desk.By.Key).
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tongban/consensus/refusal"
	"tongban/node"
	"tongban/node/api"
)

// maxAnswer bounds what one answer may bring, in bytes.
const maxAnswer = 256 << 20

// Client talks to one node. It is safe for concurrent use. What a node refuses
// comes back as *api.Problem, no answer at all as *Offline; a context that ends
// comes back as its own error.
type Client struct {
	base  string // http://host:port, or https
	token string
	http  *http.Client
}

// New makes a client of the node whose API answers at host:port. transport is
// nil for one of the client's own.
func New(host, token string, transport http.RoundTripper) *Client {
	if transport == nil {
		transport = &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			MaxIdleConnsPerHost: 16,
			IdleConnTimeout:     time.Minute,
		}
	}
	return &Client{"http://" + host, strings.TrimSpace(token), &http.Client{Transport: transport}}
}

// Of makes a client of the node of a data directory: its address is in the
// configuration, its token in the file beside. host, when given, stands in for
// the address.
func Of(dir, host string) (*Client, error) {
	if host == "" {
		config, err := node.ReadConfig(dir)
		if err != nil {
			return nil, err
		}
		if host = config.API.Listen; host == "" {
			return nil, refusal.Newf(refusal.NotFound, "connect", "set api.listen in its configuration", "the node of %s has no API", dir)
		}
	}
	token, err := os.ReadFile(filepath.Join(dir, node.TokenFile))
	if err != nil {
		return nil, fmt.Errorf("read the node's token: %w", err)
	}
	return At(dir, host, string(token)), nil
}

// Base is the address, such as http://127.0.0.1:7403.
func (c *Client) Base() string { return c.base }

// Close gives idle connections back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Offline says that no answer came.
type Offline struct {
	Base string // whose
	Err  error
}

func (e *Offline) Error() string {
	if e.Reached() {
		return fmt.Sprintf("the node at %s took the request and did not answer: %v", e.Base, e.Err)
	}
	return fmt.Sprintf("no node answers at %s: %v", e.Base, e.Err)
}
func (e *Offline) Unwrap() error { return e.Err }

// Reached reports whether the node was reached, so that it may have done what
// it was asked although no answer came.
func (e *Offline) Reached() bool {
	op, ok := errors.AsType[*net.OpError](e.Err)
	return !ok || op.Op != "dial"
}

// Lost reports whether a call may have had its effect although it failed: the
// node was reached and its answer did not come, or the caller gave up waiting,
// or the node failed inside.
func Lost(err error) bool {
	if off, ok := errors.AsType[*Offline](err); ok {
		return off.Reached()
	}
	if p, ok := errors.AsType[*api.Problem](err); ok {
		return p.Status >= http.StatusInternalServerError
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// CodeOf is the stable code of a node's refusal, "" of any other error.
func CodeOf(err error) refusal.Code {
	if p, ok := errors.AsType[*api.Problem](err); ok {
		return refusal.Code(p.Code)
	}
	return ""
}

// Do sends one request and decodes the answer into out, which may be a
// *json.RawMessage to have it as it came, or nil. body is encoded as JSON; nil
// sends none. path is escaped by the caller (see Path).
func (c *Client) Do(ctx context.Context, method, path string, query url.Values, body, out any) error {
	var reader io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode request: %w", err)
		}
		reader = bytes.NewReader(b)
	}
	resp, err := c.Send(ctx, method, path, query, reader, "application/json")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return c.failed(ctx, err)
	}
	switch {
	case out == nil:
		return nil
	case len(raw) == 0: // 204: there is nothing to say
		raw = []byte("{}")
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("read the answer of %s: %w", path, err)
	}
	return nil
}

// Send does one request with a body that is streamed, and returns the answer
// as it came where it is a success. The caller closes its body.
func (c *Client) Send(ctx context.Context, method, path string, query url.Values, body io.Reader, contentType string) (*http.Response, error) {
	return c.SendWith(ctx, method, path, query, body, contentType, nil)
}

// SendWith is Send with headers of its own: for what must not stand in an
// address.
func (c *Client) SendWith(ctx context.Context, method, path string, query url.Values, body io.Reader, contentType string, header http.Header) (*http.Response, error) {
	target := c.base + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, header)
	req.Header.Set("Authorization", "Bearer "+c.token)
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.failed(ctx, err)
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

func (c *Client) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return &Offline{c.base, err}
}

// Path joins the segments of a path under /v1, each escaped.
func Path(segments ...string) string {
	var b strings.Builder
	b.WriteString("/v1")
	for _, s := range segments {
		b.WriteString("/" + url.PathEscape(s))
	}
	return b.String()
}

// Params is a query of pairs of name and value; empty values are left out.
func Params(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q
}

func get[T any](ctx context.Context, c *Client, path string, query url.Values) (out T, err error) {
	return out, c.Do(ctx, http.MethodGet, path, query, nil, &out)
}

func post[T any](ctx context.Context, c *Client, path string, body any) (out T, err error) {
	return out, c.Do(ctx, http.MethodPost, path, nil, body, &out)
}

func put[T any](ctx context.Context, c *Client, path string, body any) (out T, err error) {
	return out, c.Do(ctx, http.MethodPut, path, nil, body, &out)
}
