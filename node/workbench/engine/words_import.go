package engine

import "tongban/node/frame"

var importWords = frame.Words{
	"import": {"导入", "Import"}, "import_title": {"批量导入", "Import in bulk"},
	"import_lead":    {"把原来的名单和在办件一次带进来。先检查，一处不对都不写入；检查通过后再导入。", "Bring in at once what you have. A table is checked first, and nothing is written while anything in it is wrong."},
	"import_centers": {"给下级中心批量写邀请券", "tickets for centers below this one"}, "import_staff": {"名册：工号、姓名、岗位、窗口、B 岗", "the roster: numbers, names, posts, windows, B clerks"},
	"import_windows": {"窗口和各自的业务类型", "windows and what they serve"}, "import_accounts": {"登录账号和职责，给出初始密码", "accounts and duties, with first passwords"},
	"import_cases": {"原系统里还没有办结的办件", "cases that were begun elsewhere and are not concluded"},
	"what_kind":    {"导入什么", "What to import"}, "template": {"模板", "Template"}, "the_file": {"填好的表", "The table"},
	"file_hint": {"xlsx，或 UTF-8、GB18030 的 csv；最多 4 MB、2000 行。示例行会跳过，不用公式。", "xlsx, or csv in UTF-8 or GB18030; 4 MB and 2000 rows at most. The example row is skipped; no formulas."},
	"check":     {"检查", "Check"}, "last_table": {"上一次发来的表：", "The table sent last: "},
	"table_checked": {"检查结果", "checked"}, "table_queued": {"等待导入", "waiting"}, "table_running": {"正在导入", "being taken in"}, "table_done": {"导入结果", "taken in"}, "table_stopped": {"导入中断", "cut short"},
	"does_new": {"新增", "new"}, "does_change": {"变更", "changed"}, "does_same": {"已有，不变", "there already"}, "does_wrong": {"有误", "wrong"},
	"did_new": {"已新增", "added"}, "did_change": {"已变更", "changed"}, "did_same": {"已有，不变", "there already"}, "did_wrong": {"有误", "wrong"},
	"says_going":   {"正在导入，请等一会儿。可以离开本页，导入会继续。", "It is being taken in. You may leave this page; the work goes on."},
	"says_stopped": {"导入中断了。把同一张表再发一次，会从断的地方接着做，不会重复。", "It was cut short. Send the same table again: it goes on where it stopped, and nothing is done twice."},
	"says_partly":  {"导入完成，有几行没有办成。改正后把表再发一次，已经导入的不会重复。", "Done, but for a few rows. Mend them and send the table again: nothing is done twice."},
	"says_done":    {"导入完成。", "All of it is taken in."}, "says_wrong": {"有需要改正的地方，什么都没有写入。请在表里改正，再检查一次。", "Something is to be mended; nothing was written. Correct the table and check it again."},
	"says_nothing": {"表里的内容都已经有了，没有要导入的。", "All of it is there already: there is nothing to take in."}, "says_ready": {"检查通过，可以导入。", "All is well: it can be taken in."},
	"secrets_centers": {"邀请券只能下载一次，请妥善保管：拿到邀请券的人就能建立那个中心的节点。", "The tickets can be downloaded once. Keep them safe: whoever has one can make that center's node."}, "secrets_accounts": {"初始密码只能下载一次，请当面或密封交给本人。", "The first passwords can be downloaded once. Hand them over in person or sealed."},
	"secrets_cases": {"新的办件编号和查询密码只能下载一次，请告知申请人。", "The new numbers and query passwords can be downloaded once, to be told to the applicants."}, "fetch": {"下载清单", "Download the list"},
	"to_mend": {"需要改正的地方", "What to mend"}, "place": {"位置", "Place"}, "column": {"列", "Column"}, "what_wrong": {"问题和改法", "What is wrong, and how to mend it"}, "only_warning": {"提醒", "note"},
	"made_staff": {"查看名册", "See the roster"}, "made_windows": {"查看窗口", "See the windows"}, "made_accounts": {"查看账号", "See the accounts"}, "made_cases": {"查看办件", "See the cases"},
	"rows": {"各行", "Rows"}, "row": {"行", "Row"}, "its_name": {"名称", "Name"}, "more_faults": {"另有没有列出的问题：", "Not listed: "},
	"take_in": {"导入", "Take it in"}, "another": {"换一张表", "Another table"}, "progress": {"进度", "Progress"},
}

// gather puts several tables of words together.
func gather(all ...frame.Words) frame.Words {
	out := frame.Words{}
	for _, one := range all {
		for key, pair := range one {
			if _, twice := out[key]; twice {
				panic("engine: the word " + key + " is there twice")
			}
			out[key] = pair
		}
	}
	return out
}
