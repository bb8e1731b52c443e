package refused

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tongban/catalog/area"
)

// spoken are the packages whose refusals a member of staff meets at a screen.
var spoken = []string{
	"intake/desk", "intake/casefile", "intake/hall", "intake/hall/appointment", "intake/hall/book", "intake/hall/queue", "intake/hall/roster", "intake/hall/timetable",
	"intake/rating", "intake/privacy", "intake/cabinet", "intake/attach", "intake/lookup", "intake/supervise/chase", "catalog/bundle", "node/account",
	"node/workbench", "node/workbench/casework", "node/workbench/counter", "node/workbench/counter/draft", "node/workbench/casework/phrase", "node/vault", "node/workbench/lobby", "node/workbench/office", "node/workbench/engine",
	"catalog/register", "node/drafting", "node/onboard", "node/web", "node/citizen", "node/workbench/agent", "node/workbench/catalogue",
}

// Every sentence with which one of them refuses is said in Chinese, with every
// fact; and nothing is said in Chinese that nobody says.
func TestEverySentence(t *testing.T) {
	causes := map[string]string{}
	for _, one := range []map[string]string{desk, log, hall, center, catalogue} {
		for format, chinese := range one {
			if _, twice := causes[format]; twice {
				t.Errorf("%q is there twice", format)
			}
			causes[format] = chinese
		}
	}
	written := map[string]map[string]string{"format": {}, "hint": {}, "literal": {}}
	for _, dir := range spoken {
		read(t, filepath.Join("../../..", dir), written)
	}
	for kind, said := range map[string]map[string]string{"format": causes, "hint": hints} {
		for text, where := range written[kind] {
			if _, ok := said[text]; !ok && wanted(text) {
				t.Errorf("%s: the %s %q has no Chinese", where, kind, text)
			}
		}
		for text, chinese := range said {
			if written[kind][text] == "" && written["literal"][text] == "" {
				t.Errorf("nobody writes the %s %q", kind, text)
			}
			facts := len(verb.FindAllString(text, -1))
			for n := range facts {
				if kind == "format" && !strings.Contains(chinese, "{"+strconv.Itoa(n+1)+"}") && !strings.Contains(text[:strings.Index(text, "%")+3], "[%d") && !strings.HasPrefix(text, "hearing.%s") {
					t.Errorf("%q says nothing of fact %d", chinese, n+1)
				}
			}
			if strings.Contains(chinese, "{"+strconv.Itoa(facts+1)+"}") {
				t.Errorf("%q has no fact %d", text, facts+1)
			}
			if m := regexp.MustCompile(`[,;:?!]( |$)|[a-z]{2,} [a-z]{2,}`).FindString(chinese); m != "" || !isChinese(chinese) && !strings.Contains(chinese, "{1}") {
				t.Errorf("%q is not Chinese: %q", chinese, m)
			}
		}
	}
}

// wanted are the texts with words of their own that are not Chinese already.
func wanted(text string) bool {
	return !isChinese(text) && regexp.MustCompile(`[A-Za-z]{2,}`).MatchString(verb.ReplaceAllString(text, ""))
}

// read collects what a package gives as the format of a sentence, or as a hint:
// to refusal.New and Newf, and to whatever function of its own has a parameter
// of that name.
func read(t *testing.T, dir string, into map[string]map[string]string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatal(dir, err)
	}
	var files []*ast.File
	set := token.NewFileSet()
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	takes := map[string]map[string]int{"Newf": {"hint": 2, "format": 3}, "New": {"hint": 2}}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				into["literal"][text(n)] = set.Position(n.Pos()).String()
			case *ast.FuncDecl:
				parameters(n.Name.Name, n.Type, takes)
			case *ast.AssignStmt:
				for i, r := range n.Rhs {
					if f, ok := r.(*ast.FuncLit); ok {
						if name, ok := n.Lhs[i].(*ast.Ident); ok {
							parameters(name.Name, f.Type, takes)
						}
					}
				}
			case *ast.ValueSpec: // a table of hints by code
				for _, v := range n.Values {
					if table, ok := v.(*ast.CompositeLit); ok && n.Names[0].Name == "hints" {
						for _, e := range table.Elts {
							if pair, ok := e.(*ast.KeyValueExpr); ok {
								into["hint"][text(pair.Value)] = set.Position(e.Pos()).String()
							}
						}
					}
				}
			}
			return true
		})
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch f := call.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				if name = f.Sel.Name; strings.HasPrefix(name, "New") {
					if of, ok := f.X.(*ast.Ident); !ok || of.Name != "refusal" {
						return true
					}
				}
			}
			for kind, at := range takes[name] {
				if at < len(call.Args) {
					if found := text(call.Args[at]); found != "" {
						into[kind][found] = set.Position(call.Pos()).String()
					}
				}
			}
			return true
		})
	}
}

