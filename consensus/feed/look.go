package feed

import (
	"slices"
	"time"

	"tongban/consensus/refusal"
)

// others are the sources that can be asked now whether they reach further than
// the present one.
func (f *Follower) others() []string {
	if f.main == nil || !f.main.open || f.better != nil {
		return nil
	}
	return f.sources[slices.Index(f.sources, f.main.source)+1:]
}

// lookAround asks another source how far it reaches. A parent that is cut off
// from those above, or shut out by them, may show signs of life for ever: only
// somebody else can tell that it has nothing new.
func (f *Follower) lookAround(now time.Time) []Output {
	others := f.others()
	if len(others) == 0 || now.Before(f.look) {
		return nil
	}
	f.look = now.Add(f.delays.Look)
	for range others {
		source := others[f.turn%len(others)]
		f.turn++
		if t := f.troubles[source]; t == nil || !now.Before(t.until) {
			f.better = &link{source: source, since: now, heard: now, look: true}
			return []Output{Open{source, f.hello()}}
		}
	}
	return nil
}

// looked takes the answer: whoever reaches further takes the place of the
// present source, which is asked again by and by.
func (f *Follower) looked(now time.Time, in Opened) []Output {
	if in.Reached <= max(f.reached, f.verify.at.Head.Index) {
		f.better = nil
		return []Output{Close{in.Source}}
	}
	f.better.look = false
	was, reached := f.main.source, f.reached
	f.reached = in.Reached
	return f.leave(now, &f.main, refusal.Newf(Behind, "follow "+was, "",
		"it reaches record %d, %s reaches %d", reached, in.Source, in.Reached), false)
}
