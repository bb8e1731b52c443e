package applicant

import (
	"regexp"
	"slices"
	"strings"

	"tongban/catalog/item"
	"tongban/catalog/workday"
)

// IDKind is by which document somebody is known (证件类型).
type IDKind string

// The kinds.
const (
	ResidentCard       IDKind = "resident_card"        // 居民身份证
	TemporaryCard      IDKind = "temporary_card"       // 临时居民身份证
	HouseholdRegister  IDKind = "household_register"   // 户口簿
	BirthCertificate   IDKind = "birth_certificate"    // 出生医学证明
	Officer            IDKind = "officer"              // 中国人民解放军军官证
	PoliceOfficer      IDKind = "armed_police_officer" // 中国人民武装警察部队警官证
	Soldier            IDKind = "soldier"              // 中国人民解放军士兵证
	PoliceSoldier      IDKind = "armed_police_soldier" // 中国人民武装警察部队士兵证
	Passport           IDKind = "passport"             // 普通护照
	HongKongMacaoPass  IDKind = "hk_macao_pass"        // 港澳居民来往内地通行证
	TaiwanPass         IDKind = "taiwan_pass"          // 台湾居民来往大陆通行证
	HongKongMacaoHome  IDKind = "hk_macao_residence"   // 港澳居民居住证
	TaiwanHome         IDKind = "taiwan_residence"     // 台湾居民居住证
	PermanentResidence IDKind = "permanent_residence"  // 外国人永久居留身份证
	CreditCode         IDKind = "credit_code"          // 统一社会信用代码, of an organisation
	OtherID            IDKind = "other"                // 其他
)

// Identity describes one kind.
type Identity struct {
	Kind    IDKind
	Chinese string
	English string
	// Code is the numeric code of GA/T 2000.156, as a public transcription of its
	// 2016 edition lists it. That edition is older than the two residence permits
	// for people of Hong Kong, Macao and Taiwan and has none for a unified social
	// credit code: theirs are empty, because none was found. 511 is the pass of
	// Taiwan residents for several journeys; the one for a single journey is 512.
	Code string

	check func(number string) *fault // nil: the length alone
}

// Identities lists the kinds in the order in which a counter offers them.
func Identities() []Identity { return slices.Clone(identities) }

var identities = []Identity{
	{ResidentCard, "居民身份证", "resident identity card", "111", citizenNumber},
	{TemporaryCard, "临时居民身份证", "temporary identity card", "112", citizenNumber},
	{HouseholdRegister, "户口簿", "household register", "113", registerNumber},
	{BirthCertificate, "出生医学证明", "birth certificate", "117", nil},
	{HongKongMacaoHome, "港澳居民居住证", "residence permit for Hong Kong and Macao residents", "", residenceNumber("810000", "820000")},
	{TaiwanHome, "台湾居民居住证", "residence permit for Taiwan residents", "", residenceNumber("830000")},
	{HongKongMacaoPass, "港澳居民来往内地通行证", "mainland travel permit for Hong Kong and Macao residents", "516",
		shaped(`^[HM][0-9]{8}([0-9]{2})?$`, "应为 H 或 M 加 8 位数字", "want H or M and 8 digits")},
	{TaiwanPass, "台湾居民来往大陆通行证", "mainland travel permit for Taiwan residents", "511",
		shaped(`^[0-9]{8}([0-9]{2})?$`, "应为 8 位数字", "want 8 digits")},
	{PermanentResidence, "外国人永久居留身份证", "foreign permanent resident card", "553", permanentNumber},
	{Passport, "护照", "passport", "414", shaped(`^[A-Z0-9]{5,15}$`, "应为 5 至 15 位大写字母或数字", "want 5 to 15 capitals or digits")},
	{Officer, "军官证", "officer's certificate", "114", nil},
	{PoliceOfficer, "武警警官证", "armed police officer's certificate", "115", nil},
	{Soldier, "士兵证", "soldier's certificate", "118", nil},
	{PoliceSoldier, "武警士兵证", "armed police soldier's certificate", "119", nil},
	{CreditCode, "统一社会信用代码", "unified social credit code", "", creditNumber},
	{OtherID, "其他证件", "other document", "990", nil},
}

