package item

// longer compares two limits of one unit; limits of different units are not
// comparable.
func longer(a, b Limit) bool { return a.Unit == b.Unit && a.Tenths > b.Tenths }

// limits checks the limits of the whole case and when it may be applied for.
func (r *report) limits(it *Item) {
	if !it.IsBundle() {
		r.need("kind", string(it.Kind))
	}
	if !it.Legal.IsZero() && longer(it.Promise, it.Legal) {
		r.warn("promise", "promise_over_legal", "承诺 %[1]s，长于法定的 %[2]s", "%[3]s promised, but the law gives %[4]s", it.Promise.Chinese(), it.Legal.Chinese(), it.Promise, it.Legal)
	}
	if it.Kind == Promised && it.Promise.IsZero() && it.Legal.IsZero() && !it.IsBundle() {
		r.warn("promise", "no_limit", "既没有承诺时限也没有法定时限：整个办件不计时", "neither a promised nor a legal limit: no clock will run for the whole case")
	}
	if it.Kind == Immediate && it.Promise.Days() > 1 {
		r.warn("promise", "immediate_with_days", "即办件却承诺 %[1]s", "an immediate item that promises %[2]s", it.Promise.Chinese(), it.Promise)
	}
	if it.Kind == Immediate && len(it.Levels()) > 1 {
		r.warn("kind", "immediate_over_levels", "即办件却要在层级之间流转 %d 次", "an immediate item whose route passes between levels %d times", len(it.Levels())-1)
	}
	for i, s := range it.Open {
		if _, _, err := s.days(); err != nil {
			r.err(at("open", i), "bad_season", "「%[1]s」至「%[2]s」不是时段；两端写法应相同，如 03-01 与 03-31、01 与 20", "%[3]v", clip(s.From), clip(s.To), err)
		}
	}
}

// steps checks the route and the special procedures.
func (r *report) steps(it *Item) {
	for i, s := range it.Steps {
		path := at("steps", i)
		r.need(path+".name", s.Name)
		r.need(path+".action", string(s.Action))
		if s.Level == 0 {
			r.err(path+".level", "missing", "没有写明由哪一级办理", "say which level acts")
		}
		if s.Uncounted && !s.Waits() && !s.Outside {
			r.warn(path+".uncounted", "uncounted_work", "「%[1]s」是办理而不是等待，却不计入时限", "%[1]q is work, not a wait, yet its time does not count", clip(s.Name))
		}
	}
	for i, s := range it.Special {
		path := at("special", i)
		r.need(path+".name", s.Name)
		if s.Effect == Extends && s.Basis == "" {
			r.warn(path+".basis", "extends_without_basis", "延长时限没有写明依据", "it extends the limit and gives no basis")
		}
	}
	for _, unit := range []Unit{WorkingDays, CalendarDays} {
		if sum := it.counted(unit); longer(sum, it.Promise) {
			r.warn("steps", "steps_over_promise", "各环节合计 %[1]s，承诺 %[2]s", "the steps add up to %[3]s, the promise is %[4]s", sum.Chinese(), it.Promise.Chinese(), sum, it.Promise)
		}
	}
	if !it.IsBundle() {
		r.route(it)
	}
}

// counted adds up the step limits of one unit that count toward the promise.
func (it *Item) counted(unit Unit) Limit {
	sum := int64(0)
	for _, s := range it.Steps {
		if s.Limit.Unit == unit && !s.Uncounted && s.Limit.Tenths > 0 {
			sum += int64(s.Limit.Tenths)
		}
	}
	return Limit{Unit: unit, Tenths: int32(min(sum, 1<<31-1))}
}

// route checks that a case can be accepted and decided along the steps.
func (r *report) route(it *Item) {
	accept, accepts := it.StepFor(Accept)
	decide, decides := it.StepFor(Decide)
	if !accepts {
		r.warn("steps", "no_accept_step", "没有受理环节：不能受理办件", "no step accepts: a case of it cannot be accepted")
	}
	if !decides {
		r.warn("steps", "no_decide_step", "没有决定环节：不能作出决定", "no step decides: a case of it cannot be decided")
		return
	}
	if accepts && decide < accept {
		r.warn("steps", "decide_before_accept", "「%[1]s」排在「%[2]s」之前", "%[1]q comes before %[2]q", clip(it.Steps[decide].Name), clip(it.Steps[accept].Name))
	}
	step := it.Steps[decide]
	if it.Level.Valid() && step.Level.Valid() && !step.Outside && step.Level != it.Level {
		r.warn("level", "level_differs", "行使层级是%[1]s，但「%[3]s」由%[2]s办理", "the item is decided at %[4]s level, its step %[3]q at %[5]s level",
			it.Level.Chinese(), step.Level.Chinese(), clip(step.Name), it.Level, step.Level)
	}
}
