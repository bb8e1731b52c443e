package office

import (
	"cmp"
	"strconv"

	"tongban/catalog/rule"
	"tongban/intake/rating"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/workbench"
)

// judged is the list of ratings.
type judged struct {
	Shows []choice
	Rows  []ratingRow
	Sums  []figure // of the month so far
}

// choice is one way to narrow a list.
type choice struct {
	Text, Link string
	Current    bool
}

// ratingRow is a rating in one line.
type ratingRow struct {
	rating.View
	Grade, Stage, What, Where, When, Channel string
	Due                                      dueText
}

// dueText is the limit that is nearest of those that are not kept yet.
type dueText struct {
	What, Day, Lamp, LampText, Left string
	Provisional                     bool
}

const ratingsPerPage = 50

// viewer is who looks at ratings: as whoever handles them, where their duties
// say so. Whom a rating is about sees no more of it than a window does.
func (r *room) viewer(c *workbench.Call) rating.Viewer {
	v := rating.Viewer{Staff: r.staff(c), Role: rating.Window}
	if c.Who.MayWork(account.AnswerRating) == nil {
		v.Role = rating.Handler
	}
	return v
}

func (r *room) ratings(c *workbench.Call) error {
	head(c, ratingTabs, "rectifications")
	p := c.Page
	show := cmp.Or(p.Query.Get("show"), "open")
	before, _ := strconv.ParseUint(p.Query.Get("before"), 10, 64)
	q := rating.Query{Bad: show != "every", Open: show == "open" || show == "late", Late: show == "late", Before: before, Limit: ratingsPerPage}
	found, err := r.Ratings.List(q, r.viewer(c))
	if err != nil {
		return err
	}
	d := &judged{}
	for _, s := range []string{"open", "late", "bad", "every"} {
		d.Shows = append(d.Shows, choice{p.Say("show_" + s), "/work/ratings?show=" + s, s == show})
	}
	grades := r.grades()
	for _, v := range found.Ratings {
		d.Rows = append(d.Rows, r.ratingRow(p, v, grades))
	}
	if before != 0 {
		p.First = p.With("before", "")
	}
	if found.Before != 0 {
		p.Next = p.With("before", strconv.FormatUint(found.Before, 10))
	}
	today := r.day()
	month, err := r.Ratings.Figures(today[:8]+"01", today, rating.ByNothing, nil)
	if err != nil {
		return err
	}
	d.Sums = r.rates(p, month[0], false)
	return c.Show("ratings", d)
}

// grades are those of the rule of this center's area.
func (r *room) grades() []rule.Grade {
	doc, _ := rule.Doc[rule.Rating](r.Register.Rules(), r.Self().Area(), string(r.day()))
	return rating.Grades(doc)
}

// gradeText is a grade with its name.
func gradeText(p *frame.Page, grades []rule.Grade, n int) string {
	text := number(n)
	for _, g := range grades {
		if g.Grade == n {
			text += " " + p.Pick(g.Name, p.Say("grade_"+number(n)))
		}
	}
	return text
}

func (r *room) ratingRow(p *frame.Page, v rating.View, grades []rule.Grade) ratingRow {
	row := ratingRow{
		View: v, Grade: gradeText(p, grades, v.Given.Grade), Stage: p.Say("stage_" + string(v.Stage)), What: cmp.Or(v.Given.ItemName, p.Say("a_visit")),
		When: p.Time(v.Act.At), Channel: p.Either(channels[v.Given.Channel], string(v.Given.Channel)),
	}
	if v.Given.Window != "" {
		row.Where = p.Pick(v.Given.Window+" 号窗口", "window "+v.Given.Window)
	}
	if v.Open() {
		for _, due := range v.Dues {
			if due.Done == "" {
				row.Due = r.dueText(p, due)
				break
			}
		}
	}
	return row
}

