package api

import (
	"testing"

	"tongban/catalog/item"
	"tongban/catalog/register"
)

// TestCorrectedIsWhatTheErratumNames: version 2 was called off before it took
// effect, so version 3 corrects version 1.
func TestCorrectedIsWhatTheErratumNames(t *testing.T) {
	of := func(v item.Version) item.Ref { return item.Ref{Code: "A", Area: "320509000000", Version: v} }
	found := corrected([]register.Published{
		{Ref: of(1)}, {Ref: of(2), Withdrawn: 7}, {Ref: of(3), Erratum: true, Corrects: 1},
	})
	if len(found) != 1 || !found[of(1)] {
		t.Errorf("corrected: %v", found)
	}
}
