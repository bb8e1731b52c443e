package desk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

const day = 24 * time.Hour

// set makes the rules of 同里 those given.
func (c *city) set(rules ...rule.Rule) {
	var all []rule.Setting
	for _, r := range rules {
		all = append(all, rule.Setting{Area: tongli.Area(), Rule: r})
	}
	c.book.rules = rule.NewSet(all)
	c.book.advance()
}

func (c *city) look(id casefile.ID) View {
	c.t.Helper()
	view, err := c.nodes[tongli].desk.Look(id)
	must(c.t, err)
	return view
}

// warned is the text of a warning; "" where there is none.
func warned(all []Warning, code string) string {
	if i := slices.IndexFunc(all, func(w Warning) bool { return w.Code == code }); i >= 0 {
		return all[i].Text
	}
	return ""
}

// subsidy opens a case of the town's that lacks a paper, or has all.
func (c *city) subsidy(change func(*item.Item), papers ...Paper) (casefile.ID, OpenForm) {
	c.t.Helper()
	if change != nil {
		it, _ := c.book.Offered(c.items["D04"], tongli.Area())
		changed := *it
		changed.Materials = slices.Clone(it.Materials)
		change(&changed)
		c.book.publish(changed, "320500000000")
	}
	form := OpenForm{Item: c.items["D04"], Subject: tongli.Area(), Applicant: citizen(), Papers: papers}
	done, err := c.nodes[tongli].desk.Open(c.ctx, staff("镇窗口"), form)
	must(c.t, err)
	return done.State.ID, form
}

func missing(id string) Paper { return Paper{ID: id, State: casefile.Missing} }

func TestASupplementThatIsNotBrought(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, by := c.nodes[tongli].desk, staff("镇窗口")
	c.set(rule.Rule{Key: rule.SupplementDays, Value: 5}, rule.Rule{Key: rule.SupplementEnds, Value: 1, Source: "某市条例第三十六条"})
	id, _ := c.subsidy(nil, missing("identity"))
	_, err := d.Notice(c.ctx, by, id, NoticeForm{})
	must(t, err)
	text, err := d.Print(id, notice.OneTime)
	must(t, err)
	if !strings.Contains(text, "自告知之日起 5 个工作日内（至2026年3月9日止）") || !strings.Contains(text, "视为撤回申请，依据“补正逾期视为撤回”（某市条例第三十六条）") {
		t.Errorf("the notice does not say by when:\n%s", text)
	}
	c.tick(7*day - time.Hour) // 9 March
	view := c.look(id)
	i := slices.IndexFunc(view.Readings, func(r clock.Reading) bool { return r.Clock == clock.Bring })
	if i < 0 || view.Readings[i].Due != "2026-03-09" || view.Readings[i].Late || view.Lamp != clock.Yellow || warned(view.Warnings, "supplement_lapsed") != "" {
		t.Fatalf("on the last day: %+v %+v", view.Readings, view.Warnings)
	}
	_, err = d.Withdraw(c.ctx, by, id, ReasonForm{Deemed: true})
	refused(t, err, NotLapsed)

	c.tick(day)
	c.set(rule.Rule{Key: rule.SupplementDays, Value: 90, From: "2026-03-10"}, rule.Rule{Key: rule.SupplementDays, Value: 5, From: "2026-01-01"},
		rule.Rule{Key: rule.SupplementEnds, Value: 1, Source: "某市条例第三十六条"}) // what was told stays
	view = c.look(id)
	if text := warned(view.Warnings, "supplement_lapsed"); !strings.Contains(text, "2026-03-09") || !strings.Contains(text, "不会自动结束") || view.State.Phase != casefile.PhaseNoticed {
		t.Errorf("a day later: %s, %+v", view.State.Phase, view.Warnings)
	}
	for _, form := range []ReasonForm{{}, {Reason: strings.Repeat("很", maxWords+1), Deemed: true}} {
		_, err = d.Withdraw(c.ctx, by, id, form)
		refused(t, err, BadForm)
	}
	_, err = d.Terminate(c.ctx, by, id, ReasonForm{Deemed: true})
	refused(t, err, NotLapsed)
	_, err = d.Decline(c.ctx, by, id, ReasonForm{Deemed: true})
	refused(t, err, NotLapsed)
	done, err := d.Withdraw(c.ctx, by, id, ReasonForm{Deemed: true, Reason: "电话联系未果"})
	must(t, err)
	if want := "补正期限至 2026-03-09，逾期未补正，视为撤回申请，依据“补正逾期视为撤回”（某市条例第三十六条）；电话联系未果"; done.State.Ended.Reason != want {
		t.Errorf("ended with %q, want %q", done.State.Ended.Reason, want)
	}
	c.verified(id, tongli, casefile.PhaseWithdrawn)
	if view = c.look(id); warned(view.Warnings, "supplement_lapsed") != "" {
		t.Errorf("still warned: %+v", view.Warnings)
	}
}

