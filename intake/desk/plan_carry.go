package desk

import (
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/bundle"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
)

// carry is the content of a paper that an earlier case of the same applicant
// holds. It is stored again for this case, under a salt of its own: erasing one
// leaves the other.
func (sh *sheet) carry(p Paper) ([]byte, error) {
	op := sh.op("carry a paper over to")
	no := func(hint, format string, args ...any) error {
		return refusal.Newf(NotCarried, op, hint, format, args...)
	}
	earlier, here := sh.d.linked(p.From.Case)
	switch {
	case p.From.Case == sh.s.ID:
		return nil, no("name an earlier case", "“%s”不能取自本件", p.ID)
	case !here:
		return nil, no("ask the applicant for it, or the center that holds that case", "本中心没有办件 %s 的记录", p.From.Case)
	}
	who := sh.who
	if who == nil {
		now, err := sh.d.Applicant(sh.s)
		if err != nil {
			return nil, err
		}
		who = &now
	}
	if _, number := who.ID(); number == "" {
		return nil, no("enter the number of an identity document", "申请人没有登记证件号码，无法确认是同一人")
	}
	then, err := sh.d.Applicant(earlier)
	if err != nil {
		return nil, refusal.New(NotCarried, op, "ask the applicant for it", err)
	}
	if !applicant.Same(who, &then) {
		return nil, no("ask the applicant for it", "办件 %s 的申请人不是本件申请人", p.From.Case)
	}
	i := slices.IndexFunc(earlier.Materials, func(m casefile.MaterialEntry) bool { return m.ID == p.From.Material })
	switch {
	case i < 0 || earlier.Materials[i].Blob == nil:
		return nil, no("ask the applicant for it", "办件 %s 没有留存“%s”的电子件", p.From.Case, p.From.Material)
	case slices.Contains(earlier.Erased, earlier.Materials[i].Blob.Hash):
		return nil, no("ask the applicant for it", "办件 %s 的“%s”已经销毁", p.From.Case, p.From.Material)
	}
	content, err := sh.d.Blobs.Get(earlier.ID.Owner(), *earlier.Materials[i].Blob)
	if err != nil {
		return nil, refusal.New(NotCarried, op, "it may still be on its way", err)
	}
	return content, nil
}

// stated are papers that each have their state: what is carried over is
// electronic where the form says nothing else.
func stated(papers []Paper) []Paper {
	papers = slices.Clone(papers)
	for i := range papers {
		if papers[i].From != nil && papers[i].State == "" {
			papers[i].State = casefile.Electronic
		}
	}
	return papers
}

// CarryForm asks what an applicant need not bring again.
type CarryForm struct {
	Item      item.Code           `json:"item"`
	Subject   area.Code           `json:"subject,omitempty"` // as in OpenForm
	Applicant applicant.Applicant `json:"applicant"`         // only the document and its number are looked at
}

// Carryable is a material that lies in an earlier case.
type Carryable struct {
	Material string      `json:"material"` // of the item that is applied for
	Name     string      `json:"name"`
	From     casefile.ID `json:"from"`          // the earlier case
	Of       string      `json:"from_material"` // its material there
	Number   string      `json:"number"`        // of that case
	Item     string      `json:"item"`          // what that case was about
	At       int64       `json:"at"`            // when its papers were taken in, Unix milliseconds
	Size     int64       `json:"size"`          // bytes
}

// Carry lists which materials of an item lie here in earlier cases of the same
// applicant: the newest of each. Nothing is taken over by it, no content is
// read, and without the applicant's consent none ever is.
func (d *Desk) Carry(form CarryForm) ([]Carryable, error) {
	it, _, err := d.itemFor(form.Item, form.Subject)
	if err != nil {
		return nil, err
	}
	return d.carryable(it, &form.Applicant, "")
}

// CarryTo is Carry for a case that is open.
func (d *Desk) CarryTo(id casefile.ID) ([]Carryable, error) {
	s, err := d.state(id)
	if err != nil {
		return nil, err
	}
	it, ok := d.Register.Item(s.Item)
	if !ok {
		return nil, refusal.New(refusal.Unavailable, "look for earlier papers for "+string(id), "wait until the Register has caught up", errNoItem)
	}
	who, err := d.Applicant(s)
	if err != nil {
		return nil, err
	}
	return d.carryable(it, &who, id)
}

func (d *Desk) carryable(it *item.Item, who *applicant.Applicant, but casefile.ID) ([]Carryable, error) {
	if _, number := who.ID(); number == "" {
		return nil, refusal.Newf(BadForm, "look for earlier papers", "enter the number of an identity document", "applicant: known by no number")
	}
	newest := map[string]Carryable{}
	err := d.each(who, func(s casefile.State) {
		if s.ID == but {
			return
		}
		found := d.matching(it, s)
		if len(found) == 0 {
			return
		}
		then, err := d.Applicant(s)
		if err != nil || !applicant.Same(who, &then) {
			return
		}
		for _, one := range found {
			if was, ok := newest[one.Material]; !ok || one.At > was.At {
				newest[one.Material] = one
			}
		}
	})
	all := make([]Carryable, 0, len(newest))
	for _, m := range it.Materials {
		if one, ok := newest[m.ID]; ok {
			all = append(all, one)
		}
	}
	return all, err
}

// matching are the scanned materials of a case that go by the name of one that
// an item asks for.
func (d *Desk) matching(it *item.Item, s casefile.State) []Carryable {
	was, ok := d.Register.Item(s.Item)
	if !ok {
		return nil
	}
	var all []Carryable
	for _, e := range s.Materials {
		if e.Blob == nil || slices.Contains(s.Erased, e.Blob.Hash) {
			continue
		}
		then, _ := was.Material(e.ID)
		for _, m := range it.Materials {
			if bundle.SameName(m.Name, then.Name) {
				all = append(all, Carryable{
					Material: m.ID, Name: m.Name, From: s.ID, Of: e.ID, Number: s.Number, Item: was.Name, At: s.ReceivedAt, Size: e.Blob.Size,
				})
			}
		}
	}
	return all
}

// mostCarried bounds how many cases one look for earlier papers goes through.
const mostCarried = 20_000

// each shows every case here that may be an applicant's: those that the search
// for people finds, else all of them, as far as one look goes.
func (d *Desk) each(who *applicant.Applicant, show func(casefile.State)) error {
	var ids []casefile.ID
	if d.People != nil {
		var err error
		_, number := who.ID()
		if ids, _, err = d.People.Find(number, mostCarried); err != nil {
			return err
		}
	} else {
		d.Cases.Cards(cabinet.Filter{}, func(c *cabinet.Card) bool {
			ids = append(ids, c.ID)
			return len(ids) < mostCarried
		})
	}
	for _, id := range ids {
		if s, ok := d.linked(id); ok {
			show(s)
		}
	}
	return nil
}
