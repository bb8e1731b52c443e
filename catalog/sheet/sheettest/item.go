// Package sheettest draws items for property tests: valid ones, with every
// element of the implementation list, and with the texts that formats are
// known to spoil.
//
// It must never be part of a program.
package sheettest

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/catalog/condition"
	"tongban/catalog/item"
)

// awkward are texts of one line that a format may take for something else.
var awkward = []string{
	"=1+1", "+86 512", "-", "@某人", "'=", "'", `"引号"`, `"`, "a,b;c、d", " 前后有空格 ", "\u3000全角空格", "null", "~", "true", "是", "否", "yes",
	"0012", "1e5", "1.10", "0x1F", "4.40112E+11", "2026-03-31", "12:30", "<b>&amp;</b>", "_x0041_", "_x005F_x0041_", "_x0041_x0042_", "x_x_x0041_",
	"# 不是注释", "- 不是列表", "a: b", "{a: b}", "[a]", "*x", "&x", "!x", "%x", "|", ">", "?", "😀👨‍👩‍👧", "𠮷野家", "示例", "code", "当场", "\u200b零宽", "尾\\", `C:\n`, "＝", "一 = 二",
	"\ufeff", "\u2028", "é", "e\u0301", "#N/A", "TRUE", "马上办、网上办", "at once", ".5", "1_000", "0o17", "<<",
}

// broken are texts of several lines.
var broken = []string{"一\n二", "\n", "一\n\n二\n", "\t制表", " 一\n  二 ", "=1\n=2", "一\n- 二\n# 三", "\"一\n二\"", "---\n...", "\n\n x", "x \n", "a\tb"}

var piece = rapid.StringOfN(rapid.OneOf(
	rapid.RuneFrom([]rune("一二三四五六七八九十甲乙丙丁天地人和政务服务中心申请材料0123456789abcXYZ -_.,;:，。；：、（）《》\"'=+@#&<>|\\/")),
	rapid.RuneFrom([]rune("😀𠮷é\u00a0\u3000")),
), 1, 24, -1)

// Line draws a text of one line that says something.
func Line(t *rapid.T, label string) string {
	s := rapid.OneOf(piece, piece, rapid.SampledFrom(awkward)).Draw(t, label)
	return saying(s)
}

// saying adds a character to a text that shows none: blanks are no text.
func saying(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsPrint(r) && !unicode.IsSpace(r) }) {
		return s
	}
	return s + "字"
}

// Text draws a text that says something, now and then of several lines.
func Text(t *rapid.T, label string) string {
	var s string
	switch rapid.IntRange(0, 9).Draw(t, label+" is") {
	case 0:
		s = rapid.SampledFrom(broken).Draw(t, label)
	case 1:
		s = strings.Join(rapid.SliceOfN(piece, 2, 4).Draw(t, label), "\n")
	default:
		return Line(t, label)
	}
	return saying(s)
}

// draw makes the elements of one item.
type draw struct{ t *rapid.T }

func (d draw) flip(label string) bool { return rapid.Bool().Draw(d.t, label) }

// line and text leave an element out now and then.
func (d draw) line(label string) string {
	if !d.flip("has " + label) {
		return ""
	}
	return Line(d.t, label)
}

func (d draw) text(label string) string {
	if !d.flip("has " + label) {
		return ""
	}
	return Text(d.t, label)
}

// count draws how many entries a list has.
func (d draw) count(label string, most int) int {
	return rapid.IntRange(0, most).Draw(d.t, label+" count")
}

func (d draw) lines(label string, most int, one func(*rapid.T, string) string) []string {
	var all []string
	for i := range d.count(label, most) {
		all = append(all, fmt.Sprintf("%s%s", one(d.t, label), strings.Repeat("续", i)))
	}
	return all
}

// oneOf draws a value of an enumerated element, or none.
func oneOf[T ~string](d draw, element string, needed bool) T {
	var values []T
	if !needed {
		values = append(values, "")
	}
	for _, w := range item.Words(element) {
		values = append(values, T(w.Value))
	}
	return rapid.SampledFrom(values).Draw(d.t, element)
}

func several[T ~string](d draw, element string) []T {
	var all []T
	for _, w := range item.Words(element) {
		if d.flip(element + " " + w.Value) {
			all = append(all, T(w.Value))
		}
	}
	return all
}

func (d draw) level() area.Level {
	return area.Level(rapid.IntRange(int(area.National), int(area.Village)).Draw(d.t, "level"))
}

