package guide

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tongban/catalog/area"
)

// picture is one strip of the route: lanes by level, boxes in the order of the
// steps, a line from each to the next. Units are those of the drawing.
type picture struct {
	Label         string
	Width, Height int
	Lanes         []lane
	Boxes         []box
	Lines         []arrow
	Tail          bool // it goes on in the next strip
}

type lane struct {
	Name string
	Y, H int
	Text int // where the name stands
	Odd  bool
}

type box struct {
	X, Y, W, H int
	Class      string
	Lines      []label
}

// arrow is a line and its head.
type arrow struct{ Line, Head string }

// label is one line of text in a box.
type label struct {
	X, Y  int
	Text  string
	Class string
}

// The measures of a strip. Six boxes are what an A4 page shows legibly.
const (
	perStrip   = 6
	laneWidth  = 92
	laneHeight = 84
	boxWidth   = 92
	boxHeight  = 60
	pitch      = 114
)

func (w writer) route() section {
	steps := w.it.Steps
	rows := make([][]cell, len(steps))
	for i, s := range steps {
		var n notes
		n.add(w.word("only_if"), w.when(s.If))
		n.add(w.label("steps[].standard"), s.Standard)
		n.add(w.label("steps[].outcome"), s.Outcome)
		n.add("", s.Note)
		who := cell{Text: s.Department}
		if s.Post != "" {
			who.Notes = []note{{Label: w.label("steps[].post"), Text: s.Post}}
		}
		if s.Outside {
			who.Marks = []mark{{w.word("outside"), "plain"}}
		}
		limit := cell{Text: w.limit(s.Limit)}
		if s.Uncounted {
			limit.Marks = []mark{{w.word("uncounted"), "plain"}}
		}
		rows[i] = []cell{
			{Text: strconv.Itoa(i + 1)}, {Text: s.Name}, {Text: w.code("steps[].action", string(s.Action))},
			{Text: w.level(s.Level)}, who, limit, {Notes: n},
		}
	}
	head := append([]column{{w.word("number"), "number"}}, w.columns("steps[].name", "steps[].action", "steps[].level", "steps[].department", "steps[].limit")...)
	var flow facts
	flow.add(w.label("flow"), w.it.Flow)
	return section{ID: "route", Blocks: []block{
		{Picture: w.pictures()},
		{Table: grid(w.word("route"), append(head, column{w.word("remarks"), "remarks"}), rows)},
		{Facts: flow},
	}}
}

// pictures draw the route. One step is no route.
func (w writer) pictures() []picture {
	steps := w.it.Steps
	if len(steps) < 2 {
		return nil
	}
	var levels []area.Level // the lanes: the highest level on top
	for _, s := range steps {
		if !slices.Contains(levels, s.Level) {
			levels = append(levels, s.Level)
		}
	}
	slices.Sort(levels)
	var all []picture
	for from := 0; from < len(steps); from += perStrip {
		to := min(from+perStrip, len(steps))
		all = append(all, w.pictureOf(from, to, levels))
	}
	return all
}

func (w writer) pictureOf(from, to int, levels []area.Level) picture {
	p := picture{
		Width: laneWidth + perStrip*pitch, Height: len(levels) * laneHeight,
		Tail: to < len(w.it.Steps),
	}
	for i, l := range levels {
		p.Lanes = append(p.Lanes, lane{Name: w.level(l), Y: i * laneHeight, H: laneHeight, Text: i*laneHeight + laneHeight/2 + 4, Odd: i%2 == 1})
	}
	said := make([]string, 0, to-from)
	for i := from; i < to; i++ {
		s := w.it.Steps[i]
		x := laneWidth + (i-from)*pitch + (pitch-boxWidth)/2
		y := slices.Index(levels, s.Level)*laneHeight + (laneHeight-boxHeight)/2
		p.Boxes = append(p.Boxes, w.box(i, x, y))
		if i > from {
			before := p.Boxes[i-from-1]
			p.Lines = append(p.Lines, line(before.X+boxWidth, before.Y+boxHeight/2, x, y+boxHeight/2))
		}
		said = append(said, w.join(s.Name, w.level(s.Level), w.limit(s.Limit)))
	}
	if p.Tail {
		last := p.Boxes[len(p.Boxes)-1]
		p.Lines = append(p.Lines, line(last.X+boxWidth, last.Y+boxHeight/2, p.Width-1, last.Y+boxHeight/2))
	}
	p.Label = w.word("picture", strings.Join(said, " → "))
	return p
}

// line leads from the right edge of a box to the left edge of the next: by a
// corner where the level changes.
func line(x1, y1, x2, y2 int) arrow {
	middle := (x1 + x2) / 2
	return arrow{
		Line: fmt.Sprintf("M%d %dH%dV%dH%d", x1, y1, middle, y2, x2-1),
		Head: fmt.Sprintf("M%d %dl-7 -4v8z", x2, y2),
	}
}

// box holds a step's number and name in up to two lines, and its limit.
func (w writer) box(i, x, y int) box {
	s := w.it.Steps[i]
	b := box{X: x, Y: y, W: boxWidth, H: boxHeight, Class: "box"}
	if s.Waits() {
		b.Class = "box wait"
	}
	if s.Outside {
		b.Class = "box outside"
	}
	lines := wrap(strconv.Itoa(i+1)+" "+s.Name, 12)
	limit := w.limit(s.Limit)
	if s.Uncounted {
		limit = w.word("uncounted")
	}
	top := y + boxHeight/2 + 5 - (len(lines)-1)*8
	if limit != "" {
		top -= 8
	}
	for k, text := range lines {
		b.Lines = append(b.Lines, label{x + boxWidth/2, top + k*16, text, "name"})
	}
	if limit != "" {
		b.Lines = append(b.Lines, label{x + boxWidth/2, top + len(lines)*16, limit, "limit"})
	}
	return b
}

// wrap breaks a name into at most two lines of so many half widths, about
// equally long; what is longer ends with dots (the table below has it whole).
func wrap(text string, width int) []string {
	total := span(text)
	if total <= width {
		return []string{text}
	}
	first, runes := 0, []rune(text)
	for used := 0; first < len(runes) && used < min(width, (total+1)/2); first++ {
		used += span(string(runes[first]))
	}
	// Brackets belong to what they hold.
	for first > 1 && strings.ContainsRune("（(、，《“", runes[first-1]) {
		first--
	}
	for first < len(runes) && strings.ContainsRune("）)、，》”", runes[first]) {
		first++
	}
	second := runes[first:]
	for cut := false; span(string(second)) > width; cut = true {
		keep := len(second) - 1
		if cut {
			keep-- // the dots are there already
		}
		second = append(second[:keep:keep], '…')
	}
	return []string{string(runes[:first]), strings.TrimSpace(string(second))}
}

// span is how wide a text is, in half widths.
func span(text string) int {
	width := 0
	for _, r := range text {
		if width++; utf8.RuneLen(r) > 2 {
			width++
		}
	}
	return width
}