func TestASupplementWithoutAConsequence(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	c.set(rule.Rule{Key: rule.SupplementDays, Value: 5})
	id, _ := c.subsidy(nil, missing("identity"))
	_, err := c.nodes[tongli].desk.Notice(c.ctx, staff("镇窗口"), id, NoticeForm{})
	must(t, err)
	text, err := c.nodes[tongli].desk.Print(id, notice.OneTime)
	must(t, err)
	if strings.Contains(text, "视为撤回") || !strings.Contains(text, "5 个工作日内") {
		t.Errorf("the notice:\n%s", text)
	}
	c.tick(8 * day)
	if all := c.look(id).Warnings; warned(all, "supplement_overdue") == "" || warned(all, "supplement_lapsed") != "" {
		t.Errorf("warnings %+v", all)
	}
	_, err = c.nodes[tongli].desk.Withdraw(c.ctx, staff("镇窗口"), id, ReasonForm{Deemed: true})
	refused(t, err, NotLapsed)
}

func TestLaterMaterials(t *testing.T) {
	for _, one := range []struct {
		name  string
		rule  rule.LaterMaterial
		ends  casefile.Kind
		words string
	}{
		{"deemed withdrawn", rule.LaterMaterial{Consequence: rule.DeemedWithdrawn, Days: 3}, casefile.Withdrawn, "视为撤回申请"},
		{"revoked", rule.LaterMaterial{Consequence: rule.AcceptanceRevoked, Days: 3}, casefile.Terminated, "撤销受理"},
		{"nothing", rule.LaterMaterial{Days: 3}, "", ""},
	} {
		t.Run(one.name, func(t *testing.T) {
			c := newCity(t, tongli, wujiang)
			d, by := c.nodes[tongli].desk, staff("镇窗口")
			later := func(it *item.Item) { it.Materials[0].Need = item.LaterIfNeed }
			c.set()
			id, form := c.subsidy(later, missing("identity"))
			form.Papers, form.Accept = []Paper{{ID: "identity", State: casefile.Later}}, true
			_, err := d.Open(c.ctx, by, form)
			refused(t, err, BadForm) // no day, and no rule that gives one
			c.set(rule.Of(one.rule, "某省规定", ""))
			done, err := d.Receive(c.ctx, by, id, ReceiveForm{Papers: form.Papers})
			must(t, err)
			if got := done.State.Materials[0].By; got != "2026-03-05" || form.Papers[0].By != "" {
				t.Fatalf("to be brought by %q; the form %+v", got, form.Papers)
			}
			_, err = d.Accept(c.ctx, by, id, AcceptForm{})
			must(t, err)
			c.tick(3 * day)
			if all := c.look(id).Warnings; warned(all, "later_overdue") != "" || warned(all, "later_lapsed") != "" {
				t.Errorf("on the last day %+v", all)
			}
			c.tick(day)
			all := c.look(id).Warnings
			if warned(all, "later_overdue") == "" || !strings.Contains(warned(all, "later_lapsed"), one.words) || (warned(all, "later_lapsed") == "") != (one.ends == "") {
				t.Errorf("a day later %+v", all)
			}
			for kind, end := range map[casefile.Kind]func(ReasonForm) (Done, error){
				casefile.Withdrawn:  func(f ReasonForm) (Done, error) { return d.Withdraw(c.ctx, by, id, f) },
				casefile.Terminated: func(f ReasonForm) (Done, error) { return d.Terminate(c.ctx, by, id, f) },
			} {
				if kind != one.ends {
					_, err := end(ReasonForm{Deemed: true})
					if err == nil {
						t.Errorf("%s", kind)
					}
					continue
				}
				done, err := end(ReasonForm{Deemed: true})
				if err == nil && !strings.Contains(done.State.Ended.Reason, one.words+"，依据“容缺受理逾期后果”（某省规定）") {
					t.Errorf("%s: %v %+v", kind, err, done.State.Ended)
				}
				must(t, err)
			}
		})
	}
}

