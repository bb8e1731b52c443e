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
		"only_these": {"只看同类", "only these"}, "no_cases": {"没有办件。", "No case."}, "no_cases_hint": {"换一个文件夹，或去掉一个条件。", "Try another box, or remove a filter."}, "waits_else": {"在别处等着办：", "Cases wait elsewhere:"},

		"route": {"办理路径", "Route"}, "offered": {"已移交，未接管", "offered, not yet taken over"}, "workdays": {"个工作日", "working days"}, "to_correct": {"补正", "for correction"},
		"frozen": {"两份记录互相矛盾，已冻结；请上级指定接管。", "Two logs contradict each other: the case is frozen until it is seized."},
		"former": {"原办件编号", "Former number"}, "held_by": {"现由", "Now with"}, "applicant": {"申请人", "Applicant"}, "name": {"姓名或名称", "Name"}, "telephone": {"电话", "Telephone"}, "address": {"地址", "Address"}, "agent": {"代理人", "Agent"},
		"show_full": {"查看完整信息", "Show in full"}, "why_full": {"查看理由", "Why"}, "show": {"查看", "Show"}, "audited": {"会记入查看记录", "It is written down who looked and why"},
		"papers": {"材料", "Papers"}, "paper": {"材料", "Paper"}, "scan": {"扫描件", "Scan"}, "missing": {"缺", "missing"}, "until": {"截止", "until"}, "look": {"打开", "open"}, "why_scan": {"办理本件", "handling the case"}, "no_papers": {"不需要材料。", "No papers are asked for."},
		"steps": {"环节", "Steps"}, "not_passed": {"不通过", "not passed"}, "now": {"现在", "now"}, "decision": {"决定", "Decision"}, "opinions": {"联办意见", "Opinions"}, "not_yet_said": {"尚未出具", "not yet"},
		"do_now": {"现在可以办", "What can be done now"}, "nothing_to_do": {"现在没有可以办的。", "Nothing can be done here now."}, "not_now": {"现在不能办的，以及原因", "What can't be done now, and why"},
		"documents": {"文书", "Documents"}, "log": {"办理记录", "Log"}, "clocks": {"时限", "Clocks"}, "clock": {"时限", "Clock"}, "due": {"到期日", "Due"}, "lamp": {"时限灯", "Lamp"}, "provisional": {"所在年度的日历尚未公布", "the calendar of that year is not yet published"}, "no_clocks": {"没有计时。", "No clock runs."},
		"waits": {"等待", "Waits"}, "still": {"进行中", "still"}, "counts": {"计入时限", "counts"},

		"what_changed": {"刚才发生了什么", "What happened meanwhile"}, "typed_stays": {"您填的都在下面。先看对方办了什么，还是按您填的重新提交？（选过的文件要重新选）", "All that you typed stands below. Look at theirs first, or put yours in anew? (Files have to be chosen again.)"}, "not_any_more": {"因此现在不能这样办：", "So this can't be done now:"}, "typed_copy": {"您填的都在下面，可以抄走。", "All that you typed stands below, to be copied."}, "look_theirs": {"看对方办的", "Look at theirs"}, "put_anew": {"按我填的重新提交", "Put mine in anew"}, "key_then": {"提交，并打开下一件", "send, and open the next case"},
		"photo": {"拍照", "Photograph"}, "shrinking": {"正在压缩照片…", "Making the picture smaller…"}, "shots": {"各页", "Pages"}, "pages_many": {"一份材料最多二十页", "twenty pages of a paper at most"}, "page_of": {"第 # 页", "page #"}, "forward": {"前移", "Move forward:"}, "remove_page": {"删除", "Delete"},
		"sign_here": {"签名区：用手指、笔或鼠标签名", "Sign here with a finger, a pen or the mouse"}, "sign_clear": {"重签", "Clear"}, "sign_done": {"已签名", "Signed"}, "sign_other": {"在纸上签名、捺印的，可以上传照片。", "Of what is signed on paper a picture may be uploaded."},
		"signatures": {"签名", "Signatures"}, "signed_for": {"送达回证的签名", "Of the proof of delivery"}, "signed_mandate": {"代办委托的签名", "Of the mandate"}, "letter": {"委托书", "Letter of authority"},
		"sure": {"确认办理？", "Do it?"}, "and_next": {"并打开下一件", "and open the next case"}, "back": {"返回", "Back"}, "phrases": {"常用语", "Phrases"}, "as_it_is": {"（不变）", "(as it is)"},
		"batch": {"批量办理", "Several cases at once"}, "choose_some": {"请先勾选办件", "choose some cases first"}, "batch_done": {"已办理：", "Done:"}, "result": {"结果", "Result"}, "done": {"已办理", "done"}, "not_done": {"未办理", "not done"}, "to_list": {"回到办件", "To the cases"},
		"print_roster": {"打印名单", "Print the list"}, "batch_long": {"逐件办理、逐件签章；某一件不能办，不影响其他。", "Each case is done and sealed singly; one that refuses stops no other."}, "what_with_all": {"对这些办件", "With all of them"}, "go_on": {"下一步", "Go on"}, "nothing_for_all": {"没有对每一件都能办的。", "There is nothing that all of them allow."}, "choose": {"勾选", "Choose"},
		"order_changed": {"顺序有变化", "the order changed"}, "elsewhere_now": {"移到了别的页或别的灯", "it stands on another page, or under another lamp"}, "just_changed": {"这个办件刚刚有变化，点击查看", "This case has just changed. Show it"},
		"bring": {"更新列表", "Show them"}, "row_new": {"新到", "new"}, "row_changed": {"有变化", "changed"}, "row_gone": {"已离开", "gone"}, "line_lost": {"与本节点的连线断了：列表可能不是最新的，恢复后自动补上。", "The line to the node is cut: the list may be old. It catches up by itself."},
		"to_next": {"下一件", "Next case"}, "case_nav": {"回到列表和下一件", "Back to the list, on to the next"}, "key_next": {"下一件", "the next case"}, "key_bring": {"把变化显示到列表里", "bring what changed into the list"}, "key_back": {"回到列表", "back to the list"}, "key_nth": {"办理标着这个键的动作", "the action that shows the key"},
		"custody": {"保管与移交", "Custody and hand-over"}, "answers_now": {"现在负责", "answers for it now"}, "reached": {"送达", "arrived"}, "left": {"移出", "offered on"}, "stayed": {"停留", "stayed"}, "turned_it_back": {"退回移交", "turned it back"},
		"offer_to_us": {"移交给本中心，请接管或退回：", "Offered to this center, to be taken over or turned back:"}, "offer_by_us": {"已移交，等待接管：", "Offered, waiting to be taken over:"}, "offer_between": {"正在移交：", "It is being handed over:"}, "stages": {"移交进度", "How far the hand-over has come"},
		"was_offered": {"移交", "offered"}, "has_arrived": {"已送达对方", "arrived"}, "has_arrived_here": {"已送达本中心", "arrived here"}, "not_arrived": {"尚未送达", "not arrived yet"}, "to_answer": {"接管或退回", "taken over or turned back"}, "waits_for": {"已等", "waits for"}, "still_ours": {"对方接管之前，本件仍由本中心负责，时限照常计算。", "Until it is taken over this center answers for it, and its clocks run."},
		"no_line": {"现在连不上对方中心", "no line to that center now"}, "up_now": {"在线", "is there now"}, "never_seen": {"本节点启动以来没有联系上", "not seen since this node began to run"}, "waits_here": {"本件待发的内容", "What of this case waits to leave"}, "for_whom": {"发往", "For"}, "waits_since": {"等待自", "Since"}, "next_try": {"下次尝试", "Next try"}, "send_now": {"现在发送", "Send now"}, "nothing_waits": {"本件已没有要发往那里的内容", "nothing of this case waits for that center any more"}, "done_sent": {"已开始发送。", "It is being sent."},
		"branch_open": {"本件有一段记录被取代，需要处理", "Part of this case's log was superseded: settle it"}, "branch_settled": {"被取代的记录（已处理）", "Superseded log (settled)"}, "written_by": {"由", "Written at"}, "sent_by": {"送来的中心：", "sent by"}, "superseded_at": {"被取代于", "superseded"}, "branch_heavy": {"其中有决定或送达：须由人核对", "holds a decision or a service: a person must look"}, "branch_events": {"这段记录里办了什么", "What was done in it"},
		"branch_choose": {"以现行记录为准。这段记录只作留存，还是其中发出的文书继续有效？", "The log that stands counts. Is this part only kept, or do the documents that it gave stand?"}, "set_aside": {"只作留存", "Set it aside"}, "adopt": {"文书继续有效", "Its documents stand"}, "was_adopted": {"采纳，文书继续有效", "adopted: its documents stand"}, "was_set_aside": {"只作留存", "set aside"}, "branch_elsewhere": {"由现在负责本件的中心处理。", "The center that answers for the case settles it."},
		"my_phrases": {"我的常用语", "My phrases"}, "phrases_long": {"只有您自己看得到；填写意见、理由时在同类栏目下面可以点选。请不要写申请人的个人信息。", "Only you see them; they stand below the fields of their kind. No personal data of applicants, please."}, "new_phrase": {"新的常用语", "A new phrase"}, "phrase_for": {"用在", "For"}, "phrase": {"常用语", "Phrase"}, "keep_it": {"保存", "Keep"}, "remove_it": {"删除", "Remove"}, "keep_phrase": {"存为常用语", "Keep as a phrase"}, "phrase_lost": {"没有存上，请再试。", "It was not kept; try again."}, "phrase_refused": {"没有存上：", "Not kept: "}, "done_phrase_kept": {"已存为常用语。", "The phrase is kept."}, "done_phrase_dropped": {"常用语已删除。", "The phrase was removed."},
		"event": {"环节", "Event"}, "when": {"时间", "Time"}, "center": {"中心", "Center"}, "staff": {"经办", "Staff"}, "suspect": {"时钟可疑", "clock suspect"}, "in_place_of": {"代", "for"},
		"print_due": {"打印未打印过的", "Print what was not printed yet"}, "document": {"文书", "Document"}, "number": {"编号", "Number"}, "day": {"日期", "Day"}, "printed": {"已打印", "Printed"}, "void": {"作废", "void"}, "no_documents": {"还没有可以打印的文书。", "Nothing can be printed yet."},
	}
	for action, pair := range terms.Actions {
		all["done_"+string(action)] = [2]string{"已办理：" + pair[0] + "。", "Done: " + pair[1] + "."}
	}
	return all
}()
