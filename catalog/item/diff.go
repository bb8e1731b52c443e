package item

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"

	"tongban/catalog/area"
)

// Change is one difference between two versions, in words. From and To are
// the two values where the element has one; added and removed entries of a
// list leave one of them empty. An entry is named by its own key:
// "materials[photo].need", "steps[公示].limit".
type Change struct {
	Element string `json:"element"`
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
	Text    string `json:"text"`    // Chinese
	English string `json:"english"` //
}

// String is the sentence in Chinese.
func (c Change) String() string { return c.Text }

// Diff says what changed from a to b, in the order of the elements: what an
// official reads before publishing and a counter reads after. It is empty
// exactly when the two say the same; the version number and the area are not
// elements.
func Diff(a, b Item) []Change {
	all := compareItems(a, b)
	if len(all) == 0 {
		return nil
	}
	changes := make([]Change, len(all))
	for i, j := range all {
		changes[i] = j.Change
	}
	return changes
}

// Favourable lists the changes from a to b that are better for an applicant,
// and those that are worse: shorter limits, fewer and lighter materials, fewer
// visits, fewer conditions and fees, a wider scope are better, the reverse is
// worse. Of other changes nobody can tell by their form; they are in neither
// list. Whether the new version as a whole is the better one for a case (立法法
// 104) is for a person to judge.
func Favourable(a, b Item) (better, worse []Change) {
	for _, j := range compareItems(a, b) {
		switch {
		case j.favour > 0:
			better = append(better, j.Change)
		case j.favour < 0:
			worse = append(worse, j.Change)
		}
	}
	return better, worse
}

// judged is a change and whether it is better (1) or worse (-1) for applicants.
type judged struct {
	Change
	favour int
}

// phrase is the same words in both languages.
type phrase struct{ zh, en string }

func compareItems(a, b Item) []judged {
	d := &differ{}
	d.value("code", phrase{}, reflect.ValueOf(a.Ref.Code), reflect.ValueOf(b.Ref.Code))
	d.fields("", phrase{}, reflect.ValueOf(a), reflect.ValueOf(b))
	slices.SortStableFunc(d.changes, func(a, b judged) int {
		x, _ := place(a.Element)
		y, _ := place(b.Element)
		return cmp.Compare(x, y)
	})
	return d.changes
}

type differ struct{ changes []judged }

func (d *differ) add(element, from, to string, text phrase, favour int) {
	d.changes = append(d.changes, judged{Change{element, from, to, text.zh, text.en}, favour})
}

// fields compares two structs of one type, field by field: no element can be
// forgotten, because none is named. whose is the entry that they are part of.
func (d *differ) fields(path string, whose phrase, a, b reflect.Value) {
	for i := range a.NumField() {
		if _, isRef := a.Field(i).Interface().(Ref); isRef || a.Field(i).IsZero() && b.Field(i).IsZero() {
			continue
		}
		d.compare(join(path, jsonName(a.Type().Field(i))), whose, a.Field(i), b.Field(i))
	}
}

func (d *differ) compare(path string, whose phrase, a, b reflect.Value) {
	switch x := a.Interface().(type) {
	case Limit:
		d.limit(path, whose, x, b.Interface().(Limit))
		return
	case *Attachment:
		d.attachment(path, whose, x, b.Interface().(*Attachment))
		return
	}
	switch a.Kind() {
	case reflect.Struct:
		d.fields(path, whose, a, b)
	case reflect.Slice:
		d.list(path, whose, a, b)
	case reflect.Bool:
		d.flag(path, whose, a.Bool(), b.Bool())
	default:
		d.value(path, whose, a, b)
	}
}

// label names an element of an entry: "材料「照片」复印件份数".
func label(path string, whose phrase) phrase {
	zh, en := Label(path)
	if whose.zh == "" {
		return phrase{zh, en}
	}
	return phrase{whose.zh + "的" + zh, whose.en + ", " + en}
}

// said is a single value as it is stored and in words; "" for what is not given.
func said(path string, v reflect.Value) (string, phrase) {
	if level, ok := v.Interface().(area.Level); ok {
		return level.String(), phrase{level.Chinese(), level.String()}
	}
	text := ""
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			text = strconv.FormatInt(v.Elem().Int(), 10)
		}
	case reflect.Int, reflect.Int64:
		text = strconv.FormatInt(v.Int(), 10)
	default:
		text = v.String()
	}
	zh, en := InWords(path, text)
	return text, phrase{zh, en}
}

