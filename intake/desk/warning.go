package desk

import (
	"fmt"
	"strings"

	"tongban/catalog/item"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

// Warning is something that does not stop the work but that staff should know.
// What has a Chinese name only (items, centers, rules, materials) is called by it
// in English, too.
type Warning struct {
	Code    string `json:"code"`
	Text    string `json:"text"`
	English string `json:"english"`
}

// phrase is a fact that is said otherwise in English.
type phrase struct{ chinese, english string }

// warning says one thing in both languages. The facts are the same, in the same
// order; of a phrase each sentence takes its own.
func warning(code, chinese, english string, facts ...any) Warning {
	said := both(chinese, english, facts...)
	return Warning{code, said.chinese, said.english}
}

func both(chinese, english string, facts ...any) phrase {
	zh, en := make([]any, len(facts)), make([]any, len(facts))
	for i, one := range facts {
		zh[i], en[i] = one, one
		if t, ok := one.(phrase); ok {
			zh[i], en[i] = t.chinese, t.english
		}
	}
	return phrase{fmt.Sprintf(chinese, zh...), fmt.Sprintf(english, en...)}
}

// and adds a clause.
func (w *Warning) and(chinese, english string, facts ...any) {
	more := warning("", chinese, english, facts...)
	w.Text, w.English = w.Text+more.Text, w.English+more.English
}

// list joins names.
func list(names []string) phrase {
	return phrase{strings.Join(names, "、"), strings.Join(names, ", ")}
}

// joined is several facts as one.
func joined(all []phrase) phrase {
	zh, en := make([]string, len(all)), make([]string, len(all))
	for i, one := range all {
		zh[i], en[i] = one.chinese, one.english
	}
	return phrase{strings.Join(zh, "、"), strings.Join(en, ", ")}
}

// sentences are what a newer version changes.
func sentences(changes []item.Change) phrase {
	zh, en := make([]string, len(changes)), make([]string, len(changes))
	for i, c := range changes {
		zh[i], en[i] = c.Text, c.English
	}
	return phrase{strings.Join(zh, "；"), strings.Join(en, "; ")}
}

func limitWords(l item.Limit) phrase { return phrase{l.Chinese(), l.String()} }

func groundOf(g casefile.Ground) phrase {
	return phrase{groundWords[g], notice.Word(notice.English, string(g))}
}

// clockNames are the clocks as people read them.
var clockNames = map[clock.Name]string{
	clock.Notice: "一次性告知时限", clock.Bring: "补正时限", clock.Forward: "转报时限", clock.Step: "环节时限",
	clock.Promised: "承诺时限", clock.Legal: "法定时限", clock.Service: "送达时限", clock.Renewal: "许可有效期",
}

var clocksInEnglish = map[clock.Name]string{
	clock.Notice: "limit of the notice", clock.Bring: "limit of the supplement", clock.Forward: "limit of forwarding", clock.Step: "limit of the step",
	clock.Promised: "promised limit", clock.Legal: "legal limit", clock.Service: "limit of service", clock.Renewal: "permit",
}
