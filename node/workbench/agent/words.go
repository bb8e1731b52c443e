package agent

import "tongban/node/frame"

var words = frame.Words{
	"errands": {"我的代办", "My errands"}, "take_in": {"收件", "Take in"}, "cases": {"办件", "Cases"},
	"visits": {"要上门的", "Homes to visit"}, "no_visits": {"两周内没有安排上门。", "No home visit in the next two weeks."}, "today": {"今天", "Today"}, "visit_made": {"已上门", "The visit was made"}, "where": {"看地址电话", "Show address and telephone"}, "written_down": {"会记入查看记录", "it is written down who looked"}, "done_visited": {"已记下：上门了。", "Noted: the visit was made."},
	"address": {"地址", "Address"}, "matter": {"事由", "Matter"},
	"mandates": {"代办的办件", "Cases entrusted to us"}, "no_mandates": {"没有代办的办件。", "Nothing is entrusted to us."}, "mine": {"我承办", "mine"}, "nobody": {"还没有人承办", "nobody took it on yet"}, "more": {"只列出最早的一百件；其余在“办件”里。", "The oldest hundred; the others are among the cases."},
	"fetch": {"要取的材料", "Papers to fetch"}, "until": {"截止", "until"}, "nothing_now": {"现在不用做什么。", "Nothing is to be done now."},
}