func (r *room) dueText(p *frame.Page, d rating.Due) dueText {
	out := dueText{What: p.Say("due_" + d.What), Day: string(d.Day), Provisional: d.Provisional}
	left, _ := r.Register.Calendar().WorkingDaysBetween(r.day(), d.Day)
	switch {
	case d.Done != "" && d.Late:
		out.Lamp, out.LampText, out.Left = "red", p.Say("was_late"), string(d.Done)
	case d.Done != "":
		out.Lamp, out.LampText, out.Left = "done", p.Say("done_in_time"), string(d.Done)
	case d.Late:
		out.Lamp, out.LampText = "red", p.Say("overdue")
	case left == 0:
		out.Lamp, out.LampText = "yellow", p.Say("due_today")
	default:
		out.Lamp, out.LampText, out.Left = "green", p.Say("in_time"), p.Pick("剩 "+number(left)+" 个工作日", number(left)+" working d left")
	}
	return out
}

// rates are the figures of a period, each with what it is of. How many of the
// cases were rated is left out where those that could have been were not counted.
func (r *room) rates(p *frame.Page, f rating.Figures, counted bool) []figure {
	lines := []figure{{Label: p.Say("ratings_given"), Value: number(f.Ratings)}}
	for _, one := range []struct {
		word  string
		ratio rating.Ratio
		shown bool
	}{
		{"satisfied", f.Satisfied, true}, {"bad_share", f.Bad, true}, {"active", f.Active, counted}, {"rectified", f.Rectified, true},
		{"rectified_in_time", f.InTime, true}, {"followed_up", f.FollowedUp, true}, {"content", f.Content, true},
	} {
		if one.shown {
			value, of := share(one.ratio)
			lines = append(lines, figure{p.Say(one.word), value, of})
		}
	}
	if f.LeftOut > 0 {
		lines = append(lines, figure{Label: p.Say("left_out"), Value: number(f.LeftOut)})
	}
	return lines
}

// judgement is the page of the figures of ratings.
type judgement struct {
	span
	Head   string
	By     []pick
	Groups []group
	Grades []figure // of all together
	Chart  chart
	Sums   []figure
}

// group is one item, window or department.
type group struct {
	Name                                            string
	Ratings                                         int
	Satisfied, Bad, Active, Rectified, InTime, Back string
	Of                                              string
}

func (r *room) ratingFigures(c *workbench.Call) error {
	head(c, ratingTabs, "rating_figures")
	p := c.Page
	days, err := spanOf(p, r.day())
	if err != nil {
		return err
	}
	by := rating.By(p.Query.Get("by"))
	all, err := r.Figures(c.Context(), days.From, days.To, by)
	if err != nil {
		return err
	}
	d := &judgement{span: days, Head: days.title(p)}
	for _, one := range []rating.By{rating.ByNothing, rating.ByItem, rating.ByWindow, rating.ByDepartment} {
		d.By = append(d.By, pick{string(one), p.Say("by_" + cmp.Or(string(one), "nothing")), one == by})
	}
	if len(all) == 0 { // grouped, and there is nothing
		all = []rating.Figures{{Total: true}}
	}
	total := all[len(all)-1]
	d.Sums = r.rates(p, total, true)
	one := series{Color: plain}
	var labels []string
	for _, g := range r.grades() {
		text := gradeText(p, []rule.Grade{g}, g.Grade)
		d.Grades = append(d.Grades, figure{Label: text, Value: number(total.Grades[g.Grade])})
		labels, one.Values = append(labels, text), append(one.Values, total.Grades[g.Grade])
	}
	d.Chart = bars(labels, []series{one})
	if by != rating.ByNothing {
		for _, f := range all {
			if !f.Total && len(d.Groups) < maxGroups {
				d.Groups = append(d.Groups, r.group(p, f, by))
			}
		}
	}
	return c.Show("rating_figures", d)
}

// maxGroups bounds the table.
const maxGroups = 200

func (r *room) group(p *frame.Page, f rating.Figures, by rating.By) group {
	g := group{Name: cmp.Or(f.Group, p.Say("unnamed")), Ratings: f.Ratings}
	if by == rating.ByItem {
		g.Name = cmp.Or(r.itemName(f.Group), g.Name)
	}
	g.Satisfied, g.Of = share(f.Satisfied)
	g.Bad, _ = share(f.Bad)
	g.Active, _ = share(f.Active)
	g.Rectified, _ = share(f.Rectified)
	g.InTime, _ = share(f.InTime)
	g.Back, _ = share(f.Content)
	return g
}
