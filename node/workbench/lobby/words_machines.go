package lobby

import (
	"tongban/node/frame"
	"tongban/node/workbench/lobby/machine"
)

var machineNames = map[machine.Kind][2]string{machine.Display: {"叫号屏", "display"}, machine.Kiosk: {"自助机", "kiosk"}}

var machineWords = frame.Words{
	"machines": {"大屏与自助机", "Screens and kiosks"}, "start_display": {"叫号屏", "Display"}, "start_display_long": {"把这台机器变成大厅的叫号屏。您会在这台机器上退出登录；屏幕断电、断网后自己恢复。", "This machine becomes the display of the hall. You are signed out on it; it comes back by itself after a power cut."},
	"start_kiosk": {"自助机", "Kiosk"}, "start_kiosk_long": {"把这台机器变成群众自助机：取号、查进度、看办事指南。您会在这台机器上退出登录。", "This machine becomes a kiosk for everybody: tickets, progress, guides. You are signed out on it."}, "start_here": {"在这台机器上启动", "Start on this machine"}, "look_first": {"先看看", "Look first"},
	"running": {"正在运行", "Running"}, "machine": {"机器", "Machine"}, "started_by": {"启动人", "Started by"}, "since": {"起", "Since"}, "end_machine": {"停用", "End"}, "none_running": {"还没有。", "None yet."}, "done_machine_ended": {"已停用。", "Ended."},

	"display": {"叫号", "Now calling"}, "goes_to": {"请到", "goes to"}, "display_calm": {"请取号等候", "Please take a number"}, "absent_long": {"过号（请到导办台）", "Missed (please ask at the desk)"}, "display_lost": {"与系统的连接中断，请听窗口叫号", "No connection: please listen to the windows"},

	"kiosk": {"自助服务", "Self-service"}, "kiosk_welcome": {"您要办什么？", "What would you like to do?"}, "kiosk_ticket": {"取号", "Take a number"}, "kiosk_ticket_long": {"到窗口办事先取号", "for the windows"}, "kiosk_check_in_long": {"已经预约的，在这里取号", "if you have an appointment"}, "booking_code": {"取消码", "Code"}, "booking_code_hint": {"网上预约时给的；电话或窗口预约的没有，空着即可", "given when you booked online; leave it empty if you booked by telephone or at a window"}, "kiosk_no_booking": {"预约号或者取消码不对。请再对一下，或者到导办台。", "No appointment goes by that number and code. Please compare them, or ask at the guide desk."}, "kiosk_not_today": {"这个预约不是今天的，或者已经取消、办过。请到导办台。", "That appointment is not of today, or it is over or cancelled. Please ask at the guide desk."}, "kiosk_progress": {"查进度", "Progress"}, "kiosk_progress_long": {"用凭证上的编号和查询密码", "with the number and password on the receipt"},
	"guides": {"办事指南", "Guides"}, "kiosk_guide_long": {"要带什么材料、多久办好", "what to bring, how long it takes"}, "kiosk_what": {"办哪一类？", "For what?"}, "kiosk_priority": {"是否优先？", "Priority?"}, "your_number": {"您的号码", "Your number"},
	"kiosk_bring": {"要带什么材料？", "What to bring"}, "kiosk_not": {"现在不行", "Not now"}, "kiosk_failed": {"没有办成，请到导办台。", "It did not work; please ask at the guide desk."}, "kiosk_busy": {"现在太忙，请稍后再试，或者到导办台。", "Too much at once; please try again soon, or ask at the guide desk."}, "no_kiosk": {"这台机器还没有启动，请找工作人员。", "This machine has not been started; please ask the staff."},
}
