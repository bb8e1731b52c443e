package casefile

import (
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// JointBody says who takes part in a joint case (联办件), and who no longer. The
// lead is the custodian.
type JointBody struct {
	Add    []Participant `cbor:"1,keyasint,omitempty" json:"add,omitempty"`
	Remove []Removal     `cbor:"2,keyasint,omitempty" json:"remove,omitempty"`
}

// Participant is a co-handler: it gets a copy of the case and says its opinion
// by a sealed request.
type Participant struct {
	Center area.Center `cbor:"1,keyasint" json:"center"`
	Matter string      `cbor:"2,keyasint" json:"matter"`                 // what it is asked
	By     string      `cbor:"3,keyasint,omitempty" json:"by,omitempty"` // until when, YYYY-MM-DD
}

// Removal takes a participant out.
type Removal struct {
	Center area.Center `cbor:"1,keyasint" json:"center"`
	Reason string      `cbor:"2,keyasint" json:"reason"`
}

// Stance is what an opinion comes to.
type Stance string

// The stances.
const (
	Agrees   Stance = "agrees"
	Objects  Stance = "objects"
	Provided Stance = "provided" // agrees under conditions
)

// Said is the body of a request of kind "opinion", in CBOR: sealed by the
// center that says it, recorded as it came, folded when it is recorded.
type Said struct {
	Stance Stance     `cbor:"1,keyasint" json:"stance"`
	Text   string     `cbor:"2,keyasint" json:"text"`
	Part   chain.Hash `cbor:"3,keyasint" json:"part"` // Voice.Part as the center saw it when it said so
}

// Voice is a participant and what it said.
type Voice struct {
	Participant
	Part    chain.Hash `json:"part"`              // names this participation: the hash of the log before the event that began it
	Asked   int64      `json:"asked"`             // when it was called, by the desk of Lead
	Lead    Party      `json:"lead,omitzero"`     // who called it
	Said    *Said      `json:"said,omitempty"`    // the last word counts, until the decision
	At      int64      `json:"at,omitempty"`      // when it said so: the asker's time of the request
	Request string     `json:"request,omitempty"` // under which id it was recorded
	Removed string     `json:"removed,omitempty"` // the reason
}

// SurveyBody sets the one appointment of a joint site survey (联合踏勘).
type SurveyBody struct {
	Number string        `cbor:"1,keyasint" json:"number"`
	On     string        `cbor:"2,keyasint" json:"on"`                     // YYYY-MM-DD
	At     string        `cbor:"3,keyasint,omitempty" json:"at,omitempty"` // "09:30"
	Place  string        `cbor:"4,keyasint" json:"place"`
	Who    []area.Center `cbor:"5,keyasint" json:"who"`
}

// SurveyHeldBody is what it found. Two members of staff at least took part.
type SurveyHeldBody struct {
	On     string   `cbor:"1,keyasint" json:"on"`
	Staff  []string `cbor:"2,keyasint" json:"staff"`
	Found  string   `cbor:"3,keyasint" json:"found"`
	Passed bool     `cbor:"4,keyasint" json:"passed"`
	Proof  *BlobRef `cbor:"5,keyasint,omitempty" json:"proof,omitempty"`
}

// Survey is an appointment and what came of it.
type Survey struct {
	SurveyBody
	Held *SurveyHeldBody `json:"held,omitempty"`
}

// voice finds a center among those who take part now; -1 when it does not.
func (s *State) voice(center area.Center) int {
	return slices.IndexFunc(s.Voices, func(v Voice) bool { return v.Center == center && v.Removed == "" })
}

// Silent are the participants who have not said their opinion.
func (s *State) Silent() []area.Center {
	var all []area.Center
	for _, v := range s.Voices {
		if v.Removed == "" && v.Said == nil {
			all = append(all, v.Center)
		}
	}
	return all
}

// appointment is the joint survey that is set and neither held nor taken back;
// -1 when none is.
func (s *State) appointment() int {
	return slices.IndexFunc(s.Surveys, func(v Survey) bool { return v.Held == nil && !s.IsVoid(v.Number) })
}

func (s *State) foldTogether(e *Event, content any) {
	switch b := content.(type) {
	case *JointBody:
		s.Voices = slices.Clone(s.Voices)
		for _, r := range b.Remove {
			if i := s.voice(r.Center); i >= 0 {
				s.Voices[i].Removed = r.Reason
			}
		}
		for _, p := range b.Add {
			s.Voices = append(s.Voices, Voice{Participant: p, Part: e.Prev, Asked: e.DeskTime, Lead: e.Author})
		}
	case *SurveyBody:
		s.Surveys = append(slices.Clip(s.Surveys), Survey{SurveyBody: *b})
		s.gave(e, b.Number)
	case *SurveyHeldBody:
		if i := s.appointment(); i >= 0 {
			s.Surveys = slices.Clone(s.Surveys)
			s.Surveys[i].Held = b
		}
	}
}

// OpinionRequest is the kind of a request by which a participant says its
// opinion; its body is Said.
const OpinionRequest = "opinion"

// hear records a request, and what a participant says in it. A request that
// came late is recorded and changes nothing.
func (s *State) hear(b *RequestBody) {
	s.Requests = append(slices.Clip(s.Requests), b.ID)
	r, _, err := readRequest(b.Sealed)
	if err == nil && r.Kind == RatingRequest { // most come after the decision
		s.hearGrade(r)
		return
	}
	if err != nil || b.Late || r.Kind != OpinionRequest {
		return
	}
	i := s.voice(r.From.Center)
	var said Said
	if i < 0 || wire.Decode(r.Body, &said) != nil || said.Part != s.Voices[i].Part || s.Voices[i].Said != nil && r.Time < s.Voices[i].At {
		return
	}
	s.Voices = slices.Clone(s.Voices)
	s.Voices[i].Said, s.Voices[i].At, s.Voices[i].Request = &said, r.Time, r.ID
}

// togetherInOrder: one appointment at a time, and none is held that was not
// set.
func (c *claim) togetherInOrder() error {
	set := c.s.appointment()
	switch {
	case c.e.Kind == SurveySet && set >= 0:
		return refuse(StepOrder, c.e, "survey %.80q is set: hold it, or take it back", c.s.Surveys[set].Number)
	case c.e.Kind == SurveyHeld && set < 0:
		return refuse(StepOrder, c.e, "no survey is set")
	}
	return nil
}

func (c *claim) soundTogether(f *form) {
	switch b := c.content.(type) {
	case *JointBody:
		c.soundJoint(f, b)
	case *SurveyBody:
		f.name("number", b.Number, true)
		f.day("day", b.On, true)
		if b.At != "" {
			_, err := time.Parse("15:04", b.At)
			f.hold(err == nil, "%.20q is no time of day", b.At)
		}
		f.text("place", b.Place, true)
		f.count("surveys", len(c.s.Surveys), 0, maxList-1)
		f.count("who comes", len(b.Who), 1, maxList)
		for i, who := range b.Who {
			f.hold(who == c.e.Author.Center || c.s.voice(who) >= 0, "%.40q does not take part in the case", string(who))
			f.hold(!slices.Contains(b.Who[:i], who), "%.40q is named twice", string(who))
		}
	case *SurveyHeldBody:
		f.day("day", b.On, true)
		twoStaff(f, b.Staff)
		f.text("what was found", b.Found, true)
		f.blob("proof", b.Proof)
	}
}

// soundJoint: whoever is named takes part once, the lead not at all, and nobody
// leaves who was not there.
func (c *claim) soundJoint(f *form, b *JointBody) {
	f.count("participants added and removed", len(b.Add)+len(b.Remove), 1, maxList-len(c.s.Voices))
	leaves := func(center area.Center) bool {
		return slices.ContainsFunc(b.Remove, func(r Removal) bool { return r.Center == center })
	}
	for i, r := range b.Remove {
		f.text("reason for the removal", r.Reason, true)
		f.hold(c.s.voice(r.Center) >= 0, "%.40q does not take part", string(r.Center))
		f.hold(!slices.ContainsFunc(b.Remove[:i], func(o Removal) bool { return o.Center == r.Center }),
			"%.40q is removed twice", string(r.Center))
	}
	for i, p := range b.Add {
		f.center("participant", p.Center)
		f.text("what it is asked", p.Matter, true)
		f.day("until when", p.By, false)
		f.hold(p.Center != c.e.Author.Center, "the lead takes no part beside itself")
		twice := slices.ContainsFunc(b.Add[:i], func(o Participant) bool { return o.Center == p.Center })
		f.hold(!twice && (c.s.voice(p.Center) < 0 || leaves(p.Center)), "%.40q takes part already", string(p.Center))
	}
}

// asker is the key of whoever sealed a request, as far as the Register record
// that the event cites reaches.
func (c *claim) asker(p Party) (chain.PublicKey, bool) {
	key, since, _, ok := c.reg.Key(p)
	return key, ok && since <= c.e.Register.Index
}

// soundSaid: what a participant says can be read, is its own word still (a closed
// incarnation's is not), and is an answer to what it is asked now: one that was
// taken out and asked anew has to say it anew.
func (c *claim) soundSaid(r Request) error {
	_, _, closed, _ := c.reg.Key(r.From)
	if closed != 0 && closed <= c.e.Register.Index {
		return refuse(ClosedIncarnation, c.e, "the opinion is of %s, which was closed by Register record %d", r.From, closed)
	}
	f, said := &form{e: c.e}, Said{}
	if err := wire.Decode(r.Body, &said); err != nil {
		f.fault("the opinion of a participant: %w", err)
	}
	if part := c.s.Voices[c.s.voice(r.From.Center)].Part; f.err == nil && said.Part != part {
		return refuse(OpinionOld, c.e, "it answers an earlier question (%s): what %s is asked now was asked later (%s)",
			said.Part.Short(), r.From.Center, part.Short())
	}
	among(f, "stance", said.Stance, true, Agrees, Objects, Provided)
	f.text("opinion", said.Text, false)
	f.hold(said.Stance == Agrees || said.Text != "", "%s has to be said with words", said.Stance)
	f.hold(r.Time > 0, "an opinion without a time")
	return f.err
}

// surveyDue reports whether a site survey was set that is neither held nor void.
func (s *State) surveyDue() bool {
	n := len(s.Surveys)
	return n > 0 && s.Surveys[n-1].Held == nil && !s.IsVoid(s.Surveys[n-1].Number)
}
