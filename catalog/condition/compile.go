package condition

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/checker"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"

	"tongban/catalog/item"
)

// allowed are the functions that a condition may use: comparison, logic,
// membership, and three on text. There is no arithmetic, no concatenation, no
// regular expression, no time, nothing that can fail while it runs.
var allowed = map[string]string{ // by what a person writes
	operators.LogicalAnd: "&&", operators.LogicalOr: "||", operators.LogicalNot: "!", operators.Conditional: "?:",
	operators.Equals: "==", operators.NotEquals: "!=", operators.In: "in",
	operators.Less: "<", operators.LessEquals: "<=", operators.Greater: ">", operators.GreaterEquals: ">=",
	"size": "size", "startsWith": "startsWith", "contains": "contains",
}

// loops are the macros of CEL that go over a list.
var loops = []string{"all", "exists", "exists_one", "existsOne", "map", "filter", "transformList", "transformMap", "transformMapEntry", "sortBy"}

// reserved words can be no situation's id: the parser takes them for its own.
var reserved = []string{
	"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
	"namespace", "null", "package", "return", "true", "var", "void", "while",
}

// base is the language without any variable. It is built at its first use.
var base = sync.OnceValues(func() (*cel.Env, error) {
	subset := &env.LibrarySubset{DisableMacros: true}
	for name := range allowed {
		subset.IncludeFunctions = append(subset.IncludeFunctions, env.NewFunction(name))
	}
	return cel.NewCustomEnv(
		cel.StdLib(cel.StdLibSubset(subset)), cel.ClearMacros(),
		cel.ParserRecursionLimit(maxDepth), cel.ParserErrorRecoveryLimit(4), cel.ParserExpressionSizeLimit(MaxLength),
		cel.ExpressionNodeLimit(MaxLength), cel.HomogeneousAggregateLiterals(),
		cel.EagerlyValidateDeclarations(false),
	)
})

// book is the conditions of one item: their language, and the programs that
// were compiled. It is not for concurrent use; a compiled program is.
type book struct {
	it   *item.Item
	by   map[string]int // situations by id
	env  *cel.Env
	fail error // why there is no env
}

func newBook(it *item.Item) *book {
	b := &book{it: it, by: make(map[string]int, len(it.Situations))}
	for i := range it.Situations {
		if _, twice := b.by[it.Situations[i].ID]; !twice {
			b.by[it.Situations[i].ID] = i
		}
	}
	b.env, b.fail = b.language()
	return b
}

func (b *book) language() (*cel.Env, error) {
	plain, err := base()
	if err != nil || len(b.by) == 0 {
		return plain, err
	}
	opts := make([]cel.EnvOption, 0, len(b.by))
	for id, i := range b.by {
		kind := cel.StringType
		if b.it.Situations[i].Several {
			kind = cel.ListType(cel.StringType)
		}
		if !slices.Contains(reserved, id) {
			opts = append(opts, cel.Variable(id, kind))
		}
	}
	return plain.Extend(opts...)
}

// judge is everything that is wrong with one condition.
func (b *book) judge(p place) []*fault {
	_, faults := b.compile(p)
	return faults
}

// compile makes a condition ready to be asked. All faults that can be told
// apart are found at once.
func (b *book) compile(p place) (cel.Program, []*fault) {
	if f := tooLong(p.text); f != nil {
		return nil, []*fault{f}
	}
	if b.fail != nil {
		return nil, []*fault{faultf(CodeSyntax, "办理情形的标识有误：%v", "the situations' ids: %v", b.fail)}
	}
	parsed, issues := b.env.Parse(p.text)
	if issues.Err() != nil {
		return nil, []*fault{unreadable(issues)}
	}
	w := walk{b: b, upto: p.upto}
	w.visit(parsed.NativeRep().Expr(), 0)
	if len(w.faults) > 0 {
		return nil, w.faults
	}
	checked, issues := b.env.Check(parsed)
	if issues.Err() != nil {
		return nil, []*fault{unreadable(issues)}
	}
	if out := checked.OutputType(); !out.IsExactType(cel.BoolType) {
		return nil, []*fault{faultf(CodeNotBool, "条件的结果应为是或否（bool），此处为 %s", "a condition says yes or no; this is a %s", out)}
	}
	cost, err := b.env.EstimateCost(checked, sizes{b})
	if err != nil || cost.Max > MaxCost {
		return nil, []*fault{faultf(CodeTooCostly, "条件过于复杂：估算代价 %d，上限 %d", "it may cost %d; at most %d", cost.Max, uint64(MaxCost))}
	}
	program, err := b.env.Program(checked, cel.EvalOptions(cel.OptPartialEval), cel.CostLimit(MaxCost))
	if err != nil {
		return nil, []*fault{faultf(CodeSyntax, "条件无法使用：%v", "%v", err)}
	}
	return program, nil
}

