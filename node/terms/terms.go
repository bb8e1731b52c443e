// Package terms is what the codes of cases and of the hall are called where
// people read them: Chinese and English, the words of the glossary.
//
// It must never hold a rule, and never a sentence: only names.
package terms

import (
	"strings"

	"tongban/catalog/item"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/timetable"
	"tongban/intake/notice"
)

// Pair is a name in Chinese and in English; both are empty where there is none.
type Pair = [2]string

// Phases, lamps, clocks, boxes of the worklist, outcomes, states of a material.
var (
	Phases = map[casefile.Phase]Pair{
		casefile.PhaseOpened: {"收件", "opened"}, casefile.PhaseNoticed: {"待补正", "papers missing"}, casefile.PhaseAccepted: {"办理中", "accepted"},
		casefile.PhaseDecided: {"已决定", "decided"}, casefile.PhaseServed: {"已送达", "served"}, casefile.PhaseDeclined: {"不予受理", "declined"},
		casefile.PhaseReturned: {"退件", "returned"}, casefile.PhaseWithdrawn: {"撤回", "withdrawn"}, casefile.PhaseTerminated: {"终止", "terminated"},
		casefile.PhaseConcluded: {"办结", "concluded"}, casefile.PhaseArchived: {"归档", "archived"},
	}
	Lamps = map[clock.Lamp]Pair{
		clock.Done: {"已停表", "stopped"}, clock.Green: {"正常", "in time"}, clock.Paused: {"暂停", "paused"},
		clock.Yellow: {"将到期", "due soon"}, clock.Red: {"超期", "overdue"},
	}
	Clocks = map[clock.Name]Pair{
		clock.Notice: {"一次性告知", "notice"}, clock.Bring: {"补正", "supplement"}, clock.Forward: {"转报", "forwarding"}, clock.Step: {"环节", "step"},
		clock.Promised: {"承诺", "promised"}, clock.Legal: {"法定", "legal"}, clock.Service: {"送达", "service"}, clock.Renewal: {"许可有效期", "permit ends"},
	}
	Boxes = map[desk.Box]Pair{
		desk.Mine: {"待办", "To do here"}, desk.Arrived: {"待接管", "Arrived"}, desk.Sent: {"已移交未接管", "Sent, unanswered"},
		desk.Opened: {"本中心收件", "Opened here"}, desk.All: {"全部", "All"},
	}
	Outcomes = map[casefile.Outcome]Pair{
		casefile.OutcomeGranted: {"准予", "granted"}, casefile.OutcomeRejected: {"不予批准", "rejected"}, casefile.OutcomeDeclined: {"不予受理", "declined"},
		casefile.OutcomeReturned: {"退件", "returned"}, casefile.OutcomeWithdrawn: {"撤回", "withdrawn"},
		casefile.OutcomeDeemedWithdrawn: {"视为撤回", "deemed withdrawn"}, casefile.OutcomeTerminated: {"终止", "terminated"},
	}
	Materials = map[casefile.MaterialState]Pair{
		casefile.Missing: {"未提交", "missing"}, casefile.OriginalSeen: {"已核验原件", "original seen"}, casefile.Copy: {"复印件", "copy"},
		casefile.Electronic: {"电子件", "electronic"}, casefile.Exempted: {"免提交", "exempt"}, casefile.Committed: {"告知承诺", "written commitment"},
		casefile.Later: {"容缺后补", "to be brought later"}, casefile.NotNeeded: {"不适用", "not needed"},
	}
)

// Lamp is how the lamp of a case is drawn and what it says: a case that goes on
// without a clock does not look as one whose clocks have stopped.
func Lamp(lamp clock.Lamp, why desk.Standing) (drawn clock.Lamp, says Pair) {
	switch {
	case lamp == clock.Done && why.Waits != "":
		lamp = clock.Paused
	case lamp == clock.Done && why.Untimed:
		return untimed, Pair{"未计时", "not timed"}
	}
	says, known := Lamps[lamp]
	if !known {
		says = Pair{string(lamp), string(lamp)}
	}
	return lamp, says
}

// untimed is drawn as a lamp that is not lit.
const untimed clock.Lamp = "none"

