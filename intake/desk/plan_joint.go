package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

// JointForm says who takes part in a joint case (联办), and who no longer.
type JointForm struct {
	Add    []casefile.Participant `json:"add,omitempty"`
	Remove []casefile.Removal     `json:"remove,omitempty"`
}

// SurveyForm sets the one appointment of a joint site survey (联合踏勘).
type SurveyForm struct {
	On    workday.Date  `json:"on"`
	At    string        `json:"at,omitempty"` // "09:30"
	Place string        `json:"place"`
	Who   []area.Center `json:"who,omitempty"` // none: this center and every participant
}

// SurveyHeldForm says what it found.
type SurveyHeldForm struct {
	On     workday.Date `json:"on,omitempty"` // "": today
	Staff  []string     `json:"staff"`        // two at least
	Found  string       `json:"found"`
	Failed bool         `json:"failed,omitempty"`
	Proof  []byte       `json:"proof,omitempty"`
}

// SayForm is what a participant has to say.
type SayForm struct {
	Stance casefile.Stance `json:"stance"` // "agrees", "objects", "provided": under conditions, which the text says
	Text   string          `json:"text"`
}

// NotAsked refuses the opinion of a center that takes no part in the case. The
// code is for good.
const NotAsked refusal.Code = "not_asked"

// Bounds of a joint case.
const (
	maxVoices = 50
	maxStaff  = 50
)

// voices are the participants of a joint case that were not taken out.
func voices(s *casefile.State) []casefile.Voice {
	return slices.DeleteFunc(slices.Clone(s.Voices), func(v casefile.Voice) bool { return v.Removed != "" })
}

