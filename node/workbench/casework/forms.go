package casework

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/terms"
)

// What several forms ask for.
var (
	opinion  = field{Name: "opinion", Kind: text, Words: terms.Pair{"意见", "Opinion"}, Phrases: []terms.Pair{{"材料齐全，符合规定。", "Complete and in order."}, {"情况属实，建议同意。", "The facts hold; approval is proposed."}, {"材料与实际不符。", "The papers do not agree with the facts."}}}
	failed   = field{Name: "failed", Kind: check, Words: terms.Pair{"不通过", "Not passed"}}
	proof    = field{Name: "proof", Kind: file, Words: terms.Pair{"证明材料（扫描件或照片）", "Proof (scan or photo)"}}
	proofs   = field{Name: "proof", Kind: file, Words: terms.Pair{"记录（扫描件或照片）", "Record (scan or photo)"}}
	onDay    = field{Name: "on", Kind: day, Words: terms.Pair{"日期", "Day"}, Hint: terms.Pair{"空着即今天", "empty: today"}}
	twoStaff = field{Name: "staff", Kind: people, Words: terms.Pair{"参加人员（至少两人，工号）", "Staff (two at least, staff numbers)"}, Must: true}
	signed   = field{Name: "signed", Kind: pick, Words: terms.Pair{"签收方式", "Signed"}, Options: []option{
		{"signature", terms.Pair{"签名", "signature"}}, {"thumbprint", terms.Pair{"捺印", "thumbprint"}}, {"electronic", terms.Pair{"电子签名", "electronic"}},
	}}
	received = field{Name: "signed", Kind: pick, Words: terms.Pair{"签收方式", "Signed"}, Options: []option{
		{"", terms.Pair{"（未签收，或者见下面的签名）", "not at all, or as drawn below"}}, {"signature", terms.Pair{"在纸上签名", "signature on paper"}}, {"electronic", terms.Pair{"在屏幕上签名", "signature on the screen"}},
		{"thumbprint", terms.Pair{"在纸上捺印", "thumbprint on paper"}}, {"refused", terms.Pair{"拒绝签收（有见证人）", "refused, before witnesses"}},
	}}
	remedy = field{Name: "remedy", Kind: text, Words: terms.Pair{"救济途径", "Remedy"}, Hint: terms.Pair{"空着即通用表述", "empty: the usual words"}}
)

func reason(hint terms.Pair, ready ...terms.Pair) field {
	return field{Name: "reason", Kind: text, Words: terms.Pair{"理由", "Reason"}, Hint: hint, Must: true, Phrases: ready}
}

