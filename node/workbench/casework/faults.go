package casework

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"tongban/consensus/refusal"
	"tongban/intake/desk"
	"tongban/node/workbench"
)

// about is how the desk begins what it says of a field.
var about = regexp.MustCompile(`^([a-z_]+(?:\.[a-z_]+)*): (.*)$`)

// beside puts what the desk found wrong with a form beside its fields, and leaves
// what belongs to none of them.
func beside(c *workbench.Call, fields []filled, err error) error {
	if refusal.CodeOf(err) != desk.BadForm {
		return err
	}
	said := err.Error()
	if e := (*refusal.Error)(nil); errors.As(err, &e) {
		said = e.Err.Error()
	}
	var left []string
	for one := range strings.SplitSeq(said, "; ") {
		m := about.FindStringSubmatch(one)
		i := -1
		if m != nil {
			i = slices.IndexFunc(fields, func(f filled) bool { return f.asks(m[1]) })
		}
		if i < 0 {
			left = append(left, one)
			continue
		}
		if told := c.Particulars(one); told != one { // in the reader's language, which names the field first
			if _, after, named := strings.Cut(told, "："); named {
				told = after
			}
			fields[i].fault(told)
			continue
		}
		fields[i].fault(m[2])
	}
	if len(left) > 0 {
		return refusal.Newf(desk.BadForm, "", "", "%s", strings.Join(left, "; "))
	}
	return refusal.Newf(desk.BadForm, "", "", "%s", c.Reason(desk.BadForm)) // said once: the fields say the rest
}

// asks reports whether a field is the one that the desk names: in a form within
// another, such as the decision that settles a case, by its last word.
func (f *filled) asks(name string) bool {
	return f.Name == name || strings.HasSuffix(f.Name, "."+name) || strings.HasSuffix(name, "."+f.Name)
}

func (f *filled) fault(said string) {
	if f.Fault == "" {
		f.Fault = said
	}
}