// Actions are what staff do with a case.
var Actions = map[desk.Action]Pair{
	desk.Open: {"收件登记", "Open"}, desk.OpenBundle: {"一件事收件", "Open a bundle"}, desk.OpenVisit: {"一次收多件", "Open several"},
	desk.Receive: {"收取材料", "Receive papers"}, desk.Notice: {"一次性告知", "Give the notice"}, desk.Supplement: {"补正收件", "Take the supplement"},
	desk.Accept: {"受理", "Accept"}, desk.Decline: {"不予受理", "Decline"}, desk.Return: {"退件", "Return the papers"},
	desk.Check: {"初审", "Check"}, desk.Review: {"审查", "Review"}, desk.Suspend: {"启动特别程序", "Start a wait"}, desk.Resume: {"结束等待", "End the wait"},
	desk.Extend: {"延长期限", "Extend the limit"}, desk.HandOver: {"移交", "Hand over"}, desk.TakeOver: {"接管", "Take over"}, desk.TurnBack: {"退回移交", "Turn back"},
	desk.SendBack: {"退回补正", "Send back for correction"}, desk.Outside: {"外部环节", "Outside step"}, desk.Opinion: {"记录意见", "Record an opinion"},
	desk.Decide: {"决定", "Decide"}, desk.Make: {"制证", "Make the document"}, desk.Serve: {"送达", "Serve"}, desk.HandOut: {"出件", "Hand out"}, desk.Settle: {"当场办结", "Settle at once"},
	desk.Withdraw: {"撤回", "Withdraw"}, desk.Terminate: {"终止", "Terminate"}, desk.Conclude: {"办结", "Conclude"}, desk.Archive: {"归档", "Archive"},
	desk.Seize: {"接收保管权", "Take custody by seizure"}, desk.Reconcile: {"处理被取代的分支", "Settle a branch"},
	desk.FeeCharge: {"缴费通知", "Payment notice"}, desk.FeeWaive: {"减免", "Waive a fee"}, desk.FeePay: {"收费", "Take a payment"}, desk.FeeSettle: {"代收结算", "Settle what was collected"},
	desk.Mandate: {"委托代办", "Entrust"}, desk.AcceptMandate: {"代办受理", "Accept the mandate"}, desk.Undertake: {"代办承办", "Undertake"}, desk.HandBack: {"代办回交", "Hand back"},
	desk.JointSet: {"联办单位", "Participants"}, desk.SurveySet: {"约定联合踏勘", "Set a joint survey"}, desk.SurveyHeld: {"踏勘结果", "Survey held"},
	desk.PapersSent: {"移送原件", "Send papers"}, desk.PapersArrived: {"签收原件", "Papers arrived"}, desk.Visited: {"入户、实地核查", "Visit and verify"},
	desk.Deliberated: {"集体评议", "Deliberate"}, desk.PartyHeard: {"听取利害关系人意见", "Hear a third party"}, desk.Void: {"文书作废", "Void a document"},
	desk.Correct: {"更正", "Correct"}, desk.Reopen: {"重新办理", "Reopen"}, desk.Adopt: {"适用新版本", "Apply the newer version"}, desk.Erase: {"删除个人信息", "Erase"},
}

// Step is what a kind of step is called: as staff take it, else as items name it.
func Step(of desk.Action) Pair {
	if action, known := Actions[of]; known {
		return action
	}
	zh, en := item.InWords("steps[].action", string(of))
	return Pair{zh, en}
}

// Work is what a case waits for: the step, as its item names it, with the action
// that it is. Where the name says no more than the action it is said once.
func Work(step string, of desk.Action) Pair {
	if of == "" {
		return Pair{}
	}
	action := Step(of)
	switch {
	case step == "" || step == action[0]:
		return action
	case strings.Contains(step, action[0]):
		return Pair{step, step + " (" + action[1] + ")"}
	}
	return Pair{step + "（" + action[0] + "）", step + " (" + action[1] + ")"}
}