// deedForms are the forms of all actions that a case page offers.
var deedForms = map[desk.Action]deedForm{
	desk.Receive:    {Papers: true, Do: does((*desk.Desk).Receive)},
	desk.Supplement: {Papers: true, Do: does((*desk.Desk).Supplement)},
	desk.Notice: {
		Note: terms.Pair{"告知书会列出全部缺少的材料；可以对每一份写明怎样补正。", "The notice lists everything that is missing; say of each how it is to be mended."},
		More: lacking,
		Do:   does((*desk.Desk).Notice),
	},
	desk.Accept: {
		Fields: []field{{Name: "newest", Kind: check, Words: terms.Pair{"按最新版本受理", "Accept by the newest version"}, Show: newerOffered}},
		Do:     does((*desk.Desk).Accept),
	},
	desk.Decline: {
		Fields: []field{
			{Name: "ground", Kind: pick, Words: terms.Pair{"情形", "Ground"}, Options: []option{{"not_met", terms.Pair{"不符合受理条件", "conditions not met"}}, {"not_ours", terms.Pair{"不属于本机关职权", "not ours"}}, {"not_needed", terms.Pair{"依法不需要办理", "not needed"}}}},
			{Name: "whose", Kind: line, Words: terms.Pair{"应向哪个机关申请", "Whose it is"}, Hint: terms.Pair{"不属于本机关职权时填写", "where it is not ours"}},
			reason(terms.Pair{}, terms.Pair{"不符合法定受理条件。", "The legal conditions are not met."}), remedy,
		},
		Do: does((*desk.Desk).Decline),
	},
	desk.Return:    {Fields: []field{reason(terms.Pair{}, terms.Pair{"申请人要求退回材料。", "The applicant asks for the papers back."})}, Do: does((*desk.Desk).Return)},
	desk.Check:     {Fields: []field{opinion, failed}, Do: does((*desk.Desk).Check)},
	desk.Review:    {Fields: []field{opinion, failed}, Do: does((*desk.Desk).Review)},
	desk.Make:      {Fields: []field{opinion}, Do: does((*desk.Desk).Make)},
	desk.Suspend:   {Fields: suspendFields, Do: does((*desk.Desk).Suspend)},
	desk.Resume:    {Fields: []field{{Name: "result", Kind: text, Words: terms.Pair{"结果", "Result"}, Must: true, Phrases: []terms.Pair{{"公示期满，无异议。", "The posting ended without objection."}, {"检验合格。", "The test was passed."}}}, {Name: "early", Kind: line, Words: terms.Pair{"提前结束的理由", "Why it ends early"}, Show: posting}, {Name: "held", Kind: day, Words: terms.Pair{"听证举行日期", "The hearing was held on"}, Show: hearing}, proof}, Do: does((*desk.Desk).Resume)},
	desk.Extend:    {Fields: []field{{Name: "days", Kind: count, Words: terms.Pair{"延长（工作日）", "By (working days)"}, Must: true}, reason(terms.Pair{}), {Name: "approver", Kind: line, Words: terms.Pair{"批准人", "Approved by"}, Must: true}}, Do: does((*desk.Desk).Extend)},
	desk.HandOver:  {Fields: []field{{Name: "to", Kind: pick, Words: terms.Pair{"移交到", "To"}, From: handOverTo}, {Name: "purpose", Kind: line, Words: terms.Pair{"事由", "Purpose"}}}, Do: does((*desk.Desk).HandOver)},
	desk.TakeOver:  {Do: doesPlain((*desk.Desk).TakeOver)},
	desk.Seize:     {Do: doesPlain((*desk.Desk).Seize)},
	desk.TurnBack:  {Fields: []field{reason(terms.Pair{}, terms.Pair{"不属于本中心办理。", "It is not for this center."})}, Do: does((*desk.Desk).TurnBack)},
	desk.SendBack:  {Fields: []field{{Name: "to", Kind: pick, Words: terms.Pair{"退回到", "To"}, From: earlierStops}, reason(terms.Pair{}), {Name: "materials", Kind: people, Words: terms.Pair{"有问题的材料（编号）", "Materials at fault (ids)"}}, {Name: "by", Kind: day, Words: terms.Pair{"补正期限", "By"}}}, Do: does((*desk.Desk).SendBack)},
	desk.Outside:   {Fields: []field{{Name: "number", Kind: line, Words: terms.Pair{"外部编号", "Number there"}, Must: true}, {Name: "sent", Kind: day, Words: terms.Pair{"报送日期", "Sent on"}, Must: true}, {Name: "came", Kind: day, Words: terms.Pair{"返回日期", "Came back on"}}, {Name: "result", Kind: text, Words: terms.Pair{"结果", "Result"}}, proof}, Do: does((*desk.Desk).Outside)},
	desk.Opinion:   {Fields: []field{{Name: "center", Kind: pick, Words: terms.Pair{"出具意见的中心", "Whose opinion"}, From: participants}, {Name: "stance", Kind: pick, Words: terms.Pair{"态度", "Stance"}, Options: stances}, {Name: "text", Kind: text, Words: terms.Pair{"意见", "Opinion"}, Must: true}}, Do: does((*desk.Desk).Opinion)},
	desk.Decide:    {Fields: decideFields(""), Do: does((*desk.Desk).Decide)},
	desk.Serve:     {Fields: deliverFields(""), Do: does((*desk.Desk).Serve)},
	desk.HandOut:   {Fields: deliverFields(""), Do: does((*desk.Desk).HandOut)},
	desk.Settle:    {Fields: settleFields, Do: does((*desk.Desk).Settle)},
	desk.Withdraw:  {Fields: []field{reason(terms.Pair{}, terms.Pair{"申请人自愿撤回申请。", "The applicant withdraws."}), deemed}, Do: does((*desk.Desk).Withdraw)},
	desk.Terminate: {Fields: []field{reason(terms.Pair{}), deemed}, Do: does((*desk.Desk).Terminate)},
	desk.Conclude:  {Fields: []field{{Name: "visits", Kind: count, Words: terms.Pair{"申请人到现场次数", "Visits made"}}, note}, Do: does((*desk.Desk).ConcludeWith)},
	desk.Archive:   {Fields: []field{note}, Do: does(archive)},
	desk.Reconcile: {Fields: []field{{Name: "head", Kind: pick, Words: terms.Pair{"被取代的记录", "Superseded log"}, From: openBranches}, {Name: "adopted", Kind: check, Words: terms.Pair{"采纳：其中已发出的文书编号继续有效", "Adopt it: the documents that it gave stand"}}, reason(terms.Pair{}, terms.Pair{"已与原办理中心核对，以现行记录为准。", "Checked with the center that wrote it: the log that stands is right."}, terms.Pair{"其中发出的文书已交申请人，继续有效。", "The applicant has its documents: they stand."})}, Do: does((*desk.Desk).Reconcile)},

	desk.FeeCharge: {Fields: []field{{Name: "name", Kind: pick, Words: terms.Pair{"收费项目", "Fee"}, From: fees}, {Name: "amount", Kind: money, Words: terms.Pair{"金额（元）", "Amount (yuan)"}, Must: true}, {Name: "basis", Kind: line, Words: terms.Pair{"收费依据", "Basis"}, Hint: terms.Pair{"空着即事项规定的依据", "empty: the item's"}}, {Name: "on_behalf", Kind: check, Words: terms.Pair{"代收", "Collected on behalf"}}, {Name: "waits", Kind: check, Words: terms.Pair{"缴费后再继续办理", "The case waits for it"}}}, Do: does((*desk.Desk).FeeCharge)},
	desk.FeePay:    {Fields: []field{{Name: "number", Kind: pick, Words: terms.Pair{"缴费通知", "Payment notice"}, From: openFees}, {Name: "amount", Kind: money, Words: terms.Pair{"金额（元）", "Amount (yuan)"}, Hint: terms.Pair{"空着即全额", "empty: all of it"}}, {Name: "how", Kind: pick, Words: terms.Pair{"缴费方式", "How"}, Options: []option{{"cash", terms.Pair{"现金", "cash"}}, {"card", terms.Pair{"银行卡", "card"}}, {"online", terms.Pair{"网上支付", "online"}}, {"transfer", terms.Pair{"转账", "transfer"}}}}, {Name: "receipt", Kind: line, Words: terms.Pair{"票据号", "Receipt"}, Must: true}}, Do: does((*desk.Desk).FeePay)},
	desk.FeeWaive:  {Fields: []field{{Name: "number", Kind: pick, Words: terms.Pair{"缴费通知", "Payment notice"}, From: openFees}, {Name: "amount", Kind: money, Words: terms.Pair{"减免金额（元）", "Amount (yuan)"}, Hint: terms.Pair{"空着即全额", "empty: all of it"}}, {Name: "ground", Kind: line, Words: terms.Pair{"减免理由", "Ground"}, Must: true}, {Name: "approver", Kind: line, Words: terms.Pair{"批准人", "Approved by"}, Must: true}}, Do: does((*desk.Desk).FeeWaive)},
	desk.FeeSettle: {Fields: []field{{Name: "number", Kind: pick, Words: terms.Pair{"缴费通知", "Payment notice"}, From: openFees}, {Name: "to", Kind: pick, Words: terms.Pair{"交给", "To"}, Options: []option{{"body", terms.Pair{"收费单位", "the body"}}, {"applicant", terms.Pair{"退还申请人", "back to the applicant"}}}}, {Name: "voucher", Kind: line, Words: terms.Pair{"凭证号", "Voucher"}, Must: true}}, Do: does((*desk.Desk).FeeSettle)},

	desk.Mandate:       {Fields: []field{{Name: "powers", Kind: text, Words: terms.Pair{"委托权限", "Powers"}, Must: true, Phrases: []terms.Pair{{"代为提交材料、补正、领取结果。", "To hand in, to supplement and to collect."}}}, {Name: "documents", Kind: people, Words: terms.Pair{"随委托交来的证件", "Documents handed over"}}, signed, {Name: "signature", Kind: sign, Words: terms.Pair{"委托人签名", "Signature of the client"}}, {Name: "letter", Kind: file, Words: terms.Pair{"委托书（扫描件）", "Letter of authority (scan)"}}}, Do: does((*desk.Desk).Mandate)},
	desk.AcceptMandate: {Fields: []field{{Name: "due", Kind: day, Words: terms.Pair{"办结期限", "Done by"}}, {Name: "rights", Kind: text, Words: terms.Pair{"权利义务", "Rights and duties"}}}, Do: does((*desk.Desk).AcceptMandate)},
	desk.Undertake:     {Fields: []field{{Name: "handler", Kind: line, Words: terms.Pair{"承办人（工号）", "Handler (staff number)"}, Hint: terms.Pair{"空着即本人", "empty: yourself"}}, {Name: "due", Kind: day, Words: terms.Pair{"期限", "By"}}, {Name: "duty", Kind: line, Words: terms.Pair{"承办责任", "Duty"}}}, Do: does((*desk.Desk).Undertake)},
	desk.HandBack:      {Fields: []field{{Name: "opinion", Kind: pick, Words: terms.Pair{"委托人意见", "The client's opinion"}, Options: []option{{"satisfied", terms.Pair{"满意", "satisfied"}}, {"dissatisfied", terms.Pair{"不满意", "dissatisfied"}}, {"declined", terms.Pair{"未表态", "declined to say"}}}}, {Name: "words", Kind: text, Words: terms.Pair{"原话", "In words"}}, {Name: "documents", Kind: people, Words: terms.Pair{"交还的证件", "Documents returned"}}, signed}, Do: does((*desk.Desk).HandBack)},

	desk.JointSet:      {Fields: []field{{Name: "add", Kind: text, Words: terms.Pair{"增加联办单位（每行：中心代码 征求事项 截止日期）", "Add (a line each: center, what is asked, until when)"}, Parse: parseParticipants}, {Name: "remove", Kind: text, Words: terms.Pair{"撤出（每行：中心代码 理由）", "Remove (a line each: center, reason)"}, Parse: parseRemovals}}, Do: does((*desk.Desk).JointSet)},
	desk.SurveySet:     {Fields: []field{{Name: "on", Kind: day, Words: terms.Pair{"日期", "Day"}, Must: true}, {Name: "at", Kind: clockT, Words: terms.Pair{"时间", "Time"}}, {Name: "place", Kind: line, Words: terms.Pair{"地点", "Place"}, Must: true}}, Do: does((*desk.Desk).SurveySet)},
	desk.SurveyHeld:    {Fields: []field{onDay, twoStaff, {Name: "found", Kind: text, Words: terms.Pair{"踏勘情况", "What was found"}, Must: true}, failed, proofs}, Do: does((*desk.Desk).SurveyHeld)},
	desk.PapersSent:    {Note: terms.Pair{"移送本中心保管的全部原件，打印流转单随件。", "All originals held here go, with a printed slip."}, Fields: []field{{Name: "courier", Kind: line, Words: terms.Pair{"承运单位", "Courier"}}, {Name: "waybill", Kind: line, Words: terms.Pair{"运单号", "Waybill"}}}, Do: does((*desk.Desk).SendPapers)},
	desk.PapersArrived: {Fields: []field{{Name: "slip", Kind: line, Words: terms.Pair{"流转单号（扫描）", "Slip (scan it)"}, Must: true, Start: waitingSlip}, {Name: "missing", Kind: people, Words: terms.Pair{"未到的材料（编号）", "What was not there (ids)"}}, {Name: "note", Kind: line, Words: terms.Pair{"备注", "Note"}}}, Do: does((*desk.Desk).ReceivePapers)},
	desk.Visited:       {Fields: []field{{Name: "kind", Kind: pick, Words: terms.Pair{"方式", "Kind"}, Options: []option{{"home", terms.Pair{"入户核查", "at home"}}, {"site", terms.Pair{"实地核查", "on the site"}}, {"verify", terms.Pair{"核实", "verification"}}}}, onDay, twoStaff, {Name: "found", Kind: text, Words: terms.Pair{"核查情况（不写姓名）", "What was found (no names)"}, Must: true}, failed, proofs}, Do: does((*desk.Desk).Visited)},
	desk.Deliberated:   {Fields: []field{onDay, {Name: "who", Kind: people, Words: terms.Pair{"参加者（职务）", "Who took part (functions)"}, Must: true}, {Name: "for", Kind: count, Words: terms.Pair{"赞成", "For"}, Must: true}, {Name: "against", Kind: count, Words: terms.Pair{"反对", "Against"}}, {Name: "result", Kind: text, Words: terms.Pair{"评议结果", "Result"}, Must: true}, failed, proofs}, Do: does((*desk.Desk).Deliberated)},
	desk.PartyHeard:    {Fields: []field{{Name: "told", Kind: day, Words: terms.Pair{"告知日期", "Told on"}}, {Name: "who", Kind: line, Words: terms.Pair{"利害关系人", "Who was heard"}, Must: true}, {Name: "spoke", Kind: check, Words: terms.Pair{"陈述了意见", "Had something to say"}}, {Name: "text", Kind: text, Words: terms.Pair{"意见要点（不写姓名）", "In substance (no names)"}}}, Do: does((*desk.Desk).PartyHeard)},
	desk.Void:          {Fields: []field{{Name: "number", Kind: pick, Words: terms.Pair{"文书编号", "Document"}, From: documents}, reason(terms.Pair{}), {Name: "instead", Kind: line, Words: terms.Pair{"替代文书编号", "Number of what takes its place"}}}, Do: does((*desk.Desk).Void)},
	desk.Correct:       {Fields: []field{{Name: "of", Kind: pick, Words: terms.Pair{"更正的文书", "Document"}, From: documents}, {Name: "from", Kind: line, Words: terms.Pair{"原文", "What stands"}, Must: true}, {Name: "to", Kind: line, Words: terms.Pair{"更正为", "What is right"}, Must: true}, reason(terms.Pair{})}, Do: does((*desk.Desk).Correct)},
	desk.Reopen:        {Fields: []field{reason(terms.Pair{}), {Name: "basis", Kind: line, Words: terms.Pair{"依据（裁决或法条）", "Basis (ruling or law)"}, Must: true}, {Name: "approver", Kind: line, Words: terms.Pair{"批准人", "Approved by"}, Must: true}, {Name: "step", Kind: pick, Words: terms.Pair{"从哪个环节重新办理", "From which step on"}, From: steps, Parse: parseStep}}, Do: does((*desk.Desk).Reopen)},
	desk.Adopt:         {Fields: []field{reason(terms.Pair{}, terms.Pair{"新版本更有利于申请人。", "The newer version is better for the applicant."})}, Do: does((*desk.Desk).Adopt)},
}

