package counter

import (
	"slices"
	"strings"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/node/frame"
	"tongban/node/terms"
)

// kind is how a field is filled in.
type kind string

const (
	line  kind = "line"
	text  kind = "text" // several lines
	day   kind = "day"
	check kind = "check"
	pick  kind = "pick"
	place kind = "place" // one of a list, or typed
	phone kind = "phone"
	sign  kind = "sign" // signed on the screen, or a picture of it
)

// field is one field of the screen. Its name is that of the desk's form where
// it has one, so that a fault finds it.
type field struct {
	Name    string
	Kind    kind
	Words   terms.Pair
	Hint    terms.Pair
	Must    bool
	Options []option
	Phrases []terms.Pair
	List    string // of place: the list of suggestions
	Number  bool   // of a person's document: checked while it is typed
	Paper   string // of sign: under which its picture is kept
}

type option struct {
	Value string
	Words terms.Pair
}

// block is some fields that are shown together, or folded away.
type block struct {
	Name   string
	Words  terms.Pair
	Fields []field
}

var signings = []option{
	{"", terms.Pair{"—", "—"}}, {string(casefile.Signature), terms.Pair{"签字", "signature"}},
	{string(casefile.Thumbprint), terms.Pair{"捺印", "thumbprint"}}, {string(casefile.ESignature), terms.Pair{"电子签名", "electronic"}},
}

var identities = func() []option {
	var all []option
	for _, one := range applicant.Identities() {
		all = append(all, option{string(one.Kind), terms.Pair{one.Chinese, frame.Capital(one.English)}})
	}
	return all
}()

// personal are the kinds of documents that a natural person has.
var personal = slices.DeleteFunc(slices.Clone(identities), func(o option) bool { return o.Value == string(applicant.CreditCode) })

var applicants = func() []option {
	all := []option{{"", terms.Pair{"按证件判断", "as the document says"}}}
	for _, one := range []item.Applicant{item.NaturalPerson, item.Enterprise, item.Unincorporated, item.PublicInstitution, item.SocialOrg, item.StateOrgan, item.OtherOrg} {
		zh, en := item.InWords("applicants", string(one))
		all = append(all, option{string(one), terms.Pair{zh, frame.Capital(en)}})
	}
	return all
}()

var manners = []option{
	{"", terms.Pair{"窗口领取", "collected at a counter"}}, {string(casefile.ByPost), terms.Pair{"邮寄送达", "by post"}},
	{string(casefile.Online), terms.Pair{"电子送达", "electronically"}},
}

var ways = func() []option {
	all := []option{{"", terms.Pair{"窗口", "at the window"}}}
	for _, one := range []item.Way{item.OnPC, item.OnMobile, item.ByCourier, item.OtherWay} {
		zh, en := item.InWords("ways", string(one))
		all = append(all, option{string(one), terms.Pair{zh, frame.Capital(en)}})
	}
	return all
}()

// who is the applicant, as far as every case asks.
var who = block{"who", terms.Pair{"申请人", "Applicant"}, []field{
	{Name: "applicant.id_kind", Kind: pick, Words: terms.Pair{"证件类型", "Document"}, Options: identities},
	{Name: "applicant.number", Kind: line, Words: terms.Pair{"证件号码", "Number"}, Number: true},
	{Name: "applicant.name", Kind: line, Words: terms.Pair{"姓名（单位名称）", "Name (of a person or an organisation)"}, Must: true},
	{Name: "applicant.telephone", Kind: phone, Words: terms.Pair{"电话", "Telephone"}},
	{Name: "applicant.address", Kind: line, Words: terms.Pair{"地址", "Address"}},
}}

