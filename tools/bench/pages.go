package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"tongban/intake/desk"
	"tongban/node/account"
	"tongban/node/api"
	"tongban/tools/client"
)

// askPages measures what a clerk's browser waits for, and how heavy it is: the
// page itself, without what the browser keeps (style and scripts).
func (b *bench) askPages(ctx context.Context, through *client.Client) error {
	var made api.AccountDone
	form := api.AccountForm{Login: "bench", Staff: staff, Name: staff, Duties: []string{string(account.Clerk), string(account.Approver)}}
	if err := through.Do(ctx, http.MethodPost, "/v1/accounts", nil, api.Managing[api.AccountForm]{Staff: staff, Form: form}, &made); err != nil {
		return err
	}
	browser, err := through.FirstDay(ctx, "bench", made.Initial, "forty-two quiet lamps")
	if err != nil {
		return err
	}
	some, err := through.Cases(ctx, desk.Mine, "", 0, 1)
	if err != nil || len(some.Cases) == 0 {
		return fmt.Errorf("no case to look at: %w", err)
	}
	for _, page := range []struct{ what, path string }{
		{"the page of the worklist", "/work/cases"}, {"the page of all cases", "/work/cases?box=all"},
		{"the page of the intake", "/work/intake"}, {"the page of a case", "/work/cases/" + string(some.Cases[0].ID)},
	} {
		var took []time.Duration
		size := int64(0)
		for range b.rounds(300, 40) {
			began := time.Now()
			if size, err = fetch(ctx, browser, through.Base()+page.path); err != nil {
				return err
			}
			took = append(took, time.Since(began))
		}
		half, most := series{what: page.what + ": p50", unit: "ms"}, series{what: "p99", unit: "ms"}
		half.addTime(quantile(took, 0.5))
		most.addTime(quantile(took, 0.99))
		b.say("%s: p50 %s, p99 %s, %d kB", page.what, quantile(took, 0.5).Round(10*time.Microsecond), quantile(took, 0.99).Round(10*time.Microsecond), (size+999)/1000)
		b.add(&half)
		b.add(&most)
	}
	return nil
}

// fetch is how many bytes a page has.
func fetch(ctx context.Context, browser *http.Client, address string) (int64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	answer, err := browser.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	size, err := io.Copy(io.Discard, answer.Body)
	if err == nil && (answer.StatusCode != http.StatusOK || size < 2000) {
		err = fmt.Errorf("%s: %s, %d bytes", address, answer.Status, size)
	}
	return size, err
}
