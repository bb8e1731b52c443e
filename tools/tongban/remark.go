package main

import (
	"fmt"
	"io"
	"slices"

	"tongban/catalog/item"
)

// remark is what there is to say of one item of a list.
type remark struct {
	code     item.Code
	name     string
	changes  []item.Change
	findings []item.Finding
}

// longList is from how many items on warnings are only counted: nobody reads
// ten thousand lines.
const longList = 200

func writeRemarks(w io.Writer, all []remark) {
	counts := map[string]int{}
	var order []string
	for _, one := range all {
		found := one.findings
		if len(all) >= longList {
			for _, f := range found {
				if key := join(" — ", f.Message, f.English); f.Severity == item.Warning {
					if counts[key]++; counts[key] == 1 {
						order = append(order, key)
					}
				}
			}
			found = onlyErrors(found)
		}
		if len(found)+len(one.changes) > 0 {
			fmt.Fprintf(w, "%s %s\n", one.code, one.name)
			writeChanges(w, one.changes)
			writeFindings(w, found)
		}
	}
	for i, key := range order {
		if i == 20 {
			fmt.Fprintf(w, "and %d other warnings\n", len(order)-i)
			break
		}
		fmt.Fprintf(w, "warning, %d items: %s\n", counts[key], key)
	}
}

func onlyErrors(found []item.Finding) []item.Finding {
	return slices.DeleteFunc(slices.Clone(found), func(f item.Finding) bool { return f.Severity != item.Error })
}

func writeChanges(w io.Writer, changes []item.Change) {
	for _, c := range changes {
		fmt.Fprintf(w, "  change: %s — %s\n", c.Text, c.English)
	}
}

func writeFindings(w io.Writer, found []item.Finding) {
	for _, f := range found {
		fmt.Fprintf(w, "  %s: %s: %s\n", f.Severity, f.Element, join(" — ", f.Message, f.English))
	}
}