var (
	note    = field{Name: "note", Kind: line, Words: terms.Pair{"备注", "Note"}}
	deemed  = field{Name: "deemed", Kind: check, Words: terms.Pair{"因申请人逾期（视为撤回等）", "Because a day passed"}}
	stances = []option{{"agrees", terms.Pair{"同意", "agrees"}}, {"provided", terms.Pair{"有条件同意", "agrees under conditions"}}, {"objects", terms.Pair{"不同意", "objects"}}}
)

var suspendFields = []field{
	{Name: "ground", Kind: choose, Must: true, Words: terms.Pair{"特别程序", "Procedure"}, From: waits, Start: waitsNext, Parse: parseGround},
	{Name: "name", Kind: line, Words: terms.Pair{"程序名称", "Name"}}, {Name: "until", Kind: day, Words: terms.Pair{"预计到", "Until"}},
	{Name: "basis", Kind: line, Words: terms.Pair{"启动理由或依据", "Basis"}}, {Name: "decider", Kind: line, Words: terms.Pair{"决定人", "Decided by"}},
	{Name: "posting.place", Kind: line, Words: terms.Pair{"公示地点", "Where it is posted"}, Hint: terms.Pair{"公示时填写；空着即本中心", "of a posting; empty: this center"}},
	{Name: "hearing.told", Kind: day, Words: terms.Pair{"告知听证权利日期", "The right to a hearing was told on"}, Hint: terms.Pair{"听证时填写", "of a hearing"}},
	{Name: "hearing.on", Kind: day, Words: terms.Pair{"听证日期", "The hearing is on"}}, {Name: "hearing.place", Kind: line, Words: terms.Pair{"听证地点", "Its place"}},
	{Name: "counts", Kind: check, Words: terms.Pair{"计入办理时限", "The time counts"}}, note,
}

