package web

import "tongban/node/frame"

// words are those of the pages: Chinese, English. The names of elements and
// their values are catalog/item's.
var words = frame.Words{
	"as_of": {"查看日期", "As of"}, "to_catalogue": {"回到目录", "To the catalogue"},
	"not_offered": {"本中心没有这个事项", "this center does not offer this item"}, "find_it": {"请在目录中查找", "find it in the catalogue"},

	"catalogue": {"事项目录", "Catalogue"}, "bundles": {"一件事", "Bundles"}, "coverage": {"应进必进", "Coverage"}, "drafts": {"草稿", "Drafts"},
	"items": {"项", "items"}, "best": {"最匹配的", "best matches:"},
	"search": {"查找事项", "Find an item"}, "search_hint": {"名称、日常用语、拼音首字母、编码", "name, everyday word, pinyin initials, code"},
	"all": {"全部", "All"}, "find": {"查找", "Find"}, "filters": {"已选条件", "Active filters"}, "remove": {"，点击去掉", ", remove"},
	"effective": {"生效日期", "In effect"}, "guide": {"办事指南", "Guide"}, "v": {"版本 ", "v"},
	"nothing": {"没有符合条件的事项。", "No item fits."}, "nothing_hint": {"换一个词，或去掉一个条件。", "Try another word, or remove a filter."},

	"item": {"事项", "Item"}, "print_guide": {"打印办事指南", "Printed guide"}, "diff": {"版本比较", "Compare"},
	"pinned": {"这是指定的版本，不一定是现行的。", "This is the version that was asked for, not necessarily the current one."}, "current": {"查看现行版本", "Show the current one"},
	"on_this_page": {"本页内容", "On this page"}, "elements": {"实施清单要素", "Elements"}, "history": {"版本与沿革", "Versions"},
	"powers": {"权力下放与上收", "Powers"}, "open_cases": {"在办件", "Open cases"},
	"ask": {"按情形查材料", "What do I need?"}, "several": {"可多选", "several may hold"}, "what_i_need": {"查看所需材料", "Show what is needed"}, "start_again": {"重新选择", "Start again"},
	"you_need": {"需要的材料", "Materials needed"}, "still_open": {"尚未选择，以下按需要提交列出：", "Not answered yet; what depends on it is shown as needed:"},
	"exempt": {"免提交", "need not be handed in"}, "excused": {"不需要：", "Not needed:"}, "its_way": {"办理环节", "Steps"}, "skipped": {"不经过：", "Left out:"},
	"members": {"办理事项", "Items"}, "missing_members": {"本中心没有的事项：", "Not offered here:"},
	"state": {"状态", "State"}, "published": {"发布时间", "Published"}, "drafted_by": {"起草", "Drafted by"}, "approved_by": {"批准", "Approved by"}, "reason": {"事由", "Reason"},
	"erratum": {"勘误", "erratum"}, "root": {"根密钥", "root key"},
	"in_effect": {"现行", "in effect"}, "future": {"待生效", "to come"}, "superseded": {"已被取代", "superseded"}, "withdrawn": {"已取消", "withdrawn"}, "called_off": {"未生效即撤回", "called off"},
	"center": {"中心", "Center"}, "as_level": {"行使层级", "Acts as level"}, "from": {"起", "From"}, "to": {"止", "To"}, "document": {"文件", "Document"},
	"holds": {"有效", "holds"}, "holds_not": {"不在期内", "not on this day"},
	"effect": {"对在办件：", "Open cases:"}, "case": {"办件编号", "Case"}, "accepted": {"受理日期", "Accepted"}, "by_version": {"所用版本", "Version"}, "older": {"旧版本", "older version"},
	"no_cases": {"本中心没有在办件。", "This center has no open case of it."},

	"from_version": {"旧版本", "From"}, "to_version": {"新版本", "To"}, "compare": {"比较", "Compare"}, "changes": {"处不同", "changes"},
	"better": {"更有利", "better"}, "worse": {"更不利", "worse"}, "no_changes": {"两个版本内容相同。", "The two say the same."}, "first_version": {"这是第一个版本，之前没有可比的。", "This is the first version: there is nothing to compare with."},

	"coverage_long": {"按本级进驻事项基础目录，各中心应进、已进和缺少的事项。", "What each center must offer by the basic catalogue of its level, what it offers and what is missing."},
	"level":         {"层级", "Level"}, "covered": {"进驻率", "Covered"}, "required": {"应进", "Required"}, "offered": {"已进", "Offered"}, "missing": {"缺少", "Missing"}, "beyond": {"目录外认领", "Beyond the list"},
	"no_list": {"没有基础目录", "no basic catalogue"}, "no_centers": {"没有中心。", "There is no center."}, "why": {"原因", "Why"},
	"gap_unclaimed": {"尚未认领", "not claimed"}, "gap_not_offered": {"没有可用的发布版本", "nobody publishes it for this area"},

	"draft": {"草稿", "Draft"}, "draft_open": {"待审核", "Open"}, "draft_published": {"已发布", "Published"}, "draft_closed": {"已退回或放弃", "Closed"}, "draft_revised": {"已修订", "Revised"},
	"when": {"时间", "Time"}, "check": {"检查", "Check"}, "ready": {"可以发布", "ready"}, "not_ready": {"有错误", "has errors"}, "no_drafts": {"没有这样的草稿。", "There is no such draft."},
	"content": {"内容校验值", "Content hash"}, "findings": {"检查结果", "Findings"}, "errors_stop": {"有错误的草稿不能发布。", "A draft with errors cannot be published."},
	"severity": {"程度", "Severity"}, "element": {"要素", "Element"}, "finding": {"问题", "Finding"}, "error": {"错误", "error"}, "warning": {"提醒", "warning"}, "no_findings": {"没有发现问题。", "Nothing was found."},
	"against": {"与下列版本比较：", "Against"},

	"too_many": {"请稍后再试", "Please try again later"}, "too_many_hint": {"现在查询的人太多，请一分钟后再试。", "Too much is being asked at the moment. Please try again in a minute."},
	"verify": {"文书核验", "Is this document genuine?"}, "agrees": {"文书与办件记录一致", "The document agrees with the case's log"}, "agrees_void": {"文书曾经出具，但已作废", "The document was issued, and was taken back"},
	"sealed_by": {"由", "Sealed by"}, "sealed_on": {"于", " on"}, "sealed_end": {"签章。", "."}, "event": {"办理环节", "Step"}, "voided": {"已作废", "void"}, "instead": {"代替文书：", "In its place:"},
	"compare_it": {"请将上列编号、日期与手中的文书逐项核对。", "Please compare the numbers and the day above with the document in your hands."}, "ask_progress": {"查询进度", "Show the progress"},
	"forged": {"核验不通过：文书与办件记录不一致", "Not genuine: the document does not agree with the case's log"}, "not_yet": {"无法核验：本中心的记录还没有到这一步", "Cannot be checked: the log here does not reach that far yet"},
	"not_here": {"无法核验：本中心没有这个办件", "Cannot be checked: the case is not at this center"}, "no_check": {"无法核验：核验码不完整", "Cannot be checked: this is no check code"}, "unverified": {"暂时无法核验", "Cannot be checked at the moment"},
	"verify_hint": {"请联系出具文书的中心，或者打印文书的窗口。", "Please ask the center that issued the document, or the counter that printed it."},
	"progress":    {"办件进度查询", "How far is my case?"}, "progress_long": {"请输入收件凭证上的办件编号和查询密码。", "Please give the case number and the query password on your receipt."},
	"number_or_id": {"办件编号", "Case number"}, "password": {"查询密码", "Query password"}, "no_progress": {"办件编号或者查询密码不对。", "No case goes by this number and password."},
	"too_many_tries": {"试错次数太多，请几分钟后再试，或者到窗口查询。", "Too many tries. Please wait a few minutes, or ask at a counter."}, "try_later": {"暂时无法查询，请稍后再试。", "This can't be shown at the moment. Please try again later."},
	"waits_for": {"正在进行：", "waiting for: "}, "due": {"应于此日前作出决定", "Decision due by"}, "held_by": {"现由", "Now with"}, "collect": {"领取地点", "To be collected at"}, "owed": {"待缴费用", "To be paid"},
	"bring": {"需要补充的材料", "Still to be brought"}, "bring_by": {"请于此日前送交：", "by"}, "its_steps": {"办理环节", "Steps"}, "registered": {"登记", "Registered"}, "to_come": {"未到", "to come"}, "ask_another": {"查询其他办件", "Ask for another case"},
}
