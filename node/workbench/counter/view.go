package counter

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/bundle"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/workbench"
	"tongban/node/workbench/counter/draft"
)

// view is a half-filled intake while one request works on it.
type view struct {
	r       *room
	c       *workbench.Call
	draft   draft.Draft
	typed   typed
	faults  map[string]string // by field
	items   []item.Code
	bundle  *item.Item // the one item, where that is a bundle
	answers item.Answers
	plan    bundle.Plan
	planned error // why there is no plan
	seen    []desk.Foreseen
	unseen  error            // why nothing can be foreseen
	text    string           // in the scan box
	hits    []hit            // what it found
	refused string           // the outcome that was refused for what is in the fields
	spots   []spot           // see near
	places  map[naming]meant // see located
}

// load brings a half-filled intake of whoever asks. ended says that it is open
// already: the browser is on its way to what came of it.
func (r *room) load(c *workbench.Call) (v *view, ended bool, err error) {
	d, err := r.Drafts.Get(c.Who.Login, c.PathValue("id"))
	if err != nil {
		return nil, false, err
	}
	if d.Ended != nil {
		return nil, true, c.Go("/work/intake/"+d.ID+"/done", "")
	}
	v = &view{r: r, c: c, draft: d, typed: d.Fields, faults: map[string]string{}}
	c.Page.Key = d.ID
	return v, false, nil
}

// fleeting are the fields that say what is to be done now, and are not kept.
var fleeting = []string{"key", "q", "pick", "ticket", "code", "unscan", "forward", "own", "refused"}

// take is load with what the form says, which is kept before anything else is
// done with it, so that no refusal and no power cut loses it.
func (r *room) take(c *workbench.Call) (v *view, ended bool, err error) {
	v, ended, err = r.load(c)
	if err != nil || ended {
		return v, ended, err
	}
	fields := draft.Fields{}
	for name, values := range c.PostForm {
		if !slices.Contains(fleeting, name) && !strings.HasPrefix(name, "scan.") && slices.ContainsFunc(values, func(s string) bool { return s != "" }) {
			fields[name] = values
		}
	}
	v.typed, v.draft.Fields, v.refused = fields, fields, c.PostForm.Get("refused")
	if err := r.Drafts.Keep(c.Who.Login, v.draft.ID, v.title(), fields); err != nil {
		return v, false, err
	}
	v.uploads()
	return v, false, nil
}

// save keeps what was changed beside what the form says.
func (v *view) save() error {
	return v.r.Drafts.Keep(v.c.Who.Login, v.draft.ID, v.title(), draft.Fields(v.typed))
}

// title is by which a clerk finds the intake again.
func (v *view) title() string {
	var names []string
	for _, code := range v.codes() {
		if it, ok := v.r.Desk.Register.Offered(code, v.r.here()); ok {
			names = append(names, it.Name)
		}
	}
	a := applicant.Applicant{Person: applicant.Person{Name: v.typed.get("applicant.name")}}
	if masked := a.Masked().Name; masked != "" {
		names = append(names, masked)
	}
	return strings.Join(names, " · ")
}

