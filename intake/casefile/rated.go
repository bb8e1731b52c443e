package casefile

import "tongban/consensus/wire"

// RatingRequest is the kind of a request by which a center that served the
// applicant tells the custodian the grade that was given there; its body is a
// RatedBody in CBOR.
const RatingRequest = "rating"

// hearGrade takes the grade out of such a request. The first grade of a case
// counts, and only a center whose counter the applicant came to can tell one:
// where the case was taken in, or where the result is collected.
func (s *State) hearGrade(r Request) {
	var b RatedBody
	if s.Grade != 0 || r.From.Center != s.Origin.Center && r.From.Center != s.Deliver ||
		wire.Decode(r.Body, &b) != nil || b.Grade < 1 || b.Grade > 5 {
		return
	}
	s.Grade = b.Grade
}
