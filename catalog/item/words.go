package item

import (
	"slices"
	"strings"

	"tongban/catalog/area"
)

// Word is one value of an enumerated element with its names.
type Word struct {
	Value   string   // as stored, such as "later_if_ok"
	Chinese string   // as a guide prints it, such as "支持容缺处理"
	English string   // such as "may follow later"
	Also    []string // other Chinese words in use, accepted when reading
}

// yesNo are the words of an element that a guide answers with yes or no.
var yesNo = []Word{
	{string(Yes), "是", "yes", []string{"支持", "有", "1"}},
	{string(No), "否", "no", []string{"不支持", "无", "0"}},
}

// holding are the words of an element that holds or does not.
var holding = []Word{
	{"true", "是", "yes", []string{"1"}},
	{"false", "否", "no", []string{"0"}},
}

// actionWords are what happens at a step.
var actionWords = []Word{
	{string(Receive), "收件", "receive", nil},
	{string(Accept), "受理", "accept", nil},
	{string(Check), "初审", "check", []string{"下级初审"}},
	{string(Review), "审查", "review", []string{"审核"}},
	{string(Posting), "公示", "public posting", []string{"公告"}},
	{string(Assess), "评定", "assessment", []string{"核查", "鉴定"}},
	{string(Decide), "决定", "decide", []string{"审批"}},
	{string(Make), "制证", "make", nil},
	{string(Serve), "送达", "serve", nil},
	{string(HandOut), "出件", "hand out", nil},
}

var unitWords = []Word{
	{string(WorkingDays), "工作日", "working days", []string{"个工作日"}},
	{string(CalendarDays), "自然日", "calendar days", []string{"个自然日"}},
	{string(OnTheSpot), "当场", "on the spot", nil},
	{string(ByDate), "截止日期", "by date", nil},
}

var levelWords = levelsInWords()

// levelsInWords are the six levels with the words of catalog/area.
func levelsInWords() []Word {
	var words []Word
	for l := area.National; l.Valid(); l++ {
		words = append(words, Word{l.String(), l.Chinese(), l.String(), nil})
	}
	return words
}

