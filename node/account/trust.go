package account

import (
	"slices"
	"strings"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/desk"
)

// Work is what is done at a center beside the actions on a case.
type Work string

// The works. Whoever may not do one may not look at its page either, but for
// what all staff see: cases in their masks, the catalogue, the queue.
const (
	CallNumbers    Work = "call_numbers"   // call, serve and skip queue tickets at a window
	GiveNumbers    Work = "give_numbers"   // queue tickets, appointments, pre-check of papers
	KeepRoster     Work = "keep_roster"    // staff, cover, windows
	KeepTimetable  Work = "keep_timetable" // opening hours, days off
	KeepBooks      Work = "keep_books"     // the registers of the hall: consultations, exceptions and so on
	TakeRating     Work = "take_rating"    // hand a rating over, or enter one told
	AnswerRating   Work = "answer_rating"  // verify and put right what was rated badly
	FollowRating   Work = "follow_rating"  // call back
	Unmask         Work = "unmask"         // personal data in full, of cases and of the registers, with a reason
	Restrict       Work = "restrict"       // access to the personal data of a case
	Retain         Work = "retain"         // how long cases are kept
	AuditPrivacy   Work = "audit_privacy"  // who looked at whom
	DraftItem      Work = "draft_item"     //
	PublishItem    Work = "publish_item"   // approve, send back, publish
	ClaimItem      Work = "claim_item"     // bring an item in, or give it up
	SetRule        Work = "set_rule"       //
	ExportArchive  Work = "export_archive" //
	ReportNational Work = "report_national"
	SeeArea        Work = "see_area" // statistics, lamps and routes of the centers below
	Chase          Work = "chase"    // tell a center to see to a case
	AnswerChase    Work = "answer_chase"
	SeeToday       Work = "see_today"     // the center at a glance
	RunNode        Work = "run_node"      // status, peers, backup, invitations, voters
	TendOutbox     Work = "tend_outbox"   // what waits for a peer
	KeepAccounts   Work = "keep_accounts" // and their audit
)

// acts says which duties may do what with a case.
var acts = map[desk.Action]Duties{
	desk.Open: {Clerk, Agent}, desk.OpenBundle: {Clerk, Agent}, desk.OpenVisit: {Clerk, Agent},
	desk.Bring: {Operator}, // the import of what was begun before this node was

	desk.Receive: {Clerk, Agent}, desk.Supplement: {Clerk, Agent}, desk.Notice: {Clerk, Approver},
	desk.Accept: {Clerk, Approver}, desk.Decline: {Clerk, Approver}, desk.Return: {Clerk, Approver},
	desk.Withdraw: {Clerk, Agent, Approver}, desk.Visited: {Clerk, Agent, Approver},

	desk.FeeCharge: {Clerk, Deliverer}, desk.FeePay: {Clerk, Deliverer}, desk.FeeSettle: {Clerk, Deliverer}, desk.FeeWaive: {Approver, Manager},

	desk.Mandate: {Clerk, Agent}, desk.AcceptMandate: {Agent}, desk.Undertake: {Agent}, desk.HandBack: {Agent},

	desk.Check: {Clerk, Approver}, desk.Review: {Approver}, desk.Decide: {Approver}, desk.Opinion: {Approver},
	desk.Suspend: {Approver}, desk.Resume: {Approver}, desk.Extend: {Approver}, desk.Terminate: {Approver},
	desk.SendBack: {Approver}, desk.Void: {Approver}, desk.Correct: {Approver}, desk.Reopen: {Approver, Manager}, desk.Adopt: {Approver},
	desk.Outside: {Clerk, Approver}, desk.JointSet: {Approver}, desk.SurveySet: {Approver}, desk.SurveyHeld: {Approver},
	desk.Deliberated: {Approver}, desk.PartyHeard: {Approver},

	desk.HandOver: {Clerk, Approver, Deliverer, Agent}, desk.TakeOver: {Clerk, Approver, Deliverer, Agent}, desk.TurnBack: {Clerk, Approver, Deliverer, Agent},
	desk.PapersSent: {Clerk, Approver, Deliverer, Agent}, desk.PapersArrived: {Clerk, Approver, Deliverer, Agent},

	desk.Make: {Approver, Deliverer}, desk.Serve: {Clerk, Approver, Deliverer, Agent}, desk.HandOut: {Clerk, Deliverer, Agent},
	desk.Settle: {Clerk, Deliverer}, desk.Conclude: {Clerk, Approver, Deliverer}, desk.Archive: {Clerk, Approver, Deliverer},

	desk.Seize: {Head, Supervisor}, desk.Reconcile: {Approver, Head}, desk.Erase: {Head},
}

