package casefile

import (
	"reflect"

	"tongban/consensus/chain"
)

var refType = reflect.TypeFor[BlobRef]()

// References lists every reference in the body of an event to content outside
// the log, whatever its kind and wherever it stands: a kind that is added later
// is not forgotten.
func References(content any) (all []BlobRef) {
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Struct:
			if v.Type() == refType {
				if ref := v.Interface().(BlobRef); ref.Hash != (chain.Hash{}) {
					all = append(all, ref)
				}
				return
			}
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		case reflect.Slice, reflect.Array:
			if v.Type().Elem().Kind() == reflect.Uint8 {
				return
			}
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Map:
			for it := v.MapRange(); it.Next(); {
				walk(it.Value())
			}
		}
	}
	walk(reflect.ValueOf(content))
	return all
}