// words are the values of every enumerated element by its path.
var words = map[string][]Word{
	"type": {
		{string(Permit), "行政许可", "permit", nil},
		{string(Penalty), "行政处罚", "penalty", nil},
		{string(Coercion), "行政强制", "coercion", nil},
		{string(Levy), "行政征收", "levy", nil},
		{string(Benefit), "行政给付", "benefit", nil},
		{string(Inspection), "行政检查", "inspection", nil},
		{string(Confirmation), "行政确认", "confirmation", nil},
		{string(Reward), "行政奖励", "reward", nil},
		{string(Ruling), "行政裁决", "ruling", nil},
		{string(OtherPower), "其他行政权力", "other power", []string{"其他"}},
		{string(PublicService), "公共服务", "public service", nil},
	},
	"local": holding,
	"nature": {
		{string(StatutoryOrgan), "法定机关", "statutory organ", nil},
		{string(AuthorizedBody), "授权组织", "authorized body", nil},
		{string(EntrustedBody), "受委托组织", "entrusted body", nil},
		{string(OtherBody), "其他", "other", nil},
	},
	"level": levelWords,
	"delegations[].mode": {
		{string(Entrusted), "委托受理", "entrusted", nil},
		{string(Authorized), "授权办理", "authorized", nil},
		{string(Agency), "帮办代办", "agency", nil},
	},
	"delegations[].level": levelWords,
	"delegations[].to": {
		{string(ToOrgan), "行政机关", "administrative organ", nil},
		{string(ToInstitution), "事业单位", "public institution", nil},
		{string(ToCommittee), "村（居）民委员会", "village committee", []string{"村民委员会", "居民委员会", "村委会", "居委会"}},
		{string(ToOther), "其他", "other", nil},
	},
	"delegations[].actions": actionWords,
	"laws[].purpose": {
		{string(Setting), "设定依据", "setting", nil},
		{string(Implementing), "实施依据", "implementing", nil},
		{string(Supervising), "监管依据", "supervising", nil},
	},
	"subject": {
		{string(ByHousehold), "户籍地", "household", nil},
		{string(ByResidence), "居住地", "residence", nil},
		{string(ByBusiness), "经营场所", "place of business", []string{"经营场所所在地"}},
		{string(ByProperty), "不动产所在地", "property", nil},
		{string(ByInsurance), "参保地", "insurance", nil},
		{string(ByCounter), "申请人所选", "the applicant's choice", []string{"受理的窗口"}},
	},
	"applicants": {
		{string(NaturalPerson), "自然人", "natural person", []string{"个人"}},
		{string(Enterprise), "企业法人", "enterprise", []string{"企业"}},
		{string(PublicInstitution), "事业法人", "public institution", []string{"事业单位法人"}},
		{string(SocialOrg), "社会组织法人", "social organization", nil},
		{string(StateOrgan), "行政机关", "state organ", nil},
		{string(OtherOrg), "其他组织", "other organization", nil},
		{string(Unincorporated), "非法人企业", "unincorporated enterprise", nil},
	},
	"open_cases": {
		{string(Keep), "仍按原版本办理", "go on under their own version", nil},
		{string(FavourableOpen), "对申请人更有利的可适用新版本", "may have the new one where it is better for the applicant", []string{"从优适用新版本"}},
	},
	"situations[].several": holding,
	"materials[].need": {
		{string(Required), "必要", "required", nil},
		{string(Optional), "非必要", "optional", nil},
		{string(LaterIfNeed), "支持容缺处理", "may follow later", []string{"支持容缺", "容缺后补"}},
	},
	"materials[].kind": {
		{string(FormPaper), "申请表格文书", "form", nil},
		{string(Certificate), "证件证书证明", "certificate", nil},
		{string(OtherMaterial), "其他", "other", nil},
	},
	"materials[].form": {
		{string(PaperForm), "纸质", "paper", nil},
		{string(ElectronicForm), "电子化", "electronic", []string{"电子"}},
		{string(EitherForm), "纸质或电子化", "paper or electronic", []string{"纸质/电子化"}},
		{string(BothForms), "纸质和电子化", "paper and electronic", []string{"纸质+电子化"}},
	},
	"materials[].channel": {
		{string(FromApplicant), "申请人自备", "the applicant's own", nil},
		{string(FromGovernment), "政府部门核发", "issued by government", nil},
		{string(FromIntermediary), "中介", "intermediary", []string{"中介机构"}},
		{string(FromOther), "其他", "other", nil},
	},
	"materials[].exempt": holding,
	"materials[].exempt_by": {
		{string(BySharing), "数据共享", "data sharing", nil},
		{string(ByCommitment), "告知承诺", "written commitment", nil},
	},
	"kind": {
		{string(Immediate), "即办件", "immediate", nil},
		{string(Promised), "承诺件", "promised", nil},
	},
	"legal.unit":           unitWords,
	"promise.unit":         unitWords,
	"steps[].limit.unit":   unitWords,
	"steps[].action":       actionWords,
	"steps[].level":        levelWords,
	"steps[].uncounted":    holding,
	"steps[].outside":      holding,
	"special[].limit.unit": unitWords,
	"special[].effect": {
		{string(Suspends), "暂停计时", "suspends", nil},
		{string(Extends), "延长时限", "extends", []string{"延长审批"}},
		{string(Counts), "计入时限", "counts", nil},
	},
	"ways": {
		{string(AtWindow), "窗口", "window", []string{"窗口办理"}},
		{string(OnPC), "电脑端", "computer", nil},
		{string(OnMobile), "移动端", "mobile", nil},
		{string(ByCourier), "快递", "courier", nil},
		{string(OtherWay), "其他", "other", nil},
	},
	"styles": {
		{"马上办", "马上办", "at once", nil},
		{"网上办", "网上办", "online", nil},
		{"就近办", "就近办", "nearby", nil},
		{"一次办", "一次办", "in one go", nil},
	},
	"scope": {
		{string(ScopeTown), "全镇（乡、街道）", "same town", []string{"全镇"}},
		{string(ScopeDistrict), "全区", "same district", []string{"全县", "全区（县）"}},
		{string(ScopeCity), "全市", "same city", []string{"市内"}},
		{string(ScopeProvince), "全省", "same province", []string{"省内"}},
		{string(ScopeNation), "全国", "nation", []string{"跨省"}},
	},
	"mode": {
		{string(Online), "全程网办", "online", nil},
		{string(ReceivedElsewhere), "异地代收代办", "received here, decided there", nil},
		{string(SeveralPlaces), "多地联办", "worked in several places", nil},
	},
	"entry": {
		{string(CenterWindow), "中心窗口", "center window", nil},
		{string(BranchWindow), "分中心", "branch", nil},
		{string(BackOffice), "后方科室", "back office", nil},
	},
	"appointment": yesNo, "pay_online": yesNo, "courier": yesNo, "self_service": yesNo,
	"commitment": yesNo, "no_application": yesNo, "charged": yesNo,
	"results[].kind": {
		{string(Licence), "证照", "licence", nil},
		{string(Approval), "批文", "approval", nil},
		{string(OtherResult), "其他", "other", nil},
	},
	"bundle": {
		{string(LifeEvent), "一件事", "life-event bundle", nil},
		{string(Trade), "一业一证", "trade bundle", nil},
	},
}

// Words lists the values of an enumerated element by its path, in the order of
// the standard; nil for an element that is not enumerated. Booleans are
// enumerated too: "true" 是, "false" 否.
func Words(element string) []Word { return slices.Clone(wordsOf(element)) }

func wordsOf(element string) []Word { return words[pattern(element)] }

// InWords is the Chinese and the English word for a value of an element; the
// value itself where it is none of the list (provinces extend the types).
func InWords(element, value string) (zh, en string) {
	for _, w := range wordsOf(element) {
		if w.Value == value {
			return w.Chinese, w.English
		}
	}
	return value, value
}

// ReadWord finds the value that somebody wrote for an element: the value
// itself, its Chinese or its English word. Not ok: it is none of the list.
func ReadWord(element, text string) (value string, ok bool) {
	text = strings.TrimSpace(text)
	for _, w := range wordsOf(element) {
		if text == w.Value || text == w.Chinese || strings.EqualFold(text, w.English) || slices.Contains(w.Also, text) {
			return w.Value, true
		}
	}
	return "", false
}
