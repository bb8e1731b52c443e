package casefile

// MandateBody entrusts a center with the whole way (全程代办: 委托). The letter
// and who gave it lie in the blob.
type MandateBody struct {
	Letter    *BlobRef `cbor:"1,keyasint,omitempty" json:"letter,omitempty"`
	Powers    string   `cbor:"2,keyasint" json:"powers"`                        // 委托权限
	Documents []string `cbor:"3,keyasint" json:"documents"`                     // what was handed over with it
	Signed    Signing  `cbor:"4,keyasint" json:"signed"`                        //
	Signature *BlobRef `cbor:"5,keyasint,omitempty" json:"signature,omitempty"` // a picture of it, where it was signed on a screen
}

// MandateAcceptedBody is the receipt of a mandate (受理单): it states limit, fees,
// rights and duties.
type MandateAcceptedBody struct {
	Number string `cbor:"1,keyasint" json:"number"`
	Due    string `cbor:"2,keyasint,omitempty" json:"due,omitempty"`  // YYYY-MM-DD
	Fees   string `cbor:"3,keyasint,omitempty" json:"fees,omitempty"` // of the body; the agency itself is free
	Rights string `cbor:"4,keyasint,omitempty" json:"rights,omitempty"`
}

// UndertakenBody fixes who carries it through (承办单).
type UndertakenBody struct {
	Number  string `cbor:"1,keyasint" json:"number"`
	Unit    string `cbor:"2,keyasint" json:"unit"`    // 承办单位
	Handler string `cbor:"3,keyasint" json:"handler"` // staff number
	Due     string `cbor:"4,keyasint,omitempty" json:"due,omitempty"`
	Duty    string `cbor:"5,keyasint,omitempty" json:"duty,omitempty"` // 承办责任
}

// HandedBackBody ends it (回交): result told, fees settled, documents returned,
// and the client asked for an opinion.
type HandedBackBody struct {
	Result    string   `cbor:"1,keyasint" json:"result"`
	Documents []string `cbor:"2,keyasint,omitempty" json:"documents,omitempty"`
	Opinion   string   `cbor:"3,keyasint" json:"opinion"`                   // "satisfied", "dissatisfied", "declined": the client would not say
	Words     *BlobRef `cbor:"4,keyasint,omitempty" json:"words,omitempty"` // the client's, text
	Signed    Signing  `cbor:"5,keyasint" json:"signed"`
}

// Mandate is how far an agency has come.
type Mandate struct {
	Given    *MandateBody         `json:"given"`
	Accepted *MandateAcceptedBody `json:"accepted,omitempty"`
	Taken    *UndertakenBody      `json:"undertaken,omitempty"`
	Back     *HandedBackBody      `json:"handed_back,omitempty"`
	By       Party                `json:"by"` // who acts as agent
}

// foldAgency copies the mandate before it changes it: older states share it.
func (s *State) foldAgency(e *Event, content any) {
	m := Mandate{}
	if s.Mandate != nil {
		m = *s.Mandate
	}
	switch b := content.(type) {
	case *MandateBody:
		if m.Given != nil { // an earlier one, before the case was taken up again
			s.prove(m.Given.Letter)
			s.prove(m.Given.Signature)
			if m.Back != nil {
				s.prove(m.Back.Words)
			}
		}
		m = Mandate{Given: b, By: e.Author}
		s.Agency = true
	case *MandateAcceptedBody:
		m.Accepted = b
		s.gave(e, b.Number)
	case *UndertakenBody:
		m.Taken = b
		s.gave(e, b.Number)
	case *HandedBackBody:
		m.Back = b
	}
	s.Mandate = &m
}

// isAgent reports whether the author is the center that acts for the applicant,
// or one above it.
func (c *claim) isAgent() bool {
	if c.s.Mandate == nil {
		return false
	}
	who, agent := c.e.Author.Center, c.s.Mandate.By.Center
	return who == agent || who.Over(agent)
}

// agencyInOrder: given, accepted, undertaken, handed back, each once.
func (c *claim) agencyInOrder() error {
	order := func(format string, args ...any) error { return refuse(StepOrder, c.e, format, args...) }
	m := c.s.Mandate
	switch {
	case c.e.Kind == Mandated:
		if m != nil && m.Back == nil {
			return order("%s has a mandate already", m.By)
		}
	case m == nil:
		return order("nobody was given a mandate")
	case m.Back != nil:
		return order("the mandate was handed back")
	case c.e.Kind == MandateAccepted && m.Accepted != nil:
		return order("the mandate was accepted")
	case c.e.Kind == Undertaken && m.Accepted == nil, c.e.Kind == HandedBack && m.Accepted == nil:
		return order("the mandate is to be accepted first")
	case c.e.Kind == Undertaken && m.Taken != nil:
		return order("it was undertaken")
	case c.e.Kind == HandedBack && m.Taken == nil:
		return order("it is to be undertaken first")
	case c.e.Kind == HandedBack && c.s.Unsettled() > 0:
		return order("%d fen collected on behalf are to be settled first", c.s.Unsettled())
	}
	return nil
}

func (c *claim) soundAgency(f *form) {
	switch b := c.content.(type) {
	case *MandateBody:
		f.blob("letter", b.Letter)
		f.blob("signature", b.Signature)
		f.text("powers", b.Powers, true)
		f.names("documents handed over", b.Documents, 0)
		signed(f, b.Signed, true)
		f.hold(b.Signed != Unsigned, "a mandate that nobody signed")
	case *MandateAcceptedBody:
		f.name("number", b.Number, true)
		f.day("due day", b.Due, false)
		f.text("fees", b.Fees, false)
		f.text("rights and duties", b.Rights, false)
	case *UndertakenBody:
		f.name("number", b.Number, true)
		f.name("unit", b.Unit, true)
		f.name("handler", b.Handler, true)
		f.day("due day", b.Due, false)
		f.text("duty", b.Duty, false)
	case *HandedBackBody:
		f.text("result", b.Result, true)
		f.names("documents handed back", b.Documents, 0)
		among(f, "opinion of the client", b.Opinion, true, "satisfied", "dissatisfied", "declined")
		f.words("words of the client", b.Words, false)
		signed(f, b.Signed, true)
	}
}
