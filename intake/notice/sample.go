package notice

// Sample is a filled-in document for trying a template. Nobody in it exists.
func Sample() Data {
	return Data{
		Number: "320509111201告〔2026〕000042号", CaseNumber: "320509111201.1.42", Item: "申领居住证", Authority: "同里镇人民政府",
		Center: "叶建村便民服务中心", Telephone: "0512-00000000", Staff: "窗口一", Applicant: "虚构甲", Agent: "虚构乙",
		Received: "2026-03-02", Accepted: "2026-03-04", Date: "2026-03-04", Due: "2026-03-11", Until: "2026-03-18",
		Materials: []Line{{Name: "居民身份证", State: "original_seen", Originals: 1}, {Name: "本人相片", State: "copy", Copies: 2, Note: "两寸"}},
		Missing: []Line{{Name: "本人相片", Originals: 1}, {Name: "居住地住址证明", Originals: 1, Copies: 1, Source: "出租人、用人单位或学校",
			When: "以居住地住址申请的", Note: "房屋租赁合同、产权证明等之一"}},
		Laws: []string{"《居住证暂行条例》第九条"}, Promise: "5 个工作日", Fee: "首次申领不收费", Paused: []string{"公示"},
		Approved: true, Text: "准予发证。", Reason: "居住地不在本辖区。", Ground: "not_ours", Whose: "黎里镇人民政府",
		Remedy: "如不服本决定，可以依法申请行政复议或者提起行政诉讼。", Result: "居住证",
		Issued:   &Licence{Name: "居住证", Number: "示例第 0001 号", From: "2026-03-11", To: "2027-03-10", Issuer: "同里镇人民政府"},
		Receiver: "agent", Manner: "collected", Signed: "signature", Basis: "《居住证暂行条例》第九条", Approver: "本机关负责人",
		Of: "320509111201决〔2026〕000007号", Instead: "320509111201决〔2026〕000008号", Was: "有效期至2027年3月1日", Says: "有效期至2027年3月10日",
		Procedure: "public_posting", Days: 10, Place: "同里镇政务公开栏", From: "2026-03-05", At: "09:30", Told: "2026-03-04", Asked: "2026-03-04",
		Parties: []string{"同里镇自然资源所", "同里镇消防站"},
		Payment: &Payment{Name: "证件工本费", Amount: 2000, Basis: "某市价费〔2026〕1 号", Collector: "同里镇人民政府", OnBehalf: true, Waits: true,
			Paid: 1500, How: "card", Waived: 500, Left: 0},
		Unit: "叶建村便民服务中心", Handler: "代办员一", Duty: "按时报送，及时反馈", Rights: "委托人可以随时查询进度", Powers: "递交材料、领取结果",
		Papers: []string{"委托书", "居民身份证复印件"}, Opinion: "satisfied", Words: "办得很快",
		Slip: []Paper{{"居住地住址证明", 2}, {"申请表", 1}}, Sender: "叶建村便民服务中心", To: "同里镇为民服务中心",
		Cases: []Case{{Number: "320509111201.1.42", Item: "申领居住证", Phase: "accepted", Due: "2026-03-11"},
			{Number: "320509111201.1.43", Item: "生育登记", Phase: "noticed", Lacks: "结婚证"}},
		Ticket: &Ticket{Number: "A012", Windows: "综合窗口", At: "1、3", Ahead: 3, Issued: "2026-03-02 09:15"},
		Lapses: "“补正逾期视为撤回”（某市政务服务条例第三十六条）",
	}
}
