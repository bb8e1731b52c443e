package casework

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// kind is how a field of a form is filled in.
type kind string

const (
	line   kind = "line"   // one line of text
	text   kind = "text"   // several lines
	day    kind = "day"    // a day
	clockT kind = "time"   // hours and minutes
	count  kind = "count"  // a whole number
	money  kind = "money"  // yuan, which become fen
	check  kind = "check"  // yes or no
	pick   kind = "pick"   // one of several
	people kind = "people" // several, separated by 、 or commas
	file   kind = "file"   // a scan, or photos of its pages
	sign   kind = "sign"   // signed on the screen, or a picture of it
	choose kind = "choose" // one of a few, none of them before somebody chose it
)

// field is one field of the form of an action; its name is that of the desk's
// form in JSON, with dots where that is nested.
type field struct {
	Name    string
	Kind    kind
	Words   terms.Pair // what it is called
	Hint    terms.Pair
	Must    bool
	Says    bool                                         // of choose: the main button says what is chosen
	Options []option                                     // of pick
	From    func(r *room, v *desk.View) []option         // options that depend on the case
	Start   func(r *room, v *desk.View) string           // what stands in it at first
	Phrases []terms.Pair                                 // ready words for a text
	Show    func(r *room, v *desk.View) bool             // nil: always
	Parse   func(text string, into map[string]any) error // nil: by its kind
}

type option struct {
	Value string
	Words terms.Pair
}

// deedForm is what an action asks for and what does it.
type deedForm struct {
	Fields []field
	More   func(r *room, v *desk.View) []field // fields that the case brings; nil: none
	Papers bool                                // the item's material list is part of it
	Note   terms.Pair
	Do     func(ctx context.Context, d *desk.Desk, by desk.By, id casefile.ID, form []byte) (desk.Done, error)
}

// does makes the doing of an action out of the desk's own: the form's fields
// are those of the desk's form, so there is nothing to translate.
func does[F any](do func(d *desk.Desk, ctx context.Context, by desk.By, id casefile.ID, form F) (desk.Done, error)) func(context.Context, *desk.Desk, desk.By, casefile.ID, []byte) (desk.Done, error) {
	return func(ctx context.Context, d *desk.Desk, by desk.By, id casefile.ID, raw []byte) (desk.Done, error) {
		var form F
		in := json.NewDecoder(bytes.NewReader(raw))
		in.DisallowUnknownFields()
		if err := in.Decode(&form); err != nil {
			return desk.Done{}, refusal.New(desk.BadForm, "", "", err)
		}
		return do(d, ctx, by, id, form)
	}
}

// doesPlain is does for an action without a form.
func doesPlain(do func(d *desk.Desk, ctx context.Context, by desk.By, id casefile.ID) (desk.Done, error)) func(context.Context, *desk.Desk, desk.By, casefile.ID, []byte) (desk.Done, error) {
	return func(ctx context.Context, d *desk.Desk, by desk.By, id casefile.ID, _ []byte) (desk.Done, error) {
		return do(d, ctx, by, id)
	}
}

// filled is a field with what was typed, for a page.
type filled struct {
	field
	ID      string
	Label   string
	HintT   string
	Value   string
	Fault   string // what is wrong with it
	First   bool   // it stands first in the form
	Choices []choice
	Ready   []string
	Own     []string // phrases of whoever fills it in
	Keeps   bool     // more of them can be kept
}

type choice struct {
	Value, Text string
	Chosen      bool
	Key         string // that chooses it; "": none
}

