package desk

import (
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// sendBack plans the way down for correction (退回补正): what the level below
// sent up is put right by that level, and the applicant is not asked a second
// time (行政许可法 35, 43).
func (sh *sheet) sendBack(form SendBackForm) error {
	const what = "send back"
	it, err := sh.item(what)
	if err != nil {
		return err
	}
	var f faults
	f.words("reason", form.Reason, true, maxWords)
	for i, id := range form.Materials {
		if _, known := it.Material(id); !known || slices.Contains(form.Materials[:i], id) {
			f.add("materials: %s lists no %q, or it is named twice", it.Name, id)
		}
	}
	sh.ahead(&f, "by", form.By)
	if form.By != "" && form.By.Valid() && form.By < sh.today() {
		f.add("by: %s is past", form.By)
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	correct := &casefile.Correction{Reason: form.Reason, Materials: form.Materials, By: string(form.By)}
	if sh.s.Offer != nil { // the rules say why
		return sh.add(casefile.HandedOver, casefile.HandedOverBody{To: sh.s.Offer.To, Step: sh.s.Offer.Step, Correct: correct})
	}
	if sh.s.DecidedAt != 0 || sh.s.Ended != nil {
		return refusal.Newf(casefile.StepOrder, sh.op(what), "", "the case is %s: nothing of it is corrected on the way any more", sh.s.Phase)
	}
	before := sh.earlier()
	to := form.To
	switch {
	case len(before) == 0:
		return refusal.Newf(NowhereToGo, sh.op(what), "ask the applicant by the one-time notice",
			"no other center had the case before: what it holds was received here")
	case to == "":
		to = before[0]
	case !slices.Contains(before, to):
		return refusal.Newf(NowhereToGo, sh.op(what), "name a center that had the case before", "%s never had the case", to)
	}
	party, err := sh.party(what, to)
	if err != nil {
		return err
	}
	return sh.add(casefile.HandedOver, casefile.HandedOverBody{To: party, Step: sh.onward().Step, Correct: correct})
}

// earlier are the other centers that had the case, the last one first: before[0]
// sent it to its holder.
func (sh *sheet) earlier() []area.Center {
	var all []area.Center
	for _, leg := range slices.Backward(sh.s.Route) {
		if c := leg.Party.Center; c != sh.s.Holder.Center && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// sentWanting reports whether something is missing that another center had laid
// and sent on: that center is asked, and not the applicant.
func (sh *sheet) sentWanting() bool {
	return slices.ContainsFunc(sh.outstanding(), func(m item.Material) bool {
		at := sh.s.LaidAt[m.ID]
		return at != "" && at != sh.s.Holder.Center && slices.Contains(sh.earlier(), at)
	})
}

// correcting is what comes next at a center that is to put something right: the
// papers that were named, then the way up again.
func (sh *sheet) correcting() (Move, bool) {
	s := &sh.s
	if s.Correction == nil || s.DecidedAt != 0 || s.Ended != nil {
		return Move{}, false
	}
	m := sh.turn(HandOver, -1, s.Holder.Center)
	if len(sh.uncorrected()) > 0 {
		m = sh.turn(Receive, -1, s.Holder.Center)
	}
	m.Name = "退回补正"
	return m, true
}

// uncorrected are the materials that were named as at fault and that the holder
// has not laid anew since it took the case over. A log that can't be read says
// nothing was done.
func (sh *sheet) uncorrected() []string {
	open := slices.Clone(sh.s.Correction.Materials)
	if len(open) == 0 {
		return nil
	}
	err := sh.d.walk(sh.s.ID, func(e *casefile.Event, content any) {
		switch b := content.(type) {
		case *casefile.TakenOverBody:
			open = slices.Clone(sh.s.Correction.Materials)
		case *casefile.ReceivedBody:
			open = slices.DeleteFunc(open, func(id string) bool {
				return slices.ContainsFunc(b.Materials, func(m casefile.MaterialEntry) bool { return m.ID == id && m.State != casefile.Missing })
			})
		}
	})
	if err != nil {
		return sh.s.Correction.Materials
	}
	return open
}

// walk visits the events of a log in order. What a newer program wrote is left
// out.
func (d *Desk) walk(id casefile.ID, visit func(e *casefile.Event, content any)) error {
	for from := uint64(1); ; {
		records, err := d.Cases.Log(id, from, 64)
		if err != nil || len(records) == 0 {
			return err
		}
		for _, b := range records {
			r, err := casefile.Read(b)
			if err != nil {
				return err
			}
			if content, err := r.Event.Content(); err == nil {
				visit(&r.Event, content)
			}
		}
		from += uint64(len(records))
	}
}