// The blocks that are folded away until they are needed.
var (
	organisation = block{"organisation", terms.Pair{"单位：法定代表人", "Organisation: its representative"}, []field{
		{Name: "applicant.applicant_kind", Kind: pick, Words: terms.Pair{"申请人类别", "Kind of applicant"}, Options: applicants},
		{Name: "applicant.representative.name", Kind: line, Words: terms.Pair{"法定代表人", "Legal representative"}},
		{Name: "applicant.representative.id_kind", Kind: pick, Words: terms.Pair{"证件类型", "Document"}, Options: personal},
		{Name: "applicant.representative.number", Kind: line, Words: terms.Pair{"证件号码", "Number"}},
		{Name: "applicant.representative.telephone", Kind: phone, Words: terms.Pair{"电话", "Telephone"}},
	}}
	agent = block{"agent", terms.Pair{"代理人、监护人", "Agent or guardian"}, []field{
		{Name: "applicant.agent_basis", Kind: pick, Words: terms.Pair{"代理依据", "Acts by"}, Options: []option{
			{"", terms.Pair{"—", "—"}}, {string(casefile.ByLetter), terms.Pair{"委托书", "letter of authority"}},
			{string(casefile.Guardian), terms.Pair{"监护人", "guardian"}}, {string(casefile.LegalRepresentative), terms.Pair{"法定代表人", "legal representative"}},
		}},
		{Name: "applicant.agent.name", Kind: line, Words: terms.Pair{"姓名", "Name"}},
		{Name: "applicant.agent.id_kind", Kind: pick, Words: terms.Pair{"证件类型", "Document"}, Options: personal},
		{Name: "applicant.agent.number", Kind: line, Words: terms.Pair{"证件号码", "Number"}},
		{Name: "applicant.agent.telephone", Kind: phone, Words: terms.Pair{"电话", "Telephone"}},
		{Name: "applicant.agent.relationship", Kind: line, Words: terms.Pair{"与申请人的关系", "Relationship to the applicant"}},
		{Name: "applicant.agent.mandate", Kind: line, Words: terms.Pair{"委托权限", "Powers"}, Phrases: []terms.Pair{{"代为申请、领取结果", "to apply and to collect the result"}, {"代为申请", "to apply"}}},
		{Name: "applicant.letter.scope", Kind: line, Words: terms.Pair{"委托事项", "Letter: what for"}, Phrases: []terms.Pair{{"办理本件", "this case"}}},
		{Name: "applicant.letter.from", Kind: day, Words: terms.Pair{"委托自", "Letter: from"}},
		{Name: "applicant.letter.to", Kind: day, Words: terms.Pair{"委托至", "Letter: to"}},
		{Name: "applicant.letter.signed", Kind: pick, Words: terms.Pair{"委托书签署", "Letter: signed"}, Options: signings},
	}}
	more = block{"more", terms.Pair{"更多", "More"}, []field{
		{Name: "applicant.signed", Kind: pick, Words: terms.Pair{"申请书签署", "Application signed"}, Options: signings},
		{Name: "applicant.born", Kind: day, Words: terms.Pair{"出生日期", "Born"}, Hint: terms.Pair{"证件号码里没有时填", "where the number does not say"}},
		{Name: "applicant.incapable", Kind: check, Words: terms.Pair{"被宣告为无、限制民事行为能力人", "declared incapable by a court"}},
		{Name: "applicant.note", Kind: line, Words: terms.Pair{"备注", "Note"}},
		{Name: "project", Kind: line, Words: terms.Pair{"投资项目编号", "Project code"}},
		{Name: "renews.certificate", Kind: line, Words: terms.Pair{"延续的证照编号", "Certificate to be prolonged"}},
		{Name: "renews.expires", Kind: day, Words: terms.Pair{"其有效期至", "It ends on"}},
		{Name: "way", Kind: pick, Words: terms.Pair{"申报来源", "Came in"}, Options: ways},
		{Name: "agency", Kind: check, Words: terms.Pair{"本中心代办（帮办代办）", "this center acts as agent"}},
	}}
	mandate = block{"mandate", terms.Pair{"代办委托书", "Mandate of the agent"}, []field{
		{Name: "m.powers", Kind: line, Words: terms.Pair{"委托权限", "Powers"}, Phrases: []terms.Pair{usualPowers}},
		{Name: "m.signed", Kind: pick, Words: terms.Pair{"委托人签署", "Signed by the client"}, Options: signings[1:]},
		{Name: signedMandate, Kind: sign, Words: terms.Pair{"委托人签名", "Signature of the client"}, Paper: signedMandate},
	}}
	where = block{"where", terms.Pair{"办理地区、结果领取", "Area and result"}, []field{
		{Name: "subject", Kind: place, Words: terms.Pair{"地区（名称或 12 位区划代码）", "Area (its name, or 12 digits)"}, List: "areas"},
		{Name: "deliver_by", Kind: pick, Words: terms.Pair{"结果送达", "Result"}, Options: manners},
		{Name: "deliver", Kind: place, Words: terms.Pair{"在哪个中心领取", "Collected at"}, Hint: terms.Pair{"空着即本中心", "empty: here"}, List: "centers"},
	}}
)

// usualPowers are what a client mostly has an agent do.
var usualPowers = terms.Pair{"代为提交材料、补正、领取结果。", "To hand in, to supplement and to collect."}

// shown is a field with what was typed, for a page.
type shown struct {
	field
	ID, Label, HintT string
	Value            string
	Fault            string
	Good             string // what is right about it
	Own              *spot  // of the area: this center's, where that may be meant
	First            bool   // focus starts here
	Kept             string // of sign: the picture that is kept
	Choices          []choice
	Ready            []string
}

type choice struct {
	Value, Text string
	Chosen      bool
}

