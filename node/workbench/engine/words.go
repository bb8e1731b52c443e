package engine

import (
	"strconv"

	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/terms"
)

var words = frame.Words{
	"vitals": {"概况", "At a glance"}, "outbox": {"待发", "Outbox"}, "refused_log": {"拒绝记录", "Refusals"}, "accounts": {"账号", "Accounts"}, "audit": {"账号记录", "Account log"},
	"register": {"目录记录", "Register"}, "line_up": {"与上级的线路", "Line to the center above"}, "disk": {"磁盘余量", "Disk"}, "disk_free": {"可用空间", "free"},
	"backup": {"上次备份", "Last backup"}, "backup_how": {"tongban backup 备份", "made by tongban backup"},
	"role": {"角色", "Role"}, "incarnation": {"身份代次", "Incarnation"}, "version": {"程序版本", "Version"}, "started": {"启动时间", "Started"}, "certified": {"目录核验时间", "Register certified"}, "fed_by": {"目录来源", "Fed by"},
	"memory": {"内存", "Memory"}, "database": {"数据库", "Database"}, "certificate": {"网页证书指纹", "Certificate of the pages"}, "peer": {"已连接", "Connected"},
	"fenced": {"本节点暂停写入：", "This node may not write: "}, "upgrade": {"有本程序不认识的目录记录：需要升级。可以收件，不能移交和接管。", "The Register has records that this program does not know: upgrade. Cases may be opened, not handed over."}, "disk_full": {"磁盘将满，暂停收件。", "The disk is nearly full; nothing is taken in."},
	"away": {" 上次联系：", " last seen "}, "safe_alone": {"前；本中心照常办理，依据 ", " ago; work goes on, by the catalogue of "}, "safe_end": {" 核验的目录。", "."}, "never_backed_up": {"可以照常办理；但还没有备份过，办件只存在这台机器上：请运行 tongban backup。", "Safe to work, but nothing was ever backed up: the cases lie on this machine alone. Run tongban backup."}, "old_backup": {"可以照常办理；上次备份是 ", "Safe to work; the last backup was made "}, "old_backup_end": {"前：请运行 tongban backup。", " ago: run tongban backup."}, "working_on": {"可以照常办理；有需要留意的情况，见下面。", "Safe to work; what is to be seen to stands below."},
	"all_well": {"一切正常，可以放心办理。", "All is well: safe to work."},
	"dest":     {"发往", "For"}, "what": {"内容", "What"}, "purpose": {"用途", "Why"}, "state": {"状态", "State"}, "why": {"原因", "Reason"}, "waits_since": {"等待自", "Since"}, "next_try": {"下次尝试", "Next try"}, "try_now": {"现在发送", "Try now"}, "tries": {"次失败", "failures"},
	"outbox_empty": {"没有待发的内容。", "Nothing waits to leave."}, "parked": {"已收到、等待目录更新的", "Arrived, waiting for a newer Register"}, "more_rows": {"另有未显示的：", "Not shown:"}, "from": {"来自", "From"}, "case": {"办件", "Case"},
	"no_refusals": {"没有被拒绝的命令。", "Nothing was refused."}, "record": {"记录", "Record"}, "when": {"时间", "Time"}, "who": {"谁", "Who"}, "older_exist": {"只查看了最近的记录。", "Only the newest records were looked at."},
	"outside": {"单点登录中的名字", "Name at the provider"}, "outside_hint": {"统一登录的服务这样称呼这个人；写上后可以不用密码登录，留空则不能。改动会结束其所有登录。", "What the provider of sign-ins calls this person, who may then sign in without a password. Empty: not so. A change ends all sessions."},
	"login": {"账号", "Login"}, "name": {"姓名", "Name"}, "staff": {"工号", "Staff number"}, "duties": {"职责", "Duties"}, "last": {"上次登录", "Last signed in"}, "new_account": {"新建账号", "New account"}, "make": {"建立", "Make it"},
	"login_hint": {"2 至 32 位小写字母、数字、点、下划线或短横线", "a-z 0-9 . _ -, 2 to 32"}, "staff_hint": {"从名册里选；没有名册时写姓名", "chosen from the roster; a name where none is kept"},
	"is_disabled": {"已停用", "disabled"}, "is_locked": {"已锁定", "locked out"}, "is_new": {"未改初始密码", "first password"},
	"given": {"初始密码只显示这一次，请当面或密封交给本人；第一次登录时要改。", "The first password is shown this once: hand it over in person or sealed. It is to be changed at the first sign-in."}, "first_password": {"初始密码", "First password"},
	"keep": {"保存", "Keep"}, "disable": {"停用", "Disable"}, "enable": {"启用、解除锁定", "Enable, end the lock-out"}, "reset": {"重置密码", "Reset the password"}, "back": {"返回", "Back"},
	"happened": {"事情", "What"}, "where_from": {"来自地址", "From address"}, "no_entries": {"没有记录。", "No entry."},
	"done_tried": {"已开始发送。", "It is being tried."}, "done_changed": {"已保存。", "Kept."},
}

var roles = map[string]terms.Pair{"leader": {"排序者（主）", "leader"}, "voter": {"排序者", "voter"}, "follower": {"跟随者", "follower"}}

var purposes, states = terms.Purposes, terms.Rows

var kinds = map[string]terms.Pair{
	account.KindCreated: {"建立账号", "created"}, account.KindEdited: {"修改账号", "edited"}, account.KindDisabled: {"停用", "disabled"}, account.KindEnabled: {"启用", "enabled"},
	account.KindReset: {"重置密码", "password reset"}, account.KindPassword: {"修改密码", "password changed"}, account.KindPINSet: {"设置 PIN", "PIN set"}, account.KindPINRemoved: {"取消 PIN", "PIN removed"},
	account.KindSignedIn: {"登录", "signed in"}, account.KindSwitched: {"PIN 换人", "switched by PIN"}, account.KindOpened: {"密码解锁", "unlocked"}, account.KindOpenedByPIN: {"PIN 解锁", "unlocked by PIN"},
	account.KindSignedInOIDC: {"单点登录", "signed in by OIDC"}, account.KindOpenedOIDC: {"单点登录解锁", "unlocked by OIDC"}, account.KindNotLinked: {"单点登录无账号", "OIDC, no account linked"},
	account.KindSignedOut: {"退出", "signed out"}, account.KindWrongPassword: {"密码错误", "wrong password"}, account.KindWrongPIN: {"PIN 错误", "wrong PIN"}, account.KindLockedOut: {"锁定", "locked out"},
}

// parse reads a number of an address; 0 where it is none.
func parse(text string) uint64 {
	n, _ := strconv.ParseUint(text, 10, 64)
	return n
}
