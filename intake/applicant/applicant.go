// Package applicant is who applies at a counter and who acts for them: the
// documents that people are known by, what a form about them must say, and how
// much of it a screen shows.
//
// It is pure. It must never repeat a person's number in a fault, and nothing of
// it may stand in a log: a casefile holds only the reference to the content that
// an Applicant is kept in.
package applicant

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

// Person is an applicant or who acts for one. It is kept outside the log, so
// that it can be erased.
type Person struct {
	Name         string `cbor:"1,keyasint" json:"name"`
	ResidentID   string `cbor:"2,keyasint,omitempty" json:"resident_id,omitempty"`  // GB 11643
	CreditCode   string `cbor:"3,keyasint,omitempty" json:"credit_code,omitempty"`  // GB 32100, of an organisation
	OtherID      string `cbor:"4,keyasint,omitempty" json:"other_id,omitempty"`     // the number of any other document; IDKind says of which
	Telephone    string `cbor:"5,keyasint,omitempty" json:"telephone,omitempty"`    //
	Address      string `cbor:"6,keyasint,omitempty" json:"address,omitempty"`      //
	Organisation string `cbor:"7,keyasint,omitempty" json:"organisation,omitempty"` //
	Mandate      string `cbor:"8,keyasint,omitempty" json:"mandate,omitempty"`      // of an agent by letter: the powers that it gives (委托权限)
	Relationship string `cbor:"9,keyasint,omitempty" json:"relationship,omitempty"` // of an agent
	Note         string `cbor:"10,keyasint,omitempty" json:"note,omitempty"`        //

	IDKind IDKind       `cbor:"11,keyasint,omitempty" json:"id_kind,omitempty"` // "": by which number is given
	Born   workday.Date `cbor:"12,keyasint,omitempty" json:"born,omitempty"`    // where the number does not say
}

// Applicant is who applies, and who acts for the applicant.
type Applicant struct {
	Person
	Agent *Person `cbor:"20,keyasint,omitempty" json:"agent,omitempty"`

	Kind           item.Applicant      `cbor:"21,keyasint,omitempty" json:"applicant_kind,omitempty"` // "": by the number that is given
	Representative *Person             `cbor:"22,keyasint,omitempty" json:"representative,omitempty"` // 法定代表人 of an organisation
	Basis          casefile.AgentBasis `cbor:"23,keyasint,omitempty" json:"agent_basis,omitempty"`    // by what right the agent acts; "" with an agent: by letter
	Letter         *Letter             `cbor:"24,keyasint,omitempty" json:"letter,omitempty"`         // 委托书, of an agent by letter
	Incapable      bool                `cbor:"25,keyasint,omitempty" json:"incapable,omitempty"`      // declared so by a court (无、限制民事行为能力)
	Signed         casefile.Signing    `cbor:"26,keyasint,omitempty" json:"signed,omitempty"`         // how the application was signed
}

// Letter is a letter of authority (委托书). Its powers are the agent's Mandate.
type Letter struct {
	Scope  string           `cbor:"1,keyasint" json:"scope"`                      // 委托事项
	From   workday.Date     `cbor:"2,keyasint,omitempty" json:"from,omitempty"`   // 委托期限
	To     workday.Date     `cbor:"3,keyasint,omitempty" json:"to,omitempty"`     // the last day; "": until the matter is done
	Signed casefile.Signing `cbor:"4,keyasint,omitempty" json:"signed,omitempty"` // how the principal signed it
}

// Fault is one thing that is wrong with a form: which field, and what, in both
// languages. It never repeats what the field holds.
type Fault struct {
	Field   string
	Chinese string
	English string
}

// String is the fault on one line.
func (f Fault) String() string { return fmt.Sprintf("%s: %s（%s）", f.Field, f.Chinese, f.English) }