// Told is what stands below the field, by the ids that describe it.
func (s shown) Told() string {
	var ids []string
	if s.HintT != "" {
		ids = append(ids, s.ID+"-hint")
	}
	return strings.Join(append(ids, s.ID+"-fault"), " ")
}

// fold is a block for a page.
type fold struct {
	Name, Text string
	Open       bool
	Fields     []shown
}

// typed is what stands in the fields.
type typed map[string][]string

func (t typed) get(name string) string {
	if values := t[name]; len(values) > 0 {
		return strings.TrimSpace(values[0])
	}
	return ""
}

func (t typed) on(name string) bool { return t.get(name) != "" }

// idOf makes a name fit to be an id.
func idOf(name string) string { return "f-" + strings.NewReplacer(".", "-", "/", "-").Replace(name) }

// show is a block with what was typed and what is wrong with it.
func (b block) show(p *frame.Page, t typed, faults map[string]string) fold {
	out := fold{Name: b.Name, Text: p.Pick(b.Words[0], b.Words[1])}
	for _, f := range b.Fields {
		one := f.show(p, t, faults)
		if one.Fault != "" || one.Value != "" && f.Kind != pick || f.Kind == pick && one.Value != "" && one.Value != f.Options[0].Value {
			out.Open = true
		}
		out.Fields = append(out.Fields, one)
	}
	return out
}

func (f field) show(p *frame.Page, t typed, faults map[string]string) shown {
	one := shown{field: f, ID: idOf(f.Name), Label: p.Pick(f.Words[0], f.Words[1]), HintT: p.Pick(f.Hint[0], f.Hint[1]), Value: t.get(f.Name), Fault: faults[f.Name]}
	for _, o := range f.Options {
		one.Choices = append(one.Choices, choice{o.Value, p.Pick(o.Words[0], o.Words[1]), o.Value == one.Value})
	}
	for _, words := range f.Phrases {
		one.Ready = append(one.Ready, p.Pick(words[0], words[1]))
	}
	return one
}

// person is somebody whose fields begin so.
func (t typed) person(begin string) applicant.Person {
	p := applicant.Person{
		Name: t.get(begin + ".name"), Telephone: t.get(begin + ".telephone"), Address: t.get(begin + ".address"), Born: workday.Date(t.get(begin + ".born")),
		Mandate: t.get(begin + ".mandate"), Relationship: t.get(begin + ".relationship"), Note: t.get(begin + ".note"),
	}
	kind, number := t.document(begin)
	if number == "" {
		return p
	}
	p.IDKind = kind
	switch kind {
	case applicant.CreditCode:
		p.CreditCode = number
	case applicant.ResidentCard, applicant.TemporaryCard, applicant.HongKongMacaoHome, applicant.TaiwanHome:
		p.ResidentID = number
	case applicant.HouseholdRegister:
		if p.OtherID = number; len(number) == 18 {
			p.ResidentID, p.OtherID = number, ""
		}
	default:
		p.OtherID = number
	}
	return p
}

// document is the kind and the number of somebody's document. Cards and their
// readers write a small x as often as a large one.
func (t typed) document(begin string) (applicant.IDKind, string) {
	kind, number := applicant.IDKind(t.get(begin+".id_kind")), t.get(begin+".number")
	if kind == "" {
		kind = applicant.ResidentCard
	}
	if kind != applicant.OtherID {
		number = strings.ToUpper(strings.ReplaceAll(number, " ", ""))
	}
	return kind, number
}

// any reports whether one of the fields was filled in.
func (t typed) any(names ...string) bool { return slices.ContainsFunc(names, t.on) }

// applicant is who applies.
func (t typed) applicant() applicant.Applicant {
	a := applicant.Applicant{
		Person: t.person("applicant"), Kind: item.Applicant(t.get("applicant.applicant_kind")),
		Incapable: t.on("applicant.incapable"), Signed: casefile.Signing(t.get("applicant.signed")), Basis: casefile.AgentBasis(t.get("applicant.agent_basis")),
	}
	if t.any("applicant.representative.name", "applicant.representative.number", "applicant.representative.telephone") {
		p := t.person("applicant.representative")
		a.Representative = &p
	}
	if t.any("applicant.agent.name", "applicant.agent.number", "applicant.agent.telephone", "applicant.agent.mandate", "applicant.agent.relationship") {
		p := t.person("applicant.agent")
		a.Agent = &p
	}
	if t.any("applicant.letter.scope", "applicant.letter.from", "applicant.letter.to", "applicant.letter.signed") {
		a.Letter = &applicant.Letter{
			Scope: t.get("applicant.letter.scope"), From: workday.Date(t.get("applicant.letter.from")), To: workday.Date(t.get("applicant.letter.to")),
			Signed: casefile.Signing(t.get("applicant.letter.signed")),
		}
	}
	return a
}
