package national

import (
	"tongban/catalog/item"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
)

// The states of a case in the national upload tables.
const (
	stateReceived   = "02" // 收件
	stateAccepted   = "05" // 受理
	stateSupplement = "06" // 补齐补正
	stateDeclined   = "07" // 不予受理
	stateConcluded  = "10" // 办结
	stateSuspended  = "11" // 挂起
	stateHandling   = "12" // 在办
	stateReturned   = "13" // 退件
)

// CaseState is the code of the state that a case is in. Declined and returned
// cases stay so when they are concluded.
func CaseState(s *casefile.State) string {
	switch {
	case s.EndedAs == casefile.Declined:
		return stateDeclined
	case s.EndedAs == casefile.Returned:
		return stateReturned
	case s.Ended != nil, s.Phase == casefile.PhaseConcluded, s.Phase == casefile.PhaseArchived:
		return stateConcluded
	case s.Phase == casefile.PhaseOpened:
		return stateReceived
	case s.Phase == casefile.PhaseNoticed:
		return stateSupplement
	case s.Waiting() != nil:
		return stateSuspended
	case s.Phase == casefile.PhaseAccepted && s.Last == casefile.Accepted:
		return stateAccepted
	}
	return stateHandling
}

// kindCode is 办件类型代码 (A.6).
func kindCode(k item.Kind) string {
	switch k {
	case item.Immediate:
		return "1"
	case item.Promised:
		return "2"
	case "":
		return ""
	}
	return "9"
}

// The code sets of the standard.
var (
	applicantCodes = map[item.Applicant]string{ // A.4
		item.NaturalPerson: "1", item.Enterprise: "2", item.PublicInstitution: "3", item.SocialOrg: "4",
		item.StateOrgan: "5", item.OtherOrg: "6", item.Unincorporated: "9",
	}
	wayCodes = map[item.Way]string{ // A.5
		"": "1", item.AtWindow: "1", item.OnPC: "2", item.OnMobile: "3", item.ByCourier: "4", item.OtherWay: "9",
	}
	channelWords = map[string]string{ // table 9
		"pc": "PC端", "mobile": "移动服务端", "qr": "二维码", "tablet": "政务大厅平板电脑", "terminal": "政务大厅其他终端",
		"phone": "电话", "message": "短信",
	}
	outcomeWords = map[casefile.Outcome]string{
		casefile.OutcomeGranted: "准予", casefile.OutcomeRejected: "不予批准", casefile.OutcomeDeclined: "不予受理", casefile.OutcomeReturned: "退件",
		casefile.OutcomeWithdrawn: "撤回", casefile.OutcomeDeemedWithdrawn: "视为撤回", casefile.OutcomeTerminated: "终止",
	}
	modeWords = map[item.Mode]string{
		item.Online: "全程网办", item.ReceivedElsewhere: "异地代收代办", item.SeveralPlaces: "多地联办",
	}
	mannerWords = map[casefile.Manner]string{
		"": "窗口领取", casefile.Collected: "窗口领取", casefile.ByPost: "邮寄", casefile.Online: "电子送达", casefile.Left: "留置送达",
		casefile.Announced: "公告送达", casefile.ByOther: "委托送达",
	}
	materialWords = map[casefile.MaterialState]string{ // 收取方式
		casefile.OriginalSeen: "核验原件", casefile.Copy: "纸质收取", casefile.Electronic: "电子收取", casefile.Exempted: "免提交",
		casefile.Committed: "告知承诺", casefile.Later: "容缺后补", casefile.NotNeeded: "不适用", casefile.Missing: "未提交",
	}
	groundWords = map[casefile.Ground]string{
		casefile.PublicPosting: "公示", casefile.Hearing: "听证", casefile.Testing: "检验、检测、检疫", casefile.Appraisal: "鉴定",
		casefile.ExpertReview: "专家评审", casefile.Inspection: "实地核查", casefile.Payment: "待缴费", casefile.OtherGround: "其他",
	}
)

// The kinds of special procedures (A.7).
const (
	procedureExtends = "1" // 延长审批
	procedureOther   = "2"
)

// identity is the code of a document that people are known by, and its number.
// Where GA/T 2000.156 lists no code the word stands for it.
func identity(p *applicant.Person) (kind, number string) {
	if p == nil {
		return "", ""
	}
	k, number := p.ID()
	described, ok := k.Describe()
	if !ok {
		return "", number
	}
	if described.Code == "" {
		return described.Chinese, number
	}
	return described.Code, number
}

// The business actions of table 7.
const (
	passed   = "通过"
	sentBack = "退回"
	other    = "其他"
)

// stepWords is what an event is called as a step (环节名称) where the item's route
// has no name for it; an event that is not here is no step of the handling.
var stepWords = map[casefile.Kind]string{
	casefile.Opened: "登记", casefile.Received: "收件", casefile.Noticed: "一次性告知", casefile.Supplemented: "补正", casefile.Accepted: "受理",
	casefile.Declined: "不予受理", casefile.Returned: "退件", casefile.Checked: "初审", casefile.Reviewed: "审查", casefile.Opinion: "征求意见",
	casefile.Outside: "外部环节", casefile.HandedOver: "移交", casefile.TakenOver: "接收", casefile.TurnedBack: "退还移交方",
	casefile.Decided: "决定", casefile.Made: "制证", casefile.Served: "送达", casefile.HandedOut: "出件", casefile.Withdrawn: "撤回",
	casefile.Terminated: "终止", casefile.Concluded: "办结", casefile.Seized: "接管", casefile.FeeCharged: "缴费通知", casefile.FeeWaived: "减免",
	casefile.FeePaid: "缴费", casefile.Mandated: "代办委托", casefile.MandateAccepted: "代办受理", casefile.Undertaken: "代办承办",
	casefile.HandedBack: "代办回交", casefile.JointSet: "联办单位", casefile.SurveySet: "联合踏勘安排", casefile.SurveyHeld: "联合踏勘",
	casefile.Visited: "核查", casefile.Deliberated: "评议", casefile.PartyHeard: "听取利害关系人意见", casefile.Corrected: "更正",
	casefile.Voided: "文书作废", casefile.Reopened: "重新办理", casefile.Adopted: "适用新版本",
}