// unreadable is what the parser or the type checker says, in one fault.
func unreadable(issues *cel.Issues) *fault {
	first, more := "", ""
	if all := issues.Errors(); len(all) > 0 {
		first = all[0].Message
		if at := all[0].Location; at != nil && at.Line() > 0 {
			more = fmt.Sprintf("（第 %d 个字符附近）", at.Column()+1)
		}
	}
	for _, words := range []string{"recursion limit", "recursion depth", "nesting", "node count", "exceeds limit"} {
		if strings.Contains(first, words) {
			return faultf(CodeTooCostly, "条件嵌套过深或过于复杂%s", "nested too deeply or too large%s: "+strings.ReplaceAll(first, "%", "%%"), more)
		}
	}
	if r := []rune(first); len(r) > 200 {
		first = string(r[:200])
	}
	return faultf(CodeSyntax, "条件写法有误%s：%s", "it can't be read%s: %s", more, first)
}

// walk looks at the tree of a condition before its types are checked, for what
// a person can be told more plainly than by the type checker.
type walk struct {
	b      *book
	upto   int
	faults []*fault
	told   map[string]bool
}

func (w *walk) add(f *fault) {
	if w.told == nil {
		w.told = map[string]bool{}
	}
	if !w.told[f.english] {
		w.told[f.english] = true
		w.faults = append(w.faults, f)
	}
}

func (w *walk) visit(e ast.Expr, depth int) {
	if depth > maxDepth*4 {
		w.add(faultf(CodeTooCostly, "条件嵌套过深", "nested too deeply"))
		return
	}
	switch e.Kind() {
	case ast.LiteralKind:
	case ast.IdentKind:
		w.name(e.AsIdent())
	case ast.ListKind:
		for _, one := range e.AsList().Elements() {
			w.visit(one, depth+1)
		}
	case ast.CallKind:
		w.call(e.AsCall(), depth)
	case ast.ComprehensionKind:
		w.add(faultf(CodeLoops, "条件不能循环", "a condition can't loop"))
	default:
		w.add(faultf(CodeSyntax, "条件只能由办理情形、选项、比较和逻辑运算组成", "a condition is made of situations, options, comparisons and logic; there are no fields, maps or messages"))
	}
}

func (w *walk) name(id string) {
	i, known := w.b.by[id]
	switch {
	case !known:
		w.add(faultf(CodeUnknownName, "没有标识为“%s”的办理情形（选项要加引号）", "there is no situation %q (put options in quotes)", id))
	case i >= w.upto:
		w.add(faultf(CodeUnknownName, "“%s”在本问题之后才提问，只能引用前面的办理情形", "%q is asked later; only earlier situations can be named", id))
	}
}

func (w *walk) call(c ast.CallExpr, depth int) {
	args := c.Args()
	if c.IsMemberFunction() {
		args = append([]ast.Expr{c.Target()}, args...)
	}
	name := c.FunctionName()
	if _, ok := allowed[name]; !ok {
		if slices.Contains(loops, name) {
			w.add(faultf(CodeLoops, "条件不能循环（%s）", "a condition can't loop (%s)", name))
			return // its variable is no situation
		}
		w.add(faultf(CodeUnknownName, "条件不支持“%s”", "conditions have no %s", written(name)))
	}
	for _, a := range args {
		w.visit(a, depth+1)
	}
	if len(args) == 2 && slices.Contains([]string{operators.Equals, operators.NotEquals, operators.In}, name) {
		w.options(args[0], args[1])
		w.options(args[1], args[0])
	}
}

// written is an operator as a person writes it.
func written(name string) string {
	if sign, ok := operators.FindReverse(name); ok && sign != "" {
		return sign
	}
	return name
}

// options checks that what a situation is compared with are its options. "" is
// what an unanswered question has.
func (w *walk) options(name, value ast.Expr) {
	if name.Kind() != ast.IdentKind {
		return
	}
	i, known := w.b.by[name.AsIdent()]
	if !known {
		return
	}
	values := []ast.Expr{value}
	if value.Kind() == ast.ListKind {
		values = value.AsList().Elements()
	}
	q := &w.b.it.Situations[i]
	for _, v := range values {
		if v.Kind() != ast.LiteralKind {
			continue
		}
		text, ok := v.AsLiteral().Value().(string)
		if !ok || text == "" || slices.ContainsFunc(q.Options, func(o item.Option) bool { return o.ID == text }) {
			continue
		}
		w.add(faultf(CodeUnknownOption, "“%s”没有选项“%s”", "situation %q has no option %q", q.ID, text))
	}
}

// sizes tells the cost estimate how large answers can get.
type sizes struct{ b *book }

var _ checker.CostEstimator = sizes{}

func (s sizes) EstimateSize(node checker.AstNode) *checker.SizeEstimate {
	path := node.Path()
	if len(path) == 0 {
		return nil
	}
	i, known := s.b.by[path[0]]
	if !known {
		return nil
	}
	q := &s.b.it.Situations[i]
	most := uint64(0)
	for _, o := range q.Options {
		most = max(most, uint64(len(o.ID)))
	}
	if q.Several && len(path) == 1 {
		most = uint64(len(q.Options))
	}
	return &checker.SizeEstimate{Max: most}
}

func (sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}
