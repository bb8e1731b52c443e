package counter

import "tongban/node/frame"

var words = frame.Words{
	"intake": {"收件", "Intake"}, "scan_box": {"排队号，或者要办的事项", "Queue ticket, or what is applied for"}, "scan_hint": {"扫票号，或输入事项名称、拼音首字母、编码", "scan a ticket, or type a name, pinyin initials or a code"},
	"begin": {"开始", "Begin"}, "ticket": {"排队号", "Queue ticket"}, "ticket_good": {"今天的号", "one of today's"}, "halves": {"未办完的收件", "Half-filled intakes"}, "halves_note": {"存在本节点，七天后自动删除。", "Kept by this node, deleted after seven days."},
	"untitled": {"（还没有选事项）", "(no item yet)"}, "no_halves": {"没有未办完的收件。", "Nothing is half filled."}, "scans": {"份扫描件", "scans"},
	"nothing_typed": {"请扫票号，或者输入要办的事项", "scan a ticket, or type what is applied for"}, "none_found": {"没有找到这个事项", "no such item"}, "found": {"找到的", "Found"},

	"items": {"办理事项", "Items"}, "add_item": {"加一个事项", "Add an item"}, "take_away": {"去掉", "Take away"}, "no_item_yet": {"还没有选事项", "No item is chosen yet"}, "conditions": {"受理条件", "Conditions"}, "guide": {"办事指南", "Guide"},
	"kept": {"已存在节点", "Kept on the node at"}, "unkept": {"还没有存上", "Not kept yet"}, "lost": {"没有存上，线路恢复后再存", "Not kept: it is tried again when the line is back"}, "update": {"更新页面", "Update the page"}, "drop": {"作废这次收件", "Throw away"}, "dropped_sure": {"填写的内容将被删除", "what was typed is deleted"}, "done_dropped": {"已作废。", "It was thrown away."},
	"number_good": {"✓ 号码正确", "✓ the number is right"}, "born": {"出生", "born"}, "minor": {"未满十八周岁", "under eighteen"},
	"read_card": {"读卡", "Read a card"}, "from_camera": {"拍照", "Camera"}, "device_no": {"设备没有回应，请手工输入或上传文件。", "The device does not answer: type it, or upload a file."}, "device_yes": {"已读取", "It was read"},

	"situation": {"办理情形", "Situation"}, "several": {"可多选", "more than one may hold"}, "answer_first": {"请先回答办理情形", "Answer the questions about the situation first"},
	"papers": {"材料", "Papers"}, "paper": {"材料", "Paper"}, "state": {"状态", "State"}, "none_yet": {"—", "—"}, "scan": {"扫描件", "Scan"}, "look": {"查看", "Look"}, "unscan": {"删除", "Delete"}, "rest": {"其他", "More"},
	"photo": {"拍照", "Photograph"}, "shrinking": {"正在压缩照片…", "Making the picture smaller…"}, "shots": {"各页", "Pages"}, "forward": {"前移第", "Move forward: page"}, "mixed": {"这份材料已有扫描件，照片和文件不能混在一起；请先删除再上传。", "Pictures and a file can't be mixed for one paper: delete what is there first."},
	"sign_here": {"签名区：用手指、笔或鼠标签名", "Sign here with a finger, a pen or the mouse"}, "sign_clear": {"重签", "Clear"}, "sign_done": {"已签名", "Signed"}, "sign_other": {"不便在屏幕上签名的，可以上传签名或指印的照片。", "Whoever can't sign on the screen: upload a picture of the signature or thumbprint."},
	"originals": {"收原件（份）", "Originals kept"}, "copies": {"收复印件（份）", "Copies kept"}, "by": {"补交期限", "To be brought by"}, "note": {"依据、说明", "Ground, note"}, "mended": {"当场更正", "corrected on the spot"}, "done_mended": {"已记下当场更正的材料，请接着办。", "It is noted what was corrected; go on."},
	"missing": {"缺", "missing"}, "exempt": {"免提交", "exempt"}, "no_papers": {"不需要材料", "No papers are asked for"}, "pick_item": {"选好事项后，这里列出要问的和要交的。", "What is to be asked and brought stands here once an item is chosen."},
	"carry": {"调取以前提交过的材料", "Look for papers brought earlier"}, "carry_from": {"取自以前的办件", "From an earlier case"}, "carry_not": {"（不取）", "(not)"}, "consent": {"申请人同意", "The applicant agrees"}, "consent_signed": {"书面同意", "in writing"}, "consent_spoken": {"口头同意", "by word"}, "nothing_earlier": {"没有可以取用的材料。", "There is nothing that could be taken."},
	"place_none": {"没有叫这个名字的中心，请换一个名称，或者填 12 位区划代码", "no center has this name: give another, or the 12-digit code"}, "place_several": {"这样叫的不止一处，请写全名：", "several are called so, give the whole name: "}, "place_code": {"区划代码应为 12 位", "a code has 12 digits"}, "own_area": {"就是本地：", "It is here: "},
	"say_state": {"有扫描件，请选择材料状态", "it was scanned: say in which state it is"}, "see_fields": {"请改正下面标出的地方", "see the fields that are marked below"},

	"outcomes": {"窗口结论", "Outcome"}, "not_possible": {"现在不能：", "Not now: "}, "one_by_one": {"一次办理几个事项时，请先收件，再逐件决定。", "With several items take them in first, then decide each."},
	"notice_several": {"齐的受理，缺的一次性告知", "Accept what is complete, notice for the rest"}, "notice_several_note": {"材料齐全的办件当场受理；缺材料的各出一份告知书。", "What is complete is accepted; of the others each has its notice."},
	"how_mend": {"怎样补正", "how to mend it"}, "phrases": {"常用语", "Phrases"}, "nothing_missing": {"没有缺少的材料。", "Nothing is missing."}, "confirm": {"确认", "Confirm"},

	"opened": {"已收件", "Taken in"}, "password": {"查询密码", "Query password"}, "password_once": {"只显示这一次，会印在收件凭证上。", "Shown this once; it is printed on the receipt of materials."}, "password_write": {"只显示这一次，没有凭证可以打印，请抄给申请人。", "Shown this once, and there is no receipt to print: write it down for the applicant."}, "only_opened": {"已登记，还没有收到材料", "Entered; nothing was received yet"}, "print_all": {"全部打印", "Print all"}, "next_number": {"下一位", "Next"}, "call_next": {"办完，叫下一位", "Done, call the next"},
	"told_due": {"承诺办结日", "Promised by"}, "to_print": {"待打印", "To be printed"}, "lacks": {"缺少", "Missing"}, "not_done": {"没有办成的", "What was not done"}, "documents": {"文书（补打、重打）", "Documents (print again)"}, "nothing_to_print": {"没有待打印的文书。", "Nothing is to be printed."},
	"key_outcome": {"窗口结论（S 受理 J 收件 G 告知 B 不予受理 C 更正 Z 办结）", "outcomes (S accept, J take in, G notice, B decline, C corrected, Z settle)"}, "key_digit": {"选第几个选项、材料状态", "choose an option or a state by its digit"}, "key_item": {"加一个事项", "add an item"}, "key_print": {"全部打印", "print all"}, "key_next": {"下一位", "next"}, "key_device": {"读卡", "read a card"},
}
