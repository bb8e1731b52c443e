package draft

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"tongban/consensus/refusal"
)

// Attach keeps a page of a paper, behind those that are there. The same content
// is kept once: what comes again over a bad line is no other page.
func (s *Store) Attach(login, id, paper, media string, content []byte) error {
	return s.attach(login, id, paper, media, content, false)
}

// Replace keeps a page in the place of all that is kept of a paper.
func (s *Store) Replace(login, id, paper, media string, content []byte) error {
	return s.attach(login, id, paper, media, content, true)
}

func (s *Store) attach(login, id, paper, media string, content []byte, alone bool) error {
	sum := sha256.Sum256(content)
	return s.change(login, id, func(r *row) error {
		there := pagesOf(r.Scans, paper)
		if slices.ContainsFunc(there, func(one Scan) bool { return bytes.Equal(one.Sum, sum[:]) }) && (!alone || len(there) == 1) {
			return nil
		}
		total, pages := len(content), 1
		for _, one := range r.Scans {
			if alone && one.Paper == paper {
				continue
			}
			total += one.Size
			if one.Paper == paper {
				pages++
			}
		}
		switch {
		case total > MaxScans:
			return refusal.Newf(refusal.TooLarge, op, "scan with less resolution", "%d bytes of scans, at most %d", total, MaxScans)
		case pages > MaxPages:
			return refusal.Newf(refusal.TooLarge, op, "bring it as a PDF", "%d pages of one paper, at most %d", pages, MaxPages)
		case len(r.Scans) >= maxScans:
			return refusal.Newf(refusal.TooLarge, op, "", "%d scans, at most %d", len(r.Scans)+1, maxScans)
		}
		page, err := s.writePieces(login, id, r, content)
		if err != nil {
			return err
		}
		var was []string
		if alone {
			was = r.without(paper, "")
		}
		r.Scans = append(r.Scans, Scan{paper, media, len(content), page, sum[:]})
		if err := s.write(login, id, r); err != nil {
			return err
		}
		return s.dropPieces(login, id, was...)
	})
}

// Detach takes a page of a paper away; "": all of them.
func (s *Store) Detach(login, id, paper, page string) error {
	return s.change(login, id, func(r *row) error {
		was := r.without(paper, page)
		if err := s.write(login, id, r); err != nil {
			return err
		}
		return s.dropPieces(login, id, was...)
	})
}

// Forward puts a page of a paper before the one that it follows. The first one
// stays where it is.
func (s *Store) Forward(login, id, paper, page string) error {
	return s.change(login, id, func(r *row) error {
		r.Scans = slices.Clone(r.Scans)
		before := -1
		for i, one := range r.Scans {
			if one.Paper != paper {
				continue
			}
			if one.Page == page && before >= 0 {
				r.Scans[before], r.Scans[i] = r.Scans[i], r.Scans[before]
				break
			}
			before = i
		}
		return s.write(login, id, r)
	})
}

// without forgets a page of a paper, or all of it, and says where the pieces lie.
func (r *row) without(paper, page string) (blobs []string) {
	r.Scans = slices.DeleteFunc(slices.Clone(r.Scans), func(one Scan) bool {
		gone := one.Paper == paper && (page == "" || one.Page == page)
		if gone {
			blobs = append(blobs, one.Page)
		}
		return gone
	})
	return blobs
}

// Content is a page of a paper; "": its first.
func (s *Store) Content(login, id, paper, page string) ([]byte, Scan, error) {
	r, err := s.read(login, id)
	if err != nil {
		return nil, Scan{}, err
	}
	for _, one := range r.Scans {
		if one.Paper == paper && (page == "" || one.Page == page) {
			content, err := s.readPieces(login, id, one.Page, one.Size)
			return content, one, err
		}
	}
	return nil, Scan{}, refusal.Newf(refusal.NotFound, op, "", "no scan of that paper is kept")
}