// Events are what a case's log says happened.
var Events = map[casefile.Kind]Pair{
	casefile.Opened: {"登记", "opened"}, casefile.Received: {"收件", "received"}, casefile.Noticed: {"一次性告知", "notice given"}, casefile.Supplemented: {"补正", "supplemented"},
	casefile.Accepted: {"受理", "accepted"}, casefile.Declined: {"不予受理", "declined"}, casefile.Returned: {"退件", "returned"}, casefile.Withdrawn: {"撤回", "withdrawn"},
	casefile.Terminated: {"终止", "terminated"}, casefile.Checked: {"初审", "checked"}, casefile.Reviewed: {"审查", "reviewed"}, casefile.Opinion: {"意见", "opinion"},
	casefile.Outside: {"外部环节", "outside step"}, casefile.Suspended: {"等待开始", "wait began"}, casefile.Resumed: {"等待结束", "wait ended"}, casefile.Extended: {"延长期限", "extended"},
	casefile.HandedOver: {"移交", "handed over"}, casefile.TakenOver: {"接管", "taken over"}, casefile.TurnedBack: {"退回移交", "turned back"}, casefile.Decided: {"决定", "decided"},
	casefile.Made: {"制证", "document made"}, casefile.Served: {"送达", "served"}, casefile.HandedOut: {"出件", "handed out"}, casefile.Rated: {"评价", "rated"},
	casefile.RequestKept: {"来件登记", "request kept"}, casefile.Erased: {"个人信息删除", "erased"}, casefile.Concluded: {"办结", "concluded"}, casefile.Archived: {"归档", "archived"},
	casefile.Seized: {"接管（上级指定）", "seized"}, casefile.Reconciled: {"分支处理", "branch settled"}, casefile.FeeCharged: {"缴费通知", "payment notice"}, casefile.FeeWaived: {"减免", "fee waived"},
	casefile.FeePaid: {"缴费", "paid"}, casefile.FeeSettled: {"代收结算", "settled"}, casefile.Mandated: {"委托代办", "entrusted"}, casefile.MandateAccepted: {"代办受理", "mandate accepted"},
	casefile.Undertaken: {"代办承办", "undertaken"}, casefile.HandedBack: {"代办回交", "handed back"}, casefile.JointSet: {"联办单位变动", "participants set"}, casefile.SurveySet: {"约定联合踏勘", "survey set"},
	casefile.SurveyHeld: {"联合踏勘", "survey held"}, casefile.PapersSent: {"移送原件", "papers sent"}, casefile.PapersArrived: {"签收原件", "papers arrived"}, casefile.Visited: {"核查", "visited"},
	casefile.Deliberated: {"集体评议", "deliberated"}, casefile.PartyHeard: {"听取利害关系人意见", "third party heard"}, casefile.Voided: {"文书作废", "document voided"},
	casefile.Corrected: {"更正", "corrected"}, casefile.Reopened: {"重新办理", "reopened"}, casefile.Adopted: {"适用新版本", "newer version applied"},
}

// Of is the name of a code that the printed documents use too: grounds,
// signing, service, money; ok is false where there is none.
func Of(code string) (Pair, bool) {
	zh, en := notice.Word(notice.Chinese, code), notice.Word(notice.English, code)
	return Pair{zh, en}, zh != code
}

// What the entries of a hall's timetable are called.
var (
	HourKinds = map[timetable.Kind]Pair{timetable.Hours: {"办公时间", "hours"}, timetable.Extended: {"延时、错时服务", "extended hours"}, timetable.Station: {"驿站", "station"}, timetable.Mobile: {"流动服务", "mobile service"}}
	Days      = map[string]Pair{
		timetable.Workdays: {"工作日", "working days"}, timetable.Restdays: {"休息日", "days off"}, "mon": {"周一", "Mon"}, "tue": {"周二", "Tue"}, "wed": {"周三", "Wed"},
		"thu": {"周四", "Thu"}, "fri": {"周五", "Fri"}, "sat": {"周六", "Sat"}, "sun": {"周日", "Sun"},
	}
	BookingStates = map[appointment.State]Pair{appointment.Booked: {"已预约", "booked"}, appointment.Cancelled: {"已取消", "cancelled"}, appointment.CheckedIn: {"已签到", "checked in"}}
)
