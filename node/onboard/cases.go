package onboard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/intake/applicant"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/terms"
)

// cases plans the cases in flight. Each row is a case of its own, which the desk
// takes in whole or not at all; one whose former number is here already stays
// as it is.
func (o *Onboard) cases(ctx context.Context, staff string, t *table) (*work, error) {
	t.unique("former")
	w := &work{head: []string{"原办件编号", "办件编号", "事项", "查询密码"}}
	known := o.former()
	forms := make([]desk.BringForm, len(t.records))
	for i, r := range t.records {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		one := Row{Row: r.row, Name: r.get("former"), Text: r.get("item"), Does: Adds}
		if card, ok := known[one.Name]; ok {
			one.Does, one.Case, one.Number = Same, card.ID, card.Number
			w.rows = append(w.rows, one)
			continue
		}
		before := len(t.problems)
		form, it := o.bringForm(t, r)
		if it != nil {
			one.Text = it.Name
		}
		if forms[i] = form; len(t.problems) == before && complete(t, r) {
			if err := o.cfg.Desk.TryBring(desk.By{Staff: staff}, form); err != nil {
				w.problems = append(w.problems, o.refused(r.row, "", err))
			}
		}
		w.rows = append(w.rows, one)
	}
	w.apply = func(ctx context.Context, out *outcome, each func(int)) error {
		return o.bring(ctx, staff, forms, out, each)
	}
	return w, nil
}

// complete reports whether a record has what every row must have.
func complete(t *table, r record) bool {
	return !slices.ContainsFunc(t.columns, func(c column) bool { return c.must && r.get(c.key) == "" })
}

// former are the cases that were brought along, by their former numbers.
func (o *Onboard) former() map[string]*cabinet.Card {
	all := map[string]*cabinet.Card{}
	o.cfg.Cabinet.Cards(cabinet.Filter{}, func(c *cabinet.Card) bool {
		if c.Former != "" && c.Origin == o.cfg.Self() {
			all[c.Former] = c
		}
		return true
	})
	return all
}

// key is the idempotency key of a row: of its kind and its former number.
func key(former string) string {
	sum := sha256.Sum256([]byte(former))
	return "onboard/" + string(Cases) + "/" + hex.EncodeToString(sum[:16])
}

// bring opens the cases, one row after another. What a row is refused stops no
// other; whatever else goes wrong stops the table, and sending it again goes on
// where it was cut.
func (o *Onboard) bring(ctx context.Context, staff string, forms []desk.BringForm, out *outcome, each func(int)) error {
	known := o.former()
	for i := range out.rows {
		row := &out.rows[i]
		if card, ok := known[row.Name]; ok { // another table brought it meanwhile
			row.Does, row.Case, row.Number = Same, card.ID, card.Number
		}
		if row.Does == Adds {
			if err := ctx.Err(); err != nil {
				return err
			}
			done, err := o.cfg.Desk.Bring(ctx, desk.By{Staff: staff, Key: key(row.Name)}, forms[i])
			switch {
			case err != nil && ctx.Err() != nil:
				return err
			case err != nil:
				out.wrong(i, o.refused(row.Row, "", err))
			default:
				row.Case, row.Number = done.State.ID, done.State.Number
				out.done(i)
				if done.Password != "" {
					out.lines = append(out.lines, []string{row.Name, row.Number, row.Text, done.Password})
				}
			}
		}
		each(i + 1)
	}
	return nil
}

// bringForm is a row as the form of the desk.
func (o *Onboard) bringForm(t *table, r record) (desk.BringForm, *item.Item) {
	form := desk.BringForm{Former: r.get("former"), Step: r.get("step")}
	form.Open = desk.OpenForm{Item: item.Code(r.get("item")), Subject: area.Code(r.get("subject")), Applicant: person(t, r)}
	in := form.Open.Subject
	if in == "" {
		in = o.cfg.Self().Area()
	}
	form.Received, form.Accepted, form.Stepped = t.time(r, "received"), t.time(r, "accepted"), t.time(r, "stepped")
	it, ok := o.cfg.Offered(form.Open.Item, in)
	if !ok {
		if r.get("item") != "" {
			t.fault(r, "item", string(desk.NotOffered), "这个办理地区的目录里没有这个事项编码；请在目录里查找后改正", "the catalogue of that area has no item of that code")
		}
		return form, nil
	}
	form.Open.Papers = papers(t, r, it)
	form.Open.Answers = answers(t, r, it)
	return form, it
}