// ID is the document that a person is known by, and its number; "" and "" where
// none is given.
func (p Person) ID() (kind IDKind, number string) {
	switch p.IDKind {
	case "":
	case ResidentCard, TemporaryCard:
		return p.IDKind, cmp.Or(p.ResidentID, p.OtherID)
	case HouseholdRegister, HongKongMacaoHome, TaiwanHome: // their holders have a citizen's number, too
		return p.IDKind, cmp.Or(p.OtherID, p.ResidentID)
	case CreditCode:
		return p.IDKind, cmp.Or(p.CreditCode, p.OtherID)
	default:
		return p.IDKind, p.OtherID
	}
	switch {
	case p.CreditCode != "":
		return CreditCode, p.CreditCode
	case p.ResidentID != "":
		return citizenKind(p.ResidentID), p.ResidentID
	case p.OtherID != "":
		return OtherID, p.OtherID
	}
	return "", ""
}

// citizenKind is which card a citizen's number stands on.
func citizenKind(number string) IDKind {
	switch {
	case strings.HasPrefix(number, regions[0]), strings.HasPrefix(number, regions[1]):
		return HongKongMacaoHome
	case strings.HasPrefix(number, regions[2]):
		return TaiwanHome
	}
	return ResidentCard
}

// Birth is the day of birth, as far as it is known; "" where it is not.
func (p Person) Birth() workday.Date {
	for _, number := range []string{p.ResidentID, p.OtherID} {
		if born := birthIn(number); born.Valid() && item.CheckResidentID(number) == nil {
			return born
		}
	}
	if p.Born.Valid() {
		return p.Born
	}
	return ""
}

// MinorOn reports whether a person born on a day is under eighteen on another
// (民法典 17); known is false where the day of birth is not.
func MinorOn(born, on workday.Date) (minor, known bool) {
	start := born.Start()
	if start.IsZero() || !on.Valid() {
		return false, false
	}
	of18 := workday.DateOf(start.AddDate(18, 0, 0)) // who is born on 29 February comes of age on 1 March
	return on < of18, true
}

// organisations are the kinds of applicants that are no natural persons.
var organisations = []item.Applicant{item.Enterprise, item.PublicInstitution, item.SocialOrg, item.StateOrgan, item.OtherOrg, item.Unincorporated}

// represented are those that the law has a legal representative for.
var represented = []item.Applicant{item.Enterprise, item.PublicInstitution, item.SocialOrg, item.StateOrgan}

// registered are the kinds that the first two characters of a credit code tell
// (GB 32100-2015: who registers, and what). One registered by the market
// authority counts as an enterprise unless the form says that it is no legal
// person.
var registered = []struct {
	prefix string
	kind   item.Applicant
}{
	{"11", item.StateOrgan}, {"12", item.PublicInstitution}, {"51", item.SocialOrg}, {"52", item.SocialOrg}, {"53", item.SocialOrg}, {"91", item.Enterprise},
}

// Of is what kind of applicant it is: what the form says, else what the number
// tells.
func (a *Applicant) Of() item.Applicant {
	if a.Kind != "" {
		return a.Kind
	}
	kind, number := a.ID()
	if kind != CreditCode {
		return item.NaturalPerson
	}
	for _, one := range registered {
		if strings.HasPrefix(number, one.prefix) {
			return one.kind
		}
	}
	return item.OtherOrg
}

// IsOrganisation reports whether no natural person applies.
func (a *Applicant) IsOrganisation() bool { return a.Of() != item.NaturalPerson }

// Title is what a document calls the applicant: of an organisation its name.
func (a *Applicant) Title() string {
	if a.IsOrganisation() && a.Organisation != "" {
		return a.Organisation
	}
	return a.Name
}

// AgentBasis is by what right somebody acts for the applicant; "" where nobody
// does.
func (a *Applicant) AgentBasis() casefile.AgentBasis {
	if a.Agent == nil {
		return ""
	}
	return cmp.Or(a.Basis, casefile.ByLetter)
}

// Same reports whether two are one applicant by the document that they are
// known by: the same kind and number. Whoever has no number is nobody's same.
func Same(a, b *Applicant) bool {
	kind, number := a.ID()
	other, theirs := b.ID()
	return number != "" && kind == other && number == theirs
}

