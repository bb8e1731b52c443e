package exchange

import (
	"context"
	"slices"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
)

// Cabinet makes a cabinet what the exchange asks for.
func Cabinet(c *cabinet.Cabinet) Cases { return drawer{c} }

type drawer struct{ *cabinet.Cabinet }

var (
	_ Cases          = drawer{}
	_ cabinet.Outbox = (*Exchange)(nil)
)

func (d drawer) Take(ctx context.Context, from area.Center, id casefile.ID, first uint64, records [][]byte) (Taken, error) {
	v, err := d.Ingest(ctx, from, id, first, records)
	if err != nil {
		return Taken{}, err
	}
	t := Taken{Hint: v.Reason, Head: v.Head}
	switch v.Ruling {
	case casefile.Gap:
		t.Code = CodeGap
		if v.Need <= 1 { // the two logs part: from the beginning
			t.Head = chain.Head{}
		}
	case casefile.Parked:
		t.Code = CodeParked
	case casefile.OlderEpoch:
		t.Code = CodeSuperseded
	}
	return t, nil
}

func (d drawer) Keep(ctx context.Context, id casefile.ID, request string, sealed []byte) (casefile.State, error) {
	return d.Append(ctx, id, func(s casefile.State) ([]casefile.Draft, error) {
		if slices.Contains(s.Requests, request) {
			return nil, nil
		}
		body := casefile.RequestBody{ID: request, Sealed: sealed, Late: s.Late()}
		return []casefile.Draft{{Kind: casefile.RequestKept, Body: body}}, nil
	})
}

func (d drawer) Each(after casefile.ID, limit int) ([]casefile.State, error) {
	return d.List(cabinet.Filter{}, after, limit)
}

func (d drawer) Overruled(id casefile.ID) ([]Tail, error) {
	branches, err := d.Branches(id)
	var all []Tail
	for _, b := range branches {
		if b.Cause != cabinet.Overruled || b.Settled || err != nil {
			continue
		}
		var t Tail
		if t.Records, err = d.BranchLog(id, b.Number, b.Fork, maxRecords); err != nil || len(t.Records) == 0 {
			continue
		}
		var first casefile.Record
		if first, err = casefile.Read(t.Records[0]); err == nil {
			t.Base = chain.Head{Index: b.Fork - 1, Hash: first.Event.Prev}
			all = append(all, t)
		}
	}
	return all, err
}

func (d drawer) Own() chain.Head {
	n, hash := d.Cabinet.Own()
	return chain.Head{Index: n, Hash: hash}
}