// person is the applicant of a row.
func person(t *table, r record) applicant.Applicant {
	p := applicant.Person{Name: r.get("name"), Telephone: r.get("telephone"), Note: r.get("note")}
	number, word := strings.ToUpper(r.get("id_number")), r.get("id_kind")
	for _, one := range applicant.Identities() {
		if word != "" && (word == one.Chinese || strings.EqualFold(word, string(one.Kind))) {
			p.IDKind = one.Kind
		}
	}
	switch {
	case word != "" && p.IDKind == "":
		t.fault(r, "id_kind", "id_kind", "没有这种证件类型；请从模板说明里选", "there is no such kind of document")
	case word != "" && number == "":
		t.fault(r, "id_number", "missing", "填写了证件类型而没有证件号码；请填写，或者删去证件类型", "a kind of document without its number")
	case p.IDKind == applicant.CreditCode, p.IDKind == "" && item.CheckUSCC(number) == nil:
		p.IDKind, p.CreditCode = "", number
	case p.IDKind == applicant.ResidentCard || p.IDKind == "" && number != "":
		p.IDKind, p.ResidentID = "", number
	default:
		p.OtherID = number
	}
	all := applicant.Applicant{Person: p}
	if all.IsOrganisation() {
		all.Organisation = p.Name
	}
	if name := r.get("representative"); name != "" {
		all.Representative = &applicant.Person{Name: name}
	}
	return all
}

// time reads a moment of a row; zero where it says none.
func (t *table) time(r record, key string) (at time.Time) {
	text := r.get(key)
	if text == "" {
		return at
	}
	at, ok := moment(text)
	if !ok {
		t.fault(r, key, "bad_time", "「"+clip(text)+"」不是日期；请写成 2026-03-02 或 2026-03-02 09:30", "no day; write 2026-03-02 or 2026-03-02 09:30")
	}
	return at
}

// pairs reads a short list of name=value.
func (t *table) pairs(r record, key string, each func(name, value string)) {
	for _, one := range strings.FieldsFunc(r.get(key), func(c rune) bool { return strings.ContainsRune(";；\n", c) }) {
		if strings.TrimSpace(one) == "" {
			continue
		}
		name, value, ok := strings.Cut(strings.ReplaceAll(one, "＝", "="), "=")
		if !ok {
			t.fault(r, key, "bad_list", "「"+clip(one)+"」里没有等号；请写成 名称=值，几条用；分开", "write name=value, several with ; between them")
			continue
		}
		each(strings.TrimSpace(name), strings.TrimSpace(value))
	}
}

// papers are those of a row, in their states.
func papers(t *table, r record, it *item.Item) (all []desk.Paper) {
	laid := map[string]bool{}
	var rest casefile.MaterialState // of all that must be there and are not named
	t.pairs(r, "papers", func(name, value string) {
		state, ok := stateOf(value)
		if !ok {
			t.fault(r, "papers", "no_state", "「"+clip(value)+"」不是材料的状态；可以写已核验原件、复印件、电子件、免提交、告知承诺、容缺后补、不适用、未提交", "no state of a paper")
			return
		}
		if name == "全部" || strings.EqualFold(name, "all") {
			rest = state
			return
		}
		i := slices.IndexFunc(it.Materials, func(m item.Material) bool { return m.ID == name || m.Name == name })
		switch {
		case i < 0:
			t.fault(r, "papers", "no_paper", fmt.Sprintf("「%s」没有名为「%s」的材料；请照事项的材料清单填写", it.Name, clip(name)), "the item lists no such paper")
		case laid[it.Materials[i].ID]:
			t.fault(r, "papers", "twice", "材料「"+clip(name)+"」写了两次；请删去一条", "the paper is named twice")
		default:
			laid[it.Materials[i].ID] = true
			all = append(all, desk.Paper{ID: it.Materials[i].ID, State: state})
		}
	})
	for _, m := range it.Materials {
		if rest != "" && m.Need == item.Required && !laid[m.ID] {
			all = append(all, desk.Paper{ID: m.ID, State: rest})
		}
	}
	return all
}

// stateOf is the state of a paper that a word says.
func stateOf(word string) (casefile.MaterialState, bool) {
	for state, words := range terms.Materials {
		if word == words[0] || strings.EqualFold(word, words[1]) || word == string(state) {
			return state, true
		}
	}
	switch word {
	case "原件":
		return casefile.OriginalSeen, true
	case "电子材料":
		return casefile.Electronic, true
	}
	return "", false
}

// answers are those of a row to the item's questions.
func answers(t *table, r record, it *item.Item) item.Answers {
	given := item.Answers{}
	t.pairs(r, "answers", func(name, value string) {
		i := slices.IndexFunc(it.Situations, func(s item.Situation) bool { return s.ID == name || s.Question == name })
		if i < 0 {
			t.fault(r, "answers", "no_question", fmt.Sprintf("「%s」没有「%s」这个情形问题；请照目录填写", it.Name, clip(name)), "the item asks no such question")
			return
		}
		q := it.Situations[i]
		for _, word := range strings.FieldsFunc(value, func(c rune) bool { return c == '|' || c == '｜' }) {
			word = strings.TrimSpace(word)
			n := slices.IndexFunc(q.Options, func(o item.Option) bool { return o.ID == word || o.Text == word })
			if n < 0 {
				t.fault(r, "answers", "no_option", fmt.Sprintf("「%s」没有「%s」这个选项；请照目录填写", clip(q.Question), clip(word)), "the question has no such option")
				continue
			}
			given[q.ID] = append(given[q.ID], q.Options[n].ID)
		}
	})
	if len(given) == 0 {
		return nil
	}
	return given
}
