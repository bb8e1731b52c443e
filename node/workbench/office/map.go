package office

import (
	"cmp"
	"fmt"
	"slices"

	"tongban/catalog/area"
	"tongban/node/frame"
)

// routeMap is a picture of the ways between centers: a column for each level, the
// lowest on the left, a line for each way, the thicker the more cases took it.
// It says nothing that the table beside it does not.
type routeMap struct {
	Width, Height int
	Columns       []mapColumn
	Nodes         []mapNode
	Lines         []mapLine
	Left          int // centers that are not drawn
}

type mapColumn struct {
	X    int
	Text string
}

type mapNode struct {
	X, Y, TextY int
	Text, Whole string
}

type mapLine struct {
	Path   string
	Width  string
	Down   bool
	X, Y   int // of the number
	Text   string
	Number int
}

// Measures of the picture, in its own units.
const (
	mapWide   = 190 // a center
	mapHigh   = 34
	mapGap    = 150 // between two columns
	mapRow    = 52
	mapTop    = 44
	mapLoop   = 60 // room at the side for ways within a level
	mapShown  = 12 // centers in a column
	mapLetter = 11 // letters of a name
)

func mapOf(p *frame.Page, name func(area.Center) string, ways []wayCount) *routeMap {
	weight := map[area.Center]int{}
	for _, w := range ways {
		weight[w.from] += w.Count
		weight[w.to] += w.Count
	}
	columns := map[area.Level][]area.Center{}
	var levels []area.Level
	for c := range weight {
		if columns[c.Level()] == nil {
			levels = append(levels, c.Level())
		}
		columns[c.Level()] = append(columns[c.Level()], c)
	}
	slices.SortFunc(levels, func(a, b area.Level) int { return cmp.Compare(b, a) })
	m := &routeMap{}
	at, rows := map[area.Center]mapNode{}, 0
	for i, level := range levels {
		all := columns[level]
		slices.SortFunc(all, func(a, b area.Center) int { return cmp.Or(cmp.Compare(weight[b], weight[a]), cmp.Compare(a, b)) })
		if len(all) > mapShown {
			m.Left += len(all) - mapShown
			all = all[:mapShown]
		}
		rows = max(rows, len(all))
		x := 10 + i*(mapWide+mapGap)
		m.Columns = append(m.Columns, mapColumn{x, p.Word("level", level)})
		for k, c := range all {
			node := mapNode{X: x, Y: mapTop + k*mapRow, Whole: name(c), Text: short(name(c))}
			node.TextY = node.Y + mapHigh/2 + 5
			at[c] = node
			m.Nodes = append(m.Nodes, node)
		}
	}
	m.Width, m.Height = 10+len(levels)*(mapWide+mapGap)-mapGap+mapLoop, mapTop+rows*mapRow
	most := ways[0].Count // they come with the most first
	for _, w := range ways {
		from, drawn := at[w.from]
		to, also := at[w.to]
		if drawn && also {
			m.Lines = append(m.Lines, lineOf(from, to, w, most))
		}
	}
	return m
}

// lineOf is a way up from the right of one center to the left of another, a way
// down back, a little lower, and one within a level around its side.
func lineOf(from, to mapNode, w wayCount, most int) mapLine {
	l := mapLine{Width: fmt.Sprintf("%.1f", 1.5+8*float64(w.Count)/float64(most)), Number: w.Count, Text: fmt.Sprintf("%s → %s: %d", w.From, w.To, w.Count)}
	x1, y1, x2, y2 := from.X+mapWide, from.Y+mapHigh/3, to.X, to.Y+mapHigh/3
	switch {
	case to.X < from.X:
		l.Down = true
		x1, y1, x2, y2 = from.X, from.Y+2*mapHigh/3, to.X+mapWide, to.Y+2*mapHigh/3
	case to.X == from.X:
		x1, y1, x2, y2 = from.X+mapWide, from.Y+mapHigh/2, to.X+mapWide, to.Y+mapHigh/2
		side := x1 + mapLoop
		l.Down = to.Y < from.Y
		l.Path = fmt.Sprintf("M%d %d C%d %d %d %d %d %d", x1, y1, side, y1, side, y2, x2, y2)
		l.X, l.Y = x1+3*mapLoop/4, (y1+y2)/2+4
		return l
	}
	bend := (x1 + x2) / 2
	l.Path = fmt.Sprintf("M%d %d C%d %d %d %d %d %d", x1, y1, bend, y1, bend, y2, x2, y2)
	l.X, l.Y = bend, (y1+y2)/2-6
	if l.Down {
		l.Y += 22
	}
	return l
}

func short(name string) string {
	if letters := []rune(name); len(letters) > mapLetter {
		return string(letters[:mapLetter-1]) + "…"
	}
	return name
}
