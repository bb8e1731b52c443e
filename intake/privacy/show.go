package privacy

import (
	"context"
	"slices"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/journal"
)

// Line is one entry of the book for people.
type Line struct {
	Seq   uint64 `json:"seq"`
	At    int64  `json:"at"`
	Staff string `json:"staff"`
	Kind  string `json:"kind"`

	Read        *Read        `json:"read,omitempty"`
	Restriction *Restriction `json:"restriction,omitempty"`
	Retention   *Retention   `json:"retention,omitempty"`
	Erasure     *Erasure     `json:"erasure,omitempty"`
}

// Case is the case that the entry is about; "" for none.
func (l *Line) Case() casefile.ID {
	switch {
	case l.Read != nil:
		return l.Read.Case
	case l.Restriction != nil:
		return l.Restriction.Case
	case l.Erasure != nil:
		return l.Erasure.Case
	}
	return ""
}

func line(e *journal.Entry) (Line, error) {
	l := Line{Seq: e.Seq, At: e.At, Staff: e.Staff, Kind: e.Kind}
	switch e.Kind {
	case KindRead:
		l.Read = &Read{}
		return l, e.Decode(l.Read)
	case KindRestricted, KindUnrestricted:
		l.Restriction = &Restriction{}
		return l, e.Decode(l.Restriction)
	case KindRetention:
		l.Retention = &Retention{}
		return l, e.Decode(l.Retention)
	case KindErased:
		l.Erasure = &Erasure{}
		return l, e.Decode(l.Erasure)
	}
	return l, nil // of a newer program: shown without its content
}

