package engine

import (
	"strconv"
	"time"

	"tongban/node/frame"
)

func number(n uint64) string { return strconv.FormatUint(n, 10) }

// grade is how a tile is coloured: what is well is green, what should be looked
// at yellow, what is bad red.
func grade(well, fine bool) string {
	switch {
	case !well:
		return "red"
	case !fine:
		return "yellow"
	}
	return "green"
}

func onoff(p *frame.Page, on, none bool) string {
	switch {
	case none:
		return "–"
	case on:
		return p.Pick("通", "up")
	}
	return p.Pick("断", "down")
}

// size is a number of bytes for people.
func size(n uint64) string {
	if n >= 10<<30 {
		return number(n>>30) + " GiB"
	}
	return number(n>>20) + " MiB"
}

// age is how long ago something was; "" for never.
func age(p *frame.Page, at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	return p.Age(now.Sub(at))
}

func backup(p *frame.Page, at, now time.Time) string {
	if at.IsZero() {
		return p.Pick("从未", "never")
	}
	return age(p, at, now)
}

func (r *room) since(p *frame.Page, v Vitals, now time.Time) string {
	if v.Above == "" {
		return ""
	}
	return r.Name(v.Above) + " " + age(p, v.Since, now)
}
