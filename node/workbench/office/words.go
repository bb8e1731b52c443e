package office

import (
	"tongban/intake/hall/book"
	"tongban/intake/rating"
	"tongban/intake/supervise"
	"tongban/node/frame"
	"tongban/node/terms"
)

var words = frame.Words{
	"today": {"今日", "Today"}, "as_of": {"截至", "As of"}, "in_hand": {"在办", "In hand"}, "due_soon": {"将到期", "Due soon"}, "overdue": {"超期", "Overdue"}, "past_legal": {"超法定期限", "Past the legal limit"},
	"arrived": {"待接管", "Arrived, not taken over"}, "sent": {"已移交未接管", "Sent, unanswered"}, "results_wait": {"待出件", "Results waiting"}, "queue_now": {"排队", "Waiting in the hall"},
	"served_today": {"今日已办", "Served today"}, "longest_wait": {"最久", "Longest"}, "rating_today": {"今日满意率", "Satisfied today"}, "this_month": {"本月", "This month"}, "last_month": {"上月", "Last month"}, "this_year": {"今年", "This year"}, "today_word": {"今天", "Today"},
	"to_rectify": {"差评待整改", "Rectifications open"}, "overdue_cases": {"超期办件", "Overdue cases"}, "none_overdue": {"没有超期的办件。", "Nothing is overdue."}, "more_overdue": {"另有未列出的超期办件：", "Overdue cases that are not listed:"}, "all_of_them": {"全部", "All of them"},
	"item": {"事项", "Item"}, "limit": {"时限", "Limit"}, "next": {"下一步", "Next"}, "no_next": {"（无下一步）", "(nothing next)"}, "state": {"状态", "State"}, "number": {"编号", "Number"}, "count": {"件数", "Cases"},
	"windows": {"窗口", "Windows"}, "window": {"窗口", "Window"}, "serves": {"办理", "Serves"}, "at_it": {"在岗", "Staff"}, "doing": {"正在", "Now"}, "served": {"今日已办", "Served today"}, "mean": {"平均", "Mean"}, "closed_window": {"关闭", "closed"}, "open_window": {"空闲", "free"},
	"called": {"呼叫中", "calling"}, "serving": {"办理中", "serving"}, "covered_by": {"B 岗：", "covered by "}, "nobody": {"无人", "nobody"}, "no_windows": {"名册里还没有窗口。", "The roster has no window."}, "covers": {"今日 AB 岗顶岗", "A/B cover today"}, "until": {"至", "until"}, "no_covers": {"今天没有人顶岗。", "Nobody stands in for a colleague today."},
	"by_item": {"各事项的时限灯", "Lamps by item"}, "by_step": {"待办环节", "Work by next step"}, "by_phase": {"各状态的办件", "Cases by phase"}, "phase": {"状态", "Phase"}, "mean_days": {"平均停留（天）", "Mean stay (d)"}, "longest_days": {"最久（天）", "Longest (d)"}, "step": {"环节", "Step"},
	"green": {"正常", "in time"}, "yellow": {"将到期", "due soon"}, "red": {"超期", "overdue"}, "paused": {"暂停", "paused"}, "nothing_here": {"现在没有在办的办件。", "No case is in hand here now."}, "chart_of": {"图：", "Chart: "}, "same_numbers": {"（数字见表）", " (the numbers stand in the table)"},
	"phase_note": {"含本节点存有副本的下级办件", "with the cases below of which a copy is here"},

	"tree": {"中心", "Centers"}, "late": {"谁超期", "Who is late"}, "chases": {"督办", "Chases"}, "routes": {"查路径", "Routes"}, "figures": {"统计", "Figures"},
	"live_note": {"在线情况来自广播，只供参考，不作为任何决定的依据；每半分钟更新。", "Presence is hearsay: it is for the eye only and decides nothing. It is looked at every half minute."},
	"center":    {"中心", "Center"}, "presence": {"在线", "Presence"}, "heard": {"最近听到", "Last heard"}, "register_at": {"目录版本", "Register"}, "behind": {"落后", "behind by"}, "version": {"程序", "Program"}, "open_there": {"在办", "In hand"}, "coverage": {"进驻率", "Coverage"}, "no_list": {"无基本目录", "no basic catalogue"},
	"this_center": {"本中心", "this center"}, "line_stands": {"线路已通", "a line stands"}, "heard_of": {"广播在线", "heard by gossip"}, "not_seen": {"未见", "not seen"}, "up": {"在线", "up"}, "below": {"下级", "below"}, "no_centers": {"没有下级中心。", "There is no center below."}, "more_kids": {"还有", "more:"}, "above": {"上级", "Above"},
	"search_route": {"查办件的路径", "Find the route of a case"}, "search_hint": {"编号、姓名、证件号、电话、事项", "number, name, identity number, telephone, item"}, "find": {"查找", "Find"}, "no_routes": {"没有找到，或者本节点没有这个办件的副本。", "Nothing was found, or no copy of it is here."}, "routes_long": {"在本节点存有副本的办件里查找：本中心的，和下级报送的。", "Looks through the cases of which a copy is here: this center's own and those of the centers below."}, "more_routes": {"还有更多，请再输入一些。", "There are more; type more."}, "offered": {"已移交，未接管", "offered"}, "workdays": {"个工作日", "working days"}, "open_case": {"打开办件", "Open the case"},
	"kind": {"类别", "Kind"}, "lamp": {"灯", "Lamp"}, "every_kind": {"全部类别", "Every kind"}, "every_lamp": {"黄灯和红灯", "Yellow and red"}, "every_center": {"全部中心", "Every center"}, "show": {"查看", "Show"}, "who_owes": {"责任中心", "Who owes it"}, "by_center": {"各中心欠办", "By center"}, "what": {"情况", "What"}, "since_when": {"自", "Since"}, "second_red": {"超法定", "past the law"}, "chased": {"已督办", "Chased"}, "do_chase": {"督办", "Chase"}, "report_to": {"报", "reported to"}, "looked_at": {"已查看办件", "Cases looked at"}, "none_late": {"没有超期或将到期的。", "Nobody is late, and nothing is due soon."}, "none_late_hint": {"换一个条件，或看下一页。", "Change a filter, or go to the next page."},
	"chase": {"督办", "Chase"}, "chase_long": {"这段话会作为督办请求签章送达持有办件的中心，并记入办件记录；不要写个人信息。", "The word goes, sealed, to the center that has the case, and stands in the case's log. No personal data."}, "chase_text": {"督办内容", "What is to be done"}, "phrases": {"常用语", "Phrases"}, "send": {"发出督办", "Send it"}, "back": {"返回", "Back"}, "held_by": {"现由", "Now with"}, "about": {"监察编号", "Entry"},
	"to": {"发往", "To"}, "when": {"时间", "When"}, "by_whom": {"发出人", "By"}, "text": {"内容", "Text"}, "answer": {"回应", "Answer"}, "no_chases": {"还没有发出过督办。", "No chase was sent."}, "no_chases_hint": {"在“谁超期”里选一件发出督办。", "Choose a case under “Who is late”."},
	"answered": {"已有办理", "acted upon"}, "not_taken": {"对方未接收", "not taken"}, "recorded": {"已记入，未见办理", "recorded, nothing done yet"}, "waits_to_go": {"等待发出", "waits to be sent"}, "on_its_way": {"在途", "on its way"}, "done_chased": {"督办已发出。", "The chase was sent."},
	"from_day": {"起", "From"}, "to_day": {"止", "To"}, "of_which": {"范围", "Of"}, "box_all": {"本节点有副本的全部办件", "All cases of which a copy is here"}, "box_opened": {"本中心收的办件", "Cases taken in here"}, "print": {"打印", "Print"}, "spans": {"常用日期", "Spans"},
	"taken_in": {"收件", "Taken in"}, "still_open": {"在办", "Open"}, "immediate": {"即办件", "Immediate"}, "promised": {"承诺件", "Promised"}, "joint": {"联办件", "Joint"}, "referred": {"上报件", "Referred up"}, "declined": {"退办件", "Declined or rejected"}, "agency": {"代办件", "Agency"}, "elsewhere": {"异地收件（通办）", "Taken in elsewhere"}, "overdue_now": {"其中现已超期", "Overdue now"},
	"sums": {"办件", "Cases"}, "outcomes": {"办理结果", "Outcomes"}, "outcome": {"结果", "Outcome"}, "by_item_count": {"各事项", "By item"}, "finished": {"已办结", "Finished"}, "more_items": {"另有未列出的事项：", "Items that are not listed:"}, "ratings_of": {"好差评（本中心）", "Ratings (this center)"}, "asked": {"咨询、投诉、建议（本中心）", "Consultations, complaints, suggestions (this center)"}, "nothing_counted": {"这段时间没有收件。", "Nothing was taken in on those days."}, "figure": {"指标", "Figure"}, "value": {"数值", "Value"}, "of": {"其中", "Of"},
	string(book.Consultation): {"咨询", "Consultations"}, string(book.Complaint): {"投诉", "Complaints"}, string(book.Suggestion): {"建议", "Suggestions"},

	"rectifications": {"差评整改", "Rectifications"}, "rating_figures": {"评价统计", "Figures"}, "show_open": {"待整改", "To be put right"}, "show_late": {"超期未整改", "Overdue"}, "show_bad": {"全部差评", "All bad ratings"}, "show_every": {"全部评价", "All ratings"}, "shows": {"筛选", "Filters"},
	"grade": {"评价", "Rating"}, "where": {"窗口", "Window"}, "given": {"评价时间", "Given"}, "channel": {"渠道", "Channel"}, "stage": {"进度", "Stage"}, "due": {"到期", "Due"}, "hidden": {"与您有关：由别人处理", "about you: others handle it"}, "left_out_tag": {"不计入统计", "left out of the figures"}, "no_ratings": {"没有这样的评价。", "There is no such rating."}, "month_so_far": {"本月以来", "This month so far"},
	"stage_none": {"—", "—"}, "stage_given": {"待核实", "to be verified"}, "stage_contacted": {"已联系，待核实结果", "contacted"}, "stage_found": {"已核实，待整改", "verified, to be put right"}, "stage_rectified": {"已整改，待回访", "answered, to be followed up"}, "stage_appealed": {"申诉待复核", "appeal to be reviewed"}, "stage_closed": {"已了结", "closed"},
	"a_visit": {"到厅办事", "a visit"}, "due_contact": {"联系核实", "contact"}, "due_rectify": {"整改反馈", "answer"}, "was_late": {"逾期完成", "done late"}, "done_in_time": {"按时完成", "done in time"}, "due_today": {"今天到期", "due today"}, "in_time": {"正常", "in time"}, "provisional": {"放假安排未公布，日期暂定", "the calendar of that year is not published"},
	"ratings_given": {"评价数", "Ratings"}, "satisfied": {"满意率", "Satisfied"}, "bad_share": {"差评率", "Bad"}, "active": {"主动评价率", "Rated of concluded"}, "rectified": {"整改率", "Put right"}, "rectified_in_time": {"按时整改率", "Put right in time"}, "followed_up": {"回访率", "Followed up"}, "content": {"回访满意度", "Content after follow-up"}, "left_out": {"申诉成立、不计入", "Left out (appeal upheld)"},
	"grade_1": {"非常满意", "very satisfied"}, "grade_2": {"满意", "satisfied"}, "grade_3": {"基本满意", "fairly satisfied"}, "grade_4": {"不满意", "dissatisfied"}, "grade_5": {"非常不满意", "very dissatisfied"},
	"by_nothing": {"不分组", "All together"}, "by_window": {"按窗口", "By window"}, "by_department": {"按部门", "By department"}, "group": {"分组", "Group"}, "group_by": {"分组", "Grouped"}, "unnamed": {"（未注明）", "(unnamed)"}, "grades": {"各档评价", "Grades"}, "sums_of_ratings": {"指标", "Figures"},
	"facts": {"评价", "The rating"}, "case": {"办件", "Case"}, "department": {"部门", "Department"}, "named": {"评价人", "Who rated"}, "named_yes": {"留有联系方式", "can be reached"}, "named_no": {"匿名", "without a name"}, "limits": {"整改时限", "Limits"}, "wrote": {"评价人写的", "What was written"}, "read_it": {"查看评价人写的内容和联系方式", "Show what was written, and by whom"}, "why_read": {"查看理由", "Why"}, "to_handle": {"处理评价", "handling the rating"}, "audited": {"会记入查阅记录", "It is written down who looked and why"}, "nothing_written": {"没有留下文字。", "Nothing was written."}, "erased_words": {"已依规销毁。", "It was destroyed after its retention."}, "name": {"姓名", "Name"}, "telephone": {"电话", "Telephone"}, "words": {"文字", "Words"}, "not_for_you": {"这条评价与您有关，您看不到是谁评价的、评价的是哪个办件，也不能处理它；您可以申诉。", "The rating is about you: who gave it and for which case is hidden from you, and others handle it. You may appeal."},
	"history": {"处理经过", "What was done"}, "nothing_done": {"还没有处理。", "Nothing was done yet."}, "do_now": {"现在可以办", "What can be done now"}, "not_now": {"现在不能办的，以及原因", "What can't be done now, and why"}, "nothing_to_do": {"现在没有可以办的。", "Nothing can be done here now."}, "no_bad": {"这不是差评，不需要整改。", "It is no bad rating: nothing is to be put right."},
	"step_contacted": {"联系核实", "Contact"}, "step_found": {"核实结果", "Finding"}, "step_rectified": {"整改反馈", "Answer"}, "step_followed_up": {"回访", "Follow up"}, "step_appealed": {"申诉", "Appeal"}, "step_reviewed": {"申诉复核", "Review of the appeal"},
	"hint_contacted": {"联系评价人，问清情况", "ask whoever rated what happened"}, "hint_found": {"查下来是什么情况", "what the verification came to"}, "hint_rectified": {"评价人会在评价页面看到", "shown to whoever rated, on their page"}, "hint_followed_up": {"问评价人是否满意", "ask whether that was enough"}, "hint_appealed": {"评价不实或恶意：由另一个人复核", "it is wrong or malicious: another reviews that"}, "hint_reviewed": {"成立的，评价保留，但不计入统计", "upheld: the rating stays and is left out of the figures"},
	"text_contacted": {"说明（不写个人信息）", "Note (no personal data)"}, "text_found": {"核实结果", "What was found"}, "text_rectified": {"整改了什么", "What was put right"}, "text_followed_up": {"说明（不写个人信息）", "Note (no personal data)"}, "text_appealed": {"申诉理由", "Why"}, "text_reviewed": {"复核意见", "Why"},
	"yes_contacted": {"联系上了", "reached"}, "no_contacted": {"没有联系上", "not reached"}, "yes_followed_up": {"满意", "satisfied"}, "no_followed_up": {"仍不满意", "still dissatisfied"}, "yes_reviewed": {"申诉成立", "upheld"}, "no_reviewed": {"申诉不成立", "dismissed"}, "check_found": {"情况复杂，按较长时限整改", "complex: the longer limit counts"},
	"moved_on": {"这条评价刚刚有新的处理，请看一下再提交", "something was done about the rating just now: look, then send"}, "choose_one": {"请选一个", "choose one of the two"},
	"done_contacted": {"已记录联系情况。", "The contact was noted."}, "done_found": {"已记录核实结果。", "The finding was noted."}, "done_rectified": {"已反馈。", "The answer was given."}, "done_followed_up": {"已记录回访。", "The follow-up was noted."}, "done_appealed": {"已申诉，由另一个人复核。", "The appeal was made; another reviews it."}, "done_reviewed": {"已复核。", "The appeal was decided."},

	"audit": {"查阅记录", "Who looked"}, "restrictions": {"限制查阅", "Restrictions"}, "due_list": {"到期销毁", "To be erased"}, "staff": {"经办人", "Staff"}, "everybody": {"所有人", "Everybody"}, "happened": {"事情", "What"}, "reason": {"理由", "Reason"}, "as_supervisor": {"以监督身份", "as a supervisor"}, "no_looks": {"没有这样的记录。", "There is no such entry."}, "pieces": {"份内容", "pieces"},
	"kind_read": {"查看", "shown in full"}, "kind_restricted": {"限制查阅", "restricted"}, "kind_unrestricted": {"解除限制", "restriction ended"}, "kind_retention": {"规定保管期限", "retention set"}, "kind_erased": {"销毁", "erased"},
	"restrict_case": {"限制一个办件", "Restrict a case"}, "restrict_long": {"未到期不能删除、但应当事人要求停止使用的：限制后，只有监督说明理由才能查看。", "What may not be erased yet but is to be left alone: then only a supervisor sees who applied, and says why."}, "case_or_number": {"办件标识或编号", "Id or number of the case"}, "restrict": {"限制查阅", "Restrict"}, "unrestrict": {"解除限制", "End it"}, "no_restrictions": {"没有限制查阅的办件。", "No case is restricted."}, "done_restricted": {"已限制查阅。", "Access is restricted."}, "done_opened": {"已解除限制。", "The restriction was ended."}, "why_open": {"解除理由", "Why it ends"},
	"kept_until": {"保管至", "Kept until"}, "choose": {"勾选", "Choose"}, "not_here": {"由别的中心销毁", "another center erases it"}, "erase": {"销毁所选", "Erase what is chosen"}, "erase_why": {"理由和依据文件", "Why, and the document that orders it"}, "sure": {"我已核对：销毁后不能恢复", "I have checked: what is erased can't be brought back"}, "say_sure": {"请勾选“我已核对”", "tick that you have checked"}, "choose_some": {"请先勾选", "choose some first"}, "none_due": {"没有到期应销毁的内容。", "Nothing is due to be erased."}, "unset": {"没有规定保管期限的（永不到期）：", "Without a retention period (never due):"}, "periods": {"保管期限", "Retention periods"}, "no_periods": {"还没有规定保管期限；没有规定的，永不到期。", "No period is set; what has none is never due."}, "more_due": {"还有更多，先处理这些。", "There are more; these first."}, "erased_now": {"已销毁：", "Erased:"}, "result": {"结果", "Result"}, "not_erased": {"未销毁", "not erased"}, "was_erased": {"已销毁", "erased"},
	"record_rating": {"评价的文字", "words of a rating"}, "record_appointment": {"预约", "appointment"}, "record_consultation": {"咨询", "consultation"}, "record_complaint": {"投诉", "complaint"}, "record_suggestion": {"建议", "suggestion"}, "record_information": {"政府信息公开申请", "request for information"}, "record_need": {"民情诉求", "need"}, "record_mediation": {"矛盾调解", "mediation"}, "record_unclaimed": {"结果未领取", "unclaimed result"},
}

