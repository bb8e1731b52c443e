package casefile

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"

	"tongban/catalog/area"
	"tongban/consensus/chain"
)

// Owner is whose a blob is: one case's, or one book's of a center. It is hashed
// into the blob's name, so what belongs to one owner can't be referred to, sent,
// opened or erased as another's, whoever writes its hash into a log.
type Owner string

// Owner is the owner of all content that the log of a case names.
func (id ID) Owner() Owner { return Owner("case/" + string(id)) }

// BookOwner is the owner of the content that one of a center's own books names:
// "hall", "rating". No case has such an owner.
func BookOwner(book string, c area.Center) Owner { return Owner(book + "/" + string(c)) }

// blobDomain separates the names of blobs from everything else that is hashed.
const blobDomain = "tongban/blob/1"

// BlobLead is what is hashed before the content of a blob: domain, owner, salt
// and kind, each after its length as an unsigned varint.
func BlobLead(owner Owner, salt []byte, kind string) []byte {
	lead := owner.lead()
	for _, part := range [][]byte{salt, []byte(kind)} {
		lead = append(binary.AppendUvarint(lead, uint64(len(part))), part...)
	}
	return lead
}

func (o Owner) lead() (lead []byte) {
	for _, part := range []string{blobDomain, string(o)} {
		lead = append(binary.AppendUvarint(lead, uint64(len(part))), part...)
	}
	return lead
}

// Leads reports whether a BlobLead is of a blob of this owner.
func (o Owner) Leads(lead []byte) bool { return bytes.HasPrefix(lead, o.lead()) }

// BlobHash is the name of a blob: SHA-256 of lead and content.
func BlobHash(lead, content []byte) (h chain.Hash) {
	d := sha256.New()
	d.Write(lead)
	d.Write(content)
	d.Sum(h[:0])
	return h
}
