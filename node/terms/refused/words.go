package refused

import (
	"maps"
	"sync"

	"tongban/catalog/area"
	"tongban/node/account"
	"tongban/node/terms"
)

// words are the words of the program that stand in sentences: the codes that
// terms names, the fields of forms, the levels.
var words = sync.OnceValue(func() map[string]string {
	all := maps.Clone(fields)
	for k, v := range terms.Events {
		all[string(k)] = v[0]
	}
	for k, v := range terms.Actions {
		all[string(k)] = v[0]
	}
	for k, v := range terms.Outcomes {
		all[string(k)] = v[0]
	}
	for k, v := range terms.Materials {
		all[string(k)] = v[0]
	}
	for k, v := range terms.Phases {
		all[string(k)] = v[0]
	}
	for _, d := range account.All() {
		if _, taken := all[d.English()]; !taken { // a field may be called as one
			all[d.English()] = d.Chinese()
		}
	}
	for l := range area.Level(10) {
		if zh := l.Chinese(); zh != "" {
			all[l.String()] = zh
		}
	}
	return all
})

// fields are what the fields of forms and events are called, and the few words
// of states that terms does not have.
var fields = map[string]string{
	"add": "增加的联办单位", "addressee": "接管方", "against": "反对人数", "agent": "经办人", "agreement": "协议", "amount": "金额", "applicant": "申请人", "approver": "批准人",
	"asked": "提出要求的日期", "at": "时间", "basis": "依据", "by": "期限", "came": "收到日期", "center": "中心", "certificate": "证照", "collector": "领取人", "consent": "同意方式",
	"copies": "复印件份数", "courier": "快递公司", "day": "日期", "days": "天数", "decider": "决定人", "decision": "决定", "deliver": "出件地", "deliver_by": "领取方式",
	"documents": "文件", "due": "期限", "duty": "代办职责", "early": "提前结束的理由", "expires": "有效期", "fees": "费用", "former": "原内容", "found": "查明的情况", "from": "起始日期",
	"ground": "依据", "handler": "承办人", "hearing": "听证", "held": "举行日期", "how": "方式", "instead": "代替的文书", "issuer": "发证机关", "issuer_code": "发证机关代码",
	"items": "事项", "kind": "种类", "letter": "委托书", "manner": "送达方式", "material": "材料", "materials": "材料", "matter": "事由", "missing": "缺少的材料", "mode": "办理方式",
	"name": "名称", "note": "备注", "notes": "补正说明", "number": "编号", "objections": "异议", "of": "所属文书", "on": "日期", "open": "公开方式", "opinion": "意见", "originals": "原件份数",
	"papers": "材料", "place": "地点", "posting": "公示", "powers": "代办权限", "project": "投资项目编号", "proof": "证明材料", "purpose": "用途", "reason": "理由", "receipt": "收据号",
	"received": "收到日期", "remedy": "救济途径", "remove": "减少的联办单位", "renews": "延续的许可", "representative": "代理人", "request": "来件", "result": "结果", "rights": "权利和义务",
	"sent": "送出日期", "signed": "签收方式", "site": "收件地点", "staff": "经办人", "stance": "意见", "step": "环节", "stepped": "到场人", "subject": "管辖地区", "telephone": "电话",
	"text": "内容", "to": "去向", "told": "告知日期", "unit": "承办单位", "until": "截止日期", "visit": "来访", "visits": "跑动次数", "voucher": "凭证号", "way": "申报来源",
	"waybill": "运单号", "who": "参加单位", "whose": "应向哪个机关申请", "words": "委托人的话", "address": "地址", "organisation": "单位", "scope": "授权范围",
	"household": "户籍", "residence": "居住地", "counter": "收件地", "property": "不动产", "workplace": "单位", "business": "经营场所",
	"waiting": "等候", "called": "已叫号", "serving": "办理中", "skipped": "过号", "done": "办完", "closed": "了结", "answered": "已答复", "extended": "延长", "booked": "已预约",
	"cancelled": "已取消", "checked_in": "已到", "consultation": "咨询", "complaint": "投诉", "suggestion": "建议", "information": "信息公开申请", "need": "诉求", "mediation": "调解",
	"unclaimed": "逾期未领", "spoken": "口头同意", "opened again": "重新打开", "followed up": "回访",
}
