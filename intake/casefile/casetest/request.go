package casetest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Request is a request about a case, sealed by a party, as the body by which a
// custodian records it. mark tells requests apart that say the same.
func (r *Realm) Request(from casefile.Party, id casefile.ID, kind, mark string, body []byte, at int64) casefile.RequestBody {
	random := sha256.Sum256([]byte(mark))
	request := casefile.Request{
		Format: 1, ID: fmt.Sprintf("%s.%d.%s", from.Center, from.Incarnation, hex.EncodeToString(random[:16])),
		Case: id, From: from, Kind: kind, Body: body, Staff: "Qian", Time: at,
	}
	return casefile.RequestBody{ID: request.ID, Sealed: chain.Sign(r.Secret(from), chain.RequestDomain, wire.Encode(request))}
}

// Opinion is the opinion of a participant in a joint case as it stands, sealed by
// it.
func (r *Realm) Opinion(from casefile.Party, s casefile.State, mark string, stance casefile.Stance, at int64) casefile.RequestBody {
	said := casefile.Said{Stance: stance, Text: "what " + mark + " says"}
	for _, v := range s.Voices {
		if v.Center == from.Center && v.Removed == "" {
			said.Part = v.Part
		}
	}
	body := wire.Encode(said)
	return r.Request(from, s.ID, casefile.OpinionRequest, mark, body, at)
}
