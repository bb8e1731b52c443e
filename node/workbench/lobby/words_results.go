package lobby

import (
	"maps"

	"tongban/node/frame"
)

var resultWords = frame.Words{
	"results": {"出件", "Results"}, "cases": {"件", "cases"}, "scan_receipt": {"扫收件凭证", "Scan the receipt"}, "scan_receipt_hint": {"扫收件凭证；或编号、姓名、证件号、电话", "scan the receipt; or number, name, identity number, telephone"},
	"filters": {"已选条件", "Active filters"}, "remove": {"，点击去掉", ", remove"}, "more_people": {"同名的人很多，只列出了一部分；请再输入一些。", "Many have such a name, and not all are listed; type more."},
	"item": {"事项", "Item"}, "who_applied": {"申请人", "Applicant"}, "decided": {"决定日期", "Decided"}, "waits_days": {"已等天数", "Days"}, "where": {"在哪里领", "Collected at"}, "next": {"下一步", "Next"}, "here": {"本中心", "here"}, "hand_out_now": {"可以出件", "Hand out"},
	"no_results": {"没有等待领取的结果。", "No result waits."}, "no_results_hint": {"换一个条件，或者到“办件”里查。", "Try something else, or look among the cases."},
	"unclaimed": {"逾期未领", "Unclaimed"}, "at_least_days": {"决定后至少（天）", "Days since the decision, at least"}, "show": {"查看", "Show"}, "calls": {"联系次数", "Calls"}, "last_call": {"最近一次", "Last"}, "reached": {"联系上了", "reached"}, "unreached": {"没有联系上", "not reached"}, "note_call": {"登记一次联系", "Note a call"}, "no_unclaimed": {"没有这样的结果。", "There is none."}, "list_full": {"只列出等得最久的一部分。", "Only those that wait longest are listed."},
	"slips": {"流转单", "Slips"}, "slip": {"单号", "Slip"}, "scan_slip": {"扫流转单条码", "Scan the slip's barcode"}, "scan": {"签收", "Scan"}, "check_envelope": {"核对袋里的材料", "Check what is in the envelope"}, "tick_missing": {"缺哪一份就勾哪一份；都在就直接回车", "Tick what is missing; Enter if all of it is there"}, "the_result": {"办理结果", "the result"}, "note": {"备注", "Note"}, "arrived": {"签收", "It arrived"}, "arrived_open": {"签收并打开办件", "and open the case"}, "back": {"返回", "Back"},
	"slips_due": {"等待到达", "Awaited here"}, "slips_sent": {"已发出，未签收", "Sent, not yet scanned"}, "slips_short": {"到达时有缺件", "Came with something missing"}, "no_slips_due": {"没有在途的。", "Nothing is on its way here."}, "no_slips_sent": {"没有。", "None."}, "from_to": {"从、到", "From, to"}, "on_way": {"在途", "On its way"}, "workdays": {"个工作日", "working days"}, "missing": {"缺", "missing"}, "done_scanned": {"已签收。", "The slip was scanned."},
}

// init order of package variables: words must be whole before the set is made.
func gather(of ...frame.Words) frame.Words {
	all := frame.Words{}
	for _, one := range of {
		maps.Copy(all, one)
	}
	return all
}
