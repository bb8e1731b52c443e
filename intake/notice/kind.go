package notice

// Kind names a document.
type Kind string

// The documents that ship with the program.
const (
	Receipt         Kind = "receipt"          // 收件凭证
	OneTime         Kind = "notice"           // 一次性告知书
	Supplement      Kind = "supplement"       // 补正材料收件清单
	Acceptance      Kind = "acceptance"       // 受理通知书
	Decline         Kind = "decline"          // 不予受理通知书
	Return          Kind = "return"           // 退件通知书
	Withdrawal      Kind = "withdrawal"       // 撤回申请确认书
	DeemedWithdrawn Kind = "deemed_withdrawn" // 视为撤回申请通知书
	Termination     Kind = "termination"      // 终止办理通知书
	Revocation      Kind = "revocation"       // 撤销受理通知书
	Special         Kind = "special"          // 特别程序告知书
	Extension       Kind = "extension"        // 延长办理期限告知书
	Posting         Kind = "posting"          // 公示, names masked
	Hearing         Kind = "hearing"          // 听证通知书
	Survey          Kind = "survey"           // 联合踏勘通知书
	FeeNotice       Kind = "fee_notice"       // 缴费通知书
	FeeReceipt      Kind = "fee_receipt"      // 缴费回执
	Waiver          Kind = "waiver"           // 减免缴费通知书
	Decision        Kind = "decision"         // 决定书, either way
	Certificate     Kind = "certificate"      // 出件单: what is handed out
	Service         Kind = "service"          // 送达回证
	Correction      Kind = "correction"       // 更正通知书
	Voiding         Kind = "voiding"          // 文书作废通知书
	Reopening       Kind = "reopening"        // 重新办理通知书
	Mandate         Kind = "mandate"          // 代办受理单
	Undertaking     Kind = "undertaking"      // 承办单
	HandBack        Kind = "handback"         // 回交单
	Slip            Kind = "slip"             // 物料流转单
	Visit           Kind = "visit"            // 一次办理清单: several cases of one visit
	Queue           Kind = "queue"            // 取号单
	Rating          Kind = "rating"           // 评价单
)

// Kinds lists the documents in the order in which a case meets them.
func Kinds() []Kind {
	return []Kind{
		Queue, Receipt, OneTime, Supplement, Acceptance, Decline, Return, Withdrawal, DeemedWithdrawn, Termination, Revocation,
		Special, Extension, Posting, Hearing, Survey, FeeNotice, FeeReceipt, Waiver, Decision, Certificate, Service, Rating,
		Correction, Voiding, Reopening, Mandate, Undertaking, HandBack, Slip, Visit,
	}
}

// Title is what a kind of document is called in general: the heading of one may
// say more.
func (k Kind) Title(lang Lang) string {
	t, ok := titles[k]
	switch {
	case !ok:
		return string(k)
	case lang == English:
		return t[1]
	}
	return t[0]
}

var titles = map[Kind][2]string{
	Receipt: {"收件凭证", "Receipt of materials"}, OneTime: {"一次性告知书", "One-time notice"}, Supplement: {"补正材料收件清单", "Receipt of supplements"},
	Acceptance: {"受理通知书", "Notice of acceptance"}, Decline: {"不予受理通知书", "Notice of decline"}, Return: {"退件通知书", "Notice of return"},
	Withdrawal: {"撤回申请确认书", "Confirmation of withdrawal"}, DeemedWithdrawn: {"视为撤回申请通知书", "Notice of deemed withdrawal"},
	Termination: {"终止办理通知书", "Notice of termination"}, Revocation: {"撤销受理通知书", "Notice of revoked acceptance"},
	Special: {"特别程序告知书", "Notice of a special procedure"}, Extension: {"延长办理期限告知书", "Notice of extension"}, Posting: {"公示", "Public posting"},
	Hearing: {"听证通知书", "Notice of hearing"}, Survey: {"联合踏勘通知书", "Notice of joint site survey"}, FeeNotice: {"缴费通知书", "Payment notice"},
	FeeReceipt: {"缴费回执", "Payment receipt"}, Waiver: {"减免缴费通知书", "Notice of waiver"}, Decision: {"决定书", "Decision"},
	Certificate: {"出件单", "Hand-out slip"}, Service: {"送达回证", "Proof of service"}, Correction: {"更正通知书", "Notice of correction"},
	Voiding: {"文书作废通知书", "Notice of a voided document"}, Reopening: {"重新办理通知书", "Notice of reopening"}, Mandate: {"代办受理单", "Receipt of a mandate"},
	Undertaking: {"承办单", "Undertaking sheet"}, HandBack: {"回交单", "Hand-back sheet"}, Slip: {"物料流转单", "Paper slip"},
	Visit: {"一次办理清单", "Visit sheet"}, Queue: {"取号单", "Queue ticket"}, Rating: {"评价单", "Rating slip"},
}