// works says which duties may do each work.
var works = map[Work]Duties{
	CallNumbers: {Clerk, Guide, Deliverer, Manager}, GiveNumbers: {Clerk, Guide, Manager},
	KeepRoster: {Manager, Head, Operator}, KeepTimetable: {Manager, Head}, KeepBooks: {Clerk, Guide, Deliverer, Manager, Head},
	TakeRating: {Clerk, Guide, Approver, Deliverer, Agent, Manager}, AnswerRating: {Manager, Head}, FollowRating: {Manager, Head},
	Unmask: {Clerk, Approver, Deliverer, Agent, Manager, Head}, Restrict: {Head}, Retain: {Head}, AuditPrivacy: {Head, Supervisor},
	DraftItem: {Editor, Publisher}, PublishItem: {Publisher}, ClaimItem: {Publisher, Head}, SetRule: {Publisher},
	ExportArchive: {Manager, Head}, ReportNational: {Supervisor, Operator},
	SeeArea: {Supervisor, Head}, Chase: {Supervisor}, AnswerChase: {Manager, Head}, SeeToday: {Manager, Head, Supervisor},
	RunNode: {Operator}, TendOutbox: {Operator}, KeepAccounts: {Operator},
}

// May refuses with NotTrusted what none of the duties allows, and names those
// that would. What the item, the step and the rules allow is the desk's to say.
func May(d Duties, a desk.Action) error { return may(d, string(a), acts[a]) }

// MayOn is May on a case of an item, nil where the item is not known. Whoever
// settles a case decides it: at the counter that is within the duties of a clerk
// only for an item that is settled while the applicant waits (即办件); of any
// other it wants a duty to decide, too.
func MayOn(d Duties, a desk.Action, it *item.Item) error {
	if err := May(d, a); err != nil || a != desk.Settle || AtOnce(it) {
		return err
	}
	return May(d, desk.Decide)
}

// AtOnce reports whether an item is settled while the applicant waits: its kind
// says so or, where the source gives no kind, its promise.
func AtOnce(it *item.Item) bool {
	return it != nil && (it.Kind == item.Immediate || it.Kind == "" && it.Promise.Unit == item.OnTheSpot)
}

// MayWork is May of what is no action on a case.
func MayWork(d Duties, w Work) error { return may(d, string(w), works[w]) }

// Doers are the duties that may do something with a case.
func Doers(a desk.Action) Duties { return slices.Clone(acts[a]) }

// Workers are the duties that may do a work.
func Workers(w Work) Duties { return slices.Clone(works[w]) }

// Works lists every work by name.
func Works() []Work { return sorted(works) }

// Acts lists every action on a case by name.
func Acts() []desk.Action { return sorted(acts) }

func sorted[K ~string](of map[K]Duties) []K {
	all := make([]K, 0, len(of))
	for k := range of {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

func may(d Duties, what string, who Duties) error {
	if slices.ContainsFunc(who, d.Has) {
		return nil
	}
	names := make([]string, len(who))
	for i, one := range who {
		names[i] = one.Chinese() + " (" + string(one) + ")"
	}
	return refusal.Newf(NotTrusted, "", "whoever manages the accounts gives duties",
		"%s is for %s", what, strings.Join(names, ", "))
}