// Restrictions are those in force, by case, from the one after another on (""
// the first), at most limit of them.
func (p *Privacy) Restrictions(after casefile.ID, limit int) ([]Restriction, error) {
	out := []Restriction{}
	err := p.DB.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix = restrictionKey("")
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Seek(append(restrictionKey(after), 0)); it.Valid() && len(out) < limit; it.Next() {
			var r Restriction
			if err := it.Item().Value(func(v []byte) error { return wire.Decode(v, &r) }); err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	return out, err
}

// Query chooses entries of the book.
type Query struct {
	Case     casefile.ID
	Staff    string
	Kind     string       // only entries of it; "": of every kind
	From, To workday.Date // "": open
	Before   uint64       // number of the last entry of the page before; 0: the newest
	Limit    int          // 0: 100; at most 1000
}

// Audit is a page of the book, the newest entry first.
type Audit struct {
	Lines  []Line `json:"lines"`
	Before uint64 `json:"before,omitempty"` // of the next page; 0: there is none
}

// Audit lists the book.
func (p *Privacy) Audit(q Query) (Audit, error) {
	if q.Limit <= 0 || q.Limit > 1000 {
		q.Limit = min(max(q.Limit, 100), 1000)
	}
	out := Audit{Lines: []Line{}}
	err := p.book.Each(q.Before, func(e journal.Entry) (bool, error) {
		day := dayOf(e.At)
		if q.Staff != "" && e.Staff != q.Staff || q.Kind != "" && e.Kind != q.Kind || q.To != "" && day > q.To {
			return true, nil
		}
		if q.From != "" && day < q.From { // entries are in the order of time
			return false, nil
		}
		l, err := line(&e)
		if err != nil {
			return false, err
		}
		if q.Case == "" || l.Case() == q.Case {
			out.Lines = append(out.Lines, l)
		}
		if len(out.Lines) == q.Limit {
			out.Before = e.Seq
			return false, nil
		}
		return true, nil
	})
	return out, err
}

// Due is a case whose content is to be erased.
type Due struct {
	Case   casefile.ID  `json:"case"`
	Number string       `json:"number"`
	Item   item.Code    `json:"item"`
	Until  workday.Date `json:"until"` // it was kept until the end of that day
	Here   bool         `json:"here"`  // this center is its custodian, and the one that erases it
}

// DueList is what is due, and what nobody has set a period for.
type DueList struct {
	Due          []Due       `json:"due"`
	Records      []DueRecord `json:"records"`                 // what is due beside the cases
	More         bool        `json:"more,omitempty"`          // there are more than the limit
	Unset        int         `json:"unset,omitempty"`         // concluded cases for which nobody has set a period
	UnsetRecords int         `json:"unset_records,omitempty"` // records beside the cases that are done with, likewise
}

// Due lists the concluded cases of which this node has a copy and whose
// retention has passed, at most limit of them, and what is due beside them.
func (p *Privacy) Due(ctx context.Context, limit int) (DueList, error) {
	if limit <= 0 || limit > 1000 {
		limit = min(max(limit, 100), 1000)
	}
	out := DueList{Due: []Due{}, Records: []DueRecord{}}
	periods, failed := p.Retentions()
	if failed != nil {
		return out, failed
	}
	types := slices.ContainsFunc(periods, func(r Retention) bool { return r.Type != "" })
	today, self := workday.DateOf(p.Now()), p.Self().Center
	p.Cases.Cards(cabinet.Filter{}, func(c *cabinet.Card) bool {
		if failed = ctx.Err(); failed != nil {
			return false
		}
		if c.Concluded == 0 || c.Erased {
			return true
		}
		s := casefile.State{Item: item.Ref{Code: c.Code, Area: c.Area}, ConcludedAt: c.Concluded}
		if types { // a card does not say which version, and so which type
			if whole, err := p.Cases.State(c.ID); err == nil {
				s = whole
			}
		}
		day, set, err := p.Until(&s)
		switch {
		case err != nil:
			failed = err
			return false
		case !set:
			out.Unset++
		case day != "" && day < today && len(out.Due) == limit:
			out.More = true
		case day != "" && day < today:
			out.Due = append(out.Due, Due{c.ID, c.Number, c.Code, day, c.Holder == self && c.Offered == ""})
		}
		return true
	})
	if failed != nil {
		return out, failed
	}
	return out, p.dueRecords(ctx, &out, limit)
}

// Stored is one thing that is kept about the people of a case, outside its log.
type Stored struct {
	Hash   chain.Hash `json:"hash"`
	Kind   string     `json:"kind"`
	Size   int64      `json:"size"`             // bytes
	Seq    uint64     `json:"seq"`              // the event that names it first
	Branch uint64     `json:"branch,omitempty"` // of a superseded branch; 0: of the log
	Here   bool       `json:"here"`             // its content is on this node
	Erased bool       `json:"erased,omitempty"`
}

// Holding is everything that is stored about the people of a case: the answer
// to whoever asks for it (PIPL 45). It names no content.
type Holding struct {
	Case       casefile.ID   `json:"case"`
	Number     string        `json:"number"`
	Stored     []Stored      `json:"stored"`
	Bytes      int64         `json:"bytes"`
	Copies     []area.Center `json:"copies"` // centers that had custody, or lie above one: there may be a copy of the content
	Restricted *Restriction  `json:"restricted,omitempty"`
	Until      workday.Date  `json:"until,omitempty"` // kept until the end of that day
	Retention  string        `json:"retention"`       // "set", "unset", "forever", "open": the case is not concluded
	Reads      int           `json:"reads"`           // how often it was shown in full here
}

// Show lists what is stored about the people of a case.
func (p *Privacy) Show(id casefile.ID) (Holding, error) {
	s, err := p.Cases.State(id)
	if err != nil {
		return Holding{}, err
	}
	h := Holding{Case: id, Number: s.Number, Stored: []Stored{}, Copies: copies(&s)}
	if h.Stored, err = p.stored(&s); err != nil {
		return h, err
	}
	for _, one := range h.Stored {
		if !one.Erased {
			h.Bytes += one.Size
		}
	}
	if r, is, err := p.Restricted(id); err != nil {
		return h, err
	} else if is {
		h.Restricted = &r
	}
	set := false
	if h.Until, set, err = p.Until(&s); err != nil {
		return h, err
	}
	switch {
	case !set:
		h.Retention = "unset"
	case s.ConcludedAt == 0:
		h.Retention = "open"
	case h.Until == "":
		h.Retention = "forever"
	default:
		h.Retention = "set"
	}
	entries, err := p.book.Entity(string(id))
	for _, e := range entries {
		if e.Kind == KindRead {
			h.Reads++
		}
	}
	return h, err
}

// copies are the centers to which the content of a case may have gone: whoever
// had custody, to whom it is offered, and the center above each, which backs it
// up; and whoever was asked for an opinion.
func copies(s *casefile.State) []area.Center {
	var all []area.Center
	add := func(c area.Center) {
		for _, one := range []area.Center{c, c.Parent()} {
			if one != "" && !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	for _, leg := range s.Route {
		add(leg.Party.Center)
	}
	add(s.Holder.Center)
	if s.Offer != nil {
		add(s.Offer.To.Center)
	}
	for _, v := range s.Voices {
		if !slices.Contains(all, v.Center) {
			all = append(all, v.Center)
		}
	}
	slices.Sort(all)
	return all
}

func (p *Privacy) stored(s *casefile.State) ([]Stored, error) {
	out := []Stored{}
	seen := map[chain.Hash]bool{}
	err := EachBlob(p.Cases, s, func(ref casefile.BlobRef, seq, branch uint64) {
		if seen[ref.Hash] {
			return
		}
		seen[ref.Hash] = true
		out = append(out, Stored{ref.Hash, ref.Kind, ref.Size, seq, branch, p.Blobs.Has(s.ID.Owner(), ref.Hash), slices.Contains(s.Erased, ref.Hash)})
	})
	return out, err
}

// Logs reads the log of a case and what lies beside it.
type Logs interface {
	Log(id casefile.ID, from uint64, max int) ([][]byte, error)
	Branches(id casefile.ID) ([]cabinet.Branch, error)
	BranchLog(id casefile.ID, number, from uint64, max int) ([][]byte, error)
}

// EachBlob visits every reference that the log of a case and the branches
// beside it ever made: also of what was replaced by a later paper, which the
// fold no longer shows. branch is 0 for the log.
func EachBlob(logs Logs, s *casefile.State, visit func(ref casefile.BlobRef, seq, branch uint64)) error {
	read := func(branch, end uint64, log func(from uint64) ([][]byte, error)) error {
		for from := uint64(1); from <= end; {
			records, err := log(from)
			if err != nil || len(records) == 0 {
				return err
			}
			for _, b := range records {
				r, err := casefile.Read(b)
				if err != nil {
					return err
				}
				content, err := r.Event.Content()
				if err != nil {
					return err
				}
				for _, ref := range casefile.References(content) {
					visit(ref, r.Event.Seq, branch)
				}
			}
			from += uint64(len(records))
		}
		return nil
	}
	err := read(0, s.Head.Index, func(from uint64) ([][]byte, error) { return logs.Log(s.ID, from, 128) })
	if err != nil {
		return err
	}
	branches, err := logs.Branches(s.ID)
	if err != nil {
		return err
	}
	for _, b := range branches {
		err := read(b.Number, b.Head.Index, func(from uint64) ([][]byte, error) { return logs.BranchLog(s.ID, b.Number, from, 128) })
		if err != nil {
			return refusal.New(refusal.CodeOf(err), "look for content in a branch of "+string(s.ID), "", err)
		}
	}
	return nil
}

func dayOf(ms int64) workday.Date { return workday.DateOf(time.UnixMilli(ms)) }
