package lobby

import (
	"tongban/intake/hall/queue"
	"tongban/node/frame"
)

// priorities and states are what the codes of the queue are called.
var (
	priorities = map[queue.Reason][2]string{
		queue.Elderly: {"老年人", "elderly"}, queue.Disabled: {"残疾人", "disabled"}, queue.Military: {"军人、退役军人", "military"},
		queue.Pregnant: {"孕妇", "pregnant"}, queue.Infant: {"带婴幼儿", "with an infant"},
	}
	states = map[queue.State][2]string{
		queue.Waiting: {"等候", "waiting"}, queue.Called: {"已叫号", "called"}, queue.Serving: {"办理中", "being served"},
		queue.Skipped: {"过号", "skipped"}, queue.Done: {"已办结", "done"}, queue.Closed: {"已作废", "closed"},
	}
)

var words = gather(queueWords, resultWords, machineWords, dutyWords, appointmentWords)

var queueWords = frame.Words{
	"hall": {"叫号", "Queue"}, "window": {"窗口", "Window"}, "other_window": {"换窗口", "Another window"},
	"which_window": {"这台机器在哪个窗口？", "At which window does this screen stand?"}, "which_window_long": {"选一次即可，以后记在这台机器上。", "Chosen once; this browser remembers it."},
	"window_number": {"窗口号", "Number of the window"}, "sit_here": {"就在这里", "Here"},
	"waiting": {"等候", "Waiting"}, "number": {"号码", "Number"}, "type": {"窗口类型", "Type of window"}, "priority": {"优先", "Priority"}, "waits": {"已等", "Waited"}, "more": {"处理", "Actions"},
	"booked": {"预约", "booked"}, "absent": {"过号", "did not answer"}, "minutes": {"分钟", "min"}, "minutes_ago": {"分钟前取号", "min ago"}, "here_again": {"人到了，重叫", "here now: call"}, "left": {"已离开", "has left"},
	"and_more": {"还有：", "And more:"}, "nobody_waits": {"没有人在等。", "Nobody waits."}, "windows": {"窗口", "Windows"}, "mine": {"本窗口", "mine"}, "all_types": {"所有类型", "all types"},
	"covered_by": {"B 岗", "covered by"}, "nobody": {"没有人", "nobody"}, "closed": {"暂停", "closed"}, "free": {"空闲", "free"}, "no_windows": {"名册里还没有窗口。", "The roster names no windows yet."},
	"serving": {"办理中", "being served"}, "called": {"已叫", "called"}, "times": {"次", "times"}, "taken": {"", "taken"},
	"call_next": {"叫下一个", "Call the next"}, "done_and_next": {"办结，叫下一个", "Done, call the next"}, "call_again": {"重呼", "Call again"}, "skip_ticket": {"过号", "Skip"}, "begin": {"开始办理", "Begin"}, "done": {"办结", "Done"},
	"open_intake": {"给这个号收件", "Take in for this ticket"}, "transfer_to": {"转到", "To"}, "transfer": {"转号", "Transfer"}, "no_ticket": {"手上没有号。", "No ticket in hand."},
	"key_next": {"叫下一个（手上的号先办结）", "call the next (the one in hand is done)"}, "key_again": {"重呼", "call again"}, "key_skip": {"过号", "skip"}, "key_begin": {"开始办理", "begin to serve"}, "key_done": {"办结", "done"}, "key_transfer": {"转号", "transfer"}, "key_intake": {"给这个号收件", "take in for this ticket"},
	"done_skip": {"已过号，稍后会再叫。", "Skipped; it is called again later."}, "done_transfer": {"已转号。", "Transferred."}, "done_done": {"已办结。", "Done."}, "done_close": {"号码已作废。", "The ticket is closed."},

	"guide_desk": {"导办台", "Guide desk"}, "give_ticket": {"取号", "Give a ticket"}, "no_priority": {"无", "None"}, "give": {"取号", "Give"}, "given": {"号码", "Ticket"}, "ahead": {"前面还有", "Ahead:"}, "people": {"人", "people"},
	"about": {"约等", "about"}, "at_windows": {"窗口", "windows"}, "print_ticket": {"打印小票", "Print the ticket"}, "done_ticket": {"已取号。", "The ticket was given."},
	"check_in": {"预约签到", "Check in"}, "appointment_number": {"预约号", "Number of the appointment"}, "check_in_button": {"签到取号", "Check in"}, "done_checked_in": {"已签到。", "Checked in."}, "done_visit_made": {"上门服务已记录。", "The home visit is noted."},
	"precheck": {"材料预审", "Check the papers"}, "find": {"查找", "Find"}, "find_item": {"查找事项", "Find an item"}, "find_item_hint": {"名称、拼音首字母、代码", "name, pinyin initials, code"}, "none_found": {"没有找到。", "Nothing was found."},
	"precheck_long": {"只是帮着看一看，什么也不保存。", "Only a help: nothing is kept."}, "questions": {"先问清楚", "Ask first"}, "papers": {"要带的材料", "Papers to bring"}, "paper": {"材料", "Paper"}, "need": {"要求", "Need"}, "copies": {"份数", "Copies"}, "originals": {"原件", "original"}, "copy": {"复印件", "copy"}, "has_it": {"带了", "Has it"},

	"print_list": {"打印材料清单", "Print the list"}, "take_ticket_for": {"给这个事项取号", "Give a ticket for this item"}, "whole_guide": {"完整办事指南", "The whole guide"},
}
