package applicant

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

const today workday.Date = "2026-03-02"

// The numbers are obviously invented: no area begins with 99, and the check
// digits are right.
const (
	grownUp = "999999199001010016"
	someOrg = "91990000MA00000005"
)

func digit(first17 string) string {
	for _, d := range "0123456789X" {
		if item.CheckResidentID(first17+string(d)) == nil {
			return first17 + string(d)
		}
	}
	panic("no digit fits")
}

func credit(first17 string) string {
	for _, d := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if item.CheckUSCC(first17+string(d)) == nil {
			return first17 + string(d)
		}
	}
	panic("no digit fits")
}

func TestIdentityNumbers(t *testing.T) {
	for _, one := range []struct {
		kind   IDKind
		number string
		ok     bool
	}{
		{ResidentCard, grownUp, true},
		{ResidentCard, "999999199001010017", false},
		{ResidentCard, digit("99999919900230001"), false}, // 30 February
		{ResidentCard, "9999991990010100", false},
		{ResidentCard, digit("81000019900101001"), false}, // a residence permit's
		{TemporaryCard, grownUp, true},
		{HouseholdRegister, grownUp, true},
		{HouseholdRegister, "000123456", true},
		{HouseholdRegister, "999999199001010017", false},
		{HongKongMacaoHome, digit("81000019900101001"), true},
		{HongKongMacaoHome, digit("82000019900101001"), true},
		{HongKongMacaoHome, digit("83000019900101001"), false},
		{HongKongMacaoHome, grownUp, false},
		{TaiwanHome, digit("83000019900101001"), true},
		{TaiwanHome, digit("81000019900101001"), false},
		{HongKongMacaoPass, "H00000000", true},
		{HongKongMacaoPass, "M0000000000", true},
		{HongKongMacaoPass, "A00000000", false},
		{TaiwanPass, "00000000", true},
		{TaiwanPass, "0000000", false},
		{Passport, "E00000000", true},
		{Passport, "e00000000", false},
		{PermanentResidence, "XXX000000000000", true},
		{PermanentResidence, "900000000000000000", true},
		{PermanentResidence, "XX0000000000000", false},
		{CreditCode, credit("91990000MA0000000"), true},
		{CreditCode, "91990000MA0000000Z", false},
		{Officer, "虚字第000000号", true},
		{OtherID, strings.Repeat("0", 51), false},
		{OtherID, " ", false},
		{"driver", "1", false},
	} {
		zh, en := one.kind.Check(one.number)
		if (zh == "") != one.ok || (zh == "") != (en == "") {
			t.Errorf("%s %s: %q, %q", one.kind, one.number, zh, en)
		}
		if strings.TrimSpace(one.number) != "" && (strings.Contains(zh, one.number) || strings.Contains(en, one.number)) && len(one.number) > 2 {
			t.Errorf("%s: the fault repeats the number", one.kind)
		}
	}
}

func TestEveryKindIsDescribed(t *testing.T) {
	codes := map[string]IDKind{}
	for _, one := range Identities() {
		if one.Chinese == "" || one.English == "" {
			t.Errorf("%s has no name", one.Kind)
		}
		if one.Code == "" {
			continue
		}
		if other, twice := codes[one.Code]; twice || len(one.Code) != 3 {
			t.Errorf("%s and %s: code %s", one.Kind, other, one.Code)
		}
		codes[one.Code] = one.Kind
	}
	if _, ok := IDKind("").Describe(); ok {
		t.Error("nothing is a kind")
	}
}

func person() Applicant {
	return Applicant{Person: Person{Name: "虚构甲", ResidentID: grownUp, Telephone: "13800000000"}}
}

func company() Applicant {
	return Applicant{Person: Person{Name: "虚构有限公司", CreditCode: credit(someOrg[:17])}, Representative: &Person{Name: "虚构乙"}}
}

func byLetter(a Applicant) Applicant {
	a.Agent = &Person{Name: "虚构丙", ResidentID: "999999198803150024", Mandate: "代为申请、领取结果"}
	a.Letter = &Letter{Scope: "办理本件", From: "2026-01-01", To: "2026-12-31", Signed: casefile.Thumbprint}
	return a
}