// Describe finds a kind; ok is false for a word that is none.
func (k IDKind) Describe() (Identity, bool) {
	for _, one := range identities {
		if one.Kind == k {
			return one, true
		}
	}
	return Identity{}, false
}

// maxNumber bounds a number of a kind that has no shape of its own, in characters.
const maxNumber = 50

type fault struct{ zh, en string }

// Check says what is wrong with a number of a kind, in both languages; both are
// empty where nothing is. The number itself is never repeated.
func (k IDKind) Check(number string) (chinese, english string) {
	known, ok := k.Describe()
	switch n := len([]rune(number)); {
	case !ok:
		return "证件类型不存在", "no such kind of document"
	case strings.TrimSpace(number) == "":
		return "证件号码未填写", "the number must be given"
	case n > maxNumber:
		return "证件号码过长", "the number is too long"
	}
	if known.check != nil {
		if f := known.check(number); f != nil {
			return f.zh, f.en
		}
	}
	return "", ""
}

// regions are the first six digits of the residence permits for people of Hong
// Kong, Macao and Taiwan (港澳台居民居住证申领发放办法): a resident card never
// begins with them.
var regions = []string{"810000", "820000", "830000"}

func citizen(number string) *fault {
	if err := item.CheckResidentID(number); err != nil {
		return &fault{"公民身份号码有误（18 位，末位为校验码）", "not a citizen's number: 18 characters with a check digit"}
	}
	if !birthIn(number).Valid() {
		return &fault{"公民身份号码中的出生日期有误", "it holds no day of birth"}
	}
	return nil
}

func citizenNumber(number string) *fault {
	if f := citizen(number); f != nil {
		return f
	}
	if slices.Contains(regions, number[:6]) {
		return &fault{"这是港澳台居民居住证的号码，请选择相应的证件类型", "it is the number of a residence permit for Hong Kong, Macao or Taiwan residents"}
	}
	return nil
}

// registerNumber: a register names a person by the citizen's number; older ones
// and those of a household have a number of their own.
func registerNumber(number string) *fault {
	if len(number) != 18 {
		return nil
	}
	return citizenNumber(number)
}

func residenceNumber(begins ...string) func(string) *fault {
	return func(number string) *fault {
		if f := citizen(number); f != nil {
			return f
		}
		if !slices.Contains(begins, number[:6]) {
			return &fault{"居住证号码应以 " + strings.Join(begins, " 或 ") + " 开头", "such a permit begins with " + strings.Join(begins, " or ")}
		}
		return nil
	}
}

var (
	permanentOld = regexp.MustCompile(`^[A-Z]{3}[0-9]{12}$`)
	permanentNew = regexp.MustCompile(`^9[0-9]{16}[0-9X]$`)
)

// permanentNumber takes both shapes: that of the card of 2017 and that of the
// card of 2023.
func permanentNumber(number string) *fault {
	if permanentOld.MatchString(number) || permanentNew.MatchString(number) {
		return nil
	}
	return &fault{"应为 3 位字母加 12 位数字，或以 9 开头的 18 位号码", "want 3 capitals and 12 digits, or 18 characters that begin with 9"}
}

func creditNumber(number string) *fault {
	if item.CheckUSCC(number) != nil {
		return &fault{"统一社会信用代码有误（18 位，末位为校验码）", "not a unified social credit code: 18 characters with a check digit"}
	}
	return nil
}

func shaped(pattern, zh, en string) func(string) *fault {
	shape := regexp.MustCompile(pattern)
	return func(number string) *fault {
		if shape.MatchString(number) {
			return nil
		}
		return &fault{zh, en}
	}
}

// birthIn is the day of birth in a citizen's number; "" where it is too short.
func birthIn(number string) workday.Date {
	if len(number) != 18 {
		return ""
	}
	return workday.Date(number[6:10] + "-" + number[10:12] + "-" + number[12:14])
}