// maxText bounds each text about a person, in characters.
const maxText = 200

// Check says everything that is wrong with an applicant on a day (that at the
// counter), all at once.
func (a *Applicant) Check(field string, today workday.Date) []Fault {
	c := checker{today: today}
	c.person(field, a.Person, a.IsOrganisation())
	c.kind(field, a)
	c.agent(field, a)
	c.signing(field+".signed", a.Signed)
	return c.faults
}

type checker struct {
	today  workday.Date
	faults []Fault
}

func (c *checker) add(field, zh, en string) { c.faults = append(c.faults, Fault{field, zh, en}) }

func (c *checker) text(field, s string) {
	switch n := utf8.RuneCountInString(s); {
	case n > maxText:
		c.add(field, fmt.Sprintf("有 %d 个字，最多 %d 个", n, maxText), fmt.Sprintf("%d characters, at most %d", n, maxText))
	case !utf8.ValidString(s):
		c.add(field, "不是可读的文字", "not readable text")
	}
}

func (c *checker) person(field string, p Person, organisation bool) {
	if strings.TrimSpace(p.Name) == "" && !(organisation && strings.TrimSpace(p.Organisation) != "") {
		c.add(field+".name", "未填写", "must be given")
	}
	for _, one := range []struct{ name, text string }{
		{"name", p.Name}, {"telephone", p.Telephone}, {"address", p.Address}, {"organisation", p.Organisation},
		{"mandate", p.Mandate}, {"relationship", p.Relationship}, {"note", p.Note},
	} {
		c.text(field+"."+one.name, one.text)
	}
	if p.Born != "" && (!p.Born.Valid() || p.Born > c.today) {
		c.add(field+".born", "出生日期有误（应为 YYYY-MM-DD）", "no day of birth (want YYYY-MM-DD)")
	}
	c.numbers(field, p)
}

// numbers checks each number that is given by the kind that it is of.
func (c *checker) numbers(field string, p Person) {
	check := func(name string, kind IDKind, number string) {
		if zh, en := kind.Check(number); zh != "" {
			c.add(field+"."+name, zh, en)
		}
	}
	kind, number := p.ID()
	if p.IDKind != "" {
		if _, ok := p.IDKind.Describe(); !ok {
			c.add(field+".id_kind", "证件类型不存在", "no such kind of document")
			kind = ""
		} else if number == "" {
			c.add(field+".id_kind", "选择了证件类型而没有证件号码", "a kind of document without its number")
			kind = ""
		}
	}
	if p.ResidentID != "" {
		of := citizenKind(p.ResidentID)
		if number == p.ResidentID && kind != "" {
			of = kind
		}
		check("resident_id", of, p.ResidentID)
	}
	if p.CreditCode != "" {
		check("credit_code", CreditCode, p.CreditCode)
	}
	if p.OtherID != "" {
		of := OtherID
		if number == p.OtherID && kind != "" {
			of = kind
		}
		check("other_id", of, p.OtherID)
	}
}

func (c *checker) kind(field string, a *Applicant) {
	of, by := a.Of(), IDKind("")
	by, _ = a.ID()
	switch {
	case of != item.NaturalPerson && !slices.Contains(organisations, of):
		c.add(field+".applicant_kind", "申请人类别不存在", "no such kind of applicant")
		return
	case of == item.NaturalPerson && by == CreditCode:
		c.add(field+".applicant_kind", "自然人没有统一社会信用代码", "a natural person has no unified social credit code")
	case of != item.NaturalPerson && by != "" && by != CreditCode && by != OtherID:
		c.add(field+".credit_code", "单位须填写统一社会信用代码", "an organisation is known by its unified social credit code")
	}
	if of == item.NaturalPerson {
		if a.Representative != nil {
			c.add(field+".representative", "自然人没有法定代表人", "a natural person has no legal representative")
		}
		return
	}
	if a.Incapable {
		c.add(field+".incapable", "只适用于自然人", "only a natural person can be declared so")
	}
	switch {
	case a.Representative != nil:
		c.person(field+".representative", *a.Representative, false)
	case a.AgentBasis() == casefile.LegalRepresentative: // who acts is the representative
	case slices.Contains(represented, of):
		c.add(field+".representative", "未填写法定代表人", "the legal representative must be given")
	}
}

