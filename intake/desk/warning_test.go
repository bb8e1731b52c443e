package desk

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"tongban/intake/clock"
)

// Every warning is written in both languages with the same facts: nobody makes
// one but by warning.
func TestWarningsInBothLanguages(t *testing.T) {
	entries, err := os.ReadDir(".")
	must(t, err)
	files, sentences := token.NewFileSet(), 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, e.Name(), nil, 0)
		must(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if of, ok := n.Type.(*ast.Ident); ok && of.Name == "Warning" && len(n.Elts) > 0 && e.Name() != "warning.go" {
					t.Errorf("%s: a warning that is not made by warning", files.Position(n.Pos()))
				}
			case *ast.CallExpr:
				at, ok := map[string]int{"warn": 1, "warning": 1, "both": 0, "and": 0}[called(n)]
				if !ok || len(n.Args) < at+2 {
					return true
				}
				chinese, ok1 := literal(n.Args[at])
				english, ok2 := literal(n.Args[at+1])
				if ok1 && ok2 {
					sentences++
					saysTheSame(t, files.Position(n.Pos()).String(), chinese, english)
				}
			}
			return true
		})
	}
	for what, one := range dutyWords {
		sentences++
		saysTheSame(t, string(what), one.words, one.english)
	}
	for name := range clockNames {
		saysTheSame(t, string(name), clockNames[name], clocksInEnglish[name])
	}
	if sentences < 40 {
		t.Errorf("%d sentences were read", sentences)
	}
}

var verbs = regexp.MustCompile(`%[a-z]`)

func saysTheSame(t *testing.T, at, chinese, english string) {
	t.Helper()
	law := strings.NewReplacer("行政许可法", "")
	han := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool {
			return unicode.Is(unicode.Han, r) || strings.ContainsRune("，。；：、（）", r)
		})
	}
	if english == "" || han(law.Replace(english)) || !slices.Equal(verbs.FindAllString(chinese, -1), verbs.FindAllString(english, -1)) {
		t.Errorf("%s: %q and %q", at, chinese, english)
	}
}

func called(n *ast.CallExpr) string {
	switch f := n.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	one, ok := e.(*ast.BasicLit)
	if !ok {
		return "", false
	}
	text, err := strconv.Unquote(one.Value)
	return text, err == nil
}

// What is a word of the program is said in English; what has a Chinese name only
// keeps it.
func TestWarningInEnglish(t *testing.T) {
	w := warning("x", "“%s”的%s至 %s", "“%s”: the %s ends on %s", "虚构补贴", phrase{clockNames[clock.Legal], clocksInEnglish[clock.Legal]}, "2026-03-04")
	w.and("，依据%s", ", by %s", phrase{"本地规则", "a local rule"})
	if w.Text != "“虚构补贴”的法定时限至 2026-03-04，依据本地规则" || w.English != "“虚构补贴”: the legal limit ends on 2026-03-04, by a local rule" {
		t.Errorf("%+v", w)
	}
}