// lateKinds are what somebody has to see to.
var lateKinds = map[supervise.Kind]terms.Pair{
	supervise.Near: {"将到期", "due soon"}, supervise.Late: {"超期", "overdue"}, supervise.NoticeLate: {"一次性告知逾期", "notice late"}, supervise.Renewed: {"视为准予延续", "deemed renewed"},
	supervise.Lapsed: {"申请人逾期", "applicant let a day pass"}, supervise.Duty: {"其他期日已过", "another day is past"}, supervise.SilentOffer: {"移交未答复", "offer unanswered"}, supervise.Undelivered: {"移交未送达", "offer undelivered"},
	supervise.SilentVoice: {"联办意见未反馈", "opinion missing"}, supervise.SlipOpen: {"材料未签收", "papers not scanned"}, supervise.Branch: {"记录矛盾", "contradicting logs"}, supervise.FeeUnsettled: {"代收未结清", "fee unsettled"}, supervise.SilentCenter: {"中心失联", "center silent"},
}

// phrases are ready words of a chase.
var phrases = []terms.Pair{
	{"请于两个工作日内办理并反馈。", "Please deal with it within two working days and report."},
	{"请接管，或说明理由退回。", "Please take it over, or turn it back with a reason."},
	{"请说明超期原因和办理计划。", "Please say why it is late and when it will be done."},
}

var channels = map[rating.Channel]terms.Pair{
	rating.PC: {"电脑", "PC"}, rating.Mobile: {"手机", "mobile"}, rating.QR: {"扫码", "QR code"}, rating.Tablet: {"大厅平板", "tablet in the hall"},
	rating.Terminal: {"大厅终端", "terminal in the hall"}, rating.Phone: {"电话", "telephone"}, rating.Message: {"短信", "text message"},
}

// fieldWords are what of a person was shown.
var fieldWords = map[string]terms.Pair{
	"name": {"姓名", "name"}, "id": {"证件号", "identity number"}, "telephone": {"电话", "telephone"}, "address": {"地址", "address"}, "words": {"评价文字", "words"},
	"masked": {"脱敏信息", "masked"}, "agent": {"代理人", "agent"}, "representative": {"法定代表人", "representative"}, "paper": {"材料扫描件", "scan of a paper"},
}