func (d draw) day(label string) string {
	return fmt.Sprintf("%04d-%02d-%02d", rapid.IntRange(1990, 2040).Draw(d.t, label+" year"), rapid.IntRange(1, 12).Draw(d.t, label+" month"), rapid.IntRange(1, 28).Draw(d.t, label+" day"))
}

func (d draw) maybeDay(label string) string {
	if d.flip("has " + label) {
		return d.day(label)
	}
	return ""
}

// by draws a day in the notation of item.Limit.
func (d draw) by() string {
	day, month := rapid.IntRange(1, 28).Draw(d.t, "by day"), rapid.IntRange(1, 12).Draw(d.t, "by month")
	return rapid.SampledFrom([]string{
		fmt.Sprintf("2026-%02d-%02d", month, day), fmt.Sprintf("%02d-%02d", month, day), fmt.Sprintf("q%d-%02d", month%3+1, day), fmt.Sprintf("%02d", day),
	}).Draw(d.t, "by")
}

func (d draw) limit() item.Limit {
	tenths := rapid.Int32Range(1, 4000).Draw(d.t, "tenths")
	return rapid.SampledFrom([]item.Limit{
		{}, {Tenths: tenths, Unit: item.WorkingDays}, {Tenths: tenths, Unit: item.CalendarDays}, {Unit: item.OnTheSpot}, {Unit: item.ByDate, By: d.by()},
	}).Draw(d.t, "limit")
}

func (d draw) file(label string) *item.Attachment {
	if !d.flip(label) {
		return nil
	}
	return &item.Attachment{
		Name: fmt.Sprintf("表%d.pdf", rapid.IntRange(0, 9).Draw(d.t, label+" name")),
		Hash: rapid.StringMatching("[0-9a-f]{64}").Draw(d.t, label+" hash"), Size: rapid.Int64Range(1, 10<<20).Draw(d.t, label+" size"),
	}
}

// Item draws a valid item: one that Validate finds no error in.
func Item(t *rapid.T) item.Item {
	d := draw{t}
	it := item.Item{}
	d.identity(&it)
	d.power(&it)
	d.service(&it)
	if d.flip("bundle") {
		d.bundle(&it)
	} else {
		d.papers(&it)
		d.route(&it)
	}
	if found := item.Validate(it); !item.Publishable(found) {
		t.Fatalf("the drawn item is not valid: %v", found)
	}
	return it
}

// Items draws several items, each with its own code.
func Items(t *rapid.T, most int) []item.Item {
	var all []item.Item
	for i := range rapid.IntRange(1, most).Draw(t, "items") {
		it := Item(t)
		it.Ref.Code = item.Code(fmt.Sprintf("%03d-", i)) + it.Ref.Code
		all = append(all, it)
	}
	return all
}

// The codes of a real guide, with a check digit that fits.
const (
	credit    = "111101070000678541"
	basic     = "110508097001"
	implement = credit + "3" + basic
)

func (d draw) identity(it *item.Item) {
	it.Ref.Code = item.Code(rapid.StringMatching("[0-9A-Z][0-9A-Z-]{0,30}").Draw(d.t, "code"))
	if d.flip("published") {
		it.Ref.Area, it.Ref.Version = "320509000000", item.Version(rapid.Uint32Range(1, 1000).Draw(d.t, "version"))
	}
	it.Name, it.Department = Line(d.t, "name"), Line(d.t, "department")
	it.Alias, it.Themes = d.lines("alias", 4, Line), d.lines("themes", 3, Line)
	if d.flip("codes") {
		it.Basic, it.Implement, it.Handling = basic, implement, implement+"01"
	} else {
		it.Local = d.flip("local")
	}
	it.LocalCode = d.line("local_code")
	it.Type = rapid.SampledFrom([]item.Type{"", item.Benefit, item.Confirmation, item.PublicService, "1A", "2C"}).Draw(d.t, "type")
	it.Stars = rapid.IntRange(0, 5).Draw(d.t, "stars")
	it.Origin = item.Origin{Area: Text(d.t, "origin.area"), Date: d.day("origin.date"), Source: Text(d.t, "origin.source")}
	it.Record, it.Effective, it.Note = d.line("record"), d.maybeDay("effective"), d.text("note")
}

