package counter

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/desk"
)

// named is how the desk begins what it says of a field.
var named = regexp.MustCompile(`(?:^|[\s“”：:])([a-z_]+(?:\[\d+\])?(?:\.[a-z_]+)*): (.*)$`)

// split reads what the desk says of one field; "" where it names none.
func split(text string) (field, what string) {
	m := named.FindStringSubmatch(text)
	if m == nil {
		return "", text
	}
	field, what = m[1], m[2]
	for { // "open a case: applicant.name: …" names the field last
		next := named.FindStringSubmatchIndex(what)
		if next == nil || next[0] != 0 {
			return field, what
		}
		field, what = what[next[2]:next[3]], what[next[4]:next[5]]
	}
}

// fieldOf is the field of the screen that the desk means.
func (v *view) fieldOf(field, outcome string) string {
	for _, number := range []string{".resident_id", ".credit_code", ".other_id"} {
		if begin, ok := strings.CutSuffix(field, number); ok {
			return begin + ".number"
		}
	}
	switch field {
	case "applicant.letter":
		return "applicant.letter.scope"
	case "applicant.agent", "applicant.representative":
		return field + ".name"
	}
	if rest, ok := strings.CutPrefix(field, "papers["); ok {
		number, rest, _ := strings.Cut(rest, "]")
		i, err := strconv.Atoi(number)
		if papers := v.laid(); err == nil && i < len(papers) {
			if strings.HasPrefix(rest, ".from") {
				return papers[i] + ".consent"
			}
			return papers[i]
		}
	}
	if begin := outcomeFields[outcome]; begin != "" {
		switch field {
		case "ground", "reason", "whose", "remedy", "text", "result", "signed", "to", "certificate":
			return begin + field
		}
		if field == "certificate.name" {
			return begin + "name"
		}
		if strings.HasPrefix(field, "certificate.") {
			return begin + "certificate"
		}
	}
	return field
}

// outcomeFields is how the fields of the form of an outcome begin.
var outcomeFields = map[string]string{"decline": "d.", "settle": "s."}

// place puts what the desk found wrong beside the fields, and says what is left
// that belongs to none.
func (v *view) place(err error, outcome string) (left []string) {
	a := v.typed.applicant()
	for _, f := range a.Check("applicant", v.r.today()) {
		if outcome != "" {
			v.fault(v.fieldOf(f.Field, outcome), v.c.Page.Pick(f.Chinese, f.English))
		}
	}
	if err == nil {
		return nil
	}
	for one := range strings.SplitSeq(wordsOf(err), "; ") {
		field, what := split(one)
		switch {
		case outcome == "" && field == "subject" && !v.typed.on("subject"): // nobody was wrong yet: the field says what it asks for
		case strings.HasPrefix(field, "applicant"): // said above, in one language
		case field == "" || strings.HasPrefix(one, "“") && strings.HasPrefix(field, "papers["): // of one item of several: it counts its own papers
			left = append(left, v.c.Particulars(what))
		default:
			v.fault(v.fieldOf(field, outcome), v.ofField(one, what))
		}
	}
	return left
}

// ofField is what is wrong with a field, without the field's name: it stands
// beside it.
func (v *view) ofField(told, what string) string {
	said := v.c.Particulars(told)
	if said == told {
		return what
	}
	if _, after, ok := strings.Cut(said, "："); ok {
		return after
	}
	return said
}

func (v *view) fault(field, what string) {
	if v.faults[field] == "" {
		v.faults[field] = what
	}
}

// wordsOf is what an error says, without what was being done.
func wordsOf(err error) string {
	var e *refusal.Error
	if errors.As(err, &e) {
		return e.Err.Error()
	}
	return err.Error()
}

// told is a refusal for the page, its faults beside their fields. A refusal
// that names none stands above the page as it is.
func (v *view) told(err error, outcome string) error {
	if refusal.CodeOf(err) != desk.BadForm {
		return err
	}
	left := v.place(err, outcome)
	if len(left) == 0 && len(v.faults) > 0 {
		return refusal.Newf(desk.BadForm, "", "", "%s", v.c.Page.Say("see_fields"))
	}
	return err
}

// numberTold is what can be said of the number of a document at once: "" and ""
// where there is none.
func (v *view) numberTold() (good, bad string) {
	kind, number := v.typed.document("applicant")
	if number == "" {
		return "", ""
	}
	if zh, en := kind.Check(number); zh != "" {
		return "", v.c.Page.Pick(zh, en)
	}
	p := v.typed.person("applicant")
	good = v.c.Page.Say("number_good")
	if born := p.Birth(); born != "" {
		good += " · " + v.c.Page.Say("born") + " " + string(born)
		if minor, known := applicant.MinorOn(born, v.r.today()); known && minor {
			good += " · " + v.c.Page.Say("minor")
		}
	}
	return good, ""
}
