package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// progress is a bar on the terminal for work that takes long. Where nobody
// watches, or nothing takes long, it prints nothing.
type progress struct {
	w     io.Writer // nil: nobody watches
	what  string
	total int
	shown bool
}

// least is how many things make a bar worth looking at.
const least = 2 * batch

func (a *app) progress(what string, total int) *progress {
	p := &progress{what: what, total: total}
	if f, ok := a.Err.(*os.File); ok && !a.json && total >= least {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.w = f
		}
	}
	return p
}

func (p *progress) at(n int) {
	if p.w == nil {
		return
	}
	const width = 40
	full := width * n / max(p.total, 1)
	fmt.Fprintf(p.w, "\r%s [%s%s] %d of %d", p.what, strings.Repeat("#", full), strings.Repeat("-", width-full), n, p.total)
	p.shown = true
}

// done leaves the line.
func (p *progress) done() {
	if p.shown {
		fmt.Fprintln(p.w)
	}
}