func guarded(born workday.Date) Applicant {
	a := Applicant{Person: Person{Name: "虚构丁", IDKind: BirthCertificate, OtherID: "X000000000", Born: born}}
	a.Agent, a.Basis = &Person{Name: "虚构甲", ResidentID: grownUp, Relationship: "父亲"}, casefile.Guardian
	return a
}

func with(a Applicant, change func(*Applicant)) Applicant {
	change(&a)
	return a
}

func TestCheck(t *testing.T) {
	for _, one := range []struct {
		name   string
		who    Applicant
		fields []string // in the order in which they are told
	}{
		{"a person", person(), nil},
		{"a person without a number", Applicant{Person: Person{Name: "虚构甲"}}, nil},
		{"a company", company(), nil},
		{"nobody", Applicant{}, []string{"a.name"}},
		{"all faults at once", Applicant{Person: Person{ResidentID: "1", CreditCode: "2", Telephone: strings.Repeat("1", 201)}, Signed: "seal"},
			[]string{"a.name", "a.telephone", "a.resident_id", "a.credit_code", "a.signed"}},
		{"a kind without a number", with(person(), func(a *Applicant) { a.IDKind = Passport }), []string{"a.id_kind"}},
		{"no such kind", with(person(), func(a *Applicant) { a.IDKind = "driver" }), []string{"a.id_kind"}},
		{"a passport", with(Applicant{}, func(a *Applicant) { a.Name, a.IDKind, a.OtherID = "虚构甲", Passport, "E00000000" }), nil},
		{"a bad passport", with(Applicant{}, func(a *Applicant) { a.Name, a.IDKind, a.OtherID = "虚构甲", Passport, "?" }), []string{"a.other_id"}},
		{"a permit in the place of a card", with(person(), func(a *Applicant) { a.ResidentID = digit("81000019900101001") }), nil},
		{"a citizen as a company", with(person(), func(a *Applicant) { a.Kind = item.Enterprise }), []string{"a.credit_code", "a.representative"}},
		{"a company as a citizen", with(company(), func(a *Applicant) { a.Kind = item.NaturalPerson }), []string{"a.applicant_kind", "a.representative"}},
		{"a partnership has no legal representative", with(company(), func(a *Applicant) { a.Kind, a.Representative = item.Unincorporated, nil }), nil},
		{"a company without one", with(company(), func(a *Applicant) { a.Representative = nil }), []string{"a.representative"}},
		{"whose representative comes", with(company(), func(a *Applicant) {
			a.Representative, a.Agent, a.Basis = nil, &Person{Name: "虚构乙"}, casefile.LegalRepresentative
		}), nil},
		{"a citizen has none", with(person(), func(a *Applicant) { a.Agent, a.Basis = &Person{Name: "虚构乙"}, casefile.LegalRepresentative }), []string{"a.agent_basis"}},
		{"an agent", byLetter(person()), nil},
		{"without a letter", with(byLetter(person()), func(a *Applicant) { a.Letter = nil }), []string{"a.letter"}},
		{"without powers or scope", with(byLetter(person()), func(a *Applicant) { a.Agent.Mandate, a.Letter.Scope = "", " " }), []string{"a.agent.mandate", "a.letter.scope"}},
		{"a letter that ran out", with(byLetter(person()), func(a *Applicant) { a.Letter.To = "2026-03-01" }), []string{"a.letter.to"}},
		{"a letter for tomorrow", with(byLetter(person()), func(a *Applicant) { a.Letter.From = "2026-03-03" }), []string{"a.letter.from"}},
		{"a letter that ends before it begins", with(byLetter(person()), func(a *Applicant) { a.Letter.To = "2025-01-01" }), []string{"a.letter.to"}},
		{"a letter without an agent", with(byLetter(person()), func(a *Applicant) { a.Agent = nil }), []string{"a.letter"}},
		{"a basis without an agent", with(person(), func(a *Applicant) { a.Basis = casefile.Guardian }), []string{"a.agent"}},
		{"a guardian", guarded("2020-02-29"), nil},
		{"a guardian with a letter", with(guarded("2020-02-29"), func(a *Applicant) { a.Letter = &Letter{Scope: "x"} }), []string{"a.letter"}},
		{"a guardian of somebody of age", guarded("2008-03-02"), []string{"a.agent_basis"}},
		{"a guardian the day before", guarded("2008-03-03"), nil},
		{"a guardian of nobody knows whom", guarded(""), []string{"a.born"}},
		{"a guardian of an incapable person", with(guarded("1950-01-01"), func(a *Applicant) { a.Incapable = true }), nil},
		{"a guardian of nothing said", with(guarded("2020-02-29"), func(a *Applicant) { a.Agent.Relationship = "" }), []string{"a.agent.relationship"}},
		{"born tomorrow", guarded("2026-03-03"), []string{"a.born"}},
		{"a thumbprint", with(person(), func(a *Applicant) { a.Signed = casefile.Thumbprint }), nil},
		{"who refuses to sign applies for nothing", with(person(), func(a *Applicant) { a.Signed = casefile.Unsigned }), []string{"a.signed"}},
	} {
		var fields []string
		for _, f := range one.who.Check("a", today) {
			fields = append(fields, f.Field)
			if f.Chinese == "" || f.English == "" || !strings.HasPrefix(f.String(), f.Field+": ") {
				t.Errorf("%s: %+v", one.name, f)
			}
		}
		if strings.Join(fields, " ") != strings.Join(one.fields, " ") {
			t.Errorf("%s: faults in %v, want %v", one.name, fields, one.fields)
		}
	}
}

