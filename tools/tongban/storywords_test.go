package main

import (
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// The words of the stories: each stands for a command, a flag or a value of the
// program, so that a story reads as people speak and runs as they type.

// storyVerbs are what is done with a case.
var storyVerbs = map[string]string{
	"收件": "case receive", "一次性告知": "case notice", "补正": "case supplement", "受理": "case accept", "不予受理": "case decline",
	"初审": "case check", "审查": "case review", "决定": "case decide", "制证": "case make", "送达": "case serve", "出件": "case hand-out",
	"当场办结": "case settle", "移交": "case hand-over", "接收": "case take-over", "退回来件": "case turn-back",
	"特别程序": "case suspend", "特别程序结束": "case resume", "延期": "case extend", "外部环节": "case outside",
	"撤回": "case withdraw", "终止": "case terminate", "办结": "case conclude", "归档": "case archive", "意见": "case opinion",
	"请求": "case request",
	"退件": "case return", "退回补正": "case send-back",
	"委托": "case mandate", "受理委托": "case accept-mandate", "承办": "case undertake", "回交": "case hand-back",
	"缴费通知": "case fee charge", "减免": "case fee waive", "缴费": "case fee pay", "结清代收": "case fee settle",
	"联办": "case joint-set", "表态": "case opine", "约定踏勘": "case survey-set", "踏勘": "case survey-held",
	"寄出原件": "case papers-sent", "收到原件": "case papers-arrived",
	"入户核查": "case visited", "评议": "case deliberated", "听取意见": "case party-heard",
	"作废文书": "case void", "更正": "case correct", "重新办理": "case reopen", "适用新版": "case adopt",
	"督办": "supervise chase",
}

// storyWords are what is said with it. A word with ! needs no value.
var storyWords = map[string]string{
	"材料齐全": "!--complete", "当场受理": "!--accept", "材料": "paper", "属地": "subject", "领取地": "deliver", "情形": "answer",
	"全程代办": "!--agency", "身份证": "resident-id", "电话": "telephone", "代办人": "agent-name",
	"理由": "reason", "救济": "remedy", "逾期": "!--deemed", "意见": "opinion", "不通过": "!--failed", "不予批准": "!--reject", "说明": "text",
	"送往": "to", "天数": "days", "批准人": "approver", "种类": "ground", "到": "until", "结果": "result", "交给": "to",
	"文号": "number", "寄出": "sent", "收到": "came", "凭证": "proof", "请求种类": "kind", "何时": "at", "谁": "staff",
	"用最新版本": "!--newest",
	"依据":    "basis", "情由": "ground", "归谁管": "whose", "补正材料": "material", "期限": "by", "权限": "powers", "交来": "document", "签名": "signed",
	"承办单位": "unit", "办结期限": "due", "客户意见": "opinion", "金额": "amount", "代收": "!--on-behalf", "等缴费": "!--waits", "收费项目": "name",
	"方式": "how", "票据号": "receipt", "凭证号": "voucher", "加入": "add", "事由": "matter", "退出": "remove", "立场": "stance",
	"日期": "on", "时间": "time", "地点": "place", "参加": "who", "所见": "found", "快递": "courier", "运单": "waybill", "缺": "missing",
	"赞成": "yes", "反对": "no", "对象": "who", "已陈述": "!--spoke", "原文": "from", "改为": "to", "提前原因": "early", "异议": "objection",
	"公示文字": "text", "告知日": "told", "申请日": "asked", "听证日": "held", "通知日": "notice", "名称": "name", "次数": "visits",
	"代办人身份证": "agent-resident-id", "代办人关系": "agent-relationship", "代理依据": "agent-basis", "委托权限": "mandate", "委托事项": "letter-scope",
	"证件种类": "id-kind", "证件号码": "other-id", "出生": "born", "信用代码": "credit-code", "单位": "organisation", "申报来源": "way", "送达方式": "deliver-by",
	"证号": "certificate-number", "沿用证号": "!--same-number",
	"不签名": "signed", "送达": "manner", "查询密码": "password", "代谁": "for", "环节": "step", "通办形式": "mode", "要续的证": "renews", "当场改好": "mended", "扫描": "scan", "沿用": "carry", "同意": "consent",
}

var storyPhases = map[casefile.Phase]string{
	casefile.PhaseOpened: "已收件", casefile.PhaseNoticed: "已告知补正", casefile.PhaseAccepted: "已受理", casefile.PhaseDecided: "已决定",
	casefile.PhaseServed: "已送达", casefile.PhaseDeclined: "不予受理", casefile.PhaseWithdrawn: "已撤回", casefile.PhaseTerminated: "已终止",
	casefile.PhaseReturned: "已退件", casefile.PhaseConcluded: "已办结", casefile.PhaseArchived: "已归档",
}

var storyOutcomes = map[casefile.Outcome]string{
	"": "未定", casefile.OutcomeGranted: "准予", casefile.OutcomeRejected: "不予批准", casefile.OutcomeDeclined: "不予受理", casefile.OutcomeReturned: "退回",
	casefile.OutcomeWithdrawn: "撤回", casefile.OutcomeDeemedWithdrawn: "视为撤回", casefile.OutcomeTerminated: "终止",
}

var storyClocks = map[string]clock.Name{
	"告知时限": clock.Notice, "补正时限": clock.Bring, "转报时限": clock.Forward, "环节时限": clock.Step,
	"承诺时限": clock.Promised, "法定时限": clock.Legal, "送达时限": clock.Service,
}

var storyDocuments = map[string]string{
	"收件凭证": "receipt", "一次性告知书": "notice", "受理通知书": "acceptance", "不予受理通知书": "decline", "决定书": "decision",
	"延期告知书": "extension", "特别程序告知书": "special", "送达回证": "service", "更正通知书": "correction",
}