func decideFields(prefix string) []field {
	all := []field{
		{Name: "text", Kind: text, Words: terms.Pair{"决定理由（不予批准时必填）", "Reason (of a rejection)"}, Phrases: []terms.Pair{{"申请材料齐全、符合法定形式，准予办理。", "Complete and in legal form: granted."}}},
		{Name: "certificate.number", Kind: line, Words: terms.Pair{"证照编号", "Number of the certificate"}, Show: hasResult}, {Name: "certificate.from", Kind: day, Words: terms.Pair{"有效期起", "Valid from"}, Show: hasResult},
		{Name: "certificate.to", Kind: day, Words: terms.Pair{"有效期止", "Valid to"}, Show: hasResult}, {Name: "certificate.electronic", Kind: check, Words: terms.Pair{"电子证照", "Electronic"}, Show: hasResult},
	}
	return append([]field{verdict(prefix + "rejected")}, named(prefix, all)...)
}

func deliverFields(prefix string) []field {
	return named(prefix, []field{
		{Name: "to", Kind: pick, Words: terms.Pair{"交给", "To"}, Options: []option{{"applicant", terms.Pair{"申请人", "the applicant"}}, {"agent", terms.Pair{"代理人", "the agent"}}, {"post", terms.Pair{"邮寄", "by post"}}}},
		received,
		{Name: "signature", Kind: sign, Words: terms.Pair{"领取人签名", "Signature of who takes it"}},
		{Name: "courier", Kind: line, Words: terms.Pair{"物流单号", "Waybill"}, Hint: terms.Pair{"邮寄的必须填写", "must be given by post"}},
		{Name: "note", Kind: line, Words: terms.Pair{"备注", "Note"}, Hint: terms.Pair{"拒绝签收的，写明见证人", "of a refusal: the witnesses"}},
	})
}

