package casework

import (
	"tongban/node/frame"
	"tongban/node/terms"
)

var words = func() frame.Words {
	all := frame.Words{
		"cases": {"件", "cases"}, "boxes": {"文件夹", "Boxes"}, "lamps": {"时限灯", "Lamps"}, "all": {"全部", "All"}, "search": {"查找办件", "Find a case"},
		"search_hint": {"编号、姓名、证件号、电话、事项", "number, name, identity number, telephone, item"}, "find": {"查找", "Find"}, "filters": {"已选条件", "Active filters"}, "remove": {"，点击去掉", ", remove"},
		"more_people": {"同名的人很多，只列出了一部分；请再输入一些。", "Many have such a name, and not all are listed; type more."},
		"item":        {"事项", "Item"}, "state": {"状态", "State"}, "limit": {"时限", "Limit"}, "next": {"下一步", "Next"}, "with": {"在哪里", "With"}, "here": {"本中心", "here"}, "agency": {"代办", "agency"},
		"only_these": {"只看同类", "only these"}, "no_cases": {"没有办件。", "No case."}, "no_cases_hint": {"换一个文件夹，或去掉一个条件。", "Try another box, or remove a filter."},

		"route": {"办理路径", "Route"}, "offered": {"已移交，未接管", "offered, not yet taken over"}, "workdays": {"个工作日", "working days"}, "to_correct": {"补正", "for correction"},
		"frozen":  {"两份记录互相矛盾，已冻结；请上级指定接管。", "Two logs contradict each other: the case is frozen until it is seized."},
		"held_by": {"现由", "Now with"}, "applicant": {"申请人", "Applicant"}, "name": {"姓名或名称", "Name"}, "telephone": {"电话", "Telephone"}, "address": {"地址", "Address"}, "agent": {"代理人", "Agent"},
		"show_full": {"查看完整信息", "Show in full"}, "why_full": {"查看理由", "Why"}, "show": {"查看", "Show"}, "audited": {"会记入查看记录", "It is written down who looked and why"},
		"papers": {"材料", "Papers"}, "paper": {"材料", "Paper"}, "scan": {"扫描件", "Scan"}, "missing": {"缺", "missing"}, "until": {"截止", "until"}, "look": {"打开", "open"}, "why_scan": {"办理本件 handling the case", "办理本件 handling the case"}, "no_papers": {"不需要材料。", "No papers are asked for."},
		"steps": {"环节", "Steps"}, "not_passed": {"不通过", "not passed"}, "now": {"现在", "now"}, "decision": {"决定", "Decision"}, "opinions": {"联办意见", "Opinions"}, "not_yet_said": {"尚未出具", "not yet"},
		"do_now": {"现在可以办", "What can be done now"}, "nothing_to_do": {"现在没有可以办的。", "Nothing can be done here now."}, "not_now": {"现在不能办的，以及原因", "What can't be done now, and why"},
		"documents": {"文书", "Documents"}, "log": {"办理记录", "Log"}, "clocks": {"时限", "Clocks"}, "clock": {"时限", "Clock"}, "due": {"到期日", "Due"}, "provisional": {"所在年度的日历尚未公布", "the calendar of that year is not yet published"}, "no_clock_yet": {"未计时", "not timed yet"}, "no_clocks": {"没有计时。", "No clock runs."},
		"waits": {"等待", "Waits"}, "still": {"进行中", "still"}, "counts": {"计入时限", "counts"},

		"changed_hint": {"看一下变化，再决定", "look at what changed"}, "what_changed": {"刚才发生了什么", "What happened meanwhile"}, "look_again": {"重新打开这个办件", "Open the case again"}, "anyway": {"我看过了，仍按我填的提交", "I have seen it; send what I typed all the same"},
		"sure": {"确认办理？", "Do it?"}, "and_next": {"并打开下一件", "and open the next case"}, "back": {"返回", "Back"}, "phrases": {"常用语", "Phrases"}, "as_it_is": {"（不变）", "(as it is)"},
		"batch": {"批量办理", "Several cases at once"}, "choose_some": {"请先勾选办件", "choose some cases first"}, "batch_done": {"已办理：", "Done:"}, "result": {"结果", "Result"}, "done": {"已办理", "done"}, "not_done": {"未办理", "not done"}, "to_list": {"回到办件", "To the cases"},
		"print_roster": {"打印名单", "Print the list"}, "batch_long": {"逐件办理、逐件签章；某一件不能办，不影响其他。", "Each case is done and sealed singly; one that refuses stops no other."}, "what_with_all": {"对这些办件", "With all of them"}, "go_on": {"下一步", "Go on"}, "nothing_for_all": {"没有对每一件都能办的。", "There is nothing that all of them allow."}, "choose": {"勾选", "Choose"},
		"event": {"环节", "Event"}, "when": {"时间", "Time"}, "center": {"中心", "Center"}, "staff": {"经办", "Staff"}, "suspect": {"时钟可疑", "clock suspect"}, "in_place_of": {"代", "for"},
		"print_due": {"打印未打印过的", "Print what was not printed yet"}, "document": {"文书", "Document"}, "number": {"编号", "Number"}, "day": {"日期", "Day"}, "printed": {"已打印", "Printed"}, "void": {"作废", "void"}, "no_documents": {"还没有可以打印的文书。", "Nothing can be printed yet."},
	}
	for action, pair := range terms.Actions {
		all["done_"+string(action)] = [2]string{"已办理：" + pair[0] + "。", "Done: " + pair[1] + "."}
	}
	return all
}()