func TestKindsOfApplicants(t *testing.T) {
	for prefix, want := range map[string]item.Applicant{
		"11": item.StateOrgan, "12": item.PublicInstitution, "52": item.SocialOrg, "91": item.Enterprise, "93": item.OtherOrg,
	} {
		a := Applicant{Person: Person{CreditCode: credit(prefix + "990000MA0000000")}}
		if got := a.Of(); got != want {
			t.Errorf("%s: %s, want %s", prefix, got, want)
		}
	}
	p, c := person(), company()
	if p.Of() != item.NaturalPerson || p.Title() != "虚构甲" || c.Title() != "虚构有限公司" || p.AgentBasis() != "" {
		t.Errorf("%s %s %s", p.Of(), p.Title(), c.Title())
	}
	agent := byLetter(c)
	if agent.AgentBasis() != casefile.ByLetter {
		t.Error(agent.AgentBasis())
	}
}

func TestSame(t *testing.T) {
	a, b := person(), person()
	b.Name, b.Telephone = "虚构甲（曾用名）", ""
	if !Same(&a, &b) {
		t.Error("one number is one person")
	}
	b.IDKind = HouseholdRegister
	if Same(&a, &b) {
		t.Error("another kind of document is not compared")
	}
	if none := (Applicant{Person: Person{Name: "虚构甲"}}); Same(&none, &none) {
		t.Error("who has no number is nobody's same")
	}
}

func TestMinorOn(t *testing.T) {
	for _, one := range []struct {
		born, on     workday.Date
		minor, known bool
	}{
		{"2008-03-02", "2026-03-01", true, true}, {"2008-03-02", "2026-03-02", false, true},
		{"2008-02-29", "2026-02-28", true, true}, {"2008-02-29", "2026-03-01", false, true}, {"", "2026-03-02", false, false},
	} {
		if minor, known := MinorOn(one.born, one.on); minor != one.minor || known != one.known {
			t.Errorf("born %s, on %s: %v, %v", one.born, one.on, minor, known)
		}
	}
}