func (c *checker) agent(field string, a *Applicant) {
	if a.Agent == nil {
		if a.Basis != "" {
			c.add(field+".agent", "写明了代理依据而没有代理人", "a basis without an agent")
		}
		if a.Letter != nil {
			c.add(field+".letter", "有委托书而没有代理人", "a letter of authority without an agent")
		}
		return
	}
	c.person(field+".agent", *a.Agent, false)
	if a.Letter != nil && a.AgentBasis() != casefile.ByLetter {
		c.add(field+".letter", "只有委托代理才有委托书", "only who acts by letter has one")
	}
	switch a.AgentBasis() {
	case casefile.ByLetter:
		c.letter(field, a)
	case casefile.Guardian:
		c.guardian(field, a)
	case casefile.LegalRepresentative:
		if !a.IsOrganisation() {
			c.add(field+".agent_basis", "只有单位才有法定代表人", "only an organisation has a legal representative")
		}
	default:
		c.add(field+".agent_basis", "代理依据不存在", "no such basis")
	}
}

func (c *checker) letter(field string, a *Applicant) {
	if strings.TrimSpace(a.Agent.Mandate) == "" {
		c.add(field+".agent.mandate", "未填写委托权限", "the powers that the letter gives must be given")
	}
	l := a.Letter
	if l == nil {
		c.add(field+".letter", "委托代理须有委托书", "who acts for another needs a letter of authority")
		return
	}
	if strings.TrimSpace(l.Scope) == "" {
		c.add(field+".letter.scope", "未填写委托事项", "what it is for must be given")
	}
	c.text(field+".letter.scope", l.Scope)
	c.signing(field+".letter.signed", l.Signed)
	for _, one := range []struct {
		name string
		day  workday.Date
	}{{"from", l.From}, {"to", l.To}} {
		if one.day != "" && !one.day.Valid() {
			c.add(field+".letter."+one.name, "日期有误（应为 YYYY-MM-DD）", "no day (want YYYY-MM-DD)")
			return
		}
	}
	switch {
	case l.To != "" && l.To < l.From:
		c.add(field+".letter.to", "截止日早于起始日", "it ends before it begins")
	case l.From > c.today:
		c.add(field+".letter.from", "委托尚未生效", "it does not hold yet")
	case l.To != "" && l.To < c.today:
		c.add(field+".letter.to", "委托已经过期", "it has run out")
	}
}

// guardian: a guardian acts by law for a minor and for whoever was declared
// incapable (民法典 23); there is no letter.
func (c *checker) guardian(field string, a *Applicant) {
	if strings.TrimSpace(a.Agent.Relationship) == "" {
		c.add(field+".agent.relationship", "未填写监护人与被监护人的关系", "the relationship must be given")
	}
	if a.IsOrganisation() {
		c.add(field+".agent_basis", "单位没有监护人", "an organisation has no guardian")
		return
	}
	if a.Incapable {
		return
	}
	switch minor, known := MinorOn(a.Birth(), c.today); {
	case !known:
		c.add(field+".born", "须填写被监护人的出生日期", "the day of birth must be given")
	case !minor:
		c.add(field+".agent_basis", "申请人已满十八周岁，也没有被宣告为无、限制民事行为能力人", "the applicant is of age and was not declared incapable")
	}
}

var signings = []casefile.Signing{casefile.Signature, casefile.Thumbprint, casefile.ESignature}

func (c *checker) signing(field string, s casefile.Signing) {
	if s != "" && !slices.Contains(signings, s) {
		c.add(field, "签名方式应为签字、捺印或者电子签名", "want signature, thumbprint or electronic")
	}
}