// value compares an element that has one value.
func (d *differ) value(path string, whose phrase, a, b reflect.Value) {
	from, was := said(path, a)
	to, is := said(path, b)
	if from == to {
		return
	}
	text := arrow(label(path, whose), was, is)
	if pattern(path) == "materials[].need" && from != "" && to != "" {
		text = phrase{whose.zh + "改为" + is.zh + "（原为" + was.zh + "）", whose.en + " now " + is.en + " (was " + was.en + ")"}
	}
	d.add(path, from, to, text, favourOf(path, a, b))
}

// arrow says what a value was and is.
func arrow(name, was, is phrase) phrase {
	was, is = phrase{brief(was.zh), brief(was.en)}, phrase{brief(is.zh), brief(is.en)}
	switch {
	case was.zh == "":
		return phrase{name.zh + "：" + is.zh + "（原来没有）", name.en + ": " + is.en + " (was not given)"}
	case is.zh == "":
		return phrase{name.zh + "：不再写明（原为 " + was.zh + "）", name.en + ": no longer given (was " + was.en + ")"}
	}
	return phrase{name.zh + "：" + was.zh + " → " + is.zh, name.en + ": " + was.en + " → " + is.en}
}

// brief cuts a long text in a sentence; From and To have it whole.
func brief(s string) string {
	const most = 120
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// limit compares two limits; of one unit only the number is worth saying.
func (d *differ) limit(path string, whose phrase, from, to Limit) {
	if from == to {
		return
	}
	was, is := limitWord(from), limitWord(to)
	counted := from.Unit == WorkingDays || from.Unit == CalendarDays
	if counted && from.Unit == to.Unit && !from.IsZero() && !to.IsZero() {
		was = phrase{from.number(), from.number()}
	}
	d.add(path, from.String(), to.String(), arrow(label(path, whose), was, is), favourLimit(from, to))
}

// limitWord says a limit, even one that an unfinished draft got wrong.
func limitWord(l Limit) phrase {
	switch {
	case l == Limit{}:
		return phrase{}
	case l.IsZero():
		return phrase{"0（" + string(l.Unit) + "）", "0 (" + string(l.Unit) + ")"}
	}
	return phrase{l.Chinese(), l.String()}
}

// flags are the sentences for what holds or does not.
var flags = map[string]struct{ on, off phrase }{
	"local":                {phrase{"改为个性化事项", "a local item from now on"}, phrase{"不再是个性化事项", "no longer a local item"}},
	"materials[].exempt":   {phrase{"免提交", "need not be handed in any more"}, phrase{"不再免提交", "must be handed in again"}},
	"steps[].uncounted":    {phrase{"不再计入办结时限", "no longer counts toward the limit"}, phrase{"计入办结时限", "counts toward the limit from now on"}},
	"steps[].outside":      {phrase{"改在系统外办理", "is done outside from now on"}, phrase{"改在系统内办理", "is done inside from now on"}},
	"situations[].several": {phrase{"改为可多选", "may have several answers from now on"}, phrase{"改为单选", "has one answer from now on"}},
}

func (d *differ) flag(path string, whose phrase, from, to bool) {
	if from == to {
		return
	}
	was, is := strconv.FormatBool(from), strconv.FormatBool(to)
	text := flags[pattern(path)].off
	if to {
		text = flags[pattern(path)].on
	}
	switch {
	case text.zh == "":
		text = arrow(label(path, whose), phrase{was, was}, phrase{is, is})
	case whose.zh != "":
		text = phrase{whose.zh + text.zh, whose.en + " " + text.en}
	}
	d.add(path, was, is, text, favourFlag(path, to))
}

func (d *differ) attachment(path string, whose phrase, from, to *Attachment) {
	was, is := fileWord(from), fileWord(to)
	if was == is {
		return
	}
	name := label(path, whose)
	var text phrase
	switch {
	case from == nil:
		text = phrase{name.zh + "：新增文件「" + brief(to.Name) + "」", name.en + ": the file " + strconv.Quote(brief(to.Name)) + " added"}
	case to == nil:
		text = phrase{name.zh + "：删去文件「" + brief(from.Name) + "」", name.en + ": the file " + strconv.Quote(brief(from.Name)) + " removed"}
	default:
		text = phrase{name.zh + "：文件已更换为「" + brief(to.Name) + "」", name.en + ": the file was replaced by " + strconv.Quote(brief(to.Name))}
	}
	d.add(path, was, is, text, 0)
}

// fileWord is a file by its name, hash and size.
func fileWord(a *Attachment) string {
	if a == nil {
		return ""
	}
	return a.Name + " (" + a.Hash + ", " + strconv.FormatInt(a.Size, 10) + ")"
}

// String is the origin as a screen shows it: area, date, source.
func (o Origin) String() string {
	text := ""
	for _, part := range []string{o.Area, o.Date, o.Source} {
		if part != "" && text != "" {
			text += ", "
		}
		text += part
	}
	return text
}
