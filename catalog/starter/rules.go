package starter

import (
	"fmt"
	"io/fs"

	"tongban/catalog/rule"
)

// Rules reads the rules that a source gives, by file name and in the order of
// each file. A rule of which no source says anything is not among them.
func Rules() ([]rule.Rule, error) {
	files, err := fs.Glob(data, "data/rules/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrData, err)
	}
	var all []rule.Rule
	for _, name := range files {
		var some []rule.Rule
		if err := readYAML(name, &some); err != nil {
			return nil, err
		}
		for _, r := range some {
			if err := r.Check(); err != nil {
				return nil, fmt.Errorf("%w: %s: %w", ErrData, name, err)
			}
		}
		all = append(all, some...)
	}
	return all, nil
}
