package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/catalog/starter"
	"tongban/node/api"
	"tongban/tools/client"
)

// ask sends one request to the running node and shows the answer: the JSON as
// it came, or text.
func ask[T any](a *app, cmd *cobra.Command, r request, text func(w io.Writer, c *client.Client, answer T)) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	raw, answer, err := call[T](cmd.Context(), c, r)
	if err != nil {
		return err
	}
	return a.show(raw, func(w io.Writer) { text(w, c, answer) })
}

// propose is ask for what goes to the Register.
func propose(a *app, cmd *cobra.Command, r request, done string) error {
	return ask(a, cmd, r, func(w io.Writer, _ *client.Client, result register.Result) {
		fmt.Fprintf(w, "%s (record %d of the Register)\n", done, result.Index)
	})
}

// staffFlag adds --staff; the function returned says who acts.
func (a *app) staffFlag(cmd *cobra.Command) func() (string, error) {
	given := cmd.Flags().String("staff", "", "who acts: a name, or a number of the roster (default: TONGBAN_STAFF, else USER)")
	return func() (string, error) { return a.staff(*given) }
}

func (a *app) staff(given string) (string, error) {
	for _, name := range []string{given, a.Env("TONGBAN_STAFF"), a.Env("USER")} {
		if strings.TrimSpace(name) != "" {
			return name, nil
		}
	}
	return "", usageError{errors.New("nobody is named as acting\n  give --staff, or set TONGBAN_STAFF")}
}

// newKey is an idempotency key: one call, one effect.
func newKey() string {
	var b [12]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// readFile reads a file, or the standard input for "-".
func (a *app) readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(a.In, api.MaxBody))
	}
	return os.ReadFile(name)
}

// readJSON reads a form from a file; a field that the form does not have is an
// error, so that a misspelt one does not vanish.
func (a *app) readJSON(name string, into any) error {
	b, err := a.readFile(name)
	if err != nil {
		return err
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return usageError{fmt.Errorf("read %s: %w", name, err)}
	}
	return nil
}

// centers are the display names of centers, asked for when the first is shown.
type centers struct {
	ctx    context.Context
	client *client.Client
	names  map[area.Center]string
}

func namesOf(cmd *cobra.Command, c *client.Client) *centers {
	return &centers{ctx: cmd.Context(), client: c}
}

// name is a center as people read it: its code and what it is called.
func (n *centers) name(id area.Center) string {
	if id == "" {
		return "-"
	}
	if n.names == nil {
		n.names = map[area.Center]string{}
		if _, all, err := call[[]api.CenterView](n.ctx, n.client, get("/v1/centers", nil)); err == nil {
			for _, c := range all {
				n.names[c.ID] = c.Name
			}
		}
	}
	return join(" ", string(id), n.names[id])
}

// places are the names of areas, which ship with the program.
type places map[area.Code]string

func readPlaces() places {
	p := places{}
	all, err := starter.Areas()
	if err != nil {
		return p // names are a convenience
	}
	for _, a := range all {
		p[a.Code] = a.Name
	}
	return p
}

func (p places) name(code area.Code) string { return join(" ", string(code), p[code]) }

// office is what a center of an area is usually called. A realm may call it
// otherwise: names are data.
func (p places) office(c area.Center) string {
	name := p[c.Area()]
	if name == "" {
		return ""
	}
	switch c.Level() {
	case area.Village:
		for _, committee := range []struct{ of, place string }{{"村委会", "村"}, {"社区居委会", "社区"}} {
			if base, ok := strings.CutSuffix(name, committee.of); ok {
				name = base + committee.place
			}
		}
		return name + "便民服务中心"
	case area.Town:
		return name + "为民服务中心"
	}
	return name + "政务服务中心"
}
