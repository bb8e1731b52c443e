package node

import (
	"strings"
	"sync"

	"tongban/catalog/area"
)

// logbook keeps what a node logs, line by line. Safe for concurrent use.
type logbook struct {
	mu    sync.Mutex
	lines []string
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, strings.TrimSuffix(string(p), "\n"))
	return len(p), nil
}

// size is how many lines there are, to look only at what comes later.
func (l *logbook) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.lines)
}

// find is the first line from number from on that has all the words; "" when
// there is none.
func (l *logbook) find(from int, words ...string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines[from:] {
		all := true
		for _, w := range words {
			all = all && strings.Contains(line, w)
		}
		if all {
			return line
		}
	}
	return ""
}

// logged waits until a center's node has logged a line with all the words, and
// shows it.
func (c *city) logged(center area.Center, words ...string) {
	c.t.Helper()
	c.loggedSince(center, 0, words...)
}

// loggedSince is logged for lines from number from on.
func (c *city) loggedSince(center area.Center, from int, words ...string) {
	c.t.Helper()
	var line string
	c.wait("in the log of "+string(center)+": "+strings.Join(words, " "), func() bool {
		line = c.logs[center].find(from, words...)
		return line != ""
	})
	c.t.Logf("logged by %s: %s", center, line)
}
