package item

import "regexp"

var idShape = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// situations checks the questions: their ids are the names in conditions.
func (r *report) situations(it *Item) {
	known := seen{}
	for i, s := range it.Situations {
		path := at("situations", i)
		if !idShape.MatchString(s.ID) {
			r.err(path+".id", "bad_id", "「%[1]s」应为小写字母开头的字母、数字、下划线", "%[1]q: want a lower-case letter, then letters, digits and _", clip(s.ID))
		}
		if first, twice := known.before(s.ID, path); twice {
			r.twice(path+".id", s.ID, first)
		}
		r.need(path+".question", s.Question)
		least := 2
		if s.Several {
			least = 1
		}
		if len(s.Options) < least {
			r.err(path+".options", "too_few", "共 %[1]d 个选项，至少 %[2]d 个", "%[1]d options; at least %[2]d", len(s.Options), least)
		}
		r.options(path+".options", s.Options)
	}
}

func (r *report) options(list string, options []Option) {
	known := seen{}
	for i, o := range options {
		path := at(list, i)
		r.need(path+".id", o.ID)
		if first, twice := known.before(o.ID, path); twice {
			r.twice(path+".id", o.ID, first)
		}
		r.need(path+".text", o.Text)
	}
}

// papers checks what an applicant must fulfil and bring.
func (r *report) papers(it *Item) {
	r.needAll("conditions", it.Conditions)
	r.needAll("declines", it.Declines)
	known := seen{}
	for i, m := range it.Materials {
		path := at("materials", i)
		r.need(path+".id", m.ID)
		if first, twice := known.before(m.ID, path); twice {
			r.twice(path+".id", m.ID, first)
		}
		r.need(path+".name", m.Name)
		r.need(path+".need", string(m.Need))
		if m.Originals > 100 || m.Copies > 100 {
			r.err(path, "out_of_range", "原件 %[1]d 份、复印件 %[2]d 份；最多 100 份", "%[1]d originals, %[2]d copies; at most 100", m.Originals, m.Copies)
		}
		if m.ExemptBy != "" && !m.Exempt {
			r.warn(path+".exempt_by", "exempt_by_alone", "写了免提交方式，但没有标明免提交", "says how it is exempt, but not that it is")
		}
		if m.ExemptBy == ByCommitment && it.Commitment == No {
			r.warn(path+".exempt_by", "no_commitment", "以告知承诺免提交，但事项不实行告知承诺制", "exempt by written commitment, which the item does not take")
		}
	}
}
