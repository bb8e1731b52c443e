package sheet

import (
	"tongban/catalog/area"
	"tongban/catalog/item"
)

// exampleHash stands for the hash of a file that there is not.
const exampleHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// example is the item of the template: made up, marked as such, with a value
// for every element that a person fills in. An ordinary item has no members;
// they are here to be seen.
func example() item.Item {
	days := func(n int32, unit item.Unit) item.Limit { return item.Limit{Tenths: n * 10, Unit: unit} }
	visits := 1
	blank := &item.Attachment{Name: "申请表.docx", Hash: exampleHash, Size: 20480}
	sample := &item.Attachment{Name: "申请表（样表）.pdf", Hash: exampleHash, Size: 102400}
	return item.Item{
		Ref:  item.Ref{Code: Example + "-1"},
		Name: "示例事项（请勿导入）", Alias: []string{"常用叫法一", "常用叫法二"},
		Basic: "000164213003", Implement: "1111010700006785414000164213003",
		Handling: "111101070000678541400016421300301", LocalCode: "G-000007-001",
		Type: item.Permit, Themes: []string{"设立变更", "准营准办"}, Local: true, Stars: 5,

		Department: "某某局", Authority: "某某区某某局", AuthorityCode: "111101070000678541", Nature: item.StatutoryOrgan, Level: area.District,
		Division: "区级负责本行政区域内的审批。", Exercise: "本行政区域内的申请。", PowerSource: "法定本级行使",
		Delegations: []item.Delegation{{Mode: item.Entrusted, Level: area.Town, To: item.ToOrgan, Actions: []item.Action{item.Receive, item.Accept}, Document: "行政许可委托书（某某〔2026〕1号）"}},
		Joint:       []item.Body{{Name: "某某区市场监督管理局", Code: "111101070000678541"}},
		Undertaking: []item.Body{{Name: "某某区政务服务中心", Code: "111101070000678541"}},
		Laws:        []item.Law{{Title: "中华人民共和国某某法", Article: "第十二条第一款", Text: "条款的原文。", Purpose: item.Setting, Number: "主席令第一号", Issuer: "全国人民代表大会常务委员会", Since: "2020-01-01", Changed: "2026"}},
		LawChecked:  "2026-03-31", Subject: item.ByBusiness, Applicants: []item.Applicant{item.NaturalPerson, item.Enterprise},
		WindowTypes: []string{"综合窗口"}, Remedy: item.Remedy{Complaint: "12345", Reconsideration: "某某区人民政府", Court: "某某区人民法院"},
		Consult: "0512-00000000", OpenCases: item.Keep, System: "一窗受理平台", Intermediary: []string{"检测报告编制"},

		Conditions: []string{"有固定的经营场所。", "有与经营相适应的设备。"}, Application: "首次申请某某许可。", Declines: []string{"经营场所在住宅楼内的。"}, Quota: "无数量限制",
		Situations: []item.Situation{
			{ID: "way", Question: "由谁来办？", Options: []item.Option{{ID: "self", Text: "本人"}, {ID: "agent", Text: "委托他人"}}},
			{ID: "papers", Question: "代理人带了哪些证件？", Options: []item.Option{{ID: "card", Text: "身份证"}, {ID: "passport", Text: "护照"}}, Several: true, If: `way == "agent"`},
		},
		Materials: []item.Material{{
			ID: "form", Name: "某某申请表", Need: item.Required, Originals: 1, Copies: 2, Source: "申请人", When: "都需要", Exempt: true, Note: "双面打印",
			If: `way == "agent"`, Kind: item.FormPaper, Form: item.EitherForm, Channel: item.FromApplicant, ExemptBy: item.BySharing,
			Basis: "某某法第十二条", Issued: "三个月内", Validity: "长期", Paper: "A4", Licence: "营业执照", Fill: "用黑色签字笔填写。", Standard: "填写完整，签名一致。", Blank: blank, Sample: sample,
		}},

		Kind: item.Promised, Legal: days(20, item.WorkingDays), LegalNote: "不含专家评审", Promise: days(5, item.WorkingDays), PromiseNote: "材料齐全之日起",
		Open: []item.Season{{From: "03-01", To: "03-31", Note: "每年一次"}},
		Steps: []item.Step{{
			Name: "受理", Action: item.Accept, Level: area.Town, Department: "某某局", Post: "综合窗口人员", Limit: days(1, item.WorkingDays), Uncounted: true, Outside: true,
			Note: "当场出具受理通知书", If: `way == "self"`, Standard: "材料齐全，符合形式。", Outcome: "受理通知书",
		}},
		Special: []item.Special{{Name: "专家评审", Limit: days(30, item.CalendarDays), Note: "需要时另行书面告知", Effect: item.Suspends, Basis: "行政许可法第四十五条"}},
		Flow:    "收件、受理、审查、决定、送达。",

		Ways: []item.Way{item.AtWindow, item.OnPC}, Styles: []string{"网上办", "就近办"}, Visits: &visits, VisitReason: "需要核对原件", OnlineDepth: "全程网办",
		Scope: item.ScopeCity, Mode: item.ReceivedElsewhere, ScopeNote: "某某市", Entry: item.CenterWindow,
		Appointment: item.Yes, PayOnline: item.No, Courier: item.Yes, SelfService: item.No, Commitment: item.No, NoApplication: item.No,

		Charged: item.Yes, Fee: "每证 10 元", Fees: []item.Fee{{Name: "工本费", Standard: "每证 10 元", Basis: "某某价〔2020〕1号", Collector: "某某局", Way: "窗口或网上", Reduction: "低保家庭免收", ReductionBasis: "某某价〔2020〕1号"}},
		Result: "某某许可证", Results: []item.Result{{Name: "某某许可证", Kind: item.Licence, Validity: "五年", Licence: "某某许可证", Sample: sample}},
		FAQ:      []item.Question{{Question: "可以代办吗？", Answer: "可以，带委托书。"}},
		Handbook: []item.Point{{Title: "经营场所", Standard: "地址与申请表一致。", Discretion: "门牌号有误的当场改正。", Basis: "某某法第十二条"}},

		Bundle: item.LifeEvent, Members: []item.Member{{Code: "TB-EXAMPLE", Name: "成员事项", Stage: 1, If: `way == "self"`, Note: "可以并联办理"}},
		Shared: []item.Shared{{Name: "身份证", Of: []item.MaterialRef{{Code: "TB-EXAMPLE", ID: "id-card"}, {Code: "TB-OTHER", ID: "card"}}}},

		Origin: item.Origin{Area: "某某省某某市某某区", Date: "2026-01-01", Source: "某某政务服务网办事指南"},
		Record: "示例", Effective: "2026-07-01", Note: "这是示例，导入时跳过。",
	}
}
