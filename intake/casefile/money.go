package casefile

import "slices"

// FeeBody is a payment notice (缴费通知). Amounts are in fen.
type FeeBody struct {
	Number    string `cbor:"1,keyasint" json:"number"` // 缴款单号
	Name      string `cbor:"2,keyasint" json:"name"`   // 收费项目
	Amount    int64  `cbor:"3,keyasint" json:"amount"`
	Basis     string `cbor:"4,keyasint" json:"basis"`
	Collector string `cbor:"5,keyasint,omitempty" json:"collector,omitempty"` // whose money it is; "": the item's authority
	OnBehalf  bool   `cbor:"6,keyasint,omitempty" json:"on_behalf,omitempty"` // collected by an agent for the body: to be settled
	Waits     bool   `cbor:"7,keyasint,omitempty" json:"waits,omitempty"`     // the case waits for the payment (an interval of ground payment)
	Counts    bool   `cbor:"8,keyasint,omitempty" json:"counts,omitempty"`    // and the wait counts
}

// WaiverBody lets a fee go (减免), wholly or in part.
type WaiverBody struct {
	Number   string `cbor:"1,keyasint" json:"number"` // of the payment notice
	Amount   int64  `cbor:"2,keyasint" json:"amount"` // by how much; at most what is open
	Ground   string `cbor:"3,keyasint" json:"ground"`
	Approver string `cbor:"4,keyasint" json:"approver"`
}

// PaidBody is a payment.
type PaidBody struct {
	Number  string `cbor:"1,keyasint" json:"number"`
	Amount  int64  `cbor:"2,keyasint" json:"amount"`
	How     string `cbor:"3,keyasint" json:"how"`     // "cash", "card", "online", "transfer"
	Receipt string `cbor:"4,keyasint" json:"receipt"` // number of the receipt (票据号)
}

// SettledBody hands what was collected on behalf to whom it belongs, or gives
// it back.
type SettledBody struct {
	Number  string `cbor:"1,keyasint" json:"number"`
	Amount  int64  `cbor:"2,keyasint" json:"amount"`
	To      string `cbor:"3,keyasint" json:"to"` // "body", "applicant"
	Voucher string `cbor:"4,keyasint" json:"voucher"`
}

// Fee is what became of one payment notice.
type Fee struct {
	FeeBody
	Waived  int64  `json:"waived,omitempty"`
	Paid    int64  `json:"paid,omitempty"`
	Settled int64  `json:"settled,omitempty"`
	Receipt string `json:"receipt,omitempty"` // the last
	At      int64  `json:"at"`                // when it was told, desk time
	PaidAt  int64  `json:"paid_at,omitempty"` // when nothing was open any more
	Void    bool   `json:"void,omitempty"`    // the notice was taken back: nothing is owed on it
}

// Open is what is still to be paid.
func (f Fee) Open() int64 {
	if f.Void {
		return 0
	}
	return f.Amount - f.Waived - f.Paid
}

// Unsettled is what was collected on behalf and not yet handed on or given
// back.
func (f Fee) Unsettled() int64 {
	if !f.OnBehalf {
		return 0
	}
	return f.Paid - f.Settled
}

// Unsettled is what the case still holds of other people's money.
func (s *State) Unsettled() (fen int64) {
	for _, f := range s.Fees {
		fen += f.Unsettled()
	}
	return fen
}

// fee finds a payment notice; nil when the case gave none of that number.
func (s *State) fee(number string) *Fee {
	i := slices.IndexFunc(s.Fees, func(f Fee) bool { return f.Number == number })
	if i < 0 {
		return nil
	}
	return &s.Fees[i]
}

func (s *State) foldMoney(e *Event, content any) {
	at := e.DeskTime
	switch b := content.(type) {
	case *FeeBody:
		s.Fees = append(slices.Clip(s.Fees), Fee{FeeBody: *b, At: at})
		if b.Waits {
			s.Intervals = append(slices.Clip(s.Intervals), Interval{
				Step: -1, Ground: Payment, From: at, Counts: b.Counts, Name: b.Name, Basis: b.Basis, Fee: b.Number, By: e.Author})
		}
		s.gave(e, b.Number)
	case *WaiverBody:
		s.reckon(b.Number, at, func(f *Fee) { f.Waived += b.Amount })
	case *PaidBody:
		s.reckon(b.Number, at, func(f *Fee) { f.Paid, f.Receipt = f.Paid+b.Amount, b.Receipt })
	case *SettledBody:
		s.reckon(b.Number, at, func(f *Fee) { f.Settled += b.Amount })
	}
}

