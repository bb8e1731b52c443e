package casefile

import (
	"slices"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
)

// maxLinked is how many cases one intake of a bundle opens at most.
const maxLinked = 64

// Skips reports whether step i of the pinned item falls away in the case's
// situation.
func (s *State) Skips(i int) bool { return s.Choice != nil && slices.Contains(s.Choice.Skipped, i) }

// Excuses reports whether a material of the pinned item falls away in the
// case's situation.
func (s *State) Excuses(material string) bool {
	return s.Choice != nil && slices.Contains(s.Choice.Excused, material)
}

// soundChoice holds a choice against the item that it is made of: it answers
// with the item's own options, and lets fall away nothing that the item asks
// of everybody. Whether the answers really lead there is the author's word: who
// reads evaluates no condition.
func (c *claim) soundChoice(choice *Choice) error {
	bad := func(format string, args ...any) error { return refuse(refusal.Malformed, c.e, format, args...) }
	if choice == nil {
		return nil
	}
	answered := 0
	for i := range c.it.Situations {
		q := &c.it.Situations[i]
		chosen, ok := choice.Answers[q.ID]
		if !ok {
			continue
		}
		answered++
		if len(chosen) == 0 || len(chosen) > 1 && !q.Several {
			return bad("situation %s has %d answers", q.ID, len(chosen))
		}
		for j, id := range chosen {
			if !slices.ContainsFunc(q.Options, func(o item.Option) bool { return o.ID == id }) || slices.Contains(chosen[:j], id) {
				return bad("situation %s has no option %.40q, or has it twice", q.ID, id)
			}
		}
	}
	if answered != len(choice.Answers) {
		return bad("%d answers to questions that the item does not ask", len(choice.Answers)-answered)
	}
	for n, i := range choice.Skipped {
		switch {
		case i < 0 || i >= len(c.it.Steps) || n > 0 && i <= choice.Skipped[n-1]:
			return bad("step %d falls away, which is none, or out of order", i)
		case c.it.Steps[i].Action == item.Accept || c.it.Steps[i].Action == item.Decide:
			return bad("step %d is %s, which never falls away", i, c.it.Steps[i].Action)
		case c.it.Steps[i].If == "":
			return bad("step %d is taken in every situation", i)
		}
	}
	for n, id := range choice.Excused {
		m, known := c.it.Material(id)
		if !known || m.If == "" || slices.Contains(choice.Excused[:n], id) {
			return bad("material %.80q falls away, which is none, is asked of everybody, or was named", id)
		}
	}
	return nil
}

// soundBundle holds a link against the bundle that it names.
func (c *claim) soundBundle(b *OpenedBody) error {
	bad := func(format string, args ...any) error { return refuse(refusal.Malformed, c.e, format, args...) }
	link := b.Bundle
	if link == nil {
		return nil
	}
	bundle, ok := c.reg.Item(link.Item)
	if !ok {
		return refuse(UnknownItem, c.e, "no version %d of bundle %s for %s", link.Item.Version, link.Item.Code, link.Item.Area)
	}
	i := slices.IndexFunc(bundle.Members, func(m item.Member) bool { return m.Code == b.Item.Code })
	switch {
	case i < 0:
		return bad("%s is no member of bundle %s", b.Item.Code, link.Item.Code)
	case bundle.Members[i].Stage != link.Stage:
		return bad("%s is of stage %d of the bundle, not %d", b.Item.Code, bundle.Members[i].Stage, link.Stage)
	case link.Intake == "" || len(link.Intake) > maxIntake:
		return bad("the intake has a name of 1 to %d bytes", maxIntake)
	case len(link.Cases) > maxLinked || !slices.Contains(link.Cases, c.e.Case):
		return bad("an intake lists its cases, at most %d, and this one among them", maxLinked)
	}
	for n, id := range link.Cases {
		opener, _, err := id.Parse()
		if err != nil {
			return bad("a case of the intake: %w", err)
		}
		if opener != c.e.Author || slices.Contains(link.Cases[:n], id) {
			return bad("case %s of the intake was opened by another, or is named twice", id)
		}
	}
	for n, id := range link.After {
		if id == c.e.Case || !slices.Contains(link.Cases, id) || slices.Contains(link.After[:n], id) {
			return bad("the case waits for %.80q, which is no other case of the intake, or is named twice", string(id))
		}
	}
	if link.Stage == 1 && len(link.After) > 0 {
		return bad("a case of the first stage waits for none")
	}
	return nil
}

// maxIntake bounds the name of an intake: it is that of its first case.
const maxIntake = 64
