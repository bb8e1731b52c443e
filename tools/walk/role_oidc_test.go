package walk

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"tongban/node"
	"tongban/node/account"
	"tongban/node/account/provider/providertest"
)

// linked links somebody's account with whom the provider knows by that name.
func (c *center) linked(login, outside string) {
	c.t.Helper()
	c.must(c.Do(c.ctx, "PUT", "/v1/accounts/"+login, nil, map[string]any{"staff": "建设者", "form": map[string]any{"outside": outside}}, nil))
}

// A clerk signs in by the city's provider, which is another site, comes back to
// the page that they wanted, opens the locked screen the same way, and finds
// out what is wrong when it does not go on.
func TestClerkOfTheCitysProvider(t *testing.T) {
	with := providertest.New(t, "")
	secret := filepath.Join(t.TempDir(), "oidc.secret")
	if err := os.WriteFile(secret, []byte(providertest.Secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := foundAs(t, func(config *node.Config) {
		config.API.Public = "http://" + config.API.Listen
		config.API.OIDC = node.OIDCConfig{Issuer: with.URL, ClientID: providertest.Client, SecretFile: secret, Chinese: "市统一认证", English: "City sign-on"}
	})
	with.Now(c.now)
	const by, yes = "form[action='/sign-in/outside'] button", "#yes"
	c.inEveryView("oidc", []account.Duty{account.Clerk}, func(p *person) {
		with.Person(p.name + "@city")
		p.open("/work/me")
		p.press("form[action='/sign-out'] button", "#password")

		// Nobody is linked with that name yet.
		p.press(by, yes)
		p.press(yes, "#trouble")
		p.reads(p.says("没有与您关联", "no account here"))
		p.look()
		c.linked(p.name, p.name+"@city")

		p.open("/work/cases")
		p.can(p.See("#password"))
		p.press(by, yes)
		p.press(yes, "header .person")
		if at := p.At(); at != "/work/cases" {
			t.Errorf("they come in at %s", at)
		}
		p.look()

		p.press("form[action='/lock'] button", "#pin")
		p.look()
		p.press(by, yes)
		p.press(yes, "header .person")
		if at := p.At(); at != "/work/cases" {
			t.Errorf("the screen opens at %s", at)
		}
		p.open("/work/me")
		p.reads(p.name + "@city")
		p.look()

		// They turn back at the provider, and later it rests: the password does.
		p.press("form[action='/sign-out'] button", "#password")
		with.Refuse("access_denied")
		p.press(by, yes)
		p.press(yes, "#trouble")
		with.Refuse("")
		p.can(p.SignIn(p.c.base, p.name, password))
	})
	var page account.Audit
	c.must(c.Do(c.ctx, "GET", "/v1/accounts/audit", url.Values{"limit": {"500"}}, nil, &page))
	count := map[string]int{}
	for _, l := range page.Lines {
		count[l.Kind]++
	}
	if count[account.KindSignedInOIDC] == 0 || count[account.KindSignedInOIDC] != count[account.KindOpenedOIDC] || count[account.KindNotLinked] == 0 {
		t.Errorf("the book has %v", count)
	}
}
