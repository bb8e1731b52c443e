package starter

import (
	"fmt"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

// Bundles reads the examples of several items as one (一件事, 一业一证), composed
// of the items that Items gives. Every one is a local composition, as its note
// says: whoever adopts it compares its members first.
func Bundles() ([]item.Item, error) { return readItems("data/bundles.yaml") }

// List is an example of what the centers of a level offer, by the keys of
// Items. Its words are those of the Register's lists.
type List struct {
	Purpose string      // basic 进驻事项基础目录, city_wide 通办清单
	Level   area.Level  // of the centers
	Items   []item.Code // in the order of the file
	Source  string      // what it was composed by: no published list has just these items
}

// Lists reads the examples of basic catalogues and of what is handled city-wide.
// Each is a local composition. There is none of frequent items: no source says
// which they are.
func Lists() ([]List, error) {
	const name = "data/lists.yaml"
	items, err := Items()
	if err != nil {
		return nil, err
	}
	codes := make(map[string]item.Code, len(items))
	for i := range items {
		codes[items[i].Record] = items[i].Ref.Code
	}
	var written []struct {
		Purpose string     `yaml:"purpose"`
		Level   area.Level `yaml:"level"`
		Source  string     `yaml:"source"`
		Items   []string   `yaml:"items"`
	}
	if err := readYAML(name, &written); err != nil {
		return nil, err
	}
	lists := make([]List, 0, len(written))
	for _, w := range written {
		l := List{Purpose: w.Purpose, Level: w.Level, Source: w.Source}
		for _, record := range w.Items {
			code, ok := codes[record]
			if !ok {
				return nil, fmt.Errorf("%w: %s: %s %s: no item %s", ErrData, name, w.Level, w.Purpose, record)
			}
			l.Items = append(l.Items, code)
		}
		lists = append(lists, l)
	}
	return lists, nil
}
