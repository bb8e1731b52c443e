package account

import (
	"slices"
	"strings"

	"tongban/consensus/refusal"
)

// Duty is what somebody is trusted with at a center. One person may have
// several; at a village one has all.
type Duty string

// The duties.
const (
	Clerk      Duty = "clerk"      // 窗口人员: intake, materials, notices, acceptance, fees
	Guide      Duty = "guide"      // 导办: queue tickets, appointments, pre-check of papers
	Approver   Duty = "approver"   // 审批人员: check, review, decide
	Deliverer  Duty = "deliverer"  // 统一出件: serve, hand out, slips
	Agent      Duty = "agent"      // 代办员: agency, home visits, on a telephone
	Manager    Duty = "manager"    // 值班长: complaints, exceptions, A/B cover
	Editor     Duty = "editor"     // 事项编辑: drafts of items
	Publisher  Duty = "publisher"  // 事项审核: approves and publishes drafts
	Head       Duty = "head"       // 中心负责人: today at a glance, rectifications, unmasking, restriction
	Supervisor Duty = "supervisor" // 监督: chases, statistics of the area, any case's route
	Operator   Duty = "operator"   // 系统管理员: the node, accounts, outbox
)

// Duties is a set of them, in the order in which they are declared above.
type Duties []Duty

type named struct {
	duty             Duty
	chinese, english string
}

// names are the duties in order, in Chinese and English.
var names = []named{
	{Clerk, "窗口人员", "window clerk"}, {Guide, "导办", "guide desk"}, {Approver, "审批人员", "approver"},
	{Deliverer, "统一出件", "result window"}, {Agent, "代办员", "agent"}, {Manager, "值班长", "duty manager"},
	{Editor, "事项编辑", "item editor"}, {Publisher, "事项审核", "item publisher"}, {Head, "中心负责人", "head of the center"},
	{Supervisor, "监督", "supervisor"}, {Operator, "系统管理员", "operator of the node"},
}

// All are all duties, as one person at a village has them.
func All() Duties {
	all := make(Duties, len(names))
	for i, n := range names {
		all[i] = n.duty
	}
	return all
}

// Chinese is the duty's name; its word where there is no such duty.
func (d Duty) Chinese() string {
	for _, n := range names {
		if n.duty == d {
			return n.chinese
		}
	}
	return string(d)
}

// English is the duty's name in English; its word where there is no such duty.
func (d Duty) English() string {
	for _, n := range names {
		if n.duty == d {
			return n.english
		}
	}
	return string(d)
}

// Has reports whether a duty is among them.
func (d Duties) Has(one Duty) bool { return slices.Contains(d, one) }

// String lists them with commas.
func (d Duties) String() string {
	words := make([]string, len(d))
	for i, one := range d {
		words[i] = string(one)
	}
	return strings.Join(words, ",")
}

// ParseDuties reads duties by their words or Chinese names, and puts them into
// order. BadAccount names the word that is none.
func ParseDuties(words []string) (Duties, error) {
	given := map[Duty]bool{}
	for _, word := range words {
		i := slices.IndexFunc(names, func(n named) bool { return word == string(n.duty) || word == n.chinese })
		if i < 0 {
			return nil, refusal.Newf(BadAccount, "read the duties", "the duties are "+All().String(), "%.40q is no duty", word)
		}
		given[names[i].duty] = true
	}
	var all Duties
	for _, n := range names {
		if given[n.duty] {
			all = append(all, n.duty)
		}
	}
	return all, nil
}
