package casefile

import "slices"

// numbersOf are the numbers that the body of an event gives to documents. A
// certificate's is not among them: its issuer gives it.
func numbersOf(content any) []string {
	switch b := content.(type) {
	case *NoticedBody:
		return []string{b.Number}
	case *AcceptedBody:
		return []string{b.Number}
	case *DecidedBody:
		return []string{b.Number}
	case *ReasonBody:
		return []string{b.Number}
	case *StepBody:
		if b.Proof != nil {
			return []string{b.Proof.Number}
		}
	case *SuspendedBody:
		if b.Posting != nil {
			return []string{b.Posting.Number}
		}
	case *FeeBody:
		return []string{b.Number}
	case *MandateAcceptedBody:
		return []string{b.Number}
	case *UndertakenBody:
		return []string{b.Number}
	case *SurveyBody:
		return []string{b.Number}
	case *SlipBody:
		return []string{b.Slip}
	case *CorrectedBody:
		return []string{b.Number}
	case *ReconciledBody:
		return b.Numbers
	}
	return nil
}

// Gave reports whether the case gave out a document of that number.
func (s *State) Gave(number string) bool {
	return slices.ContainsFunc(s.Documents, func(d Document) bool { return d.Number == number })
}

// issued is the certificate of that number that a decision of the case issued,
// one that was set aside among them; nil when none did.
func (s *State) issued(number string) *Certificate {
	all := s.SetAside
	if s.Decision != nil {
		all = append(slices.Clip(all), *s.Decision)
	}
	for _, d := range slices.Backward(all) {
		if c := d.Certificate; c != nil && number != "" && c.Number == number {
			return c
		}
	}
	return nil
}

// Bears reports whether any document or certificate of the case bears that
// number: nothing else in it may ever bear it, whatever was set aside or taken
// back since.
func (s *State) Bears(number string) bool { return s.Gave(number) || s.issued(number) != nil }

// soundNumbers: a number names one document for good. A decision that was set
// aside, or a document that was taken back, is on paper somewhere with it.
func (c *claim) soundNumbers() error {
	var seen []string
	for _, number := range numbersOf(c.content) {
		if number == "" {
			continue
		}
		if c.s.Bears(number) || slices.Contains(seen, number) {
			return refuse(NumberUsed, c.e, "the case gave out the number %.80q already", number)
		}
		seen = append(seen, number)
	}
	b, ok := c.content.(*DecidedBody)
	if !ok || b.Certificate == nil || b.Certificate.Number == "" {
		return nil
	}
	number := b.Certificate.Number
	before := c.s.issued(number)
	again := b.Certificate.Again && before != nil && before.Name == b.Certificate.Name && before.Issuer == b.Certificate.Issuer
	if c.s.Gave(number) || slices.Contains(seen, number) || before != nil && !again {
		return refuse(NumberUsed, c.e, "another document of the case bears the number %.80q of the certificate", number)
	}
	if b.Certificate.Again && before == nil {
		return refuse(NumberUsed, c.e, "the case issued no certificate %.80q that could be issued again", number)
	}
	return nil
}
