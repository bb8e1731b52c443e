package guide

import (
	"strings"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"

	"tongban/catalog/item"
)

// When says a condition over situations in words: which answers it asks for.
// What it cannot say (a form that no template uses) is shown as it stands.
func When(condition string, situations []item.Situation, lang Lang) string {
	if condition == "" {
		return ""
	}
	parse, err := parser.NewParser(parser.MaxRecursionDepth(64), parser.ExpressionSizeCodePointLimit(1000))
	if err != nil {
		return condition
	}
	tree, errs := parse.Parse(common.NewTextSource(condition))
	if len(errs.GetErrors()) > 0 {
		return condition
	}
	t := teller{situations, lang == English}
	if said, ok := t.say(tree.Expr(), false); ok {
		return said
	}
	return condition
}

func (w writer) when(condition string) string { return When(condition, w.it.Situations, w.Lang) }

// teller says conditions in one language.
type teller struct {
	situations []item.Situation
	english    bool
}

func (t teller) pick(zh, en string) string {
	if t.english {
		return en
	}
	return zh
}

// say puts an expression into words; inner says that it stands inside another.
func (t teller) say(e ast.Expr, inner bool) (string, bool) {
	if e.Kind() != ast.CallKind {
		return "", false
	}
	args := e.AsCall().Args()
	switch name := e.AsCall().FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr:
		return t.several(name, args, inner)
	case operators.LogicalNot:
		said, ok := t.say(args[0], false)
		return t.pick("不是（"+said+"）", "not ("+said+")"), ok
	case operators.Equals, operators.NotEquals:
		return t.equal(args[0], args[1], name == operators.NotEquals)
	case operators.In:
		return t.in(args[0], args[1])
	}
	return "", false
}

func (t teller) several(operator string, args []ast.Expr, inner bool) (string, bool) {
	joint := t.pick("，并且", " and ")
	if operator == operators.LogicalOr {
		joint = t.pick("，或者", " or ")
	}
	said := make([]string, len(args))
	for i, a := range args {
		// The same operator inside needs no brackets: a && (b && c).
		same := a.Kind() == ast.CallKind && a.AsCall().FunctionName() == operator
		part, ok := t.say(a, !same)
		if !ok {
			return "", false
		}
		said[i] = part
	}
	all := strings.Join(said, joint)
	if inner {
		return t.pick("（"+all+"）", "("+all+")"), true
	}
	return all, true
}

func (t teller) equal(a, b ast.Expr, not bool) (string, bool) {
	if a.Kind() == ast.LiteralKind {
		a, b = b, a
	}
	s, ok := t.situation(a)
	option, text := t.option(s, b)
	switch {
	case !ok || !text:
		return "", false
	case option == "" && not:
		return s.Question + t.pick("已选", " is answered"), true
	case option == "":
		return s.Question + t.pick("未选", " is not answered"), true
	case not:
		return s.Question + t.pick("不选“"+option+"”", " is not “"+option+"”"), true
	}
	return s.Question + t.pick("选“"+option+"”", " is “"+option+"”"), true
}

// in is a choice among several options, or one of several that hold.
func (t teller) in(a, b ast.Expr) (string, bool) {
	if s, ok := t.situation(b); ok {
		option, text := t.option(s, a)
		return s.Question + t.pick("选有“"+option+"”", " includes “"+option+"”"), text
	}
	s, ok := t.situation(a)
	if !ok || b.Kind() != ast.ListKind {
		return "", false
	}
	said := make([]string, b.AsList().Size())
	for i, e := range b.AsList().Elements() {
		option, text := t.option(s, e)
		if !text {
			return "", false
		}
		said[i] = t.pick("“"+option+"”", "“"+option+"”")
	}
	return s.Question + t.pick("选"+strings.Join(said, "或"), " is "+strings.Join(said, " or ")), true
}

func (t teller) situation(e ast.Expr) (item.Situation, bool) {
	if e.Kind() == ast.IdentKind {
		for _, s := range t.situations {
			if s.ID == e.AsIdent() {
				return s, true
			}
		}
	}
	return item.Situation{}, false
}

// option is the text of the option that a literal names; ok is false for what
// is no text. An option that the situation lacks is named by its id.
func (t teller) option(s item.Situation, e ast.Expr) (text string, ok bool) {
	if e.Kind() != ast.LiteralKind || e.AsLiteral().Type() != types.StringType {
		return "", false
	}
	id, _ := e.AsLiteral().Value().(string)
	for _, o := range s.Options {
		if o.ID == id {
			return o.Text, true
		}
	}
	return id, true
}
