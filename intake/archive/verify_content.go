package archive

import (
	"slices"
	"strings"

	"tongban/consensus/chain"
	"tongban/intake/casefile"
)

// attachments checks that all content that the log names is there under its
// hash, or listed with the reason why it is not, and that nothing else is.
func (v *verifier) attachments() {
	here := v.salted()
	erased := map[chain.Hash]uint64{}
	wanted := map[chain.Hash]uint64{}
	for i := range v.events {
		e := &v.events[i].Event
		body, err := e.Content()
		if err != nil {
			continue // said when the log was verified
		}
		if gone, ok := body.(*casefile.ErasedBody); ok {
			for _, h := range gone.Blobs {
				erased[h] = e.Seq
			}
		}
		for _, ref := range casefile.References(body) {
			if wanted[ref.Hash] == 0 {
				wanted[ref.Hash] = e.Seq
			}
			v.wanted(ref, e.Seq, here)
		}
	}
	for h, at := range erased {
		if name, ok := here[h]; ok {
			v.fault(Security, name, at, "it was erased by event %d and must not be here", at)
		}
	}
	for h, name := range here {
		if wanted[h] == 0 {
			v.fault(Integrity, name, 0, "no event names it")
		}
	}
	v.left(erased, wanted)
}

// salted finds the attachments whose content has the hash that is their name.
func (v *verifier) salted() map[chain.Hash]string {
	here, pairs := map[chain.Hash]string{}, map[string]bool{}
	for i := range v.c.entries {
		name, ok := strings.CutPrefix(v.c.entries[i].name, "attachments/")
		if digest, ending, _ := strings.Cut(name, "."); ok && ending != "salt" {
			pairs[digest] = true
		}
	}
	for i := range v.c.entries {
		e := &v.c.entries[i]
		name, ok := strings.CutPrefix(e.name, "attachments/")
		digest, ending, dotted := strings.Cut(name, ".")
		if !ok || ending == "salt" && pairs[digest] {
			continue
		}
		var h chain.Hash
		if !dotted || h.UnmarshalText([]byte(digest)) != nil {
			v.fault(Security, e.name, 0, "an attachment has its hash for a name")
			continue
		}
		if ending == "salt" {
			v.fault(Integrity, e.name, 0, "it is a salt without its content")
			continue
		}
		v.attachment(e, h, here)
	}
	return here
}

func (v *verifier) attachment(e *entry, h chain.Hash, here map[chain.Hash]string) {
	salt := v.content(saltFile(h))
	if salt == nil {
		v.fault(Integrity, saltFile(h), 0, "it is missing: without it the content can't be checked")
		return
	}
	content, err := v.c.read(e)
	if err != nil {
		v.fault(Usability, e.name, 0, "it can't be read: %v", err)
		return
	}
	here[h] = e.name
	if casefile.BlobHash(salt, content) != h {
		v.fault(Authenticity, e.name, 0, "salt and content do not have the hash that is its name")
		return
	}
	if !v.m.Case.Owner().Leads(salt) {
		v.fault(Authenticity, e.name, 0, "it was kept for another case, or for none")
		return
	}
	kind := ""
	if strings.HasSuffix(e.name, ".cbor") {
		kind = "applicant"
	}
	f := detect(content, kind)
	switch f.fit {
	case runs:
		v.fault(Security, e.name, 0, "it is a program (%s)", f.media)
	case locked:
		v.fault(Usability, e.name, 0, "it is encrypted (%s): nobody can say that it opens", f.media)
	case unknown:
		v.fault(Usability, e.name, 0, "its format is none of those that are allowed")
	case today:
		v.note(Usability, e.name, "%s is no format for long keeping", f.media)
	}
	if !strings.HasSuffix(e.name, "."+f.ending) {
		v.fault(Usability, e.name, 0, "its content is %s, its name says otherwise", f.media)
	}
}

