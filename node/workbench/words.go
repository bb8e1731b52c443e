package workbench

import "tongban/node/frame"

// doorWords are those of the pages before and beside the rooms.
var doorWords = frame.Words{
	"sign_in": {"登录", "Sign in"}, "login": {"账号", "Login"}, "password": {"密码", "Password"},
	"for_citizens": {"来办事？查指南、查进度、预约", "Here to apply? Guide, progress, appointments"},
	"forgot":       {"忘记密码请找本中心的系统管理员重置。", "Forgotten? The operator of this center resets it."},
	"no_accounts":  {"本中心还没有账号。请在节点所在的机器上建立第一个：", "This center has no account yet. Make the first one on the node's machine:"},
	"your_name":    {"姓名", "NAME"}, "your_login": {"账号名", "LOGIN"},
	"locked": {"屏幕已锁定", "The screen is locked"}, "locked_long": {"今天在这台机器登录过、没有退出的人，可以用 PIN 接着办。没有保存的内容仍在。", "Whoever signed in here today, and has not signed out, goes on by PIN. What was typed is still there."},
	"who": {"谁来办理", "Who goes on"}, "pin_or_password": {"PIN 或密码", "PIN or password"}, "unlock": {"解锁", "Unlock"},
	"somebody_else": {"别人登录", "Somebody else signs in"},
	"must_change":   {"这是别人给的初始密码，请先改成自己的。", "This password was given to you. Choose your own first."},
	"name":          {"姓名", "Name"}, "staff": {"工号", "Staff number"}, "duties": {"职责", "Duties"},
	"change_password": {"修改密码", "Change the password"}, "old_password": {"现在的密码", "Present password"}, "new_password": {"新密码（至少 8 个字符）", "New password (8 characters or more)"}, "again": {"再输一次", "Once more"},
	"set_pin": {"设置 PIN", "Set a PIN"}, "change_pin": {"修改 PIN", "Change the PIN"}, "pin": {"PIN（4 至 6 位数字）", "PIN (4 to 6 digits)"},
	"pin_long": {"几个人共用一台机器时，用 PIN 在两秒内换人；锁屏后也用它解锁。", "Several people at one machine change places by PIN; it also opens the locked screen."},
	"keep":     {"保存", "Keep"},
	"cover":    {"AB 岗", "A/B cover"}, "cover_long": {"您作为 B 岗代替 A 岗办理时，写上 A 岗的工号；记录里两个人的名字都会有。留空即结束。", "When you stand in for a colleague, give that colleague's staff number; the log names both. Empty ends it."},
	"cover_for":     {"代替（工号）", "In place of (staff number)"},
	"done_password": {"密码已修改。", "The password was changed."}, "done_pin": {"PIN 已设置。", "The PIN was set."},
	"done_cover": {"已开始顶岗。", "You now stand in for your colleague."}, "done_cover_ended": {"顶岗已结束。", "You act for yourself again."},
	"pages_found": {"功能", "Pages"}, "nothing_found": {"没有找到。", "Nothing was found."},
	"by_provider": {"用单点登录进入：", "Sign in by"}, "at_provider": {"单点登录中的名字", "Name at the provider"}, "go_on": {"继续", "Go on"},
	"to_provider": {"正在转到统一登录的页面。", "You are being led to the provider."}, "from_provider": {"正在核对身份。", "Who you are is being checked."},
	"to_work": {"回到工作台", "To the workbench"},
}
