package exchange

import (
	"cmp"
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
)

// wanted asks for a row of the papers of a case, unless one waits that will come
// to them.
func (c *Core) wanted(now time.Time, in Wanted) []Output {
	key := Key{in.Dest, BlobRow, in.Case}
	if e := c.line(in.Dest).entries[key]; e != nil && e.status != Refused {
		e.again = true
		return nil
	}
	return []Output{Stage{Row{key, 0, now.UnixMilli(), Content}}}
}

// gathered is what the verdict on a piece says of the blob. One that is refused
// for good is not sent in vain again.
func (c *Core) gathered(f Flight, v Verdict) []Output {
	learned := Learned{Dest: f.Key.Dest, Case: f.Key.ID}
	switch {
	case f.Blob == chain.Hash{} || passing(v.Code):
		return nil
	case v.Code == CodeGap:
		learned.Begun = Begun{f.Blob, int64(min(v.Head.Index, maxBlob))}
	case stored(v.Code) && f.Upto > 0:
		learned.Begun = Begun{f.Blob, f.Upto}
	default:
		learned.Blobs = []chain.Hash{f.Blob}
	}
	return []Output{learned}
}

// handedOn: a parent has the row and carries it. That ends this hop's
// retries; the row stays until the addressee's own word for it.
func (c *Core) handedOn(now time.Time, asked *entry) []Output {
	key, ok := carriedKey(asked.Key.ID)
	if !ok {
		return nil
	}
	l := c.line(key.Dest)
	e := l.entries[key]
	if e == nil || e.flying > 0 {
		return nil
	}
	if key.Kind == ReceiptRow { // nobody answers an answer
		return c.finish(now, l, e)
	}
	e.status, e.reason = Carried, "carried by "+string(asked.Key.Dest)
	e.next = now.Add(c.timing.Recarry)
	return nil
}

func (c *Core) receipted(now time.Time, in Receipted) []Output {
	l := c.line(in.Key.Dest)
	if e := l.entries[in.Key]; e != nil && e.flying > 0 {
		return nil // its own stream will say
	}
	var out []Output
	if in.Key.Kind == BlobRow && len(in.Blobs) > 0 {
		out = append(out, Learned{Dest: in.Key.Dest, Case: in.Key.ID, Blobs: in.Blobs})
	}
	f := Flight{Key: in.Key, Version: in.Version, Head: in.Head, Last: true}
	out = append(out, c.landed(now, l, f, in.Verdict)...)
	return append(out, c.wake(now, l)...)
}

// askToCarry stages a carry row at the destination's parent for each row that
// is due. The destination may never be dialled by us at all.
func (c *Core) askToCarry(now time.Time, l *line, via area.Center) []Output {
	var due []*entry
	for _, e := range l.entries {
		if e.due(now) && e.Key.Kind != CarryRow && e.Key.Kind != CarriedRow {
			due = append(due, e)
		}
	}
	slices.SortFunc(due, func(a, b *entry) int { return cmp.Compare(a.Version, b.Version) })
	var out []Output
	for _, e := range due {
		key := Key{via, CarryRow, carryID(e.Key)}
		if asked := c.line(via).entries[key]; asked != nil && asked.Version > e.Version {
			continue
		}
		purpose := Onward
		if e.Purpose == Content {
			purpose = Content
		}
		out = append(out, Stage{Row{key, 0, now.UnixMilli(), purpose}})
	}
	return out
}
