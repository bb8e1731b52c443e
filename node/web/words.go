package web

import "tongban/node/frame"

// words are those of the pages: Chinese, English. The names of elements and
// their values are catalog/item's.
var words = frame.Words{
	"as_of":       {"查看日期", "As of"},
	"not_offered": {"本中心没有这个事项", "this center does not offer this item"}, "find_it": {"请在目录中查找", "find it in the catalogue"},

	"catalogue": {"事项目录", "Catalogue"}, "bundles": {"一件事", "Bundles"}, "coverage": {"应进必进", "Coverage"},
	"items": {"项", "items"}, "best": {"最匹配的", "best matches:"},
	"search": {"查找事项", "Find an item"}, "search_hint": {"名称、日常用语、拼音首字母、编码", "name, everyday word, pinyin initials, code"},
	"all": {"全部", "All"}, "find": {"查找", "Find"}, "filters": {"已选条件", "Active filters"}, "remove": {"，点击去掉", ", remove"},
	"effective": {"生效日期", "In effect"}, "guide": {"办事指南", "Guide"}, "v": {"版本 ", "v"},
	"nothing": {"没有符合条件的事项。", "No item fits."}, "nothing_hint": {"换一个词，或去掉一个条件。", "Try another word, or remove a filter."},

	"item": {"事项", "Item"}, "print_guide": {"打印办事指南", "Printed guide"}, "diff": {"版本比较", "Compare"},
	"pinned": {"这是指定的版本，不一定是现行的。", "This is the version that was asked for, not necessarily the current one."}, "current": {"查看现行版本", "Show the current one"},
	"on_this_page": {"本页内容", "On this page"}, "elements": {"实施清单要素", "Elements"}, "history": {"版本与沿革", "Versions"},
	"powers": {"权力下放与上收", "Powers"}, "open_cases": {"在办件", "Open cases"},
	"ask": {"按情形查材料", "What do I need?"},

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
	"no_list_how":   {"进驻事项基础目录由区里公布；公布后各中心认领，这里就有进驻率。", "The district publishes the basic catalogue; the centers then claim what it names."},
	"no_bundles":    {"还没有发布“一件事”。由有发布权的中心起草：新建事项，填写集成类型和成员事项，另一人审核后发布。", "No bundle is published yet. A center that publishes drafts an item with a kind of bundle and its members; somebody else approves it."},
	"gap_unclaimed": {"尚未认领", "not claimed"}, "gap_not_offered": {"没有可用的发布版本", "nobody publishes it for this area"},
}
