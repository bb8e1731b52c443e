package casefile

import (
	"maps"
	"slices"
)

// Kinds are all kinds of events of this format.
func Kinds() []Kind { return slices.Sorted(maps.Keys(bodies)) }
