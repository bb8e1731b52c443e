package desk

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
)

// kinds is which of the five kinds (五件) a case is: a base kind and two flags.
type kinds struct {
	base     item.Kind
	joint    bool
	referred bool
}

// kindsOf finds the kinds of a case from its item, the steps that are left of
// it, whether it is a part of a bundle, the level of the counter that takes it
// in, and what the area has of the five. The fifth is an outcome. A flag that
// an area does not know is not set; an area that says nothing knows all.
func kindsOf(it *item.Item, skipped []int, linked bool, receiving area.Level, five rule.FiveKinds) kinds {
	knows := func(k rule.KindWord) bool {
		_, ok := five.Of(k)
		return ok || len(five.Kinds) == 0
	}
	return kinds{
		base:     baseKind(it),
		joint:    (linked || len(it.Joint) > 0) && knows(rule.JointKind),
		referred: goesUp(it, skipped, receiving) && knows(rule.ReferredUpKind),
	}
}

// baseKind is the item's; of one that says none, what its limits say.
func baseKind(it *item.Item) item.Kind {
	switch {
	case it.Kind != "":
		return it.Kind
	case it.Promise.Unit == item.OnTheSpot || it.Promise.IsZero() && it.Legal.Unit == item.OnTheSpot:
		return item.Immediate
	case !it.Promise.IsZero() || !it.Legal.IsZero():
		return item.Promised
	}
	return ""
}

// goesUp reports whether a level above the counter checks or decides.
func goesUp(it *item.Item, skipped []int, receiving area.Level) bool {
	decided := false
	for i, st := range it.Steps {
		if slices.Contains(skipped, i) {
			continue
		}
		switch st.Action {
		case item.Decide:
			decided = true
		case item.Check, item.Review:
		default:
			continue
		}
		if st.Level != 0 && st.Level < receiving {
			return true
		}
	}
	return !decided && it.Level != 0 && it.Level < receiving
}

// delegated is by which of the three ways a counter takes an application in: as
// agent where it acts as one, else by what brought the receiving or accepting
// down to its level; "" by its own power.
func delegated(it *item.Item, level area.Level, agency bool) item.DelegationMode {
	if agency {
		return item.Agency
	}
	for _, d := range it.Delegations {
		here := len(d.Actions) == 0 || slices.Contains(d.Actions, item.Receive) || slices.Contains(d.Actions, item.Accept)
		if d.Level == level && here && d.Mode != item.Agency {
			return d.Mode
		}
	}
	return ""
}

var (
	ways    = []item.Way{item.AtWindow, item.OnPC, item.OnMobile, item.ByCourier, item.OtherWay}
	manners = []casefile.Manner{casefile.Collected, casefile.ByPost, casefile.Online, casefile.Left, casefile.Announced, casefile.ByOther}
)

// maxVisit bounds the name of a visit, in bytes.
const maxVisit = 128

// filing is what the log keeps of an application for the national tables and
// the monthly report: what the form says of how it came, and what follows from
// the item, the applicant and the rules.
func (sh *sheet) filing(f *faults, it *item.Item, form *OpenForm, choice *casefile.Choice, linked bool) casefile.Filing {
	if form.Way != "" && !slices.Contains(ways, form.Way) {
		f.add("way: %q is none of %v", form.Way, ways)
	}
	if form.DeliverBy != "" && !slices.Contains(manners, form.DeliverBy) {
		f.add("deliver_by: %q is none of %v", form.DeliverBy, manners)
	}
	f.words("project", form.Project, false, maxName)
	if len(form.Visit) > maxVisit || !utf8.ValidString(form.Visit) {
		f.add("visit: want readable text of at most %d bytes", maxVisit)
	}
	if form.Site != "" {
		c, err := area.ParseCenter(string(form.Site))
		if err != nil || c == sh.author.Center || !c.Area().Under(sh.author.Center.Area()) {
			f.add("site: %q is no other site of this center", form.Site)
		}
	}
	if r := form.Renews; r != nil {
		f.words("renews.certificate", r.Certificate, true, maxName)
		f.day("renews.expires", workday.Date(r.Expires), true)
	}
	five, _ := rule.Doc[rule.FiveKinds](sh.d.Register.Rules(), sh.author.Center.Area(), string(sh.today()))
	var skipped []int
	if choice != nil {
		skipped = choice.Skipped
	}
	level := sh.author.Center.Level()
	k := kindsOf(it, skipped, linked, level, five)
	filing := casefile.Filing{
		Kind: k.base, Joint: k.joint, Referred: k.referred, Delegation: delegated(it, level, form.Agency),
		Way: form.Way, Applicant: form.Applicant.Of(), Agent: form.Applicant.AgentBasis(), Project: form.Project,
		Renews: form.Renews, Deliver: form.DeliverBy, Site: form.Site,
	}
	if agreed, ok := sh.agreement(it, form.Subject); ok {
		filing.Agreement = agreed.Name
	}
	return filing
}

// elsewhere reports whether competence lies neither over nor under this center.
func (sh *sheet) elsewhere(subject area.Code) bool {
	here := sh.author.Center.Area()
	return !subject.Under(here) && !here.Under(subject)
}

// agreement is what this area agreed on with the competent one.
func (sh *sheet) agreement(it *item.Item, subject area.Code) (rule.Agreement, bool) {
	if !sh.elsewhere(subject) {
		return rule.Agreement{}, false
	}
	reg := sh.d.Register
	return reg.Agreement(it.Ref.Code, sh.author.Center.Area(), subject, string(sh.today()), reg.Head().Index)
}

// mode is how a case from another area is handled: as the form says, else as
// agreed, else as the item says.
func (sh *sheet) mode(it *item.Item, form *OpenForm) item.Mode {
	if form.Mode != "" || !sh.elsewhere(form.Subject) {
		return form.Mode
	}
	agreed, _ := sh.agreement(it, form.Subject)
	return cmp.Or(item.Mode(agreed.Mode), it.Mode)
}

// secret is what the log keeps of the query password; "" where the center gives
// none out. All cases of one intake have the same.
func (sh *sheet) secret(number string) (string, error) {
	if sh.d.Rand == nil {
		return "", nil
	}
	if sh.dry {
		return applicant.Seal(number, ""), nil
	}
	if sh.given.password == "" {
		password, err := applicant.NewPassword(sh.d.Rand)
		if err != nil {
			return "", err
		}
		sh.given.password = password
	}
	return applicant.Seal(number, sh.given.password), nil
}
