package clock

import (
	"cmp"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

// Limits are the rules by which the clocks of one center's area run. 0 days
// say that there is no such clock.
type Limits struct {
	NoticeDays     int  `json:"notice_days"`     // working days for the one-time notice
	NoticeAtOnce   bool `json:"notice_at_once"`  // it is given on the spot (当场): no day is left for it
	NoticeDeemed   bool `json:"notice_deemed"`   // a later notice leaves the case accepted from receipt
	SupplementDays int  `json:"supplement_days"` // working days after the notice for bringing what is missing (补正)
	SupplementEnds bool `json:"supplement_ends"` // what is not brought in time is deemed withdrawn (视为撤回)
	YellowBefore   int  `json:"yellow_before"`   // days left at which a lamp turns yellow
	RedAfter       int  `json:"red_after"`       // working days past the promised limit for which the lamp is yellow and not yet red
	SecondRed      bool `json:"second_red"`      // past the legal limit there is a second red
	BusinessClose  int  `json:"business_close"`  // minutes after midnight at which a last day ends; 0 and 1440: at 24:00
	ServeDays      int  `json:"serve_days"`      // working days between decision and service
	ForwardDays    int  `json:"forward_days"`    // working days for sending a case on
	DecisionDays   int  `json:"decision_days"`   // working days to the decision on a permit, where nothing else says how many
	ExtensionDays  int  `json:"extension_days"`  // by how many they may be extended
	JointDays      int  `json:"joint_days"`      // the same where several departments handle it together
	JointExtension int  `json:"joint_extension"` // and by how many those may be
	InspectionDays int  `json:"inspection_days"` // working days from acceptance until somebody is sent to inspect
	HearingAsk     int  `json:"hearing_ask"`     // working days for asking for a hearing, once its right was told
	HearingHold    int  `json:"hearing_hold"`    // working days for holding it, once it was asked for
	HearingNotice  int  `json:"hearing_notice"`  // working days before it by which time and place are told
	RenewalDeemed  bool `json:"renewal_deemed"`  // what is undecided on its last day counts as prolonged
}

// LimitsOf reads the limits that hold in an area on a day for items of a type;
// "" is a type of which no rule says anything by itself.
func LimitsOf(rules rule.Set, in area.Code, on workday.Date, kind item.Type) Limits {
	value := func(key rule.Key) int { return ruled(rules, key, in, on, kind).Days() }
	return Limits{
		NoticeDays:     value(rule.NoticeDays),
		NoticeAtOnce:   value(rule.NoticeDays) == 0,
		NoticeDeemed:   value(rule.NoticeDeemed) == 1,
		SupplementDays: value(rule.SupplementDays),
		SupplementEnds: value(rule.SupplementEnds) == 1,
		YellowBefore:   value(rule.YellowBefore),
		RedAfter:       value(rule.RedAfter),
		SecondRed:      value(rule.SecondRed) == 1,
		BusinessClose:  value(rule.BusinessClose),
		ServeDays:      value(rule.ServeDays),
		ForwardDays:    value(rule.ForwardDays),
		DecisionDays:   value(rule.DecisionDays),
		ExtensionDays:  value(rule.ExtensionDays),
		JointDays:      value(rule.JointDays),
		JointExtension: value(rule.JointExtension),
		InspectionDays: value(rule.InspectionDays),
		HearingAsk:     value(rule.HearingAskDays),
		HearingHold:    value(rule.HearingHoldDays),
		HearingNotice:  value(rule.HearingNotice),
		RenewalDeemed:  value(rule.RenewalDeemed) == 1,
	}
}

// ruled is a rule as it holds in an area on a day for items of a type.
func ruled(rules rule.Set, key rule.Key, in area.Code, on workday.Date, kind item.Type) rule.Rule {
	return rules.ValueOn(key, in, string(on)).For(rule.ItemType(kind))
}

// LimitsFor reads the limits of one case, whose pinned item is it (nil: it has
// not come here). How long something takes stays under the rule of the day on
// which its clock began, in the area of the center that began it, as the log
// says: so no rule that comes later, and no hand-over, moves a day that was
// told. Whether a permit counts as prolonged is the word of the area that is
// competent, on the permit's last day. What is shown, and until when a last day lasts, follows the rules that
// hold today where the case is.
func LimitsFor(rules rule.Set, s casefile.State, it *item.Item, now time.Time) Limits {
	in, kind := s.Holder.Center.Area(), typeOf(it)
	l := LimitsOf(rules, in, DayOf(now.UnixMilli()), kind)
	pin := func(in area.Code, on workday.Date) func(rule.Key) rule.Rule {
		return func(key rule.Key) rule.Rule { return ruled(rules, key, in, on, kind) }
	}
	began := func(by *casefile.Party) area.Code { // who began it by the log, else who has it
		if by == nil || by.Center == "" {
			return in
		}
		return by.Center.Area()
	}
	if s.ReceivedAt != 0 {
		value := pin(began(s.ReceivedBy), DayOf(s.ReceivedAt))
		l.NoticeDays, l.NoticeDeemed = value(rule.NoticeDays).Days(), value(rule.NoticeDeemed).Flag()
		l.NoticeAtOnce = l.NoticeDays == 0
		l.ForwardDays = pin(in, DayOf(s.ReceivedAt))(rule.ForwardDays).Days()
	}
	if s.NoticedAt != 0 {
		value := pin(began(s.NoticedBy), DayOf(s.NoticedAt))
		l.SupplementDays, l.SupplementEnds = value(rule.SupplementDays).Days(), value(rule.SupplementEnds).Flag()
	}
	if s.AcceptedOn != "" {
		value := pin(in, workday.Date(s.AcceptedOn))
		l.ForwardDays = value(rule.ForwardDays).Days()
		value = pin(began(s.AcceptedBy), workday.Date(s.AcceptedOn))
		l.DecisionDays, l.ExtensionDays = value(rule.DecisionDays).Days(), value(rule.ExtensionDays).Days()
		l.JointDays, l.JointExtension = value(rule.JointDays).Days(), value(rule.JointExtension).Days()
		l.InspectionDays = value(rule.InspectionDays).Days()
	}
	if s.DecidedAt != 0 {
		in = began(s.DecidedBy)
		l.ServeDays = pin(in, DayOf(s.DecidedAt))(rule.ServeDays).Days()
	}
	if s.Filing.Renews != nil {
		l.RenewalDeemed = pin(cmp.Or(s.Subject, in), workday.Date(s.Filing.Renews.Expires))(rule.RenewalDeemed).Flag()
	}
	for _, i := range s.Intervals {
		if i.Hearing != nil {
			value := pin(began(&i.By), DayOf(i.From))
			l.HearingAsk, l.HearingHold = value(rule.HearingAskDays).Days(), value(rule.HearingHoldDays).Days()
			l.HearingNotice = value(rule.HearingNotice).Days()
		}
	}
	return l
}

// typeOf is the type of an item; "" where it has not come here.
func typeOf(it *item.Item) item.Type {
	if it == nil {
		return ""
	}
	return it.Type
}

// dayMinutes is a whole day.
const dayMinutes = 24 * 60

// Closes is the moment at which a last day ends: the close of business, else
// midnight (民法典 203). It is zero for what is no day.
func (l Limits) Closes(last workday.Date) time.Time {
	start := last.Start()
	if start.IsZero() {
		return start
	}
	minutes := dayMinutes
	if l.closesEarly() {
		minutes = l.BusinessClose
	}
	return start.Add(time.Duration(minutes) * time.Minute)
}

// Over reports whether a last day has ended at a moment in Unix milliseconds.
func (l Limits) Over(last workday.Date, moment int64) bool {
	if day := DayOf(moment); day != last {
		return day > last
	}
	return l.closesEarly() && moment >= l.Closes(last).UnixMilli()
}

func (l Limits) closesEarly() bool { return l.BusinessClose > 0 && l.BusinessClose < dayMinutes }
