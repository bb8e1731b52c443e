package desk

import (
	"cmp"
	"slices"
	"strings"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/notice"
)

// maxFen is the largest amount that is believed: ten thousand million yuan.
const maxFen = 1_000_000_000_000

// FeeForm gives a payment notice (缴费通知). Amounts are in fen.
type FeeForm struct {
	Name      string `json:"name,omitempty"`  // 收费项目; "": the item's only one
	Amount    int64  `json:"amount"`          //
	Basis     string `json:"basis,omitempty"` // "": the item's
	Collector string `json:"collector,omitempty"`
	OnBehalf  bool   `json:"on_behalf,omitempty"` // collected here for the body, to be settled with it; so is every fee of an agency
	Waits     bool   `json:"waits,omitempty"`     // the case waits for the payment
	Counts    bool   `json:"counts,omitempty"`    // and the wait counts
}

// WaiverForm lets a fee go, wholly or in part.
type WaiverForm struct {
	Number   string `json:"number,omitempty"` // of the payment notice; "": the only one that is open
	Amount   int64  `json:"amount,omitempty"` // 0: all that is open
	Ground   string `json:"ground"`
	Approver string `json:"approver"`
}

// PaidForm records a payment.
type PaidForm struct {
	Number  string `json:"number,omitempty"` // as in WaiverForm
	Amount  int64  `json:"amount,omitempty"` // 0: all that is open
	How     string `json:"how"`              // "cash", "card", "online", "transfer"
	Receipt string `json:"receipt"`          // 票据号
}

// SettleFeeForm hands on what was collected on behalf, or gives it back.
type SettleFeeForm struct {
	Number  string `json:"number,omitempty"` // "": the only one with money in hand
	Amount  int64  `json:"amount,omitempty"` // 0: all that is in hand
	To      string `json:"to,omitempty"`     // "body" (also ""), "applicant"
	Voucher string `json:"voucher"`
}

