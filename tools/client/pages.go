package client

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// FirstDay signs somebody in at the pages with the password that was given to
// them, chooses another as the page demands, and returns the browser in which
// they are signed in from then on.
func (c *Client) FirstDay(ctx context.Context, login, given, chosen string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	browser := &http.Client{Jar: jar, Transport: c.http.Transport}
	for _, step := range []struct {
		path string
		form url.Values
	}{
		{"/sign-in", url.Values{"login": {login}, "password": {given}}},
		{"/work/me/password", url.Values{"old": {given}, "new": {chosen}, "again": {chosen}}},
	} {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+step.path, strings.NewReader(step.form.Encode()))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := browser.Do(r)
		if err != nil {
			return nil, err
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("the first day of %s: %s: %s", login, step.path, answer.Status)
		}
	}
	return browser, nil
}
