package search

// place is how well a word was found in a text, the smaller the better.
type place uint8

// The places. What is typed comes before what it sounds like, and that before
// what it may have been meant to be.
const (
	whole place = iota
	begins
	inside
	wholeSounded
	beginsSounded
	insideSounded
	codeByLetters // a code begins with the letters: they are more often pinyin
	about         // in a department, a theme, a bundle
	aboutSounded
	beginsAlike
	insideAlike
	apart // in pieces
	beginsSlipped
	insideSlipped
	nowhere
)

// How says by what a text was found.
type How string

// The ways.
const (
	Written How = "written" // the very characters
	Sounded How = "sounded" // pinyin or its initials
	Alike   How = "alike"   // sounds that are confused: zh and z, ang and an; another character of the same sound
	Apart   How = "apart"   // all of it, in another order
	Slipped How = "slipped" // but for one slip
)

// run looks for the word in a text: the characters up to the first place and
// up to the last one where it may end; 0 where it does not stand. again is 1
// when it may begin anywhere, and then only the first is told, 0 when at the
// beginning only.
type run func(p *program, text []glyph, again set) (first, last int)

func written(p *program, text []glyph, again set) (first, last int) {
	at := set(1)
	for i, g := range text {
		at = (at&p.steps[p.slot[g]].written)<<1 | again
		if at&p.end != 0 {
			return i + 1, i + 1
		}
		if at == 0 {
			break
		}
	}
	return 0, 0
}

func sounded(p *program, text []glyph, again set) (first, last int) {
	at := set(1)
	for i, g := range text {
		s := &p.steps[p.slot[g]]
		if at&s.any == 0 {
			if at = again; at == 0 {
				break
			}
			continue
		}
		at = s.from(at, p.end) | again
		if at&p.end != 0 {
			if last = i + 1; first == 0 {
				first = last
			}
			if again != 0 {
				break
			}
		}
	}
	return first, last
}

func soundedAlike(p *program, text []glyph, again set) (first, last int) {
	at := set(1)
	for i, g := range text {
		s := &p.haze[p.slot[g]].step
		if at&s.any == 0 {
			if at = again; at == 0 {
				break
			}
			continue
		}
		at = s.from(at, p.end) | again
		if at&p.end != 0 {
			if last = i + 1; first == 0 {
				first = last
			}
			if again != 0 {
				break
			}
		}
	}
	return first, last
}

// slippedOnce follows two sets of places: those reached without a slip, and
// those with one. A slip is one in the letters of a reading, or, where the
// word is loose, a character that is wrong, missing, extra or swapped with the
// next.
func slippedOnce(p *program, text []glyph, again set) (first, last int) {
	right, wrong, swap := set(1), (p.loose&1)<<1, set(0)
	for i, g := range text {
		slot := p.slot[g]
		s := &p.steps[slot]
		var now set
		if wrong&s.any != 0 {
			now = s.from(wrong, p.end)
		}
		if slot != 0 {
			if h := &p.haze[slot]; right&h.slip != 0 {
				for n := 1; n < len(h.slips); n++ {
					now |= (right & h.slips[n]) << n
				}
			}
		}
		next := again
		if right&s.any != 0 {
			next |= s.from(right, p.end)
		}
		if p.loose != 0 {
			now |= (right|next)&p.loose<<1 | right&p.loose&^1 | swap&s.moves[1]<<2
			swap = right & p.loose & (p.loose & s.moves[1] >> 1)
		}
		right, wrong = next, now
		if wrong&p.end != 0 {
			if last = i + 1; first == 0 {
				first = last
			}
			if again != 0 {
				break
			}
		}
		if right|wrong|swap == 0 {
			break
		}
	}
	return first, last
}

