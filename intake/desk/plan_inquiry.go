package desk

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

// TooEarly refuses to end a posting before its last day. The code is for good.
const TooEarly refusal.Code = "too_early"

// VisitedForm is a home visit or a site check: two members of staff at least
// (行政许可法 34).
type VisitedForm struct {
	Step   *int         `json:"step,omitempty"` // nil: the next assessment, else none
	Kind   string       `json:"kind"`           // "home" 入户, "site" 实地, "verify" 核实
	On     workday.Date `json:"on,omitempty"`   // "": today
	Staff  []string     `json:"staff"`
	Found  string       `json:"found"` // without names
	Failed bool         `json:"failed,omitempty"`
	Proof  []byte       `json:"proof,omitempty"`
}

// DeliberateForm is a deliberation or an assessment by several (民主评议,
// 集体讨论).
type DeliberateForm struct {
	Step    *int         `json:"step,omitempty"` // nil: the next assessment, else none
	On      workday.Date `json:"on,omitempty"`   // "": today
	Who     []string     `json:"who"`            // functions, no personal data of outsiders
	For     int          `json:"for"`
	Against int          `json:"against,omitempty"`
	Result  string       `json:"result"`
	Failed  bool         `json:"failed,omitempty"`
	Proof   []byte       `json:"proof,omitempty"`
}

// HeardForm says that somebody whose interests a permit touches was told and
// could speak (行政许可法 36).
type HeardForm struct {
	Told  workday.Date `json:"told,omitempty"` // "": today
	Spoke bool         `json:"spoke,omitempty"`
	Text  string       `json:"text,omitempty"` // what it comes to; kept outside the log
	Who   string       `json:"who"`            // kept outside the log
}

var visitKinds = []string{"home", "site", "verify"}

// assessed is the step that a visit or a deliberation ends: the one that is
// named, else the next assessment of the item, else none.
func (sh *sheet) assessed(what string, named *int) (int, error) {
	step, err := sh.step(what, named, item.Assess)
	if refusal.CodeOf(err) == NoStep && named == nil {
		return -1, nil // every assessment is done: it is one more
	}
	if err != nil || step < 0 {
		return -1, err
	}
	if a := sh.it.Steps[step].Action; a != item.Assess && a != item.Review {
		return -1, refusal.Newf(NoStep, sh.op(what), "name a step that assesses or reviews", "step %d is %s", step, a)
	}
	return step, nil
}

