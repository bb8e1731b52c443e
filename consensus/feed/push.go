package feed

import (
	"bytes"
	"fmt"
	"sync"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// nextPush builds what a follower that holds everything up to have, and the
// certificate at certified, is sent next. There is nothing to send when both
// returned values are empty. A push never goes past a change of voters, and
// ends at a certificate wherever one lies within reach.
func nextPush(j Journal, have, certified uint64) (*Push, error) {
	newest, _ := j.NewestCertificate()
	limit := newest.Checkpoint.Head.Index
	if have >= limit {
		if cert, ok := j.CertificateAt(have); ok && have > certified {
			return &Push{Certificate: &cert, Reached: limit}, nil
		}
		return nil, nil
	}
	push := &Push{From: have + 1, Reached: limit}
	// Nobody precedes the founders: record 1 needs no certificate of its own.
	if k, ok := j.NextTransition(max(have, 1)); ok && k < limit {
		if _, ok := j.CertificateAt(k); !ok {
			return nil, refusal.Newf(Incomplete, "feed", "", "no certificate for the change of voters at record %d", k)
		}
		limit = k
	}
	records, err := j.Records(have+1, MaxPushRecords, MaxPushBytes)
	if err != nil {
		return nil, fmt.Errorf("read records from %d: %w", have+1, err)
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("no record %d, but a certificate for %d", have+1, limit)
	}
	if uint64(len(records)) > limit-have {
		records = records[:limit-have]
	}
	for n := len(records); n > 0; n-- {
		if cert, ok := j.CertificateAt(have + uint64(n)); ok {
			records, push.Certificate = records[:n], &cert
			break
		}
	}
	push.Records = records
	return push, nil
}

// frame is an encoded push, shared by all children who need the same one.
type frame struct {
	bytes []byte
	push  place // what its receiver has afterwards
}

// place is how far a follower is: its last record and its last certificate.
type place struct{ have, certified uint64 }

// frameKey names a push: it depends on the receiver's place and on how far
// this node can feed.
type frameKey struct {
	place
	newest uint64
}

// frames keeps the last few encoded pushes. Four hundred children that are at
// one place cost one reading and one encoding. Safe for concurrent use.
type frames struct {
	journal Journal
	mu      sync.Mutex
	kept    map[frameKey]*frame
	order   []frameKey
}

const keptFrames = 16

func newFrames(j Journal) frames {
	return frames{journal: j, kept: map[frameKey]*frame{}}
}

// next is the frame for a follower at a place; nil when it has everything.
func (f *frames) next(at place) (*frame, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	newest, _ := f.journal.NewestCertificate()
	key := frameKey{at, newest.Checkpoint.Head.Index}
	if kept := f.kept[key]; kept != nil {
		return kept, nil
	}
	push, err := nextPush(f.journal, at.have, at.certified)
	if push == nil || err != nil {
		return nil, err
	}
	made := &frame{bytes: encodeFrame(push), push: at.after(push)}
	if len(f.order) == keptFrames {
		delete(f.kept, f.order[0])
		f.order = f.order[1:]
	}
	f.kept[key], f.order = made, append(f.order, key)
	return made, nil
}

func (p place) after(push *Push) place {
	p.have += uint64(len(push.Records))
	if c := push.Certificate; c != nil {
		p.certified = c.Checkpoint.Head.Index
	}
	return p
}

// signOfLife is the frame for a follower that has everything.
func signOfLife(j Journal) []byte {
	newest, _ := j.NewestCertificate()
	return encodeFrame(&Push{Reached: newest.Checkpoint.Head.Index})
}

func encodeFrame(push *Push) []byte {
	var b bytes.Buffer
	if err := wire.WriteFrame(&b, push); err != nil {
		panic(err) // the limits above keep it below wire.MaxFrame
	}
	return b.Bytes()
}

// greet checks a follower's hello.
func greet(j Journal, h Hello) error {
	switch own, ok := j.HeadAt(h.Head.Index); {
	case h.Realm != j.Realm():
		return refusal.Newf(ForeignRealm, "", "", "this is realm %s, not %s", j.Realm(), h.Realm)
	case h.Generation != j.Generation():
		return refusal.Newf(OtherGeneration, "", "", "this node is in generation %d, not %d", j.Generation(), h.Generation)
	case h.Head.Index == 0 && h.Head != chain.Start(j.Realm()):
		return refusal.Newf(refusal.Malformed, "", "", "not the head of an empty journal")
	case h.Head.Index > 0 && ok && own != h.Head.Hash:
		return refusal.Newf(Diverged, "", "", "this node holds %s at record %d, not %s", own.Short(), h.Head.Index, h.Head.Hash.Short())
	}
	return nil
}
