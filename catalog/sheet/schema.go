package sheet

import (
	"reflect"
	"strings"
	"sync"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

// kind is how the value of an element is written.
type kind byte

const (
	text   kind = iota + 1
	code        // digits that must not become a number
	date        // YYYY-MM-DD
	word        // one of item.Words
	flag        // true or not
	number      // an integer
	limit       // item.Limit
	object      // elements inside it
	list        // entries
)

// shape is what the program knows of an element by the type that holds it: a
// new field of item.Item is a new column without a change here.
type shape struct {
	kind    kind
	element string // such as "materials[].need"; the pattern of its path
	name    string // in JSON, inside what holds it
	index   int    // of the field
	pointer bool
	open    bool     // a word that is none of the list is allowed
	suggest bool     // a text for which there are usual words
	fields  []*shape // of an object, in the order of the struct
	entry   *shape   // of a list
}

var (
	limitType = reflect.TypeFor[item.Limit]()
	levelType = reflect.TypeFor[area.Level]()
	refType   = reflect.TypeFor[item.Ref]()
)

// itemShape is the shape of an item. The parts of its Ref are elements of the
// item itself: code, area, version.
var itemShape = sync.OnceValue(func() *shape { return shapeOf(reflect.TypeFor[item.Item](), "") })

// dates are the elements that hold a day.
var dates = map[string]bool{
	"law_checked": true, "effective": true, "origin.date": true, "laws[].since": true, "laws[].changed": true,
}

// codes are the elements that hold digits which are no number. A hash is one.
var codes = map[string]bool{
	"code": true, "area": true, "basic_code": true, "implementation_code": true, "handling_code": true,
	"local_code": true, "authority_code": true, "joint[].code": true, "undertaking[].code": true,
	"members[].code": true, "shared[].of[].code": true,
	"materials[].blank.hash": true, "materials[].sample.hash": true, "results[].sample.hash": true,
}

// shapeOf derives the shape of a type that stands at an element.
func shapeOf(t reflect.Type, element string) *shape {
	s := &shape{element: element}
	if t.Kind() == reflect.Pointer {
		s.pointer = true
		t = t.Elem()
	}
	words := item.Words(element)
	switch {
	case t == limitType:
		s.kind = limit
	case element == "styles" && t.Kind() == reflect.String:
		s.kind, s.suggest = text, true
	case t == levelType, t.Kind() == reflect.String && len(words) > 0:
		s.kind = word
		s.open = element == "type"
	case t.Kind() == reflect.String && dates[element]:
		s.kind = date
	case t.Kind() == reflect.String && codes[element]:
		s.kind = code
	case t.Kind() == reflect.String:
		s.kind = text
	case t.Kind() == reflect.Bool:
		s.kind = flag
	case t.Kind() == reflect.Slice:
		s.kind = list
		inner := element
		if t.Elem().Kind() == reflect.Struct {
			inner += "[]"
		}
		s.entry = shapeOf(t.Elem(), inner)
	case t.Kind() == reflect.Struct:
		s.kind = object
		s.fields = fieldsOf(t, element)
	default:
		s.kind = number
	}
	return s
}

func fieldsOf(t reflect.Type, element string) []*shape {
	var fields []*shape
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		inside := name
		switch {
		case f.Type == refType:
			inside = ""
		case element != "":
			inside = element + "." + name
		}
		s := shapeOf(f.Type, inside)
		s.name, s.index = name, i
		fields = append(fields, s)
	}
	return fields
}

// field finds a part of an object by its name.
func (s *shape) field(name string) *shape {
	for _, f := range s.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

// of is the part of a struct value that a shape describes; a nil pointer on
// the way gives the zero Value.
func (s *shape) of(v reflect.Value) reflect.Value {
	v = v.Field(s.index)
	if s.pointer {
		if v.IsNil() {
			return reflect.Value{}
		}
		v = v.Elem()
	}
	return v
}

// make is the same, with room made for what is not there yet.
func (s *shape) make(v reflect.Value) reflect.Value {
	v = v.Field(s.index)
	if s.pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	return v
}

// label is the Chinese name of an element.
func (s *shape) label() string {
	zh, _ := item.Label(s.element)
	return zh
}

// both is the name of an element in Chinese and English.
func (s *shape) both() (zh, en string) { return item.Label(s.element) }

// firstBad finds a text that no format carries.
func firstBad(it *item.Item) (element string, bad bool) {
	return badIn(itemShape(), reflect.ValueOf(it).Elem())
}

func badIn(s *shape, v reflect.Value) (string, bool) {
	switch s.kind {
	case object:
		for _, f := range s.fields {
			if inner := f.of(v); inner.IsValid() {
				if element, bad := badIn(f, inner); bad {
					return element, true
				}
			}
		}
	case list:
		for i := range v.Len() {
			if element, bad := badIn(s.entry, v.Index(i)); bad {
				return element, true
			}
		}
	case limit:
		l := v.Interface().(item.Limit)
		return s.element, !carried(string(l.Unit) + l.By)
	default:
		if v.Kind() == reflect.String && !carried(v.String()) {
			return s.element, true
		}
	}
	return "", false
}