var settleFields = append(append(decideFields("decision."), deliverFields("deliver.")...),
	field{Name: "conclude", Kind: check, Words: terms.Pair{"同时办结", "Conclude at once"}, Start: func(*room, *desk.View) string { return "1" }})

func named(prefix string, all []field) []field {
	out := slices.Clone(all)
	for i := range out {
		out[i].Name = prefix + out[i].Name
	}
	return out
}

// --- what depends on the case ---

func newerOffered(r *room, v *desk.View) bool {
	return slices.ContainsFunc(v.Warnings, func(w desk.Warning) bool { return w.Code == "newer_version" })
}

func waiting(v *desk.View, ground casefile.Ground) bool {
	w := v.State.Waiting()
	return w != nil && w.Ground == ground
}

func posting(_ *room, v *desk.View) bool { return waiting(v, casefile.PublicPosting) }
func hearing(_ *room, v *desk.View) bool { return waiting(v, casefile.Hearing) }

func hasResult(_ *room, v *desk.View) bool { return v.Item != nil && len(v.Item.Results) > 0 }

func (r *room) centers(all ...area.Center) []option {
	var out []option
	for _, c := range all {
		if c != "" && !slices.ContainsFunc(out, func(o option) bool { return o.Value == string(c) }) {
			name := r.Name(c)
			out = append(out, option{string(c), terms.Pair{name, name}})
		}
	}
	return out
}

