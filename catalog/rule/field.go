package rule

import (
	"encoding"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"tongban/catalog/area"
	"tongban/catalog/workday"
)

// Field describes one field of a document for whoever writes one: a form, a
// template, a help text.
type Field struct {
	Path     string `json:"path"` // "kinds[].name": [] is each entry of a list
	Type     string `json:"type"` // text, number, yes_no, date, area, item_code, item_type, choice, object; of a list, its entries'
	List     bool   `json:"list,omitempty"`
	Required bool   `json:"required,omitempty"`
	Min      int64  `json:"min,omitempty"` // of a number
	Max      int64  `json:"max,omitempty"` // of a number; of a text: characters
	Name     string `json:"name"`          // as an official reads it
	Meaning  string `json:"meaning"`
	Words    []Word `json:"words,omitempty"` // of a choice
}

// Word is one value of a choice.
type Word struct {
	Word string `json:"word"`
	Name string `json:"name"` // as an official reads it
}

// ItemCode is the key of an item, as item.Code.
type ItemCode string

// part is one field of a document type, read off its tags:
//
//	name:"…" means:"…" need:"yes" min:"1" max:"5"
type part struct {
	index    int
	json     string
	name     string
	meaning  string
	required bool
	min, max int64
}

var parts sync.Map // reflect.Type to []part: a type's parts never change

func partsOf(t reflect.Type) []part {
	if known, ok := parts.Load(t); ok {
		return known.([]part)
	}
	var all []part
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		p := part{index: i, name: tag.Get("name"), meaning: tag.Get("means"), required: tag.Get("need") == "yes"}
		p.json, _, _ = strings.Cut(tag.Get("json"), ",")
		if p.max = maxText; elem(t.Field(i).Type).Kind() != reflect.String {
			p.max = 1000
		}
		if n, err := strconv.ParseInt(tag.Get("min"), 10, 64); err == nil {
			p.min = n
		}
		if n, err := strconv.ParseInt(tag.Get("max"), 10, 64); err == nil {
			p.max = n
		}
		all = append(all, p)
	}
	parts.Store(t, all)
	return all
}

func elem(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Slice {
		return t.Elem()
	}
	return t
}

func isLevel(t reflect.Type) bool { return t == reflect.TypeFor[area.Level]() }

// wordsOf lists the values of a choice; nil for what is none.
func wordsOf(t reflect.Type) []Word {
	if isLevel(t) {
		var words []Word
		for l := area.National; l <= area.Village; l++ {
			words = append(words, Word{l.String(), l.Chinese()})
		}
		return words
	}
	if c, ok := reflect.Zero(t).Interface().(interface{ words() []Word }); ok {
		return c.words()
	}
	return nil
}

// fieldsOf describes the fields of a document type, depth first.
func fieldsOf(t reflect.Type, under string) []Field {
	var all []Field
	for _, p := range partsOf(t) {
		inner := elem(t.Field(p.index).Type)
		f := Field{Path: under + p.json, List: t.Field(p.index).Type.Kind() == reflect.Slice, Required: p.required,
			Name: p.name, Meaning: p.meaning, Words: wordsOf(inner)}
		switch {
		case f.Words != nil:
			f.Type = "choice"
		case inner == reflect.TypeFor[workday.Date]():
			f.Type = "date"
		case inner == reflect.TypeFor[area.Code]():
			f.Type = "area"
		case inner == reflect.TypeFor[ItemCode]():
			f.Type = "item_code"
		case inner == reflect.TypeFor[ItemType]():
			f.Type = "item_type"
		case inner.Kind() == reflect.String:
			f.Type, f.Max = "text", p.max
		case inner.Kind() == reflect.Bool:
			f.Type = "yes_no"
		case inner.Kind() == reflect.Struct:
			f.Type = "object"
		default:
			f.Type, f.Min, f.Max = "number", p.min, p.max
		}
		all = append(all, f)
		if inner.Kind() == reflect.Struct {
			suffix := "."
			if f.List {
				suffix = "[]."
			}
			all = append(all, fieldsOf(inner, f.Path+suffix)...)
		}
	}
	return all
}

// encode writes a document down. It is the inverse of a fitter's object.
func encode(doc any) Document {
	root, _ := treeOf(reflect.ValueOf(doc)).(map[string]any)
	return documentOf(root)
}

func treeOf(v reflect.Value) any {
	if isLevel(v.Type()) {
		if text, err := v.Interface().(encoding.TextMarshaler).MarshalText(); err == nil {
			return string(text)
		}
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = treeOf(v.Index(i))
		}
		return list
	case reflect.Struct:
		object := map[string]any{}
		for _, p := range partsOf(v.Type()) {
			object[p.json] = treeOf(v.Field(p.index))
		}
		return object
	}
	return v.Int()
}