func (sh *sheet) setJoint(form JointForm) error {
	const what = "set the participants of"
	var f faults
	taking := func(c area.Center) bool {
		return slices.ContainsFunc(voices(&sh.s), func(v casefile.Voice) bool { return v.Center == c })
	}
	if n := len(form.Add) + len(form.Remove); n == 0 || n > maxVoices {
		f.add("add, remove: %d centers, want 1 to %d", n, maxVoices)
	}
	for i, p := range form.Add {
		twice := slices.ContainsFunc(form.Add[:i], func(o casefile.Participant) bool { return o.Center == p.Center })
		switch _, enrolled := sh.d.Register.Current(p.Center); {
		case !enrolled:
			f.add("add: %q is no center of the directory", p.Center)
		case p.Center == sh.author.Center:
			f.add("add: %s leads the case", p.Center)
		case twice || taking(p.Center):
			f.add("add: %s takes part already", p.Center)
		}
		f.words("matter", p.Matter, true, maxWords)
		sh.ahead(&f, "by", workday.Date(p.By))
	}
	for _, r := range form.Remove {
		if !taking(r.Center) {
			f.add("remove: %q takes no part", r.Center)
		}
		f.words("reason", r.Reason, true, maxWords)
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	return sh.add(casefile.JointSet, casefile.JointBody{Add: form.Add, Remove: form.Remove})
}

// Say is what a request of kind casefile.OpinionRequest says for this center: it
// checks who acts, that the center is asked and that it says something. Whoever
// calls has it sealed and sent to the custodian.
func (d *Desk) Say(by By, id casefile.ID, form SayForm) (body []byte, err error) {
	const what = "say an opinion on"
	if err := d.checkBy(Opinion, &by); err != nil {
		return nil, err
	}
	s, err := d.state(id)
	if err != nil {
		return nil, err
	}
	sh := d.sheet(s, by, true, newGiven())
	var f faults
	f.stance(form.Stance)
	f.words("text", form.Text, true, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return nil, err
	}
	taking := voices(&s)
	i := slices.IndexFunc(taking, func(v casefile.Voice) bool { return v.Center == sh.author.Center })
	if i < 0 {
		return nil, refusal.Newf(NotAsked, sh.op(what), "tell the lead by an ordinary request", "this center takes no part in the case")
	}
	if s.Late() {
		return nil, refusal.Newf(casefile.StepOrder, sh.op(what), "", "the case is %s", s.Phase)
	}
	return wire.Encode(casefile.Said{Stance: form.Stance, Text: form.Text, Part: taking[i].Part}), nil
}

func (sh *sheet) setSurvey(form SurveyForm) error {
	const what = "set a site survey of"
	who := slices.Clone(form.Who)
	if len(who) == 0 {
		who = append(who, sh.author.Center)
		for _, v := range voices(&sh.s) {
			who = append(who, v.Center)
		}
	}
	var f faults
	if sh.ahead(&f, "on", form.On); form.On == "" {
		f.day("on", form.On, true)
	}
	if _, err := time.Parse("15:04", form.At); form.At != "" && err != nil {
		f.add("at: %.20q is no time of day (want HH:MM)", form.At)
	}
	f.words("place", form.Place, true, maxName)
	if len(who) < 2 || len(who) > maxVoices {
		f.add("who: %d centers, want 2 to %d; a joint survey has participants", len(who), maxVoices)
	}
	for i, c := range who {
		if _, enrolled := sh.d.Register.Current(c); !enrolled || slices.Contains(who[:i], c) {
			f.add("who: %q is no center of the directory, or is named twice", c)
		}
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	number, err := sh.documentNumber(notice.Survey)
	if err != nil {
		return err
	}
	return sh.add(casefile.SurveySet, casefile.SurveyBody{Number: number, On: string(form.On), At: form.At, Place: form.Place, Who: who})
}

func (sh *sheet) holdSurvey(ctx context.Context, form SurveyHeldForm) error {
	const what = "record the site survey of"
	if form.On == "" {
		form.On = sh.today()
	}
	var f faults
	sh.happened(&f, "on", form.On)
	f.two("staff", form.Staff)
	f.words("found", form.Found, true, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	if !slices.ContainsFunc(sh.s.Surveys, func(s casefile.Survey) bool { return s.Held == nil }) {
		return refusal.Newf(NothingIsOpen, sh.op(what), "set the appointment first", "no site survey is appointed")
	}
	proof, err := sh.proof(ctx, form.Proof)
	if err != nil {
		return err
	}
	return sh.add(casefile.SurveyHeld, casefile.SurveyHeldBody{
		On: string(form.On), Staff: form.Staff, Found: form.Found, Passed: !form.Failed, Proof: proof,
	})
}

// proof keeps what proves an event outside the log; nil where nothing was given.
func (sh *sheet) proof(ctx context.Context, content []byte) (*casefile.BlobRef, error) {
	return sh.picture(ctx, "proof", content)
}

// picture keeps what proves something under the name of its field; nil for
// nothing.
func (sh *sheet) picture(ctx context.Context, field string, content []byte) (*casefile.BlobRef, error) {
	if len(content) == 0 {
		return nil, nil
	}
	ref, err := sh.keep(ctx, field, "proof", content)
	return &ref, err
}

var stances = []casefile.Stance{casefile.Agrees, casefile.Objects, casefile.Provided}

func (f *faults) stance(s casefile.Stance) {
	if !slices.Contains(stances, s) {
		f.add("stance: %.40q is none of %v", s, stances)
	}
}

// two wants at least two members of staff (行政许可法 34).
func (f *faults) two(field string, staff []string) {
	var known []string
	for _, name := range staff {
		f.words(field, name, true, maxName)
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(known, name) {
			known = append(known, name)
		}
	}
	if len(known) < 2 || len(staff) > maxStaff {
		f.add("%s: %d different members of staff, want 2 to %d", field, len(known), maxStaff)
	}
}

// voiceWarnings are what the lead of a joint case should know of the others:
// that they do not agree, and who is silent past its day.
func (sh *sheet) voiceWarnings() []Warning {
	if sh.s.DecidedAt != 0 || sh.s.Ended != nil {
		return nil
	}
	var all []Warning
	by := map[casefile.Stance][]string{}
	for _, v := range voices(&sh.s) {
		if v.Said != nil {
			by[v.Said.Stance] = append(by[v.Said.Stance], sh.centerName(v.Center))
		}
	}
	for _, d := range clock.Voices(sh.clocks()) {
		if !d.Late || !d.Open() {
			continue
		}
		one := warning("opinion_late", "联办单位%s（%s 受邀）应于 %s 前反馈意见，逾期未反馈", "%s, asked on %s, was to give its opinion by %s and did not", sh.centerName(d.Center), d.From, d.Due)
		if d.Rule != "" {
			one.and("，依据%s", ", by %s", sourced(sh.ruled(d.Rule, d.From)))
		}
		all = append(all, one)
	}
	agree, object := slices.Concat(by[casefile.Agrees], by[casefile.Provided]), by[casefile.Objects]
	if len(agree) > 0 && len(object) > 0 {
		all = append(all, warning("opinions_conflict", "联办意见不一致：%s同意，%s不同意，须由牵头单位协调", "The opinions differ: %s agree, %s object; the lead brings them together", list(agree), list(object)))
	}
	if given := by[casefile.Provided]; len(given) > 0 {
		all = append(all, warning("opinion_conditional", "%s附条件同意", "%s agree under a condition", list(given)))
	}
	return all
}

func (sh *sheet) centerName(c area.Center) string {
	if name, _, ok := sh.d.Register.Office(c); ok {
		return name
	}
	return string(c)
}
