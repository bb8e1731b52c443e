// Package rule holds the system-wide rules that differ from area to area: how
// long a counter has for a notice, when a lamp turns. Rules are replicated
// data with a typed schema, never program text; the defaults are the statute's.
//
// It must never read storage, a network or a clock.
package rule

// Key names a rule.
type Key string

// The rules of the spine.
const (
	NoticeDays   Key = "notice_days"   // working days within which everything missing is told (行政许可法 32)
	NoticeDeemed Key = "notice_deemed" // 1: a later notice leaves the case accepted from the day of receipt
	YellowBefore Key = "yellow_before" // working days before a due date when the lamp turns yellow
	ServeDays    Key = "serve_days"    // working days between decision and service (行政许可法 44)
	ForwardDays  Key = "forward_days"  // working days for sending a case upward (行政许可法 43)
)

// Rule is one value of one rule, with its source.
type Rule struct {
	Key    Key    `cbor:"1,keyasint" json:"key" yaml:"key"`
	Value  int64  `cbor:"2,keyasint" json:"value" yaml:"value"`
	Source string `cbor:"3,keyasint,omitempty" json:"source,omitempty" yaml:"source"`
	From   string `cbor:"4,keyasint,omitempty" json:"from,omitempty" yaml:"from"` // effective, YYYY-MM-DD
}

// Flag reads a rule that is 0 or 1.
func (r Rule) Flag() bool { return r.Value != 0 }

// Days reads a rule that counts working days.
func (r Rule) Days() int { return int(r.Value) }
