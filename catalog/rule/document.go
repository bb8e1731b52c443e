package rule

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"time"

	"tongban/consensus/wire"
)

// Document is the value of a rule that is more than a number, as deterministic
// CBOR with its fields by name: whoever has the bytes can show them, even a
// program that knows nothing of the kind. JSON and YAML show it as it reads.
//
// It holds texts, whole numbers, true, lists and objects, and of an object
// only the fields that say something: no empty text, no 0, no false, no empty
// list. So two documents that say the same are the same bytes. Nothing about
// its kind is known here: Rule.Check holds it against its schema.
type Document string

// MaxDocument is the size of the largest document, in bytes.
const MaxDocument = 64 << 10

// depth is how deep a document may nest.
const depth = 16

// ErrDocument says that a text or bytes are no document, or not one of its
// rule's kind.
var ErrDocument = errors.New("not a document of this rule")

// empty is the document that says nothing.
var empty = documentOf(nil)

// MarshalCBOR writes a byte string: it is carried as it came.
func (d Document) MarshalCBOR() ([]byte, error) { return wire.Encode([]byte(d)), nil }

// UnmarshalCBOR reads a byte string.
func (d *Document) UnmarshalCBOR(b []byte) error {
	var raw []byte
	if err := wire.Decode(b, &raw); err != nil {
		return err
	}
	*d = Document(raw)
	return nil
}

// MarshalJSON shows the document; nothing is null.
func (d Document) MarshalJSON() ([]byte, error) {
	if d == "" {
		return []byte("null"), nil
	}
	tree, err := d.tree()
	if err != nil {
		return nil, err
	}
	return json.Marshal(tree)
}

// UnmarshalJSON reads what MarshalJSON shows.
func (d *Document) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %w", ErrDocument, err)
	}
	return d.read(v)
}

// MarshalYAML shows the document.
func (d Document) MarshalYAML() (any, error) {
	if d == "" {
		return nil, nil
	}
	return d.tree()
}

// UnmarshalYAML reads what MarshalYAML shows.
func (d *Document) UnmarshalYAML(unmarshal func(any) error) error {
	var v any
	if err := unmarshal(&v); err != nil {
		return err
	}
	return d.read(v)
}

func (d *Document) read(v any) error {
	if v == nil {
		*d = ""
		return nil
	}
	tree, err := plain(v, "doc", 0)
	if err != nil {
		return err
	}
	root, ok := tree.(map[string]any)
	if !ok {
		return fmt.Errorf("%w: doc: want an object", ErrDocument)
	}
	*d = documentOf(root)
	return nil
}

// tree is the document as texts, int64, bool, []any and map[string]any.
func (d Document) tree() (map[string]any, error) {
	if len(d) > MaxDocument {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrDocument, len(d), MaxDocument)
	}
	var v any
	if err := wire.Decode([]byte(d), &v); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDocument, err)
	}
	tree, err := plain(v, "doc", 0)
	if err != nil {
		return nil, err
	}
	root, ok := tree.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%w: doc: want an object", ErrDocument)
	}
	return root, nil
}

// documentOf writes a tree down without what says nothing.
func documentOf(tree map[string]any) Document {
	kept, _ := prune(tree).(map[string]any)
	if kept == nil {
		kept = map[string]any{}
	}
	return Document(wire.Encode(kept))
}

// prune drops the fields of objects that say nothing; what is in a list stays,
// so that nothing there changes its place. nil is what says nothing.
func prune(v any) any {
	switch v := v.(type) {
	case string:
		if v == "" {
			return nil
		}
	case bool:
		if !v {
			return nil
		}
	case int64:
		if v == 0 {
			return nil
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
		out := make([]any, len(v))
		for i, e := range v {
			switch out[i] = prune(e); {
			case out[i] != nil:
			case isObject(e):
				out[i] = map[string]any{}
			case isList(e):
				out[i] = []any{}
			default:
				out[i] = e
			}
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, e := range v {
			if e = prune(e); e != nil {
				out[name] = e
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	}
	return v
}

func isObject(v any) bool { _, is := v.(map[string]any); return is }

func isList(v any) bool { _, is := v.([]any); return is }

// plain makes a tree of what the decoders of CBOR, JSON and YAML give.
func plain(v any, path string, deep int) (any, error) {
	wrong := func(what string) (any, error) { return nil, fmt.Errorf("%w: %s: %s", ErrDocument, path, what) }
	if deep > depth {
		return wrong("nested too deep")
	}
	switch v := v.(type) {
	case nil, string, bool, int64:
		return v, nil
	case int:
		return int64(v), nil
	case uint64:
		if v > math.MaxInt64 {
			return wrong("number too large")
		}
		return int64(v), nil
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return wrong("want a whole number")
		}
		return n, nil
	case time.Time: // a date that YAML wrote without quotes
		if !v.Equal(v.Truncate(24 * time.Hour)) {
			return wrong("want a day, YYYY-MM-DD")
		}
		return v.Format("2006-01-02"), nil
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			var err error
			if out[i], err = plain(e, fmt.Sprintf("%s[%d]", path, i), deep+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) { // so that the error is always the same one
			var err error
			if out[name], err = plain(v[name], path+"."+name, deep+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[any]any:
		named := make(map[string]any, len(v))
		for name, e := range v {
			text, ok := name.(string)
			if !ok {
				return wrong("the name of a field is a text")
			}
			named[text] = e
		}
		return plain(named, path, deep)
	}
	return wrong("want texts, whole numbers, yes or no, lists and objects")
}