func (d draw) power(it *item.Item) {
	it.Authority, it.Nature, it.Level = d.line("authority"), oneOf[item.Nature](d, "nature", false), d.level()
	if d.flip("authority code") {
		it.AuthorityCode = credit
	}
	it.Division, it.Exercise, it.PowerSource = d.text("division"), d.text("exercise"), d.text("power_source")
	for range d.count("delegations", 2) {
		it.Delegations = append(it.Delegations, item.Delegation{
			Mode: oneOf[item.DelegationMode](d, "delegations[].mode", true), Level: d.level(), To: oneOf[item.Receiver](d, "delegations[].to", true),
			Actions: several[item.Action](d, "delegations[].actions"), Document: d.text("document"),
		})
	}
	it.Joint, it.Undertaking = d.bodies("joint"), d.bodies("undertaking")
	for range d.count("laws", 3) {
		it.Laws = append(it.Laws, item.Law{
			Title: Line(d.t, "title"), Article: d.line("article"), Text: d.text("text"), Purpose: oneOf[item.Purpose](d, "laws[].purpose", false),
			Number: d.text("number"), Issuer: d.text("issuer"), Since: d.maybeDay("since"),
		})
	}
	if d.flip("law checked") {
		it.LawChecked = "2045-01-01"
		for i := range it.Laws {
			it.Laws[i].Changed = rapid.SampledFrom([]string{"", "2026", "2026-03-31"}).Draw(d.t, "changed")
		}
	}
	it.Subject, it.Applicants = oneOf[item.Subject](d, "subject", true), several[item.Applicant](d, "applicants")
	it.WindowTypes, it.Intermediary = d.lines("window_types", 3, Line), d.lines("intermediary", 3, Text)
	it.Remedy = item.Remedy{Complaint: d.text("complaint"), Reconsideration: d.text("reconsideration"), Court: d.text("court")}
	it.Consult, it.System, it.OpenCases = d.text("consult"), d.text("system"), oneOf[item.OpenCases](d, "open_cases", false)
}

func (d draw) bodies(label string) []item.Body {
	var all []item.Body
	for range d.count(label, 2) {
		b := item.Body{Name: Line(d.t, label+" name")}
		if d.flip(label + " code") {
			b.Code = credit
		}
		all = append(all, b)
	}
	return all
}

func (d draw) service(it *item.Item) {
	it.Kind = oneOf[item.Kind](d, "kind", true)
	it.Legal, it.Promise, it.LegalNote, it.PromiseNote = d.limit(), d.limit(), d.text("legal_note"), d.text("promise_note")
	for range d.count("open", 2) {
		by := d.by()
		it.Open = append(it.Open, item.Season{From: by, To: by, Note: d.text("open note")})
	}
	it.Flow, it.Application, it.Quota = d.text("flow"), d.text("application"), d.text("quota")
	it.Conditions, it.Declines = d.lines("conditions", 4, Text), d.lines("declines", 3, Text)
	it.Ways, it.Styles = several[item.Way](d, "ways"), several[string](d, "styles")
	if d.flip("odd style") {
		it.Styles = append(it.Styles, Line(d.t, "style"))
	}
	if d.flip("visits known") {
		n := rapid.IntRange(0, 3).Draw(d.t, "visits")
		it.Visits = &n
	}
	it.VisitReason, it.OnlineDepth, it.ScopeNote = d.text("visit_reason"), d.text("online_depth"), d.text("scope_note")
	it.Scope, it.Mode, it.Entry = oneOf[item.Scope](d, "scope", false), oneOf[item.Mode](d, "mode", false), oneOf[item.EntryForm](d, "entry", false)
	for _, answer := range []*item.YesNo{&it.Appointment, &it.PayOnline, &it.Courier, &it.SelfService, &it.Commitment, &it.NoApplication} {
		*answer = oneOf[item.YesNo](d, "appointment", false)
	}
	it.Fee, it.Result = d.text("fee"), d.text("result")
	for range d.count("fees", 2) {
		it.Charged = item.Yes
		it.Fees = append(it.Fees, item.Fee{
			Name: Line(d.t, "fee name"), Standard: d.text("standard"), Basis: d.text("basis"), Collector: d.text("collector"), Way: d.text("way"),
			Reduction: d.text("reduction"), ReductionBasis: d.text("reduction basis"),
		})
	}
	for range d.count("results", 2) {
		it.Results = append(it.Results, item.Result{
			Name: Text(d.t, "result name"), Kind: oneOf[item.ResultKind](d, "results[].kind", false), Validity: d.text("validity"), Licence: d.text("licence"), Sample: d.file("result sample"),
		})
	}
	for range d.count("faq", 2) {
		it.FAQ = append(it.FAQ, item.Question{Question: Text(d.t, "question"), Answer: Text(d.t, "answer")})
	}
	for range d.count("handbook", 2) {
		it.Handbook = append(it.Handbook, item.Point{Title: Text(d.t, "point"), Standard: d.text("standard"), Discretion: d.text("discretion"), Basis: d.text("basis")})
	}
	d.situations(it)
}

