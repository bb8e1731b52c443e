package notice

import (
	"reflect"
	"strings"

	"tongban/catalog/workday"
)

// Line is one material in a document.
type Line struct {
	Name      string
	Originals int    // how many are asked for, or were taken
	Copies    int    //
	State     string // how it was handed in: a code of the casefile, or words
	Source    string // who issues it
	When      string // for whom or when it is needed
	Note      string
}

// Payment is a payment notice and what became of it. Amounts are in fen.
type Payment struct {
	Name      string // 收费项目
	Amount    int64
	Basis     string
	Collector string
	OnBehalf  bool   // collected for the body by an agent
	Waits     bool   // the case waits for it
	Counts    bool   // and the wait counts
	Paid      int64  // by this payment
	How       string // "cash", "card", "online", "transfer"
	Waived    int64  // by this waiver
	Left      int64  // still to be paid
}

// Licence is what a decision issues.
type Licence struct {
	Name       string
	Number     string
	From, To   workday.Date // validity; To "": for good, or the source does not say
	Issuer     string
	IssuerCode string
	Electronic bool
}

// Paper is one original on a slip.
type Paper struct {
	Name   string
	Sheets int
}

// Case is one line of a visit sheet.
type Case struct {
	Number string
	Item   string
	Phase  string // a code of the casefile, or words
	Due    workday.Date
	Lacks  string
}

// Ticket is a queue ticket.
type Ticket struct {
	Number  string
	Windows string // the window type
	At      string // the numbers of the windows that serve it now
	Zone    string
	Ahead   int    // people waiting before this one
	Issued  string // when, as "2026-03-02 09:15"
	Booked  string // the time of an appointment; "": none
}

// Data fills a document. Days are in China; an empty field leaves its words
// out. A field that holds a code (a ground, a manner, a state) is put into
// words by the document, in its language; what is no known code stays as it is.
type Data struct {
	// Of every document.
	Number     string // 文号
	CaseNumber string
	Item       string
	Authority  string // 实施主体, in whose name the counter acts; "" for the center itself
	Center     string // display name of the counter
	Telephone  string
	Staff      string
	Applicant  string // "" in a text that goes into a log
	Agent      string // who acts for the applicant
	Date       workday.Date

	// The counter.
	Received, Accepted, Due, Until workday.Date
	Materials, Missing             []Line
	Laws                           []string
	Promise                        string
	Fee                            string   // what the item says of fees
	Paused                         []string // waits that do not count, in words
	Deemed                         bool
	Days                           int    // to bring what is missing; of an extension; to ask for a hearing
	Provisional                    bool   // Due runs into a year without a published calendar
	Password                       string // 查询密码, told once
	Lapses                         string // the rule by which what is not brought until the day is deemed withdrawn; "": none does

	// The end.
	Permit    bool // an administrative permit: its decision has a title of its own
	Approved  bool
	Text      string
	Reason    string
	Ground    string
	Whose     string // of a decline: the body to turn to
	Remedy    string
	Result    string
	Issued    *Licence
	Receiver  string // "applicant", "agent", "post"
	Manner    string
	Signed    string
	Courier   string // 物流单号
	Basis     string
	Approver  string
	Of        string // number of the document that this one is about
	Instead   string // number of what takes its place
	Was, Says string // of a correction

	// Special procedures.
	Procedure string
	Counts    bool
	Place     string
	From      workday.Date
	At        string // time of the day
	Told      workday.Date
	Asked     workday.Date
	Parties   []string // who takes part, or is asked

	Payment *Payment

	// Agency.
	Unit, Handler, Duty, Rights, Powers string
	Papers                              []string
	Opinion, Words                      string

	Slip   []Paper
	Sender string
	To     string // to which center the papers go
	Cases  []Case
	Ticket *Ticket
	Code   string // what the QR code of a rating slip or a queue ticket holds
}

// clean takes from every text of the data what the markup would read as its
// own: a line break becomes one within the line, a bar a wide bar.
func (d Data) clean() Data {
	cleanValue(reflect.ValueOf(&d).Elem())
	return d
}

var cleaner = strings.NewReplacer("\r\n", lineBreak, "\n", lineBreak, "\r", lineBreak, "|", "｜")

// lineBreak is U+2028: a new line within a paragraph.
const lineBreak = "\u2028"

func cleanValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); strings.ContainsAny(s, "\r\n|") {
			v.SetString(cleaner.Replace(s))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			cleanValue(v.Field(i))
		}
	case reflect.Slice:
		if v.Len() > 0 {
			copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(copied, v)
			for i := range copied.Len() {
				cleanValue(copied.Index(i))
			}
			v.Set(copied)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			copied := reflect.New(v.Type().Elem())
			copied.Elem().Set(v.Elem())
			cleanValue(copied.Elem())
			v.Set(copied)
		}
	}
}
