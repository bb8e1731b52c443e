// Package starter is the data that ships: template items copied from published
// guides and statutes, bundles and lists composed of them, names of many more
// items, the working-day calendar, the default rules, the areas of Suzhou. A
// new realm begins with them and publishes its own.
//
// It must never be read as what holds here: another district's codes, days and
// fees are never this district's, and every item says whose it is. It must
// never hold anything that no source says, unless the item's note names it as
// local composition.
package starter

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"go.yaml.in/yaml/v3"

	"tongban/catalog/item"
)

//go:embed data
var data embed.FS

// LocalPrefix begins the key of a template whose source publishes no standard
// code; its record number follows (TB-D26).
const LocalPrefix = "TB-"

// ErrData says that the shipped data do not fit the program: a mistake of
// whoever built it.
var ErrData = errors.New("starter data")

// Items reads the template items, by file name and in the order of each file.
// Their Ref has the key but no area and no version: whoever publishes one sets
// them, and names the authority in whose name notices go out.
func Items() ([]item.Item, error) {
	files, err := fs.Glob(data, "data/items/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	var all []item.Item
	for _, name := range files {
		some, err := readItems(name)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// readItems reads one file of items and gives each its key.
func readItems(name string) ([]item.Item, error) {
	var some []item.Item
	if err := readYAML(name, &some); err != nil {
		return nil, err
	}
	for i := range some {
		some[i].Ref.Code = codeOf(&some[i])
	}
	return some, nil
}

// codeOf is the key of a template: the published code, or a local one.
func codeOf(it *item.Item) item.Code {
	if code := it.PublishedCode(); code != "" {
		return code
	}
	return LocalPrefix + item.Code(it.Record)
}

// readYAML reads one document. A key that the type does not know is an error:
// a misspelt element must not vanish.
func readYAML(name string, into any) error {
	raw, err := data.ReadFile(name)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrData, err)
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %s: %w", ErrData, name, err)
	}
	return nil
}
