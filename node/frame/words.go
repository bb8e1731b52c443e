package frame

// common are the words that stand on every page.
var common = Words{
	"menu": {"主菜单", "Main menu"}, "more_pages": {"更多", "More"}, "tabs": {"栏目", "Sections"}, "skip": {"跳到正文", "Skip to content"},
	"large": {"大字", "Large type"}, "normal": {"标准字", "Normal type"}, "pages": {"翻页", "Pages"},
	"to_start": {"返回首页", "Back to the start"}, "first_page": {"第一页", "First page"}, "next_page": {"下一页", "Next page"},
	"brand": {"通办", "Tongban"}, "sign_out": {"退出", "Sign out"}, "lock": {"锁屏", "Lock"}, "me": {"我的账号", "My account"},
	"as_of_long": {"正在查看的日期：", "You see the catalogue as of"}, "back_to_today": {"回到今天", "Back to today"},
	"technical": {"技术说明", "Technical details"},
	"refused":   {"无法显示", "This cannot be shown"}, "keys": {"快捷键", "Keys"}, "close": {"关闭", "Close"},
	"palette": {"查找办件、人、事项或功能", "Find a case, a person, an item or a page"}, "palette_hint": {"编号、姓名、证件号、电话、事项、功能", "number, name, identity number, telephone, item, page"}, "search_all": {"查找", "Find"},
	"line_offline": {"连不上节点。填写的内容都还在，线路恢复后可以接着办。", "The node can't be reached. What you typed is still here."},
	"line_waiting": {"连不上节点。提交的内容在这里等着，线路恢复后自动发出；请不要关闭本页。", "The node can't be reached. What you sent waits here and goes out when the line is back; don't close this page."},
	"line_link":    {"现在打不开：连不上节点。本页的内容都还在。", "This can't be opened now: the node can't be reached. This page stays as it is."},
	"line_unsent":  {"没有发出：连不上节点。填写的内容都还在，线路恢复后请再提交一次。", "It was not sent: the node can't be reached. What you typed is still here; send it again when the line is back."},
	"line_sending": {"正在发送", "Sending"}, "line_sent": {"已发出", "Sent"}, "line_again": {"再发一次", "Send again"},
	"line_door": {"登录已经过期。请在新窗口登录，再点“再发一次”。", "The session is over. Sign in in a new window, then send again."}, "line_sign_in": {"登录", "Sign in"},
	"key_palette": {"查找编号、人、事项和功能", "find a number, a person, an item, a page"}, "key_search": {"到查找框", "to the search box"}, "key_rows": {"下一行、上一行", "next row, row before"},
	"key_choose": {"勾选这一行", "choose the row"}, "key_enter": {"打开这一行；在表单里到下一格", "open the row; in a form, to the next field"}, "key_send": {"提交表单", "send the form"}, "key_lock": {"锁屏", "lock the screen"},
}
