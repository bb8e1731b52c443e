package rule

import (
	"errors"
	"fmt"
	"reflect"

	"tongban/catalog/workday"
)

// Errors of Check; of a document ErrDocument.
var (
	ErrUnknown = errors.New("no such rule")
	ErrRange   = errors.New("value out of range")
)

// Problem is one thing that is wrong with a rule.
type Problem struct {
	Path    string `json:"path"`    // as in the JSON of the rule, entries counted from 0: "doc.kinds[2].name"
	Message string `json:"message"` // for an official
	English string `json:"english"`

	cause error
}

// Error says it in English.
func (p Problem) Error() string { return p.Path + ": " + p.English }

// Unwrap is ErrUnknown, ErrRange, ErrDocument or workday.ErrDate.
func (p Problem) Unwrap() error { return p.cause }

// Check says everything that is wrong with a rule: an unknown key, a value out
// of range, a date that is none, a document that isn't of the rule's kind. The
// Register applies it: what it refuses may change only with a feature level.
func (r Rule) Check() error {
	var all []error
	for _, p := range r.Problems() {
		all = append(all, p)
	}
	if len(all) == 0 {
		return nil
	}
	return fmt.Errorf("rule %s: %w", clip(string(r.Key)), errors.Join(all...))
}

// Problems lists what Check finds, in a fixed order.
func (r Rule) Problems() []Problem {
	s, ok := SchemaOf(r.Key)
	if !ok {
		return []Problem{{"key", fmt.Sprintf("没有“%s”这条规则", clip(string(r.Key))), fmt.Sprintf("no such rule: %q", clip(string(r.Key))), ErrUnknown}}
	}
	var all []Problem
	if r.From != "" && !workday.Date(r.From).Valid() {
		all = append(all, Problem{"from", fmt.Sprintf("“%s”不是日期（应为 YYYY-MM-DD）", clip(r.From)), fmt.Sprintf("%q is no day (want YYYY-MM-DD)", clip(r.From)), workday.ErrDate})
	}
	if s.doc != nil {
		return append(all, r.documentProblems(s)...)
	}
	if r.Value < s.Min || r.Value > s.Max {
		all = append(all, Problem{"value", fmt.Sprintf("%d 不在 %d 到 %d 之间", r.Value, s.Min, s.Max),
			fmt.Sprintf("%d is out of range (want %d to %d)", r.Value, s.Min, s.Max), ErrRange})
	}
	if s.ByType {
		return append(all, r.byTypeProblems(s)...)
	}
	if r.Doc != "" {
		all = append(all, Problem{"doc", "这条规则是一个数，没有文档", "this rule is a number and has no document", ErrDocument})
	}
	return all
}

func (r Rule) documentProblems(s Schema) []Problem {
	var all []Problem
	if r.Value != 0 {
		all = append(all, Problem{"value", "这条规则是文档，没有数值", "this rule is a document and has no number", ErrRange})
	}
	if r.Doc == "" {
		return append(all, Problem{"doc", "缺少文档", "the document is missing", ErrDocument})
	}
	return append(all, r.fits(s.doc)...)
}

// fits says what is wrong with the document as one of a type.
func (r Rule) fits(t reflect.Type) []Problem {
	tree, err := r.Doc.tree()
	if err != nil {
		return []Problem{{"doc", "无法读取文档", err.Error(), ErrDocument}}
	}
	var all []Problem
	if documentOf(tree) != r.Doc {
		all = append(all, Problem{"doc", "文档不是规范的写法", "not written the one way that a document is written", ErrDocument})
	}
	var f fitter
	f.object(reflect.New(t).Elem(), tree, "doc")
	return append(all, f.problems...)
}

// decode fills v (a pointer to a document type) with what fits of a document.
func (d Document) decode(v any) error {
	tree, err := d.tree()
	if err != nil {
		return err
	}
	var f fitter
	f.object(reflect.ValueOf(v).Elem(), tree, "doc")
	if len(f.problems) > 0 {
		return f.problems[0]
	}
	return nil
}