// reckon changes one fee; where nothing is open on it any more, the wait for it
// is over.
func (s *State) reckon(number string, at int64, change func(*Fee)) {
	s.Fees = slices.Clone(s.Fees)
	f := s.fee(number)
	if f == nil {
		return
	}
	owed := f.Open()
	change(f)
	if owed <= 0 || f.Open() > 0 {
		return
	}
	if !f.Void {
		f.PaidAt = at
	}
	if open := s.Waiting(); open != nil && open.Ground == Payment && open.Fee == number {
		s.stopWaiting(at)
	}
}

// soundMoney: nobody pays, waives or hands on more than there is.
func (c *claim) soundMoney(f *form) {
	find := func(number string) *Fee {
		fee := c.s.fee(number)
		f.hold(fee != nil, "the case gave no payment notice %.80q", number)
		f.hold(fee == nil || !fee.Void, "payment notice %.80q was taken back", number)
		return fee
	}
	switch b := c.content.(type) {
	case *FeeBody:
		f.name("number of the payment notice", b.Number, true)
		f.name("what is charged", b.Name, true)
		f.text("basis", b.Basis, true)
		f.name("collector", b.Collector, false)
		f.amount("fee", b.Amount)
		f.count("payment notices", len(c.s.Fees), 0, maxList-1)
		f.hold(b.Waits || !b.Counts, "only a wait counts or does not")
		if b.Waits && f.err == nil {
			f.err = c.mayWaitForPayment()
		}
	case *WaiverBody:
		if fee := find(b.Number); fee != nil {
			f.amount("waiver", b.Amount)
			f.hold(b.Amount <= fee.Open(), "%d fen are waived, %d are open", b.Amount, fee.Open())
		}
		f.text("ground of the waiver", b.Ground, true)
		f.name("who approved it", b.Approver, true)
	case *PaidBody:
		if fee := find(b.Number); fee != nil {
			f.amount("payment", b.Amount)
			f.hold(b.Amount <= fee.Open(), "%d fen are paid, %d are open", b.Amount, fee.Open())
		}
		among(f, "how it was paid", b.How, true, "cash", "card", "online", "transfer")
		f.name("number of the receipt", b.Receipt, true)
	case *SettledBody:
		if fee := c.s.fee(b.Number); fee != nil {
			f.amount("settlement", b.Amount)
			f.hold(b.Amount <= fee.Unsettled(), "%d fen are settled, %d were collected on behalf and not settled", b.Amount, fee.Unsettled())
		} else {
			f.fault("the case gave no payment notice %.80q", b.Number)
		}
		among(f, "to whom", b.To, true, "body", "applicant")
		f.name("number of the voucher", b.Voucher, true)
	}
}

// mayWaitForPayment: a wait stops a clock that runs, and there is one wait at a
// time.
func (c *claim) mayWaitForPayment() error {
	switch {
	case c.s.Phase != PhaseAccepted:
		return refuse(StepOrder, c.e, "the case is %s: no clock runs that could wait for a payment", c.s.Phase)
	case c.s.Waiting() != nil:
		return refuse(StepOrder, c.e, "the case waits already (%s)", c.s.Waiting().Ground)
	}
	return nil
}

// moneyInOrder: there is something to pay, or to settle.
func (c *claim) moneyInOrder() error {
	owed := func(f Fee) bool { return f.Open() > 0 }
	switch c.e.Kind {
	case FeeWaived, FeePaid:
		if !slices.ContainsFunc(c.s.Fees, owed) {
			return refuse(StepOrder, c.e, "no fee is open")
		}
	case FeeSettled:
		if c.s.Unsettled() <= 0 {
			return refuse(StepOrder, c.e, "nothing that was collected on behalf is unsettled")
		}
	}
	return nil
}
