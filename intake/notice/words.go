package notice

import (
	"fmt"
	"strings"

	"tongban/catalog/workday"
)

// words are the codes that a document puts into words, and the sentences that a
// desk writes where nobody says anything else: Chinese, English.
var words = map[string][2]string{
	// How a material was handed in.
	"original_seen": {"已核验原件", "original seen"}, "copy": {"复印件", "copy"}, "electronic": {"电子件", "electronic"},
	"exempt": {"免提交", "need not be handed in"}, "committed": {"告知承诺", "written commitment"}, "later": {"容缺后补", "to be brought later"},

	// Special procedures.
	"public_posting": {"公示", "public posting"}, "hearing": {"听证", "a hearing"}, "testing": {"检验、检测、检疫", "testing"},
	"appraisal": {"鉴定、评定", "an appraisal"}, "expert_review": {"专家评审", "a review by experts"}, "inspection": {"实地核查", "an inspection"},
	"payment": {"待缴费", "payment"}, "other": {"其他特别程序", "another special procedure"},

	// Grounds of an end.
	"not_needed": {"依法不需要办理", "nothing needs to be applied for"}, "not_ours": {"不属于本机关职权范围", "the matter is not this authority's"},
	"not_met": {"不符合受理条件", "the conditions are not met"}, "not_mended": {"未按告知补正", "what was asked for was not brought"},
	"at_request": {"申请人要求", "at the applicant's request"}, "lapsed": {"逾期未补正", "the day for it passed"},
	"revoked": {"撤销受理", "the acceptance is revoked"}, "impossible": {"无法继续办理", "it cannot go on"},

	// Service.
	"collected": {"窗口领取、直接送达", "collected at the counter"}, "post": {"邮寄送达", "by post"}, "left": {"留置送达", "left at the address"},
	"announced": {"公告送达", "by announcement"}, "entrusted": {"委托送达", "by another office"},
	"applicant": {"申请人", "the applicant"}, "agent": {"代理人", "the representative"},
	"signature": {"签名", "signed"}, "thumbprint": {"捺印", "thumbprint"}, "refused": {"拒绝签收（有见证人）", "refused to sign, before witnesses"},

	// Money.
	"cash": {"现金", "cash"}, "card": {"银行卡", "bank card"}, "online": {"网上支付", "online"}, "transfer": {"转账", "transfer"},

	// Agency.
	"satisfied": {"满意", "satisfied"}, "dissatisfied": {"不满意", "dissatisfied"}, "declined": {"不予受理", "declined"},

	// Phases of a case on a visit sheet.
	"opened": {"已收件", "received"}, "noticed": {"已告知补正", "papers are missing"}, "accepted": {"已受理", "accepted"}, "decided": {"已决定", "decided"},
	"served": {"已送达", "served"}, "returned": {"已退件", "returned"}, "withdrawn": {"已撤回", "withdrawn"}, "terminated": {"已终止", "terminated"},
	"concluded": {"已办结", "concluded"}, "archived": {"已归档", "archived"},

	"如不服本决定，可以依法申请行政复议或者提起行政诉讼。": {"如不服本决定，可以依法申请行政复议或者提起行政诉讼。",
		"Whoever does not accept this decision may by law apply for administrative reconsideration or bring an administrative action."},
}

// Word puts a code into words; what is no known code stays as it is.
func Word(lang Lang, code string) string {
	w, ok := words[code]
	switch {
	case !ok:
		return code
	case lang == English:
		return w[1]
	}
	return w[0]
}

// functions are what a template can call, in its language.
func functions(lang Lang) map[string]any {
	pick := func(zh, en string) string {
		if lang == English {
			return en
		}
		return zh
	}
	date := func(d workday.Date) string {
		start := d.Start()
		if start.IsZero() {
			return ""
		}
		return start.Format(pick("2006年1月2日", "2 January 2006"))
	}
	return map[string]any{
		"date": date,
		"blank": func(d workday.Date) string { // a day to be filled in by hand where it is not known
			if text := date(d); text != "" {
				return text
			}
			return pick("　　年　月　日", "____________")
		},
		"word":   func(code string) string { return Word(lang, code) },
		"join":   func(all []string) string { return strings.Join(all, pick("；", "; ")) },
		"list":   func(all []string) string { return strings.Join(all, pick("、", ", ")) },
		"add":    func(a, b int) int { return a + b },
		"money":  func(fen int64) string { return Money(lang, fen) },
		"count":  func(l Line) string { return counted(lang, l.Originals, l.Copies) },
		"person": func(name string) string { return person(lang, name) },
		"office": office,
		"plus":   func(parts ...string) string { return joined(pick("；", "; "), parts) },
	}
}

// Money writes an amount in fen.
func Money(lang Lang, fen int64) string {
	if lang == English {
		return fmt.Sprintf("CNY %d.%02d", fen/100, fen%100)
	}
	return fmt.Sprintf("%d.%02d 元", fen/100, fen%100)
}

func joined(sep string, parts []string) string {
	var all []string
	for _, p := range parts {
		if p != "" {
			all = append(all, p)
		}
	}
	return strings.Join(all, sep)
}

// counted says how many originals and copies.
func counted(lang Lang, originals, copies int) string {
	var all []string
	say := func(key string, n int) {
		if n > 0 {
			text := fmt.Sprintf(labelIn(lang, key), n)
			if lang == English && n > 1 {
				text = strings.Replace(text, "copy", "copie", 1) + "s"
			}
			all = append(all, text)
		}
	}
	say("original", originals)
	say("copies", copies)
	if lang == English {
		return strings.Join(all, ", ")
	}
	return strings.Join(all, "、")
}

// Nobody stands for the applicant in a text that goes into a log.
const Nobody = "申请人"

func person(lang Lang, name string) string {
	switch {
	case name != "":
		return name
	case lang == English:
		return "the applicant"
	}
	return Nobody
}

// office is whose seal the document carries: that of the authority that
// entrusts the counter, not the counter's.
func office(d Data) string {
	if d.Authority == "" {
		return d.Center
	}
	return d.Authority
}