func handOverTo(r *room, v *desk.View) []option {
	out := []option{{"", terms.Pair{"按办理路径", "as the route says"}}}
	if c := v.Next.Center; c != "" && !v.Next.Here {
		out[0].Words = terms.Pair{"按办理路径：" + r.Name(c), "as the route says: " + r.Name(c)}
	}
	var others []area.Center
	for _, leg := range v.State.Route {
		if leg.Party.Center != r.Self() {
			others = append(others, leg.Party.Center)
		}
	}
	return append(out, r.centers(append(others, r.Self().Parent())...)...)
}

func earlierStops(r *room, v *desk.View) []option {
	out := []option{{"", terms.Pair{"移交来的中心", "who sent it here"}}}
	var all []area.Center
	for _, leg := range v.State.Route {
		if leg.Party.Center != r.Self() {
			all = append(all, leg.Party.Center)
		}
	}
	return append(out, r.centers(all...)...)
}

func participants(r *room, v *desk.View) []option {
	var all []area.Center
	for _, one := range v.State.Voices {
		all = append(all, one.Center)
	}
	return r.centers(append(all, r.Self())...)
}

func fees(_ *room, v *desk.View) []option {
	var out []option
	if v.Item != nil {
		for _, f := range v.Item.Fees {
			out = append(out, option{f.Name, terms.Pair{f.Name, f.Name}})
		}
	}
	return out
}