func TestExtensionByTheRule(t *testing.T) {
	permit := func(joint bool) func(*item.Item) {
		return func(it *item.Item) {
			if it.Type = item.Permit; joint {
				it.Joint = []item.Body{{Name: "另一个部门"}}
			}
		}
	}
	for _, one := range []struct {
		name    string
		change  func(*item.Item)
		rules   []rule.Rule
		days    int
		allowed bool
	}{
		{"as the law says", permit(false), nil, 10, true},
		{"more", permit(false), nil, 11, false},
		{"jointly", permit(true), nil, 15, true},
		{"jointly more", permit(true), nil, 16, false},
		{"the area's own", permit(false), []rule.Rule{{Key: rule.ExtensionDays, Value: 3, Source: "某市办法"}}, 4, false},
		{"none at all", permit(false), []rule.Rule{{Key: rule.ExtensionDays, Source: "某市办法"}}, 1, false},
		{"no permit", nil, nil, 30, true},
	} {
		t.Run(one.name, func(t *testing.T) {
			c := newCity(t, tongli, wujiang)
			c.set(one.rules...)
			id, _ := c.subsidy(one.change, seen("identity")...)
			_, err := c.nodes[tongli].desk.Accept(c.ctx, staff("镇窗口"), id, AcceptForm{})
			must(t, err)
			done, err := c.nodes[tongli].desk.Extend(c.ctx, staff("镇窗口"), id, ExtendForm{Days: one.days, Reason: "核查", Approver: "镇长"})
			if !one.allowed {
				refused(t, err, OverRule)
				source := "行政许可法 42"
				if len(one.rules) > 0 {
					source = one.rules[0].Source
				}
				if !strings.Contains(err.Error(), "延长”") && !strings.Contains(err.Error(), "联合办理延长") || !strings.Contains(err.Error(), source) {
					t.Errorf("the refusal does not name the rule: %v", err)
				}
				offered := slices.IndexFunc(c.look(id).Actions, func(o Offered) bool { return o.Action == Extend && o.Allowed })
				if none := len(one.rules) > 0 && one.rules[0].Value == 0; (offered < 0) != none {
					t.Errorf("offered %d", offered)
				}
				return
			}
			must(t, err)
			if over := warned(done.Warnings, "extension_over_rule"); (over != "") != (one.change == nil) {
				t.Errorf("warned %q", over)
			}
		})
	}
}