func (sh *sheet) visited(ctx context.Context, form VisitedForm) error {
	const what = "record a visit of"
	if form.On == "" {
		form.On = sh.today()
	}
	var f faults
	if !slices.Contains(visitKinds, form.Kind) {
		f.add("kind: %.40q is none of %v", form.Kind, visitKinds)
	}
	sh.happened(&f, "on", form.On)
	f.two("staff", form.Staff)
	f.words("found", form.Found, true, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	step, err := sh.assessed(what, form.Step)
	if err != nil {
		return err
	}
	proof, err := sh.proof(ctx, form.Proof)
	if err != nil {
		return err
	}
	return sh.add(casefile.Visited, casefile.VisitedBody{
		Step: step, Kind: form.Kind, On: string(form.On), Staff: form.Staff, Found: form.Found, Passed: !form.Failed, Proof: proof,
	})
}

func (sh *sheet) deliberated(ctx context.Context, form DeliberateForm) error {
	const what = "record a deliberation of"
	if form.On == "" {
		form.On = sh.today()
	}
	var f faults
	sh.happened(&f, "on", form.On)
	f.two("who", form.Who)
	if form.For < 0 || form.Against < 0 || form.For+form.Against > 10_000 {
		f.add("for, against: %d and %d", form.For, form.Against)
	}
	f.words("result", form.Result, true, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	step, err := sh.assessed(what, form.Step)
	if err != nil {
		return err
	}
	proof, err := sh.proof(ctx, form.Proof)
	if err != nil {
		return err
	}
	return sh.add(casefile.Deliberated, casefile.DeliberatedBody{
		Step: step, On: string(form.On), Who: form.Who, For: form.For, Against: form.Against,
		Result: form.Result, Passed: !form.Failed, Proof: proof,
	})
}

func (sh *sheet) heard(ctx context.Context, form HeardForm) error {
	const what = "record who was heard on"
	if form.Told == "" {
		form.Told = sh.today()
	}
	var f faults
	sh.happened(&f, "told", form.Told)
	f.words("text", form.Text, form.Spoke, maxWords)
	f.words("who", form.Who, true, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	who, err := sh.keep(ctx, "who", "party", []byte(form.Who))
	if err != nil {
		return err
	}
	text, err := sh.words(ctx, "text", form.Text)
	if err != nil {
		return err
	}
	return sh.add(casefile.PartyHeard, casefile.PartyHeardBody{Told: string(form.Told), Spoke: form.Spoke, Text: text, Who: &who})
}

// posting are the terms of a public posting, with the applicant masked.
func (sh *sheet) posting(given *PostingForm, until workday.Date) (*casefile.PostingTerms, error) {
	const what = "post"
	var form PostingForm
	if given != nil {
		form = *given
	}
	if form.Place == "" {
		form.Place = sh.centerName(sh.author.Center)
	}
	if form.From == "" {
		form.From = sh.today()
	}
	if form.To == "" {
		form.To = until
	}
	var f faults
	f.words("posting.place", form.Place, true, maxName)
	f.day("posting.from", form.From, true)
	f.day("posting.to", form.To, true)
	if form.From.Valid() && form.To.Valid() && form.To < form.From {
		f.add("posting.to: %s is before %s", form.To, form.From)
	}
	f.words("posting.text", form.Text, false, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return nil, err
	}
	who, err := sh.d.Applicant(sh.s)
	if err != nil { // nobody could say what is to be masked
		return nil, err
	}
	number, err := sh.documentNumber(notice.Posting)
	if err != nil {
		return nil, err
	}
	text := form.Text
	if text == "" {
		text = sh.postingText(form, who)
	}
	return &casefile.PostingTerms{
		Place: maskIn(form.Place, who), From: string(form.From), To: string(form.To), Text: maskIn(text, who), Number: number,
	}, nil
}

// postingText is what is posted where the form says nothing else.
func (sh *sheet) postingText(form PostingForm, who applicant.Applicant) string {
	_, telephone, _ := sh.d.Register.Office(sh.author.Center)
	call := ""
	if telephone != "" {
		call = "（联系电话：" + telephone + "）"
	}
	return fmt.Sprintf("现将“%s”的申请情况予以公示。申请人：%s；办件编号：%s；公示地点：%s；公示期：%s 至 %s。对公示内容有异议的，请于公示期内向%s%s提出。",
		sh.it.Name, who.Title(), sh.s.Number, form.Place, form.From, form.To, sh.centerName(sh.author.Center), call)
}

// maskIn masks everything in a text that names the applicant or who acts for
// the applicant. What an organisation is called is no personal data.
func maskIn(text string, who applicant.Applicant) string {
	people := []applicant.Person{who.Person}
	for _, p := range []*applicant.Person{who.Agent, who.Representative} {
		if p != nil {
			people = append(people, *p)
		}
	}
	for i, p := range people {
		if (i > 0 || !who.IsOrganisation()) && utf8.RuneCountInString(p.Name) > 1 {
			text = strings.ReplaceAll(text, p.Name, applicant.MaskName(p.Name))
		}
		for _, secret := range []struct{ plain, masked string }{
			{p.ResidentID, applicant.MaskID(p.ResidentID)}, {p.OtherID, applicant.MaskOther(p.OtherID)},
			{p.Telephone, applicant.MaskPhone(p.Telephone)}, {p.Address, applicant.MaskAddress(p.Address)},
		} {
			if utf8.RuneCountInString(secret.plain) > 4 {
				text = maskOne(text, secret.plain, secret.masked)
			}
		}
	}
	return text
}

// maskOne masks one secret, in small and in capital letters, also where people
// wrote its characters with spaces or dashes between them.
func maskOne(text, plain, masked string) string {
	var pattern strings.Builder
	pattern.WriteString("(?i)")
	for n, r := range []rune(plain) {
		if n > 0 {
			pattern.WriteString(`[\s\-]*`)
		}
		pattern.WriteString(regexp.QuoteMeta(string(r)))
	}
	return regexp.MustCompile(pattern.String()).ReplaceAllLiteralString(text, masked)
}

// hearing are the terms of a hearing. What is out of time is warned of and never
// refused.
func (sh *sheet) hearing(form *HearingForm) (*casefile.HearingTerms, error) {
	var f faults
	sh.happened(&f, "hearing.told", form.Told)
	last := form.Told
	for _, next := range []struct {
		name string
		day  workday.Date
	}{{"asked", form.Asked}, {"notice", form.Notice}, {"on", form.On}} {
		if next.day == "" {
			continue
		}
		if next.name == "asked" {
			sh.happened(&f, "hearing.asked", next.day)
		} else { // told and held later, as it is planned
			f.day("hearing."+next.name, next.day, true)
		}
		if next.day < last {
			f.add("hearing.%s: %s is before %s; the right is told, then it is asked for, then told when, then held", next.name, next.day, last)
		}
		last = next.day
	}
	f.words("hearing.place", form.Place, false, maxName)
	if err := f.err(sh.op("hold a hearing on")); err != nil {
		return nil, err
	}
	return &casefile.HearingTerms{
		Told: string(form.Told), Asked: string(form.Asked), On: string(form.On), Place: form.Place, Notice: string(form.Notice),
	}, nil
}

// objections are those that were made to a posting; who made them lies outside
// the log.
func (sh *sheet) objections(ctx context.Context, forms []ObjectionForm) ([]casefile.Objection, error) {
	var f faults
	if len(forms) > maxPapers {
		f.add("objections: %d, at most %d", len(forms), maxPapers)
		return nil, f.err(sh.op("resume"))
	}
	var all []casefile.Objection
	for i, form := range forms {
		field := fmt.Sprintf("objections[%d]", i)
		if form.On == "" {
			form.On = sh.today()
		}
		sh.happened(&f, field+".on", form.On)
		f.words(field+".text", form.Text, true, maxWords)
		f.words(field+".answer", form.Answer, true, maxWords)
		f.words(field+".who", form.Who, false, maxWords)
		if err := f.err(sh.op("resume")); err != nil {
			return nil, err
		}
		one := casefile.Objection{On: string(form.On), Upheld: form.Upheld}
		var err error
		if one.Text, err = sh.words(ctx, field+".text", form.Text); err != nil {
			return nil, err
		}
		if one.Answer, err = sh.words(ctx, field+".answer", form.Answer); err != nil {
			return nil, err
		}
		if form.Who != "" {
			ref, err := sh.keep(ctx, field, "party", []byte(form.Who))
			if err != nil {
				return nil, err
			}
			one.Who = &ref
		}
		all = append(all, one)
	}
	return all, nil
}

// early reports whether the case waits for a posting whose last day has not
// come.
func (sh *sheet) early() bool {
	wait := sh.s.Waiting()
	return wait != nil && wait.Posting != nil && sh.today() < workday.Date(wait.Posting.To)
}

// ended checks that a posting has run until its last day, or that somebody says
// why it ends before.
func (sh *sheet) ended(form ResumeForm) error {
	if form.Early != "" || !sh.early() {
		return nil
	}
	return refusal.Newf(TooEarly, sh.op("resume"), "wait until its last day, or give the reason for which it ends before (early)",
		"公示期至 %s 止，尚未届满", sh.s.Waiting().Posting.To)
}

// inquiryWarnings are the days beside the clocks that were not kept, or are past:
// of hearings, inspections, surveys, corrections.
func (sh *sheet) inquiryWarnings() []Warning {
	var all []Warning
	for i := range sh.s.Intervals {
		if one := &sh.s.Intervals[i]; one.Ground == casefile.PublicPosting {
			all = append(all, postingWarnings(one)...)
		}
	}
	for _, d := range clock.Procedures(sh.clocks()) {
		said, ok := dutyWords[d.What]
		if !d.Late || !ok || said.open && !d.Open() || said.done && d.Open() {
			continue
		}
		one := warning(said.code, said.words, said.english, d.Due)
		if d.Rule != "" {
			one.and("，依据%s", ", by %s", sourced(sh.ruled(d.Rule, sh.today())))
		}
		all = append(all, one)
	}
	return all
}

// dutyWords are what is said of a day that was not kept; %s is the day. open and
// done: only while it is still to come, only once it was done.
var dutyWords = map[clock.What]struct {
	code, words, english string
	open, done           bool
}{
	clock.HearingAsked: {code: "hearing_asked_late", words: "听证申请期限至 %s，申请在此之后提出", english: "A hearing could be asked for until %s; it was asked for later", done: true},
	clock.HearingHeld:  {code: "hearing_late", words: "应于 %s 前组织听证", english: "The hearing was to be held by %s"},
	clock.HearingTold:  {code: "hearing_short_notice", words: "听证的时间、地点应于 %s 前通知", english: "The time and place of the hearing were to be told by %s"},
	clock.Inspected:    {code: "inspection_late", words: "检验、检测、检疫应于 %s 前开始", english: "The inspection was to begin by %s"},
	clock.WaitEnds:     {code: "wait_over", words: "告知申请人的特别程序所需时间已于 %s 届满", english: "The time that the applicant was told the special procedure takes ended on %s", open: true},
	clock.PostingEnds:  {code: "posting_over", words: "公示期已于 %s 届满，请登记公示结果", english: "The public posting ended on %s: record what came of it", open: true},
	clock.SurveyDone:   {code: "survey_due", words: "联合踏勘定于 %s，尚未登记结果", english: "The joint survey was set for %s; what came of it is not recorded", open: true},
	clock.Mended:       {code: "correction_late", words: "退回补正应于 %s 前完成，已逾期", english: "The correction was to be done by %s, and was not", open: true},
	clock.MandateEnds:  {code: "mandate_late", words: "代办应于 %s 前办结，已逾期", english: "What was entrusted was to be concluded by %s, and was not", open: true},
}

func postingWarnings(one *casefile.Interval) []Warning {
	last := one.Until
	if one.Posting != nil {
		last = one.Posting.To
	}
	if one.To != 0 && last != "" && clock.DayOf(one.To) < workday.Date(last) {
		return []Warning{warning("posting_short", "公示期至 %s 止，本件于 %s 提前结束", "The posting was to run until %s, and ended on %s", last, clock.DayOf(one.To))}
	}
	return nil
}