func (d draw) situations(it *item.Item) {
	for i := range d.count("situations", 3) {
		s := item.Situation{ID: fmt.Sprintf("q_%d", i), Question: Text(d.t, "question"), Several: d.flip("several")}
		if i > 0 && d.flip("asked if") {
			s.If = d.when(it)
		}
		for n := range 2 + d.count("options", 3) {
			s.Options = append(s.Options, item.Option{ID: fmt.Sprintf("%s%d", Line(d.t, "option id"), n), Text: Text(d.t, "option")})
		}
		it.Situations = append(it.Situations, s)
	}
}

// when draws a condition over the situations; "" for always.
func (d draw) when(it *item.Item) string {
	if len(it.Situations) == 0 || !d.flip("conditional") {
		return ""
	}
	s := rapid.SampledFrom(it.Situations).Draw(d.t, "situation")
	option := rapid.SampledFrom(s.Options).Draw(d.t, "chosen").ID
	text := fmt.Sprintf("%s == %q", s.ID, option)
	if s.Several {
		text = fmt.Sprintf("%q in %s", option, s.ID)
	}
	if utf8.RuneCountInString(text) > condition.MaxLength {
		return ""
	}
	return text
}

// unless leaves a condition out where the step can't have one.
func unless(a item.Action, text string) string {
	if a == item.Accept || a == item.Decide {
		return ""
	}
	return text
}

func (d draw) papers(it *item.Item) {
	for i := range d.count("materials", 4) {
		it.Materials = append(it.Materials, item.Material{
			ID: fmt.Sprintf("%s%d", Line(d.t, "id"), i), Name: Text(d.t, "material"), Need: oneOf[item.Need](d, "materials[].need", true),
			Originals: d.count("originals", 100), Copies: d.count("copies", 100), Source: d.text("source"), When: d.text("when"), Exempt: d.flip("exempt"), Note: d.text("note"),
			If: d.when(it), Kind: oneOf[item.MaterialKind](d, "materials[].kind", false), Form: oneOf[item.MaterialForm](d, "materials[].form", false),
			Channel: oneOf[item.Channel](d, "materials[].channel", false), ExemptBy: oneOf[item.Exemption](d, "materials[].exempt_by", false),
			Basis: d.text("basis"), Issued: d.text("issued"), Validity: d.text("validity"), Paper: d.text("paper"), Licence: d.text("licence"),
			Fill: d.text("fill"), Standard: d.text("standard"), Blank: d.file("blank"), Sample: d.file("sample"),
		})
	}
}

func (d draw) route(it *item.Item) {
	for range d.count("steps", 4) {
		action := oneOf[item.Action](d, "steps[].action", true)
		it.Steps = append(it.Steps, item.Step{
			Name: Line(d.t, "step"), Action: action, Level: d.level(), Department: d.line("department"), Post: d.text("post"),
			Limit: d.limit(), Uncounted: d.flip("uncounted"), Outside: d.flip("outside"), Note: d.text("note"), If: unless(action, d.when(it)), Standard: d.text("standard"), Outcome: d.text("outcome"),
		})
	}
	for range d.count("special", 2) {
		it.Special = append(it.Special, item.Special{Name: Line(d.t, "special"), Limit: d.limit(), Note: d.text("note"), Effect: oneOf[item.Effect](d, "special[].effect", false), Basis: d.text("basis")})
	}
}

func (d draw) bundle(it *item.Item) {
	it.Bundle = oneOf[item.Bundle](d, "bundle", true)
	for i := range 2 + d.count("members", 2) {
		it.Members = append(it.Members, item.Member{
			Code: item.Code(fmt.Sprintf("M-%d", i)), Name: d.line("member"), Stage: 1 + i/2, If: d.when(it), Note: d.text("note"),
		})
	}
	for n := range d.count("shared", 2) {
		s := item.Shared{Name: Text(d.t, "shared")}
		for i := range 2 {
			s.Of = append(s.Of, item.MaterialRef{Code: it.Members[i].Code, ID: fmt.Sprintf("%s%d", Line(d.t, "ref"), n)})
		}
		it.Shared = append(it.Shared, s)
	}
}