// mayStand tells quickly of most documents that the word does not stand in
// their texts.
func (p *program) mayStand(d *doc) bool {
	if p.letters > 0 {
		if p.haze == nil {
			end, _ := sounded(p, d.text, 1)
			return end != 0
		}
		if p.loose == 0 {
			return p.hazily(d.text)
		}
		if end, _ := soundedAlike(p, d.text, 1); end != 0 {
			return true
		}
		end, _ := slippedOnce(p, d.text, 1)
		return end != 0
	}
	missing, unlike := 0, 0
	for i := range p.exact {
		if !d.hue.meets(&p.exact[i]) {
			missing++
			if p.haze == nil {
				return false
			}
			if !d.hue.meets(&p.near[i]) {
				if unlike++; unlike > 1 {
					return false
				}
			}
		}
	}
	return missing <= 1 || unlike == 0
}

// abbreviated is slippedOnce for initials.
func (p *program) abbreviated(text []glyph) bool {
	loose, behind := p.loose, p.loose&^1
	right, wrong, swap, found := set(1), (p.loose&1)<<1, set(0), set(0)
	for _, g := range text {
		one := p.ones[g]
		next := (right&one)<<1 | 1
		wrong = (wrong&one)<<1 | (right|next)&loose<<1 | right&behind | swap&one<<2
		swap = right & loose & (loose & one >> 1)
		right, found = next, found|wrong
	}
	return found&p.end != 0
}

// gate is from which places a character leads anywhere at all: what a scan
// looks at first, small enough to stay close to the processor.
type gate struct{ right, like, slip set }

// hazily is soundedAlike and slippedOnce in one, for a word in which only
// readings may have slips.
func (p *program) hazily(text []glyph) bool {
	like, right, wrong := set(1), set(1), set(0)
	for _, g := range text {
		slot := p.slot[g]
		gate := &p.gates[slot]
		if like&gate.like|right&gate.slip|wrong&gate.right == 0 { // right is within like
			like, right, wrong = 1, 1, 0
			continue
		}
		s, h := &p.steps[slot], &p.haze[slot]
		if wrong &= gate.right; wrong != 0 {
			wrong = s.from(wrong, p.end)
		}
		if slips := right & gate.slip; slips != 0 {
			for n := 1; n < len(h.slips); n++ {
				wrong |= (slips & h.slips[n]) << n
			}
		}
		if right &= gate.right; right != 0 {
			right = s.from(right, p.end)
		}
		like = h.from(like, p.end) | 1
		right |= 1
		if (like|wrong)&p.end != 0 {
			return true
		}
	}
	return false
}

// find says how well the word stands in a text.
func (p *program) find(text []glyph, hazy bool) place {
	if end, _ := written(p, text, 1); end != 0 {
		if begin, _ := written(p, text, 0); begin == 0 {
			return inside
		} else if begin == len(text) {
			return whole
		}
		return begins
	}
	if p.letters > 0 {
		if end, _ := sounded(p, text, 1); end != 0 {
			begin, last := sounded(p, text, 0)
			switch {
			case begin == 0:
				return insideSounded
			case last == len(text):
				return wholeSounded
			}
			return beginsSounded
		}
	}
	if !hazy {
		return nowhere
	}
	if end, _ := soundedAlike(p, text, 1); end != 0 {
		if begin, _ := soundedAlike(p, text, 0); begin != 0 {
			return beginsAlike
		}
		return insideAlike
	}
	return p.slipped(text)
}

func (p *program) slipped(text []glyph) place {
	if end, _ := slippedOnce(p, text, 1); end == 0 {
		return nowhere
	}
	if begin, _ := slippedOnce(p, text, 0); begin != 0 {
		return beginsSlipped
	}
	return insideSlipped
}

// locate says where in the text the word stands that find found there.
func (p *program) locate(text []glyph, at place) (from, to int, how How) {
	var look run
	switch at {
	case whole, begins, inside:
		look, how = written, Written
	case wholeSounded, beginsSounded, insideSounded:
		look, how = sounded, Sounded
	case beginsAlike, insideAlike:
		look, how = soundedAlike, Alike
	default:
		look, how = slippedOnce, Slipped
	}
	for from := range text {
		if first, last := look(p, text[from:], 0); first != 0 {
			if how == Slipped {
				first = last
			}
			return from, from + first, how
		}
	}
	return 0, 0, how
}
