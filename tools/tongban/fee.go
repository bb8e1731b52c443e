package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongban/intake/desk"
)

// caseFeeCommand is the fees of a case.
func (a *app) caseFeeCommand() *cobra.Command {
	return group("fee", "Fees of a case: payment notice, waiver, payment, settlement",
		inGroup(command(a, action[desk.FeeForm]{name: desk.FeeCharge, short: "Give a payment notice (缴费通知)",
			long:    "Give a payment notice, under a number that is given here. Name, basis and whose money it\nis come from the item where it says them. An agency charges nothing for itself.",
			example: "  tongban case fee charge 320509111201.1.7 --amount 20.00\n  tongban case fee charge 320509111201.1.7 --name 工本费 --amount 20.00 --basis 某价费〔2020〕1号 --waits", flags: chargeFlags}), "charge"),
		inGroup(command(a, action[desk.WaiverForm]{name: desk.FeeWaive, short: "Let a fee go, wholly or in part (减免)",
			example: "  tongban case fee waive 320509111201.1.7 --ground 低保家庭 --approver 李主任", flags: waiveFlags}), "waive"),
		inGroup(command(a, action[desk.PaidForm]{name: desk.FeePay, short: "Record a payment",
			example: "  tongban case fee pay 320509111201.1.7 --how online --receipt 0001234", flags: payFlags}), "pay"),
		inGroup(command(a, action[desk.SettleFeeForm]{name: desk.FeeSettle, short: "Hand on what was collected on behalf, or give it back",
			example: "  tongban case fee settle 320509111201.1.7 --voucher 0005678", flags: settleFeeFlags}), "settle"),
	)
}

// inGroup gives the command of an action the name that it has in its group.
func inGroup(cmd *cobra.Command, name string) *cobra.Command {
	cmd.Use, cmd.Aliases = name+" CASE", nil
	return cmd
}

// yuan is an amount of money on a command line; fen are counted inside.
type yuan int64

var _ pflag.Value = (*yuan)(nil)

// String writes the amount with two decimals.
func (y *yuan) String() string {
	if *y == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%02d", *y/100, *y%100)
}

// Type names the value in a usage text.
func (y *yuan) Type() string { return "yuan" }

// Set reads an amount such as 20, 20.5 or 20.00.
func (y *yuan) Set(s string) error {
	whole, part, _ := strings.Cut(s, ".")
	if len(part) > 2 || strings.Trim(whole+part, "0123456789") != "" || whole == "" || len(whole) > 10 {
		return fmt.Errorf("%q is no amount (want yuan, such as 20.00)", s)
	}
	fen, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	*y = yuan(fen)
	return err
}

func amountFlag(f *pflag.FlagSet, amount *int64, usage string) {
	f.Var((*yuan)(amount), "amount", usage)
}

func chargeFlags(f *pflag.FlagSet, form *desk.FeeForm) fill {
	f.StringVar(&form.Name, "name", "", "what it is for (default: the item's only fee)")
	amountFlag(f, &form.Amount, "in yuan")
	f.StringVar(&form.Basis, "basis", "", "by which rule it is charged (default: the item's)")
	f.StringVar(&form.Collector, "collector", "", "whose money it is (default: the item's, else its authority's)")
	f.BoolVar(&form.OnBehalf, "on-behalf", false, "it is collected here for that body and settled with it")
	f.BoolVar(&form.Waits, "waits", false, "the case waits for the payment, and its clocks with it")
	f.BoolVar(&form.Counts, "counts", false, "the wait counts all the same")
	return nil
}

func noticeFlag(f *pflag.FlagSet, number *string) {
	f.StringVar(number, "number", "", "which payment notice (default: the only one that is open)")
}

func waiveFlags(f *pflag.FlagSet, form *desk.WaiverForm) fill {
	noticeFlag(f, &form.Number)
	amountFlag(f, &form.Amount, "in yuan (default: all that is open)")
	f.StringVar(&form.Ground, "ground", "", "why")
	f.StringVar(&form.Approver, "approver", "", "who approved it")
	return nil
}

func payFlags(f *pflag.FlagSet, form *desk.PaidForm) fill {
	noticeFlag(f, &form.Number)
	amountFlag(f, &form.Amount, "in yuan (default: all that is open)")
	f.StringVar(&form.How, "how", "cash", "cash, card, online or transfer")
	f.StringVar(&form.Receipt, "receipt", "", "number of the receipt")
	return nil
}

func settleFeeFlags(f *pflag.FlagSet, form *desk.SettleFeeForm) fill {
	noticeFlag(f, &form.Number)
	amountFlag(f, &form.Amount, "in yuan (default: all that is in hand)")
	f.StringVar(&form.To, "to", "body", "to whom: body, or applicant to give it back")
	f.StringVar(&form.Voucher, "voucher", "", "number of the voucher")
	return nil
}
