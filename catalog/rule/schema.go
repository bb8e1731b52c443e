package rule

import (
	"errors"
	"fmt"

	"tongban/catalog/workday"
)

// Unit is what the value of a rule counts.
type Unit string

// The units of rules.
const (
	WorkingDays Unit = "working_days"
	Flag        Unit = "flag" // 0 or 1
)

// Schema says what a rule may be.
type Schema struct {
	Key     Key    `json:"key"`
	Unit    Unit   `json:"unit"`
	Min     int64  `json:"min"`
	Max     int64  `json:"max"`
	Default Rule   `json:"default"` // holds where no area says otherwise
	Name    string `json:"name"`    // as an official reads it
	Meaning string `json:"meaning"`
}

var schemas = []Schema{
	{NoticeDays, WorkingDays, 1, 30, Rule{Key: NoticeDays, Value: 5, Source: "行政许可法 32"},
		"一次性告知时限", "working days from receipt within which everything missing is told at once"},
	{NoticeDeemed, Flag, 0, 1, Rule{Key: NoticeDeemed, Value: 1, Source: "行政许可法 32（四）"},
		"逾期不告知即为受理", "1: without a notice in time the case is accepted from the day of receipt"},
	{YellowBefore, WorkingDays, 0, 30, Rule{Key: YellowBefore, Value: 1, Source: "本系统默认：到期前一个工作日提示"},
		"黄灯提前天数", "working days before a due date at which the lamp turns yellow"},
	{ServeDays, WorkingDays, 1, 60, Rule{Key: ServeDays, Value: 10, Source: "行政许可法 44"},
		"送达时限", "working days between the decision and its service"},
	{ForwardDays, WorkingDays, 1, 60, Rule{Key: ForwardDays, Value: 20, Source: "行政许可法 43"},
		"上报时限", "working days from acceptance within which the lower level sends a case up"},
}

// Schemas lists every rule that this program knows, in a fixed order.
func Schemas() []Schema { return append([]Schema(nil), schemas...) }

// SchemaOf finds the schema of a rule.
func SchemaOf(key Key) (Schema, bool) {
	for _, s := range schemas {
		if s.Key == key {
			return s, true
		}
	}
	return Schema{}, false
}

// Errors of Check.
var (
	ErrUnknown = errors.New("no such rule")
	ErrRange   = errors.New("value out of range")
)

// Check says what is wrong with a rule: an unknown key, a value out of range,
// a date that is none. The Register applies it: what it refuses may change
// only with a feature level.
func (r Rule) Check() error {
	s, ok := SchemaOf(r.Key)
	if !ok {
		return fmt.Errorf("rule %q: %w", r.Key, ErrUnknown)
	}
	if r.Value < s.Min || r.Value > s.Max {
		return fmt.Errorf("rule %s = %d: %w (want %d to %d)", r.Key, r.Value, ErrRange, s.Min, s.Max)
	}
	if r.From != "" {
		if _, err := workday.ParseDate(r.From); err != nil {
			return fmt.Errorf("rule %s: from %w", r.Key, err)
		}
	}
	return nil
}
