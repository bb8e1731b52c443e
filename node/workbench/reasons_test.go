package workbench

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tongban/consensus/refusal"
)

// Every code with which something refuses a member of staff is put into words.
func TestReasons(t *testing.T) {
	for _, dir := range []string{
		"consensus/refusal", "intake/desk", "intake/casefile", "intake/cabinet", "intake/attach", "intake/hall", "intake/hall/appointment", "intake/hall/book", "intake/hall/queue",
		"intake/hall/roster", "intake/hall/timetable", "intake/rating", "intake/privacy", "intake/supervise/chase", "catalog/bundle", "catalog/forms", "catalog/register", "node/account", "node/drafting",
	} {
		names, err := filepath.Glob(filepath.Join("../..", dir, "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatal(dir, err)
		}
		for _, name := range names {
			for code, at := range codes(t, name) {
				if words := reasons[code]; words[0] == "" || words[1] == "" {
					t.Errorf("%s: %s is said in no words", at, code)
				}
			}
		}
	}
	for code, words := range reasons {
		if !strings.HasSuffix(words[0], "。") || !strings.HasSuffix(words[1], ".") || regexp.MustCompile(`[,;:?!()]`).MatchString(words[0]) {
			t.Errorf("%s: %q, %q", code, words[0], words[1])
		}
	}
}

// codes are the constants of type refusal.Code in a file.
func codes(t *testing.T, name string) map[refusal.Code]string {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[refusal.Code]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) == 0 {
			return true
		}
		switch of := spec.Type.(type) {
		case *ast.SelectorExpr:
			ok = of.Sel.Name == "Code"
		case *ast.Ident:
			ok = of.Name == "Code" && f.Name.Name == "refusal"
		default:
			ok = false
		}
		for _, v := range spec.Values {
			if lit, is := v.(*ast.BasicLit); ok && is {
				if code, err := strconv.Unquote(lit.Value); err == nil {
					all[refusal.Code(code)] = set.Position(lit.Pos()).String()
				}
			}
		}
		return true
	})
	return all
}