func TestSpecialProceduresByTheRule(t *testing.T) {
	list := rule.Of(rule.SpecialProcedures{Procedures: []rule.Procedure{
		{Name: "听证", Ground: rule.Hearing, Effect: rule.Suspends, Notice: true, MaxDays: 5, Basis: "行政许可法 45"},
		{Name: "招标", Ground: rule.OtherGround, Effect: rule.Suspends, Notice: true},
		{Name: "技术审查", Ground: rule.OtherGround},
		{Name: "现场勘验", Ground: rule.Inspection, Effect: rule.Counts},
	}}, "某区清单", "")
	none := -1
	for _, one := range []struct {
		name string
		form SuspendForm
		wait time.Duration
		want []string
	}{
		{"as it should be", SuspendForm{Ground: casefile.Hearing, Until: "2026-03-09"}, 0, nil},
		{"said to count", SuspendForm{Ground: casefile.Hearing, Until: "2026-03-09", Counts: true}, 0, []string{"special_effect"}},
		{"said not to count", SuspendForm{Ground: casefile.Inspection, Until: "2026-03-09"}, 0, []string{"special_effect"}},
		{"no day", SuspendForm{Ground: casefile.Hearing}, 0, []string{"special_untold"}},
		{"too long", SuspendForm{Ground: casefile.Hearing, Until: "2026-03-10"}, 0, []string{"special_over"}},
		{"it has taken too long", SuspendForm{Ground: casefile.Hearing, Until: "2026-03-09"}, 8 * day, []string{"special_over"}},
		{"several under one ground", SuspendForm{Ground: casefile.OtherGround, Counts: true, Note: "另行"}, 0, nil},
		{"not on the list", SuspendForm{Ground: casefile.Testing}, 0, []string{"special_unlisted"}},
	} {
		t.Run(one.name, func(t *testing.T) {
			c := newCity(t, tongli, wujiang)
			c.set(list)
			id, _ := c.subsidy(nil, seen("identity")...)
			_, err := c.nodes[tongli].desk.Accept(c.ctx, staff("镇窗口"), id, AcceptForm{})
			must(t, err)
			one.form.Step = &none
			_, err = c.nodes[tongli].desk.Suspend(c.ctx, staff("镇窗口"), id, one.form)
			must(t, err)
			c.tick(one.wait)
			var got []string
			for _, w := range c.look(id).Warnings {
				if strings.HasPrefix(w.Code, "special_") {
					got = append(got, w.Code)
				}
			}
			if !slices.Equal(got, one.want) {
				t.Errorf("%v, want %v: %+v", got, one.want, c.look(id).Warnings)
			}
		})
	}
}

func TestAPermitWithoutALegalLimit(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	id, _ := c.subsidy(func(it *item.Item) { it.Type, it.Legal = item.Permit, item.Limit{} }, seen("identity")...)
	done, err := c.nodes[tongli].desk.Accept(c.ctx, staff("镇窗口"), id, AcceptForm{})
	must(t, err)
	if text := warned(done.Warnings, "legal_limit_unknown"); !strings.Contains(text, "20 个工作日") || !strings.Contains(text, "行政许可法 42") {
		t.Errorf("warnings %+v", done.Warnings)
	}
}

// A line of the worklist is kept in memory for a day: at the close of business
// it is made anew, and what is past the law's limit comes first.
func TestWorklistAtTheCloseOfBusiness(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d := c.nodes[tongli].desk
	c.set(rule.Rule{Key: rule.BusinessClose, Value: 17*60 + 30}, rule.Rule{Key: rule.RedAfter, Value: 2})
	form := OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: tongli.Area(), Applicant: citizen(), Papers: seen("id-card", "photo", "proof"), Accept: true}
	lawful, err := d.Open(c.ctx, staff("镇窗口"), form)
	must(t, err)
	it := *c.book.items[lawful.State.Item]
	it.Legal, it.Steps = item.Limit{}, slices.Clone(it.Steps)
	for i := range it.Steps {
		it.Steps[i].Limit = item.Limit{}
	}
	c.book.publish(it, "320500000000")
	promised, err := d.Open(c.ctx, staff("镇窗口"), form)
	must(t, err)
	show := func(now string) (l, p Summary, list Worklist) {
		t.Helper()
		c.now = at(now)
		list, err := d.Worklist(Query{})
		must(t, err)
		for _, one := range list.Cases {
			if one.ID == promised.State.ID {
				p = one
			} else {
				l = one
			}
		}
		return l, p, list
	}
	if _, p, list := show("2026-03-09 17:29"); p.Lamp != clock.Yellow || list.Past != 0 {
		t.Errorf("before the close %+v", list)
	}
	l, p, list := show("2026-03-09 17:30")
	if !l.Second || l.Lamp != clock.Red || l.Clock != clock.Legal || p.Second || p.Lamp != clock.Yellow || list.Past != 1 {
		t.Errorf("after the close %+v", list)
	}
	if l, p, list = show("2026-03-11 18:00"); p.Lamp != clock.Red || p.Second || !l.Second || list.Cases[0].ID != l.ID {
		t.Errorf("two days later %+v", list)
	}
	if l, _, _ = show("2026-03-09 09:00"); l.Second {
		t.Errorf("a clock that was set back: %+v", l)
	}
}
