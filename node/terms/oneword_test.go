package terms

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// One code has one Chinese name: the tables of other packages (what a log, a
// warning or a printed list calls it) say what terms says. “已” before it and
// “时限” behind it may be there. The rows of GB/T 39046 (intake/national) speak
// as the standard does.
func TestOneName(t *testing.T) {
	named := map[string]string{}
	for _, one := range tables(t, ".") {
		named[one.code] = one.chinese
	}
	if len(named) < 100 {
		t.Fatalf("%d names were read", len(named))
	}
	for _, root := range []string{"../../intake", "../../node", "../../tools/tongban"} {
		err := filepath.WalkDir(root, func(dir string, e fs.DirEntry, err error) error {
			if err != nil || !e.IsDir() || filepath.Base(dir) == "testdata" {
				return err
			}
			for _, one := range tables(t, dir) {
				if want := named[one.code]; want != "" && bare(want) != bare(one.chinese) && filepath.Base(dir) != "national" && !meant[one.code+" "+one.chinese] {
					t.Errorf("%s calls %s %q, which is %q", one.at, one.code, one.chinese, want)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// meant are the names that are another on purpose: the public is told what a
// lamp means for them, a list of lamps for a higher office names the colours.
var meant = map[string]bool{
	"clock.Lamp Yellow 黄灯": true, "clock.Lamp Red 红灯": true,
	"clock.Lamp Done 已完成": true, "clock.Lamp Green 期限内": true, "clock.Lamp Paused 暂停计时": true, "clock.Lamp Yellow 即将到期": true,
}

func bare(name string) string {
	return strings.TrimSuffix(strings.TrimPrefix(name, "已"), "时限")
}

type entry struct{ code, chinese, at string }

// tables are the entries of the map literals of a package whose keys are
// constants of a type that is named, such as casefile.Phase.
func tables(t *testing.T, dir string) (all []entry) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			table, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			of, ok := table.Type.(*ast.MapType)
			if !ok {
				return true
			}
			if _, ok := of.Key.(*ast.SelectorExpr); !ok {
				return true
			}
			for _, e := range table.Elts {
				pair, ok := e.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				key, ok := pair.Key.(*ast.SelectorExpr)
				if !ok {
					continue
				}
				value := pair.Value
				if words, ok := value.(*ast.CompositeLit); ok && len(words.Elts) == 2 {
					value = words.Elts[0]
				}
				if lit, ok := value.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, err := strconv.Unquote(lit.Value); err == nil && hasHan(text) {
						of := of.Key.(*ast.SelectorExpr)
						all = append(all, entry{of.X.(*ast.Ident).Name + "." + of.Sel.Name + " " + key.Sel.Name, text, set.Position(lit.Pos()).String()})
					}
				}
			}
			return true
		})
	}
	return all
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}