// procedures are what a case may wait for beside the steps of its item.
var procedures = []option{
	{"public_posting", terms.Pair{"公示", "public posting"}}, {"hearing", terms.Pair{"听证", "hearing"}}, {"testing", terms.Pair{"检验、检测、检疫", "testing"}},
	{"appraisal", terms.Pair{"鉴定、评定", "appraisal"}}, {"expert_review", terms.Pair{"专家评审", "expert review"}}, {"inspection", terms.Pair{"实地核查", "inspection"}}, {"other", terms.Pair{"其他", "other"}},
}

// byStep says that a case waits for the step of its item that comes next.
const byStep = "step"

func waits(r *room, v *desk.View) []option {
	if waitsNext(r, v) == "" {
		return procedures
	}
	return append([]option{{byStep, terms.Pair{"本事项的环节：" + v.Next.Name, "the item's step: " + v.Next.Name}}}, procedures...)
}

func waitsNext(_ *room, v *desk.View) string {
	if v.Next.Action != desk.Suspend || !v.Next.Here {
		return ""
	}
	return byStep
}

func openFees(_ *room, v *desk.View) []option {
	var out []option
	for _, f := range v.State.Fees {
		out = append(out, option{f.Number, terms.Pair{f.Name + " " + f.Number, f.Name + " " + f.Number}})
	}
	return out
}

