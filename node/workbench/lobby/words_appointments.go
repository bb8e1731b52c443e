package lobby

import (
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/terms"
)

const timetableWork = account.KeepTimetable

var bookingStates, hourKinds, dayNames = terms.BookingStates, terms.HourKinds, terms.Days

var appointmentWords = frame.Words{
	"appointments": {"预约", "Appointments"}, "day_before": {"前一天", "Day before"}, "day_after": {"后一天", "Day after"}, "day": {"日期", "Day"}, "go_day": {"查看", "Show"}, "book": {"代为预约", "Book for somebody"}, "timetable": {"服务时间与流动服务", "Timetable and mobile service"},
	"day_hours": {"当天服务", "Served that day"}, "no_hours": {"这一天没有安排服务。", "Nothing is planned on that day."}, "provisional_day": {"这一年的日历尚未公布，安排可能变动。", "The calendar of that year is not published: this may change."}, "hall_here": {"本大厅", "the hall"},
	"time": {"时间", "Time"}, "no_time": {"时间未定", "no time yet"}, "booked_list": {"已预约", "Booked"}, "no_booked": {"还没有人预约。", "Nobody has booked."}, "slots": {"时段", "Times"}, "free_places": {"余", "free"}, "full": {"已满", "full"}, "no_slots": {"这一天不能预约：服务时间里没有设时段。", "Nothing can be booked on that day: the timetable has no slots."},
	"missed": {"未到", "missed"}, "home_visit": {"上门服务", "home visit"}, "home_visits": {"等待安排的上门服务", "Home visits to schedule"}, "cancel": {"取消", "Cancel"}, "cancel_why": {"取消原因", "Why"}, "came": {"到了，签到", "Check in"}, "visit_done": {"已上门", "The visit was made"}, "assign": {"安排", "Schedule"}, "assign_to": {"安排给", "To"}, "hours_field": {"时间，如 09:30-10:30", "Hours, such as 09:30-10:30"},
	"done_booked": {"已预约，预约号见下表。", "Booked; its number stands in the list."}, "done_cancelled": {"已取消。", "Cancelled."}, "done_assigned": {"已安排。", "Scheduled."}, "identity": {"证件号", "Identity number"}, "matter": {"要办什么", "What it is about"}, "visit_address": {"上门地址", "Address of the visit"}, "undated": {"日期以后再定", "the day is set later"}, "book_it": {"预约", "Book"},
	"who_plans": {"服务时间由值班负责人或者中心负责人安排。", "The duty manager or the head sets the hours."}, "add_hours": {"增加一条", "Add a line"}, "kind_of": {"种类", "Kind"}, "place": {"地点", "Place"}, "days": {"哪些天", "Days"}, "dates": {"单独的日期", "Single days"}, "hours": {"时间", "Hours"}, "types": {"窗口类型", "Types of windows"}, "slot_minutes": {"每个时段（分钟）", "Minutes of a slot"}, "slot_capacity": {"每时段人数", "People in each"}, "slots_hint": {"两项都空着即不接受预约", "both empty: nothing can be booked"}, "remove_hours": {"删除", "Remove"}, "no_timetable": {"还没有服务时间。", "The timetable is empty."}, "done_hours_added": {"已增加。", "Added."}, "done_hours_removed": {"已删除；已有的预约仍有效。", "Removed; what was booked stays booked."}, "add": {"增加", "Add"}, "list_hint": {"多个用顿号或空格隔开", "several: separated by commas or spaces"},
}
