package hall

import (
	"fmt"
	"strings"

	"tongban/consensus/refusal"
	"tongban/intake/journal"
)

// numbered is the next id of a log with that prefix: six digits follow it.
func (h *Hall) numbered(log *journal.Book, prefix string) (string, error) {
	last, err := log.Entities(prefix, prefix+"a", 1) // after every digit
	if err != nil {
		return "", err
	}
	n := 0
	if len(last) > 0 {
		// Of a later incarnation's ids, "2026-2-000001", the digits don't follow.
		if _, err := fmt.Sscanf(strings.TrimPrefix(last[0], prefix), "%06d", &n); err != nil {
			return "", fmt.Errorf("read the last number of %s: %w", prefix, err)
		}
	}
	if n >= 999_999 {
		return "", refusal.Newf(refusal.TooLarge, "", "", "all numbers of %s are given out", prefix)
	}
	return fmt.Sprintf("%s%06d", prefix, n+1), nil
}