func documents(_ *room, v *desk.View) []option {
	var out []option
	for _, one := range v.State.Documents {
		kind := terms.Events[one.Kind]
		out = append(out, option{one.Number, terms.Pair{cmp.Or(kind[0], string(one.Kind)) + " " + one.Number, cmp.Or(kind[1], string(one.Kind)) + " " + one.Number}})
	}
	return out
}

func steps(_ *room, v *desk.View) []option {
	out := []option{{"", terms.Pair{"只重新作出决定", "the decision alone"}}}
	if v.Item != nil {
		for i, s := range v.Item.Steps {
			out = append(out, option{strconv.Itoa(i), terms.Pair{s.Name, s.Name}})
		}
	}
	return out
}

func waitingSlip(_ *room, v *desk.View) string {
	for _, s := range v.State.Slips {
		if v.State.OnItsWay(s) {
			return s.Slip
		}
	}
	return ""
}

// --- what is typed in one field and is several ---

func bad(format string, args ...any) error {
	return refusal.Newf(desk.BadForm, "", "", format, args...)
}

// lacking asks of every paper that is missing how it is to be mended.
func lacking(_ *room, v *desk.View) []field {
	var out []field
	for _, m := range v.Outstanding {
		out = append(out, field{Name: "note-" + m.ID, Kind: line, Words: terms.Pair{m.Name, m.Name}, Hint: terms.Pair{"怎样补正", "how it is to be mended"}, Parse: func(typed string, into map[string]any) error {
			notes, ok := into["notes"].(map[string]string)
			if !ok {
				notes = map[string]string{}
				into["notes"] = notes
			}
			notes[m.ID] = typed
			return nil
		}})
	}
	return out
}

// verdict is the decision itself, which somebody has to make in so many words.
func verdict(name string) field {
	return field{
		Name: name, Kind: choose, Must: true, Says: true, Words: terms.Pair{"决定", "Decision"}, Options: []option{{"granted", terms.Outcomes[casefile.OutcomeGranted]}, {"rejected", terms.Outcomes[casefile.OutcomeRejected]}},
		Parse: func(typed string, into map[string]any) error {
			switch typed {
			case "granted":
			case "rejected":
				put(into, name, true)
			default:
				return bad("%s: %.40q is none of %v", name, typed, []string{"granted", "rejected"})
			}
			return nil
		},
	}
}

func parseGround(typed string, into map[string]any) error {
	if typed == byStep {
		return nil
	}
	into["ground"] = typed
	if typed != string(casefile.PublicPosting) {
		into["step"] = -1
	}
	return nil
}

func parseStep(typed string, into map[string]any) error {
	n, err := strconv.Atoi(typed)
	if err != nil {
		return bad("%q is no step", typed)
	}
	into["step"] = n
	return nil
}

func parseParticipants(typed string, into map[string]any) error {
	var all []map[string]any
	for row := range strings.Lines(typed) {
		words := strings.Fields(row)
		if len(words) == 0 {
			continue
		}
		if len(words) < 2 {
			return bad("联办单位：每行应为“中心代码 征求事项 截止日期” (want a center, what is asked and until when): %q", strings.TrimSpace(row))
		}
		one := map[string]any{"center": words[0], "matter": words[1]}
		if len(words) > 2 {
			one["by"] = words[2]
		}
		all = append(all, one)
	}
	into["add"] = all
	return nil
}

func parseRemovals(typed string, into map[string]any) error {
	var all []map[string]any
	for row := range strings.Lines(typed) {
		center, why, _ := strings.Cut(strings.TrimSpace(row), " ")
		if center == "" {
			continue
		}
		all = append(all, map[string]any{"center": center, "reason": why})
	}
	into["remove"] = all
	return nil
}
