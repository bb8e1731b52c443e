package lobby

import (
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/book"
	"tongban/node/frame"
)

// What the codes of the registers are called.
var (
	noteKinds = map[book.Kind][2]string{
		book.Consultation: {"咨询", "consultation"}, book.Complaint: {"投诉", "complaint"}, book.Suggestion: {"建议", "suggestion"}, book.Information: {"政府信息公开申请", "request for government information"},
		book.Need: {"民情诉求", "need"}, book.Mediation: {"矛盾调解", "mediation"}, book.Unclaimed: {"结果未领取", "unclaimed result"},
	}
	noteStates = map[book.State][2]string{book.Open: {"待答复", "To answer"}, book.Answered: {"已答复", "Answered"}, book.Closed: {"已结束", "Closed"}, "all": {"全部状态", "Any state"}}
	channels   = map[appointment.Channel][2]string{
		appointment.Window: {"窗口", "window"}, appointment.Phone: {"电话", "telephone"}, appointment.Net: {"网上", "online"},
		appointment.Self: {"自助机", "self-service"}, appointment.Letter: {"来信", "letter"}, appointment.Visit: {"上门", "visit"},
	}
)

var dutyWords = frame.Words{
	"registers": {"登记簿", "Registers"}, "all": {"全部", "All"}, "only_overdue": {"只看超期", "Only overdue"}, "new_entry": {"新登记", "New entry"}, "register": {"登记簿", "Register"}, "state": {"状态", "State"}, "about_what": {"事由", "About"}, "limit": {"时限", "Limit"}, "entered": {"登记时间", "Entered"},
	"none_chosen": {"没有符合所选条件的登记，例如待答复的。", "No entry is of the chosen kind and state."}, "all_entries": {"查看全部登记", "Show all entries"}, "no_entries": {"没有登记。", "No entry."}, "many_entries": {"还有更多：请选一个登记簿或状态。", "There are more: choose a register or a state."}, "no_limit": {"无时限", "no limit"}, "due_today": {"今天到期", "due today"},
	"channel": {"渠道", "Channel"}, "unsaid": {"（不填）", "(not said)"}, "item_code": {"事项代码", "Item's code"}, "case_id": {"办件", "Case"}, "about_hint": {"几个字，所有工作人员都看得到：不写姓名电话", "a few words that all staff read: no names, no telephone numbers"}, "who": {"来人", "Who"}, "who_hint": {"加密保存；谁看过会记下来", "kept encrypted; it is written down who looks"},
	"name": {"姓名", "Name"}, "telephone": {"电话", "Telephone"}, "address": {"地址", "Address"}, "in_words": {"说了什么", "What they said"}, "promised": {"答应的答复日期", "Answer promised by"}, "promised_hint": {"空着即按规则", "empty: as the rule says"}, "enter": {"登记", "Enter"}, "done_entered": {"已登记。", "Entered."},
	"read_words": {"查看原话和联系方式", "Read the words and how to reach them"}, "looks_written": {"会记下谁看过，列在本页", "Who looked is written down, and listed on this page"}, "lookers": {"谁看过原话", "Who read the words"}, "withheld": {"原话未显示。", "The words are not shown."}, "no_words": {"没有留话。", "Nothing was said."},
	"answers": {"答复", "Answers"}, "answer": {"答复", "Answer"}, "interim": {"中间答复", "interim"}, "interim_long": {"只是中间答复，时限继续", "only a word in between: the limit goes on"}, "done_answer": {"已答复。", "Answered."},
	"extend": {"延期", "Extend"}, "until": {"延到", "Until"}, "reason": {"原因", "Reason"}, "approver": {"批准人", "Approved by"}, "done_extend": {"已延期。", "Extended."}, "extended_until": {"已延期到", "Extended until"},
	"follow_ups": {"回访", "Follow-ups"}, "follow_up": {"回访", "Follow up"}, "content_q": {"对答复", "The answer"}, "content": {"满意", "content"}, "discontent": {"不满意", "not content"}, "then": {"之后", "Then"}, "goes_on": {"继续", "it goes on"}, "close_entry": {"结束，不用再办", "close: nothing more to do"}, "reopen_entry": {"重新答复", "open it again"}, "done_follow": {"已记录。", "Noted."}, "hidden": {"（未显示）", "(not shown)"},

	"manning": {"顶岗与窗口", "Cover and windows"}, "covers": {"今天谁替谁（AB 岗）", "Who covers whom"}, "a_clerk": {"A 岗（不在的人）", "A clerk (away)"}, "b_clerk": {"B 岗（顶岗的人）", "B clerk (covers)"}, "from": {"从", "From"}, "to": {"到", "To"}, "open_end": {"未定", "open"}, "today_mark": {"今天", "today"}, "later_mark": {"以后", "later"}, "end_cover": {"今天为止", "ends today"}, "set_cover": {"设顶岗", "Set the cover"}, "void_cover": {"撤销", "take back"}, "done_cover_void": {"已撤销。", "Taken back."}, "standing_covers": {"固定的 B 岗", "Standing B clerks"}, "standing_long": {"A 岗不在时可以由他们顶岗，不表示今天有人不在。", "They may cover whenever the A clerk is away; nobody is away by this."}, "no_covers": {"今天没有顶岗。", "Nobody covers today."}, "no_roster": {"名册是空的：先由系统管理员导入名册。", "The roster is empty: the operator imports it first."}, "choose": {"请选择", "Choose"},
	"done_cover": {"已设置。", "Set."}, "done_window": {"窗口已更新。", "The window was set."}, "open_window": {"开放", "Open"}, "close_window": {"暂停", "Close"}, "why_closed": {"原因（可不填）", "Why (optional)"}, "staff": {"人员", "Staff"},
}