// fill is the form with what was typed, else what stands in it at first.
func (r *room) fill(p *frame.Page, f deedForm, v *desk.View, typed map[string][]string) []filled {
	var all []filled
	for _, one := range f.Fields {
		if one.Show != nil && !one.Show(r, v) {
			continue
		}
		out := filled{field: one, ID: "f-" + strings.ReplaceAll(one.Name, ".", "-"), Label: p.Pick(one.Words[0], one.Words[1]), HintT: p.Pick(one.Hint[0], one.Hint[1])}
		if typed != nil {
			out.Value = strings.Join(typed[one.Name], "")
		} else if one.Start != nil {
			out.Value = one.Start(r, v)
		}
		options := one.Options
		if one.From != nil {
			options = append(options[:len(options):len(options)], one.From(r, v)...)
		}
		for _, o := range options {
			out.Choices = append(out.Choices, choice{Value: o.Value, Text: p.Pick(o.Words[0], o.Words[1]), Chosen: o.Value == out.Value})
		}
		for i := range out.Choices {
			if one.Kind == choose && len(all) == 0 && i < 9 {
				out.Choices[i].Key = strconv.Itoa(i + 1)
			}
		}
		for _, ready := range one.Phrases {
			out.Ready = append(out.Ready, p.Pick(ready[0], ready[1]))
		}
		out.First = len(all) == 0
		all = append(all, out)
	}
	return all
}

// on is the form with the fields that a case brings.
func (f deedForm) on(r *room, v *desk.View) deedForm {
	if f.More != nil {
		f.Fields = append(f.Fields[:len(f.Fields):len(f.Fields)], f.More(r, v)...)
	}
	return f
}

// read makes the desk's form, in JSON, out of what was typed.
func read(p *frame.Page, c *workbench.Call, f deedForm) ([]byte, error) {
	out := map[string]any{}
	for _, one := range f.Fields {
		typed := strings.TrimSpace(strings.Join(c.PostForm[one.Name], ""))
		if one.Kind == file || one.Kind == sign {
			content, err := upload(c.MultipartForm, one.Name, p.Pick(one.Words[0], one.Words[1]))
			if err != nil {
				return nil, err
			}
			if content != nil {
				put(out, one.Name, content)
			}
			continue
		}
		if one.Kind == check {
			if typed != "" {
				put(out, one.Name, true)
			}
			continue
		}
		if typed == "" && one.Kind == choose && one.Must { // whatever the desk makes of nothing
			return nil, refusal.Newf(desk.BadForm, "", "", "%s: must be given", one.Name)
		}
		if typed == "" {
			continue
		}
		if one.Parse != nil {
			if err := one.Parse(typed, out); err != nil {
				return nil, err
			}
			continue
		}
		value, wrong := valueOf(one, typed)
		if wrong != (terms.Pair{}) {
			return nil, refusal.Newf(desk.BadForm, "", "", "%s: %s", one.Name, p.Pick(wrong[0], wrong[1]))
		}
		put(out, one.Name, value)
	}
	return json.Marshal(out)
}

// valueOf is what was typed, or what is wrong with it.
func valueOf(f field, typed string) (value any, wrong terms.Pair) {
	switch f.Kind {
	case count:
		n, err := strconv.Atoi(typed)
		if err != nil {
			return nil, terms.Pair{"应为整数。", "want a whole number"}
		}
		return n, wrong
	case money:
		return fen(typed)
	case people:
		return strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune("、,，;； \n", r) }), wrong
	}
	return typed, wrong
}

// fen reads an amount in yuan.
func fen(typed string) (any, terms.Pair) {
	yuan, rest, _ := strings.Cut(strings.TrimPrefix(typed, "¥"), ".")
	if len(rest) > 2 || len(yuan) > 10 {
		return nil, terms.Pair{"金额最多两位小数。", "at most two decimals"}
	}
	n, err := strconv.ParseUint(yuan+(rest + "00")[:2], 10, 62)
	if err != nil {
		return nil, terms.Pair{"应为金额，如 35.00。", "want an amount such as 35.00"}
	}
	return int64(n), terms.Pair{}
}

// put sets a value at a name with dots.
func put(out map[string]any, name string, value any) {
	for {
		first, rest, nested := strings.Cut(name, ".")
		if !nested {
			out[name] = value
			return
		}
		inner, ok := out[first].(map[string]any)
		if !ok {
			inner = map[string]any{}
			out[first] = inner
		}
		out, name = inner, rest
	}
}