func (v *view) codes() []item.Code {
	var all []item.Code
	for _, code := range v.typed["item"] {
		if c := item.Code(code); c != "" && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// look plans what the items ask of the applicant, by the answers so far, and
// asks the desk what could be done with it.
func (v *view) look() {
	v.items = v.codes()
	v.placed()
	if len(v.items) == 0 {
		return
	}
	in := v.subject()
	if in == "" {
		in = v.r.here()
	}
	if it, ok := v.r.Desk.Register.Offered(v.items[0], in); ok && it.IsBundle() && len(v.items) == 1 {
		v.bundle = it
	}
	given := item.Answers{}
	for name, values := range v.typed {
		if key, ok := strings.CutPrefix(name, "a."); ok {
			given[key] = values
		}
	}
	v.answers = given
	if v.plan, v.planned = v.compose(given); refusal.CodeOf(v.planned) == condition.BadAnswer {
		v.answers = item.Answers{} // an item went away, or was published anew: what is still asked stays answered
		for _, key := range slices.Sorted(maps.Keys(given)) {
			with := maps.Clone(v.answers)
			with[key] = given[key]
			if _, err := v.compose(with); err == nil {
				v.answers = with
			}
		}
		v.plan, v.planned = v.compose(v.answers)
	}
	if v.planned == nil {
		v.foresee()
	}
}

func (v *view) compose(answers item.Answers) (bundle.Plan, error) {
	if v.bundle != nil {
		return v.r.Desk.PlanBundle(desk.BundleForm{Bundle: v.items[0], Answers: answers, Subject: v.subject()})
	}
	return v.r.Desk.PlanVisit(desk.VisitForm{Items: v.items, Answers: answers, Subject: v.subject()})
}

// foresee asks the desk what could be done. Whoever is not yet fully known is
// somebody: what is wrong there is told when it is sent, and from then on.
func (v *view) foresee() {
	a := v.typed.applicant()
	if len(a.Check("applicant", v.r.today())) > 0 {
		a = applicant.Applicant{Person: applicant.Person{Name: "-"}}
	}
	papers := v.papers(false)
	switch {
	case v.bundle != nil:
		form := v.bundleForm(a, papers)
		v.seen, _, v.unseen = v.r.Desk.ForeseeBundle(form)
	case len(v.items) > 1:
		form := v.visitForm(a, papers)
		v.seen, _, v.unseen = v.r.Desk.ForeseeVisit(form)
	default:
		one, err := v.r.Desk.Foresee(v.openForm(a, papers))
		if v.unseen = err; err == nil {
			v.seen = []desk.Foreseen{one}
		}
	}
	v.judge()
}

// judge says beside the fields what is wrong with them: of a form that was
// refused everything that would be refused again, of another only what does not
// mend itself by filling in more.
func (v *view) judge() {
	if refusal.CodeOf(v.unseen) == desk.BadForm {
		v.place(v.unseen, v.refused)
	} else if v.refused != "" {
		v.place(nil, v.refused)
	}
	if err := v.again(); refusal.CodeOf(err) == desk.BadForm {
		v.place(err, v.refused)
	}
	if v.refused != "" {
		v.unsaid()
	}
	if in := v.subject(); in != "" && refusal.CodeOf(v.unseen) == desk.TooCoarse {
		v.fault("subject", v.c.Particulars(wordsOf(v.unseen)))
	}
}

// again is what would be refused again of the form of an outcome.
func (v *view) again() error {
	if v.bundle != nil || len(v.items) != 1 || refusal.CodeOf(v.unseen) == desk.BadForm {
		return nil
	}
	form := v.openForm(applicant.Applicant{Person: applicant.Person{Name: "-"}}, v.papers(false))
	switch v.refused {
	case "decline":
		return v.r.Desk.ForeseeDecline(form, *v.reason())
	case "settle":
		settling, err := v.settling()
		if err != nil {
			return err
		}
		return v.r.Desk.ForeseeSettle(form, settling)
	}
	return nil
}

func (v *view) submission() desk.Submission {
	return desk.Submission{
		Way: item.Way(v.typed.get("way")), Project: v.typed.get("project"), DeliverBy: casefile.Manner(v.typed.get("deliver_by")), Visit: v.typed.get("visit"),
	}
}

// openForm is the desk's form of the only item.
func (v *view) openForm(a applicant.Applicant, papers []desk.Paper) desk.OpenForm {
	form := desk.OpenForm{
		Item: v.items[0], Subject: v.subjectOf(v.items[0]), Deliver: v.deliver(), Applicant: a, Agency: v.typed.on("agency"), Submission: v.submission(),
	}
	if len(v.plan.Parts) > 0 {
		form.Answers = v.plan.Parts[0].Selection.Answers
	}
	if v.typed.any("renews.certificate", "renews.expires") {
		form.Renews = &casefile.Renewal{Certificate: v.typed.get("renews.certificate"), Expires: v.typed.get("renews.expires")}
	}
	for _, p := range papers { // by merged material
		m, _ := v.plan.Material(p.ID)
		for _, ref := range m.Of {
			p.ID = ref.ID
			form.Papers = append(form.Papers, p)
		}
	}
	return form
}

// subjectOf is where competence for an item lies: what goes by the counter goes
// by it whatever was typed for the others.
func (v *view) subjectOf(code item.Code) area.Code {
	subject := v.subject()
	for _, p := range v.plan.Parts {
		if p.Member.Code == code && p.Item.Subject == item.ByCounter {
			return ""
		}
	}
	return subject
}

func (v *view) visitForm(a applicant.Applicant, papers []desk.Paper) desk.VisitForm {
	return desk.VisitForm{
		Items: v.items, Answers: v.answers, Subject: v.subject(), Deliver: v.deliver(), Applicant: a,
		Agency: v.typed.on("agency"), Papers: papers, Submission: v.submission(),
	}
}

func (v *view) bundleForm(a applicant.Applicant, papers []desk.Paper) desk.BundleForm {
	return desk.BundleForm{
		Bundle: v.items[0], Answers: v.answers, Subject: v.subject(), Deliver: v.deliver(), Applicant: a,
		Agency: v.typed.on("agency"), Papers: papers, Submission: v.submission(),
	}
}

// opened is what came of an intake. It is kept for an hour, so that a form that
// is sent twice leads to the same page; the password until it was shown.
type opened struct {
	Did      string        `json:"did"`
	Cases    []casefile.ID `json:"cases"`
	Visit    string        `json:"visit,omitempty"`
	Ticket   string        `json:"ticket,omitempty"` // the queue ticket that was typed or scanned
	Password string        `json:"password,omitempty"`
	Left     []leftover    `json:"left,omitempty"`
}

// leftover is what was asked for with the opening and refused after it.
type leftover struct {
	Case   casefile.ID `json:"case"`
	Action desk.Action `json:"action"`
	Code   string      `json:"code"`
	Detail string      `json:"detail"`
}

func (o opened) encode() ([]byte, error) { return json.Marshal(o) }
