package layering

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// floors says what a package may import of the project, by the longest prefix
// of its path: tools → node → intake → (catalog, consensus).
var floors = map[string][]string{
	"tongban/tools":     {"tongban/"},
	"tongban/node":      {"tongban/node", "tongban/intake", "tongban/catalog", "tongban/consensus"},
	"tongban/intake":    {"tongban/intake", "tongban/catalog", "tongban/consensus"},
	"tongban/catalog":   {"tongban/catalog", "tongban/consensus/chain", "tongban/consensus/wire", "tongban/consensus/refusal"},
	"tongban/consensus": {"tongban/consensus"},
}

// pure are the packages that people read to understand the system: functions
// of their arguments, without storage, network, clock or randomness.
var pure = []string{
	"tongban/catalog/area", "tongban/catalog/item", "tongban/catalog/rule", "tongban/catalog/workday",
	"tongban/intake/applicant", "tongban/intake/casefile", "tongban/intake/clock", "tongban/intake/supervise", "tongban/intake/national",
	"tongban/intake/hall/appointment", "tongban/intake/hall/book", "tongban/intake/hall/queue", "tongban/intake/hall/roster", "tongban/intake/hall/timetable",
	"tongban/consensus/chain",
}

// impure is what no pure package may import, itself or by way of another.
var impure = []string{
	"os", "net/http", "math/rand", "math/rand/v2",
	"github.com/dgraph-io/badger", "github.com/libp2p", "github.com/hashicorp",
	"tongban/catalog/register", "tongban/intake/cabinet", "tongban/intake/exchange",
}

type listed struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "tongban/...")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func within(path, prefix string) bool {
	return path == strings.TrimSuffix(prefix, "/") || strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/")
}

func TestNoPackageImportsAFloorAbove(t *testing.T) {
	for _, p := range packages(t) {
		var allowed []string
		for floor, may := range floors {
			if within(p.ImportPath, floor) {
				allowed = may
			}
		}
		if allowed == nil {
			t.Errorf("%s stands on no floor: only node, consensus, catalog, intake and tools hold packages", p.ImportPath)
		}
		for _, i := range p.Imports {
			if within(i, "tongban") && !slices.ContainsFunc(allowed, func(a string) bool { return within(i, a) }) {
				t.Errorf("%s imports %s, which is not below it", p.ImportPath, i)
			}
			if i == "tongban/tools/golden" {
				t.Errorf("%s imports %s, which is for tests alone", p.ImportPath, i)
			}
		}
	}
}

func TestPurePackagesStayPure(t *testing.T) {
	all := map[string]listed{}
	for _, p := range packages(t) {
		all[p.ImportPath] = p
	}
	for _, name := range pure {
		p, ok := all[name]
		if !ok {
			t.Errorf("%s is gone: mend the list", name)
		}
		for _, i := range p.Imports {
			if slices.ContainsFunc(impure, func(a string) bool { return within(i, a) }) {
				t.Errorf("%s is pure but imports %s", name, i)
			}
		}
	}
}