// charge plans a payment notice. What an item does not cost is not charged (行政
// 许可法 58), and an agency takes no money of its own (全程代办不收服务费): its
// fees are those that the item lists.
func (sh *sheet) charge(form FeeForm) error {
	const what = "charge a fee for"
	it, err := sh.item(what)
	if err != nil {
		return err
	}
	if it.Charged == item.No {
		return refusal.Newf(NoCharge, sh.op(what), "", "“%s”不收费", it.Name)
	}
	agency := sh.s.Agency || sh.s.Mandate != nil
	listed, known := listedFee(it, form.Name)
	if agency && !known && (len(it.Fees) > 0 || it.Charged != item.Yes) {
		return refusal.Newf(NoCharge, sh.op(what), "charge what the item lists; the agency itself is free",
			"“%s”没有收费项目“%s”：代办只代收办理机关的费用，不收服务费", it.Name, form.Name)
	}
	body := casefile.FeeBody{
		Name: cmp.Or(form.Name, listed.Name), Amount: form.Amount, Basis: cmp.Or(form.Basis, listed.Basis),
		Collector: cmp.Or(form.Collector, listed.Collector), OnBehalf: form.OnBehalf || agency, Waits: form.Waits, Counts: form.Counts,
	}
	var f faults
	f.amount(form.Amount, false)
	if body.Name == "" && len(it.Fees) > 1 {
		f.add("name: which of %s", feeNames(it))
	} else {
		f.words("name", body.Name, true, maxName)
	}
	f.words("basis", body.Basis, true, maxWords)
	f.words("collector", body.Collector, false, maxName)
	if form.Counts && !form.Waits {
		f.add("counts: only of a case that waits for the payment")
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	if body.Number, err = sh.documentNumber(notice.FeeNotice); err != nil {
		return err
	}
	return sh.add(casefile.FeeCharged, body)
}

// listedFee is the item's fee of that name; without a name its only one.
func listedFee(it *item.Item, name string) (item.Fee, bool) {
	if name == "" && len(it.Fees) == 1 {
		return it.Fees[0], true
	}
	i := slices.IndexFunc(it.Fees, func(f item.Fee) bool { return f.Name == name })
	if i < 0 {
		return item.Fee{}, false
	}
	return it.Fees[i], true
}

func feeNames(it *item.Item) string {
	all := make([]string, len(it.Fees))
	for i, f := range it.Fees {
		all[i] = f.Name
	}
	return strings.Join(all, "、")
}

func (f *faults) amount(fen int64, all bool) {
	if fen < 0 || fen > maxFen || fen == 0 && !all {
		f.add("amount: %d fen, want 1 to %d", fen, int64(maxFen))
	}
}

// fee is the payment notice that a form names, or the only one with something
// left of what left says.
func (sh *sheet) fee(what, number string, left func(casefile.Fee) int64) (casefile.Fee, error) {
	var found []casefile.Fee
	for _, fee := range sh.s.Fees {
		if number == fee.Number || number == "" && left(fee) > 0 {
			found = append(found, fee)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return casefile.Fee{}, refusal.Newf(BadForm, sh.op(what), "name the payment notice", "number: %d notices are open", len(found))
	case number != "":
		return casefile.Fee{}, refusal.Newf(NothingIsOpen, sh.op(what), "", "there is no payment notice %s", number)
	}
	return casefile.Fee{}, refusal.Newf(NothingIsOpen, sh.op(what), "", "no payment notice is open")
}

// partOf is the fee that a form is about and how much of what left says is
// meant: all of it where the form names no amount.
func (sh *sheet) partOf(what, number string, want int64, left func(casefile.Fee) int64) (casefile.Fee, int64, error) {
	fee, err := sh.fee(what, number, left)
	if err != nil {
		return fee, 0, err
	}
	most := left(fee)
	amount := cmp.Or(want, most)
	if most <= 0 || amount > most {
		return fee, 0, refusal.Newf(NothingIsOpen, sh.op(what), "", "only %d.%02d yuan are left of it", max(most, 0)/100, max(most, 0)%100)
	}
	return fee, amount, nil
}

func (sh *sheet) waive(form WaiverForm) error {
	const what = "waive a fee of"
	var f faults
	f.amount(form.Amount, true)
	f.words("ground", form.Ground, true, maxWords)
	f.words("approver", form.Approver, true, maxName)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	fee, amount, err := sh.partOf(what, form.Number, form.Amount, casefile.Fee.Open)
	if err != nil {
		return err
	}
	return sh.add(casefile.FeeWaived, casefile.WaiverBody{Number: fee.Number, Amount: amount, Ground: form.Ground, Approver: form.Approver})
}

var payments = []string{"cash", "card", "online", "transfer"}

func (sh *sheet) pay(form PaidForm) error {
	const what = "record a payment for"
	var f faults
	f.amount(form.Amount, true)
	if !slices.Contains(payments, form.How) {
		f.add("how: %q is none of %v", form.How, payments)
	}
	f.words("receipt", form.Receipt, true, maxName)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	fee, amount, err := sh.partOf(what, form.Number, form.Amount, casefile.Fee.Open)
	if err != nil {
		return err
	}
	return sh.add(casefile.FeePaid, casefile.PaidBody{Number: fee.Number, Amount: amount, How: form.How, Receipt: form.Receipt})
}

// inHand is what was collected on behalf and not handed on yet.
func inHand(fee casefile.Fee) int64 {
	if !fee.OnBehalf {
		return 0
	}
	return fee.Paid - fee.Settled
}

func (sh *sheet) settleFee(form SettleFeeForm) error {
	const what = "settle a fee of"
	form.To = cmp.Or(form.To, "body")
	var f faults
	f.amount(form.Amount, true)
	if form.To != "body" && form.To != "applicant" {
		f.add("to: %q, want body or applicant", form.To)
	}
	f.words("voucher", form.Voucher, true, maxName)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	fee, amount, err := sh.partOf(what, form.Number, form.Amount, inHand)
	if err != nil {
		return err
	}
	return sh.add(casefile.FeeSettled, casefile.SettledBody{Number: fee.Number, Amount: amount, To: form.To, Voucher: form.Voucher})
}
