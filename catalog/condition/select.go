package condition

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
)

// BadAnswer refuses answers that are none: to a question that the item does not
// ask, or with what is no option of it.
const BadAnswer refusal.Code = "bad_answer"

// Selection is what the answers of one applicant select of an item.
type Selection struct {
	Materials []item.Material  `json:"materials"`         // that are asked for
	Steps     []int            `json:"steps"`             // that are taken
	Skipped   []int            `json:"skipped,omitempty"` // steps that fall away, rising
	Excused   []string         `json:"excused,omitempty"` // ids of materials that fall away, in the item's order
	Members   []item.Member    `json:"members,omitempty"` // of a bundle
	Asked     []item.Situation `json:"asked,omitempty"`   // the questions that apply, answered or not
	Open      []string         `json:"open,omitempty"`    // those of Asked without an answer
	Matters   []string         `json:"matters,omitempty"` // those of Open on which something depends that is not decided by the other answers
	Answers   item.Answers     `json:"answers,omitempty"` // those that count: to questions that apply, each in the order of its options
}

// Select says what answers select of an item. A question that does not apply
// counts as answered with nothing ("" or an empty list), whatever was answered.
// While a question that does apply has no answer, what hangs on it counts as
// selected: a material too many is shown rather than one too few. So does what
// hangs on a condition that can't be read. An answer that is none is refused
// (BadAnswer). An item without conditions costs next to nothing. Safe for
// concurrent use.
func Select(it *item.Item, answers item.Answers) (Selection, error) {
	given, err := read(it, answers)
	if err != nil {
		return Selection{}, err
	}
	q := &questioning{it: it, given: given, vars: make(map[string]any, len(it.Situations)), counted: item.Answers{}}
	if all := places(it); len(all) > 0 {
		q.programs = compiledFor(it, all)
	}
	s := Selection{}
	for i := range it.Situations {
		q.ask(i, &s)
	}
	for i := range it.Materials {
		if m := &it.Materials[i]; q.holds("materials", i, m.If) {
			s.Materials = append(s.Materials, *m)
		} else {
			s.Excused = append(s.Excused, m.ID)
		}
	}
	for i := range it.Steps {
		if st := &it.Steps[i]; fixed(st) || q.holds("steps", i, st.If) {
			s.Steps = append(s.Steps, i)
		} else {
			s.Skipped = append(s.Skipped, i)
		}
	}
	for i := range it.Members {
		if q.holds("members", i, it.Members[i].If) {
			s.Members = append(s.Members, it.Members[i])
		}
	}
	for _, id := range s.Open {
		if slices.Contains(q.matters, id) {
			s.Matters = append(s.Matters, id)
		}
	}
	if len(q.counted) > 0 {
		s.Answers = q.counted
	}
	return s, nil
}

// maxWrong is how many wrong answers are told at once.
const maxWrong = 20

// read checks the answers and puts each in the order of its options.
func read(it *item.Item, answers item.Answers) (item.Answers, error) {
	given := make(item.Answers, len(answers))
	var wrong []string
	known := map[string]bool{}
	for i := range it.Situations {
		q := &it.Situations[i]
		known[q.ID] = true
		chosen := answers[q.ID]
		if len(chosen) == 0 {
			continue
		}
		var in []string
		for _, o := range q.Options {
			if slices.Contains(chosen, o.ID) && !slices.Contains(in, o.ID) {
				in = append(in, o.ID)
			}
		}
		if j := slices.IndexFunc(chosen, func(id string) bool { return !slices.Contains(in, id) }); j >= 0 {
			wrong = append(wrong, fmt.Sprintf("“%s”（%s）没有选项“%.60s”，可选：%s", q.Question, q.ID, chosen[j], choices(q)))
		}
		if len(in) > 1 && !q.Several {
			wrong = append(wrong, fmt.Sprintf("“%s”（%s）只能选一项", q.Question, q.ID))
		}
		given[q.ID] = in
	}
	for id := range answers {
		if !known[id] {
			wrong = append(wrong, fmt.Sprintf("没有标识为“%.60s”的办理情形", id))
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		wrong = wrong[:min(len(wrong), maxWrong)]
		return nil, refusal.Newf(BadAnswer, "read the answers", "answer with the options' ids", "%s", strings.Join(wrong, "；"))
	}
	return given, nil
}

func choices(q *item.Situation) string {
	all := make([]string, len(q.Options))
	for i, o := range q.Options {
		all[i] = o.ID + " " + o.Text
	}
	return strings.Join(all, "、")
}

// Questions writes the named questions of an item with their options, for a
// person who has to answer them.
func Questions(it *item.Item, ids []string) string {
	var all []string
	for i := range it.Situations {
		q := &it.Situations[i]
		if !slices.Contains(ids, q.ID) {
			continue
		}
		several := ""
		if q.Several {
			several = "，可多选"
		}
		all = append(all, fmt.Sprintf("%s（%s%s：%s）", q.Question, q.ID, several, choices(q)))
	}
	return strings.Join(all, "；")
}

// questioning is one applicant's answers held against one item.
type questioning struct {
	it       *item.Item
	given    item.Answers
	programs programs
	vars     map[string]any              // every situation has a value; of an unknown one it is not looked at
	unknown  []*cel.AttributePatternType // situations without an answer
	matters  []string                    // unknown ones on which a decision hung
	counted  item.Answers
}

// ask settles whether a question applies and what its answer is.
func (q *questioning) ask(i int, s *Selection) {
	one := &q.it.Situations[i]
	empty := any("")
	if one.Several {
		empty = []string{}
	}
	q.vars[one.ID] = empty
	applies := q.decide("situations", i, one.If)
	if applies == no {
		return
	}
	if applies == undecided { // put only when the question before it is answered; until then anything may follow
		q.unknown = append(q.unknown, cel.AttributePattern(one.ID))
		return
	}
	s.Asked = append(s.Asked, *one)
	chosen := q.given[one.ID]
	if len(chosen) == 0 {
		s.Open = append(s.Open, one.ID)
		q.unknown = append(q.unknown, cel.AttributePattern(one.ID))
		return
	}
	q.counted[one.ID] = chosen
	q.vars[one.ID] = chosen[0]
	if one.Several {
		q.vars[one.ID] = chosen
	}
}

// verdict is what a condition says.
type verdict int

const (
	no verdict = iota
	yes
	undecided // it hangs on a question without an answer
)

func (q *questioning) holds(list string, i int, text string) bool {
	return q.decide(list, i, text) != no
}

func (q *questioning) decide(list string, i int, text string) verdict {
	if text == "" {
		return yes
	}
	program := q.programs[at{list, i}]
	if program == nil {
		return yes // it can't be read: Check says so to whoever drafts; the counter goes on
	}
	input, err := cel.PartialVars(q.vars, q.unknown...)
	if err != nil {
		return yes
	}
	out, _, err := program.Eval(input)
	if unknown, ok := out.(*types.Unknown); ok {
		for _, id := range unknown.IDs() {
			trails, _ := unknown.GetAttributeTrails(id)
			for _, t := range trails {
				q.matters = append(q.matters, t.Variable())
			}
		}
		return undecided
	}
	if holds, ok := out.(types.Bool); err == nil && ok && !bool(holds) {
		return no
	}
	return yes
}
