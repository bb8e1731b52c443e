package catalogue

import "tongban/node/frame"

// words are those of the room: Chinese, English. The names of elements, their
// values and what they mean are catalog/item's and catalog/sheet's.
var words = frame.Words{
	"drafts": {"草稿", "Drafts"}, "draft": {"草稿", "Draft"}, "n_drafts": {"份草稿", "drafts"}, "item": {"事项", "Item"}, "v": {"版本 ", "v"}, "erratum": {"勘误", "erratum"}, "own": {"本人起草", "yours"},
	"draft_open": {"待审核", "Open"}, "draft_published": {"已发布", "Published"}, "draft_closed": {"已退回或放弃", "Closed"}, "draft_revised": {"已修订", "Revised"},
	"state": {"状态", "State"}, "which": {"范围", "Which"}, "of_": {"全部", "All"}, "of_area": {"本地区", "This area"}, "of_mine": {"本人起草的", "Written by me"}, "of_others": {"他人起草的", "Written by others"},
	"filters": {"已选条件", "Active filters"}, "remove": {"，点击去掉", ", remove"}, "choose": {"选择", "Choose"}, "for_whom": {"适用地区", "For"}, "written_by": {"起草", "Written by"}, "when": {"时间", "Time"}, "purpose": {"事由", "What it is for"}, "check": {"检查", "Check"},
	"ready": {"可以发布", "ready"}, "not_ready": {"有错误", "has errors"}, "no_drafts": {"没有这样的草稿。", "There is no such draft."}, "no_drafts_hint": {"换一个状态或范围看看。", "Look at another state, or at all of them."}, "stopped": {"草稿很多，只看了一部分；下一页接着看。", "There are many drafts, and only a part was looked at; the next page goes on."},
	"batch": {"审核选中的草稿", "Approve those chosen"}, "batch_done": {"已逐份处理，发布：", "Each was decided by itself; published:"}, "choose_some": {"请先勾选草稿", "choose drafts first"}, "n_changes": {"改动", "Changes"}, "warnings": {"处提醒", "warnings"}, "not_done": {"没有发布", "not published"}, "to_list": {"回到草稿", "To the drafts"},

	"findings": {"检查结果", "Findings"}, "errors_stop": {"有错误的草稿不能发布。", "A draft with errors cannot be published."}, "error": {"错误", "error"}, "warning": {"提醒", "warning"}, "no_findings": {"没有发现问题。", "Nothing was found."},
	"against": {"对照版本", "Against version"}, "changes": {"处不同", "changes"}, "better": {"更有利", "better"}, "worse": {"更不利", "worse"}, "no_changes": {"与该版本内容相同。", "It says the same."}, "compare_versions": {"比较已发布的各版本", "Compare published versions"},
	"text": {"内容", "Text"}, "revises": {"修订自", "Revises"}, "revised_by": {"修订为", "Revised by"}, "why": {"原因", "Why"}, "download": {"下载表格", "Download as a spreadsheet"},
	"do_now": {"现在可以", "What you may do"}, "not_now": {"现在不能", "Not now"}, "act_publish": {"批准并发布", "Approve and publish"}, "act_edit": {"修改", "Revise it"}, "act_close": {"退回", "Return it"}, "give_up": {"放弃这份草稿", "Give it up"},
	"publish": {"批准并发布", "Approve and publish"}, "effective": {"生效日期", "In effect from"}, "effective_hint": {"留空：按草稿写的计划生效日期，没有写的今天生效。", "Empty: the day that the draft wants, else today."}, "erratum_today": {"勘误当天生效。", "An erratum counts from today."}, "wants": {"计划生效", "wants"}, "note": {"审核意见", "Note"}, "back": {"返回", "Back"},
	"reason_needed":  {"请写明原因", "say why"},
	"done_published": {"已批准发布。", "It was approved and published."}, "done_closed": {"草稿已关闭。", "The draft was closed."}, "done_drafted": {"已存为草稿，等待另一个人审核。", "It was drafted, and waits for somebody else's approval."}, "done_waiting": {"这份草稿说的就是这些，没有另存。", "This draft says just that already; no other was made."},

	"new_item": {"起草新事项", "Draft a new item"}, "new_version": {"起草新版本", "Draft a new version"}, "correct": {"勘误", "Correct a mistake"}, "revise": {"修改草稿", "Revise draft"}, "taken_from": {"取自版本", "taken from version"},
	"for_area": {"为哪里起草", "For which area"}, "mistake": {"错在哪里", "What the mistake is"}, "save": {"存为草稿", "Save as a draft"}, "unfinished": {"未写完也存（有错误时不能发布）", "Save it unfinished (with errors it can't be published)"}, "parts": {"各部分", "Parts"},
	"result": {"检查结果", "Result"}, "unreadable": {"有的内容读不懂，请改正标出的地方。", "Some values can't be read. Mend what is marked."}, "faulty": {"有错误：请改正标出的地方，或者勾选“未写完也存”。", "There are errors. Mend what is marked, or save it unfinished."}, "not_kept": {"没有存为草稿；您填的都还在。", "Nothing was drafted; what you typed is still there."}, "purpose_of_many": {"已有的事项出新版本时必填：会写在版本与沿革里。", "Needed where an item gets a new version: it stands in its history."}, "purpose_hint": {"改了什么、为什么改：会写在事项的版本与沿革里。", "What is new, and why: it stands in the history of the item."},
	"state_ready": {"没有妨碍，可以存为草稿", "may be drafted"}, "state_faulty": {"有错误", "has errors"}, "state_drafted": {"已存为草稿", "drafted"}, "state_waiting": {"已有内容相同的草稿", "a draft says the same"}, "state_unchanged": {"与最新版本相同，没有改动", "unchanged"}, "state_rejected": {"目录没有接受", "rejected"}, "look_at_it": {"查看", "Look at it"},
	"add_row": {"增加一条", "Add"}, "remove_row": {"删除第", "Remove number"}, "move_up": {"上移第", "Move up number"}, "row_tools": {"操作", "Change"}, "more_fields": {"更多要素", "More elements"}, "how": {"怎么填", "How to fill it in"},

	"import": {"导入表格", "Import a spreadsheet"}, "which_file": {"选择文件", "Choose a file"}, "file": {"文件", "File"}, "import_long": {"xlsx、csv、yaml 或 json，最多 500 个事项。先检查，看清每个事项会怎样，再全部存为草稿；有一个不行就一个也不存。", "xlsx, csv, yaml or json, at most 500 items. It is checked first, and you see what each would become; then all are drafted, or none."}, "empty_form": {"空白表格：", "Empty forms:"}, "choose_file": {"请先选择文件", "choose a file first"},
	"unreadable_cells": {"读不懂的地方", "What can't be read"}, "place": {"位置", "Place"}, "problem": {"问题", "Problem"}, "what": {"改动与问题", "Changes and problems"}, "draft_all": {"全部存为草稿", "Draft them all"}, "another_file": {"换一个文件", "Another file"}, "none_drafted": {"没有可以存为草稿的，或者有错误：改好后重新导入。", "Nothing can be drafted, or there are errors: mend them and import it again."}, "imported": {"已存为草稿，等待另一个人审核。", "They were drafted, and wait for somebody else's approval."}, "upload_again": {"文件已不在，请重新选择", "the file is gone: choose it again"},

	"withdraw": {"停办", "Withdraw"}, "withdraw_long": {"停止提供这个事项的这一版本。已受理的办件按原版本办完；上级发布过的，恢复用上级的。", "This version is no longer offered. Accepted cases go on by it; where the area above publishes the item, its version counts again."}, "first_without": {"从哪天起停办", "First day without it"}, "today_if_empty": {"留空：今天", "Empty: today"}, "withdrawn_from": {"已停办，自", "Withdrawn from"}, "done_withdrawn": {"已停办。", "It was withdrawn."},
}
