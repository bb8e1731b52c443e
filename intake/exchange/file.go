package exchange

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// fileHeader is the first frame of an outbox in a file; envelopes follow.
type fileHeader struct {
	Format string         `cbor:"1,keyasint"` // fileFormat
	Realm  string         `cbor:"2,keyasint"`
	From   casefile.Party `cbor:"3,keyasint"`
	Time   int64          `cbor:"4,keyasint"` // Unix milliseconds
}

const fileFormat = "tongban/outbox/1"

// Export writes what waits for the given centers (for all of them when none
// is given) into a file that can be carried on a stick, each row encrypted to
// its destination, and returns how many rows it wrote. The rows stay until
// their destinations have answered; taking the same file in twice does no
// harm.
func (x *Exchange) Export(w io.Writer, dests ...area.Center) (int, error) {
	self := x.cfg.Self()
	if err := wire.WriteFrame(w, fileHeader{fileFormat, x.cfg.Realm, self, x.cfg.Now().UnixMilli()}); err != nil {
		return 0, fmt.Errorf("export the outbox: %w", err)
	}
	rows := 0
	// Events first. Reading those stages the rows of their papers, so what
	// waits is read again for them.
	for _, papers := range []bool{false, true} {
		all, _, err := load(x.cfg.DB)
		if err != nil {
			return rows, err
		}
		slices.SortFunc(all, func(a, b Row) int { return cmp.Compare(a.Version, b.Version) })
		for _, r := range all {
			if (r.Purpose == Content) != papers || len(dests) > 0 && !slices.Contains(dests, r.Key.Dest) {
				continue
			}
			written, err := x.exportRow(w, r)
			if err != nil {
				return rows, fmt.Errorf("export %s: %w", r.Key, err)
			}
			if written {
				rows++
			}
		}
	}
	return rows, nil
}

func (x *Exchange) exportRow(w io.Writer, r Row) (bool, error) {
	k := r.Key
	if k.Kind == CarryRow { // the row that it is about is in the file itself
		return false, nil
	}
	if k.Kind == CarriedRow {
		var e envelope
		found, err := x.read(envelopeKey(k.Dest, k.ID), &e)
		if err != nil || !found {
			return false, err
		}
		return true, wire.WriteFrame(w, e)
	}
	written := false
	err := x.envelopes(r, func(e envelope) error {
		written = true
		return wire.WriteFrame(w, e)
	})
	return written, err
}

// Imported is what came of a file.
type Imported struct {
	From    casefile.Party `json:"from"`
	Taken   int            `json:"taken"`   // envelopes for us that were taken in
	Carried int            `json:"carried"` // envelopes for others that are carried onward now
	Refused []string       `json:"refused,omitempty"`
}

// Import takes a file in that Export wrote at another node: what is for us is
// taken in, what is for others waits in our outbox.
func (x *Exchange) Import(ctx context.Context, r io.Reader) (Imported, error) {
	const op = "import an outbox"
	reader := bufio.NewReader(r)
	var h fileHeader
	if err := wire.ReadFrame(reader, maxOpening, &h); err != nil {
		return Imported{}, refusal.New(refusal.Malformed, op, "is it a file that an outbox was exported to?", err)
	}
	if h.Format != fileFormat {
		return Imported{}, refusal.Newf(refusal.Malformed, op, "", "a file of format %q", clip(h.Format, maxID))
	}
	if h.Realm != x.cfg.Realm {
		return Imported{}, refusal.Newf(CodeForeign, op, hintOf[CodeForeign], "the file is of realm %q", clip(h.Realm, maxID))
	}
	report := Imported{From: h.From}
	self := x.cfg.Self()
	for ctx.Err() == nil {
		var e envelope
		err := wire.ReadFrame(reader, maxFrame, &e)
		if errors.Is(err, io.EOF) {
			return report, nil
		}
		if err != nil {
			return report, refusal.New(refusal.Malformed, op, "the file may be cut off: export it again", err)
		}
		if e.To.Center == self.Center {
			err = x.in.takeCarried(ctx, &e)
		} else {
			err = x.takeCarry(e.From.Center, &e, false)
		}
		switch {
		case err != nil && len(report.Refused) < 100:
			report.Refused = append(report.Refused, err.Error())
			x.logOnce("file "+e.Slot, refusal.CodeOf(err), "refused an envelope of a file", "from", e.From.String(), "to", e.To.String(), "code", refusal.CodeOf(err), "error", err)
		case err == nil && e.To.Center == self.Center:
			report.Taken++
		case err == nil:
			report.Carried++
		}
	}
	return report, ctx.Err()
}