func TestMasked(t *testing.T) {
	a := byLetter(person())
	a.Address, a.Note, a.Born = "虚构省虚构市虚构区虚构镇虚构路1号101室", "住在二楼", "1990-01-01"
	got := a.Masked()
	for what, pair := range map[string][2]string{
		"name": {got.Name, "虚**"}, "id": {got.ResidentID, "999999********0016"}, "phone": {got.Telephone, "138****0000"},
		"address": {got.Address, "虚构省虚构市虚构区虚构镇***"}, "note": {got.Note, "***"}, "agent": {got.Agent.Name, "虚**"},
		"scope": {got.Letter.Scope, "***"}, "born": {string(got.Born), ""},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
		}
	}
	if a.Agent.Name != "虚构丙" || a.Letter.Scope != "办理本件" {
		t.Error("masking wrote into what it masks")
	}
	c := company()
	if shown := c.Masked(); shown.Name != "虚构有限公司" || shown.CreditCode != c.CreditCode || shown.Representative.Name != "虚**" {
		t.Errorf("a company: %+v", shown.Person)
	}
	if MaskPhone("1234") != "****" || MaskPhone("") != "" {
		t.Error("what is too short for a middle is hidden whole")
	}
	for in, want := range map[string]string{"": "", "虚构路1号": "***", "虚构街道虚构镇路": "虚构街道***", "镇": "***"} {
		if got := MaskAddress(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// What is masked never holds the middle of what it hides, and is as long.
func TestMaskedNeverHoldsTheMiddle(t *testing.T) {
	masks := []struct {
		mask        func(string) string
		first, last int
	}{{MaskName, 1, 0}, {MaskID, 6, 4}, {MaskPhone, 3, 4}, {MaskOther, 2, 2}}
	rapid.Check(t, func(t *rapid.T) {
		one := masks[rapid.IntRange(0, len(masks)-1).Draw(t, "mask")]
		s := rapid.StringOfN(rapid.RuneFrom([]rune("0123456789ABCX甲乙丙丁")), 0, 40, -1).Draw(t, "text")
		got, r := []rune(one.mask(s)), []rune(s)
		if len(got) != len(r) {
			t.Fatalf("%q became %q", s, string(got))
		}
		for i := range r {
			inside := i >= one.first && i < len(r)-one.last || len(r) <= one.first+one.last
			if inside != (got[i] == '*') || !inside && got[i] != r[i] {
				t.Fatalf("%q became %q", s, string(got))
			}
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		town := rapid.SampledFrom([]string{"镇", "乡", "街道", ""}).Draw(t, "town")
		secret := rapid.StringMatching(`[0-9]{6}`).Draw(t, "secret")
		s := "虚构区虚构" + town + "路" + secret + "号"
		if got := MaskAddress(s); strings.Contains(got, secret) || !utf8.ValidString(got) {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func TestPasswords(t *testing.T) {
	seen := map[string]bool{}
	stream := []byte{0xff, 0xfe, 0xf8}
	for i := range 500 {
		stream = append(stream, byte(i*7%248))
	}
	random := bytes.NewReader(stream)
	for range 50 {
		p, err := NewPassword(random)
		if err != nil {
			t.Fatal(err)
		}
		if len(p) != 11 || p[5] != '-' || strings.Trim(p[:5]+p[6:], passwordLetters) != "" || seen[p] && len(seen) < 24 {
			t.Fatalf("%q", p)
		}
		seen[p] = true
	}
	if _, err := NewPassword(random); err == nil {
		t.Error("a password without randomness")
	}
	seal := Seal("X-1", "012345")
	if !Opens(seal, "X-1", "012345") || Opens(seal, "X-1", "012346") || Opens(seal, "X-2", "012345") || Opens("", "X-1", "") {
		t.Error("the seal does not tell passwords apart")
	}
	if len(seal) != 64 || strings.Contains(seal, "012345") {
		t.Error(seal)
	}
	seal = Seal("X-1", "k7m2p-x9d4r")
	for _, text := range []string{"k7m2px9d4r", "K7M2P-X9D4R", "k7m2p x9d4r", "ｋ７ｍ２ｐ　ｘ９ｄ４ｒ", "k7m2p－x9d4r"} {
		if !Opens(seal, "X-1", text) {
			t.Errorf("%q does not open it", text)
		}
	}
}
