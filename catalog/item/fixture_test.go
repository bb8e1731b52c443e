package item

import (
	"strings"

	"tongban/catalog/area"
)

// complete is an item with something in every element, of which Validate has
// nothing to say: the certificate of a disability, as a district might have it.
func complete() Item {
	visits := 1
	file := func(name string) *Attachment {
		return &Attachment{Name: name, Hash: strings.Repeat("0f", 32), Size: 2048}
	}
	return Item{
		Ref:  Ref{Code: "114416007304623542400078200300101", Area: "320509000000", Version: 3},
		Name: "残疾人证新办", Alias: []string{"残疾证", "办残疾人证"},
		Basic: "000782003001", Implement: "1144160073046235424000782003001", Handling: "114416007304623542400078200300101", LocalCode: "WJ-CL-07",
		Type: Confirmation, Themes: []string{"社会保障"}, Stars: 4,
		Department: "残联", Authority: "某区残疾人联合会", AuthorityCode: "114416007304623542", Nature: AuthorizedBody, Level: area.District,
		Division: "县级", Exercise: "核发", PowerSource: "法定本级行使",
		Delegations: []Delegation{{Mode: Entrusted, Level: area.Town, To: ToOrgan, Actions: []Action{Accept, Check}, Document: "委托书 1 号"}},
		Joint:       []Body{{Name: "卫生健康", Code: "TE4401120074856370"}}, Undertaking: []Body{{Name: "残联业务科"}},
		Laws:       []Law{{Title: "残疾人证管理办法", Article: "第九条", Text: "县级残联受理申请。", Purpose: Setting, Number: "残联发〔2017〕34号", Issuer: "中国残联", Since: "2018-01-01", Changed: "2025"}},
		LawChecked: "2026-02-01", Subject: ByHousehold, Applicants: []Applicant{NaturalPerson}, WindowTypes: []string{"社会事务"},
		Remedy:  Remedy{Complaint: "12345", Reconsideration: "某区人民政府", Court: "某区人民法院"},
		Consult: "12385", OpenCases: FavourableOpen, System: "残疾人服务平台", Intermediary: []string{"无"},
		Conditions: []string{"本区户籍", "符合残疾标准"}, Application: "申请残疾人证", Declines: []string{"户籍不在本区"}, Quota: "无",
		Situations: []Situation{
			{ID: "who", Question: "谁来办理？", Options: []Option{{"self", "本人"}, {"guardian", "监护人"}}},
			{ID: "kinds", Question: "哪一类残疾？", Options: []Option{{"mind", "智力或者精神"}}, Several: true, If: `who == "guardian"`},
		},
		Materials: []Material{
			{ID: "form", Name: "残疾人证申请表", Need: Required, Originals: 1, Kind: FormPaper, Form: EitherForm, Channel: FromApplicant, Blank: file("申请表.docx"), Sample: file("申请表样本.pdf"), Fill: "用黑色笔填写", Standard: "签名齐全", Paper: "A4"},
			{ID: "photo", Name: "两寸照片", Need: Required, Originals: 3, Note: "白底", When: "新办", Issued: "近六个月", Validity: "一年"},
			{ID: "guardian", Name: "监护人证明", Need: LaterIfNeed, Copies: 1, Source: "村（居）委会", If: `who == "guardian"`, Basis: "办法第十条", Kind: Certificate, Form: PaperForm, Channel: FromGovernment},
			{ID: "household", Name: "户口簿", Need: Required, Exempt: true, ExemptBy: BySharing, Licence: "居民户口簿"},
		},
		Kind: Promised, Legal: days(200, WorkingDays), LegalNote: "评定时间不计", Promise: days(50, WorkingDays), PromiseNote: "材料齐全后",
		Open: []Season{{From: "01-01", To: "12-31", Note: "工作日"}},
		Steps: []Step{
			{Name: "收件", Action: Receive, Level: area.Village, Limit: Limit{Unit: OnTheSpot}, If: `who == "self"`},
			{Name: "受理", Action: Accept, Level: area.Town, Limit: days(10, WorkingDays), Post: "窗口人员", Standard: "材料齐全", Outcome: "受理通知书"},
			{Name: "残疾评定", Action: Assess, Level: area.Town, Limit: days(150, CalendarDays), Uncounted: true, Outside: true, Note: "指定医院"},
			{Name: "公示", Action: Posting, Level: area.Village, Limit: days(50, WorkingDays), Uncounted: true},
			{Name: "批准", Action: Decide, Level: area.District, Department: "残联", Limit: days(40, WorkingDays)},
			{Name: "送达", Action: Serve, Level: area.Town},
		},
		Special: []Special{{Name: "补充评定", Limit: days(50, WorkingDays), Note: "必要时", Effect: Extends, Basis: "办法第十二条"}},
		Flow:    "申请、受理、评定、公示、批准、发证", Ways: []Way{AtWindow, OnMobile}, Styles: []string{"就近办", "一次办"},
		Visits: &visits, VisitReason: "现场评定", OnlineDepth: "III 级", Scope: ScopeCity, Mode: ReceivedElsewhere, ScopeNote: "全市", Entry: CenterWindow,
		Appointment: Yes, PayOnline: No, Courier: Yes, SelfService: No, Commitment: Yes, NoApplication: No,
		Charged: Yes, Fee: "换证收工本费", Fees: []Fee{{Name: "工本费", Standard: "10 元", Basis: "某文件", Collector: "残联", Way: "现金", Reduction: "低保免", ReductionBasis: "某文件"}},
		Result: "残疾人证", Results: []Result{{Name: "残疾人证", Kind: Licence, Validity: "10 年", Licence: "残疾人证", Sample: file("样证.png")}},
		FAQ:      []Question{{"可以代办吗？", "可以。"}},
		Handbook: []Point{{Title: "照片", Standard: "白底", Discretion: "浅色可收", Basis: "办法"}},
		Origin:   Origin{Area: "某区", Date: "2026-01-05", Source: "某区实施清单"}, Record: "D23", Effective: "2026-03-01", Note: "示例",
	}
}

// lifeEvent is a bundle of which Validate has nothing to say.
func lifeEvent() Item {
	return Item{
		Ref: Ref{Code: "TB-YJS-1"}, Name: "扶残助困一件事", Department: "残联", Kind: Promised, Bundle: LifeEvent,
		Members: []Member{{Code: "TB-D23", Name: "残疾人证新办", Stage: 1}, {Code: "TB-D10", Name: "两项补贴", Stage: 2, If: `who == "self"`, Note: "领证后"}},
		Shared:  []Shared{{Name: "身份证", Of: []MaterialRef{{"TB-D23", "id_card"}, {"TB-D10", "identity"}}}},
		Origin:  Origin{Area: "某区", Date: "2026-01-05", Source: "本地编排"},
	}
}

// but is an item with something else about it.
func but(it Item, change func(*Item)) Item {
	change(&it)
	return it
}