func parameters(name string, of *ast.FuncType, into map[string]map[string]int) {
	at := 0
	for _, field := range of.Params.List {
		for _, p := range field.Names {
			if p.Name == "hint" || p.Name == "format" {
				if into[name] == nil {
					into[name] = map[string]int{}
				}
				into[name][p.Name] = at
			}
			at++
		}
		if len(field.Names) == 0 {
			at++
		}
	}
}

// text is a literal; what is joined to one, or printed into it, is %s.
func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil {
			return s
		}
	case *ast.BinaryExpr:
		left, right := text(e.X), text(e.Y)
		if left == "" && right == "" {
			return ""
		}
		if left == "" {
			left = "%s"
		}
		if right == "" {
			right = "%s"
		}
		return left + right
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			return text(e.Args[0])
		}
	}
	return ""
}

func TestCause(t *testing.T) {
	s := Speaker{Name: func(c area.Center) string {
		return map[area.Center]string{"320509111000": "虚构镇便民服务中心"}[c]
	}}
	for text, want := range map[string]string{
		"320509111000 is its custodian":                  "办件由虚构镇便民服务中心保管。",
		"decide 320509111201.1.42: the case is accepted": "办件现在是“办理中”。",
		"reason: must be given":                          "理由：必须填写。",
		"decline 320509111201.1.42: reason: must be given; whose: 4001 characters, at most 4000": "理由：必须填写。应向哪个机关申请：4001 个字，最多 4000 个。",
		`papers[0].note: not readable text`:                                                   "材料第 1 项的备注：有不能识别的字符。",
		`no item "TB-X" is offered in 320509111000`:                                           "虚构镇便民服务中心没有开通事项“TB-X”。",
		`ground: "x" is none of [agent reason]`:                                               "依据：“x”不在可选的范围内（经办人、理由）。",
		"it takes one of these duties: operator of the node, window clerk":                    "需要这些职责之一：系统管理员、窗口人员。",
		"“残疾人证新办”不收费":                                                                         "“残疾人证新办”不收费",
		"四眼原则：甲 写过草稿 3 的内容 (four eyes: 甲 wrote of draft 3)":                                   "四眼原则：甲 写过草稿 3 的内容",
		"the opinion of a participant: without a reason":                                      "联办单位的意见：没有写理由。",
		"“居住证”: still missing: 户口簿":                                                           "“居住证”：还缺：户口簿。",
		"declined as event 2 of 320509000000.1.1 by 320509000000.1: the case is open already": "已经收件。",
		"the hand-over of 320509111000.1 is to be answered first":                             "先要答复虚构镇便民服务中心的移交。",
	} {
		if got, ok := s.Cause(text); !ok || got != want {
			t.Errorf("%q is said %q (%t), want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "dial tcp: connection refused by peer", "reason: must be given; something nobody knows of", ": ", "; "} {
		if got, ok := s.Cause(text); ok {
			t.Errorf("%q is guessed: %q", text, got)
		}
	}
	if got, ok := s.Hint("send it on to 320509111000"); !ok || got != "请转送虚构镇便民服务中心。" {
		t.Errorf("a hint: %q %t", got, ok)
	}
}

// Whatever stands in place of the facts, nothing fails, and no English sentence
// goes through.
func FuzzCause(f *testing.F) {
	for _, one := range slices.Sorted(maps.Keys(desk))[:20] {
		f.Add(strings.NewReplacer("%s", "x", "%d", "3", "%q", `"y"`).Replace(one))
	}
	f.Fuzz(func(t *testing.T, text string) { Speaker{}.Cause(text) })
}

// A hint in English stays none because a fact in it is Chinese.
func TestAHintWithNamesInIt(t *testing.T) {
	if got, ok := (Speaker{}).Hint("the area's types: 综合、公安"); !ok || got != "本地的窗口类型：综合、公安。" {
		t.Errorf("%q %v", got, ok)
	}
}