// wanted is one mention of content in the log.
func (v *verifier) wanted(ref casefile.BlobRef, event uint64, here map[chain.Hash]string) {
	if name, ok := here[ref.Hash]; ok {
		e, _ := v.c.file(name)
		if int64(e.size) != ref.Size {
			v.fault(Authenticity, name, event, "event %d names %d bytes, it has %d", event, ref.Size, e.size)
		}
		return
	}
	i := slices.IndexFunc(v.m.LeftOut, func(l LeftOut) bool { return l.What == "attachment" && l.Hash == ref.Hash })
	if i < 0 {
		v.fault(Integrity, eventFile(event, "cbor"), event, "content that it names is missing (%s)", ref.Hash.Short())
	}
}

// left judges what the manifest says is not there.
func (v *verifier) left(erased, wanted map[chain.Hash]uint64) {
	needed := v.state.Blobs()
	for _, l := range v.m.LeftOut {
		if l.What != "attachment" {
			v.note(Integrity, "", "%s %s was left out (%s)", l.What, l.Kind, l.Reason)
			continue
		}
		short := l.Hash.Short()
		switch {
		case wanted[l.Hash] == 0 && v.folded:
			v.fault(Integrity, manifestFile, 0, "it lists %s as left out, which no event names", short)
		case l.Reason == ErasedContent && erased[l.Hash] == 0:
			v.fault(Integrity, manifestFile, 0, "it says that %s was erased, and no event says so", short)
		case l.Reason == PersonalContent && v.m.Personal:
			v.fault(Integrity, manifestFile, 0, "it says that %s was left out as personal, and that nothing was", short)
		case l.Reason == NotHere && slices.ContainsFunc(needed, func(r casefile.BlobRef) bool { return r.Hash == l.Hash }):
			v.fault(Integrity, eventFile(l.Event, "cbor"), l.Event, "content that the case rests on is missing (%s)", short)
		case l.Reason == ErasedContent:
			v.note(Integrity, "", "%s %s was erased by event %d", l.Kind, short, erased[l.Hash])
		case l.Reason == PersonalContent:
			v.note(Integrity, "", "%s %s was left out on purpose", l.Kind, short)
		case l.Reason == NotHere:
			v.note(Integrity, "", "%s %s, replaced later, was not at the center that made the package", l.Kind, short)
		default:
			v.fault(Integrity, manifestFile, 0, "it gives no reason why %s is not there", short)
		}
	}
}

// branches checks the logs that were overruled: each hangs together, ends where
// the manifest says, and is one that the log has settled.
func (v *verifier) branches() {
	n := 0
	for _, b := range v.m.Superseded {
		head := chain.Start(string(v.m.Case))
		for head.Index < b.Head.Index {
			name := branchFile(b.Number, head.Index+1)
			record := v.content(name)
			if record == nil {
				v.fault(Integrity, name, 0, "it is missing")
				break
			}
			n++
			r, err := casefile.Read(record)
			if err != nil {
				v.fault(Authenticity, name, 0, "%v", err)
				break
			}
			if r.Event.Case != v.m.Case || r.Event.Seq != head.Index+1 || r.Event.Prev != head.Hash {
				v.fault(Authenticity, name, 0, "it does not continue its branch")
				break
			}
			if key, _, _, ok := newWitness(v.answers, nil).Key(r.Event.Author); ok {
				if err := r.Seal.Verify(chain.EventDomain, key); err != nil {
					v.fault(Authenticity, name, 0, "%v", err)
				}
			}
			head = head.Next(record)
		}
		if head.Index == b.Head.Index && head.Hash != b.Head.Hash {
			v.fault(Authenticity, branchFile(b.Number, head.Index), 0, "the branch does not end where the manifest says")
		}
		if v.folded && !v.state.Settled(b.Head) {
			v.fault(Integrity, manifestFile, 0, "the log does not say what becomes of branch %d", b.Number)
		}
	}
	if have := v.count("superseded/", ".cbor"); have > n {
		v.fault(Integrity, "", 0, "%d records of superseded branches belong to none", have-n)
	}
}
