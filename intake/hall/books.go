package hall

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/book"
	"tongban/intake/journal"
)

// Books are the registers of the hall.
type Books struct {
	h   *Hall
	log *journal.Book
}

const (
	booksLog = "books"
	maxScan  = 5000 // entries that one call reads at most
	// MaxNotes is how many entries a list has at most.
	MaxNotes = 500
)

// Keys: hall/x/bk/open/<id> for those that still need something,
// hall/x/bk/case/<case>/<id> for those about a case; without values.
var openPrefix = []byte("hall/x/bk/open/")

func openKey(id string) []byte { return append(slices.Clone(openPrefix), id...) }

func casePrefix(id casefile.ID) []byte { return []byte("hall/x/bk/case/" + string(id) + "/") }

func (h *Hall) openBooks() (err error) {
	b := &Books{h: h}
	h.Books = b
	b.log, err = h.shelf.Book(booksLog, nil)
	return err
}

// get folds one entry.
func (b *Books) get(id string) (book.Note, error) {
	entries, err := b.log.Entity(id)
	if err != nil {
		return book.Note{}, err
	}
	if len(entries) == 0 {
		return book.Note{}, refusal.Newf(refusal.NotFound, "", "'tongban book list' shows them", "there is no entry %q", id)
	}
	n := book.Note{ID: id}
	for _, e := range entries {
		if n, err = n.Apply(e.Kind, e.Staff, e.At, e.Decode); err != nil {
			return n, err
		}
	}
	return n, nil
}

// limits are the rules for the registers: the working days within which an
// answer is due, and those by which that may be extended. No rule: no limit.
var limits = map[book.Kind]struct{ days, more rule.Key }{
	book.Consultation: {days: rule.ConsultationDays},
	book.Complaint:    {days: rule.ComplaintDays},
	book.Suggestion:   {days: rule.SuggestionDays},
	book.Information:  {days: rule.InformationDays, more: rule.InformationMore},
}

func (b *Books) ruled(key rule.Key) int {
	if key == "" {
		return 0
	}
	return b.h.cfg.Register.Rules().ValueOn(key, b.h.center().Area(), string(b.h.today())).Days()
}

// due is by when an answer is due: the day that was promised, or the rule's.
func (b *Books) due(kind book.Kind, promised workday.Date) (workday.Date, error) {
	var ruled workday.Date
	if days := b.ruled(limits[kind].days); days > 0 {
		ruled, _ = b.h.cfg.Register.Calendar().AddWorkingDays(b.h.today(), days)
	}
	if promised != "" && ruled != "" && promised > ruled {
		return "", refusal.Newf(book.BadNote, "", "promise an earlier day, and extend it if need be", "the rule allows no later day than %s", ruled)
	}
	return cmp.Or(promised, ruled), nil
}

// NoteForm is a new entry.
type NoteForm struct {
	Kind     book.Kind           `json:"kind" enum:"consultation,complaint,suggestion,information,need,mediation,unclaimed"`
	Channel  appointment.Channel `json:"channel,omitempty" enum:"window,phone,online,self_service,letter,visit"`
	Item     item.Code           `json:"item,omitempty" maxLength:"40"`
	Case     casefile.ID         `json:"case,omitempty" maxLength:"80"`
	About    string              `json:"about" maxLength:"200" doc:"what it is about, for everybody who works here: no personal data"`
	Said     book.Words          `json:"said,omitzero" doc:"who they are and what they said: kept encrypted"`
	Promised workday.Date        `json:"promised,omitempty" doc:"by when an answer was promised, YYYY-MM-DD; default: by the rule, where there is one"`
}

// Add writes a new entry into its register.
func (b *Books) Add(by By, form NoteForm) (book.Note, error) {
	const op = "add to a register"
	who := member
	if form.Channel == appointment.Net || form.Channel == appointment.Self {
		who = anybody
	}
	call, err := b.h.call(by, who, op, form)
	if err != nil {
		return book.Note{}, err
	}
	body := book.EnteredBody{Kind: form.Kind, Channel: form.Channel, Item: form.Item, Case: form.Case, About: strings.TrimSpace(form.About), Due: form.Promised}
	if err := body.Check(b.h.today()); err != nil {
		return book.Note{}, err
	}
	if err := b.refers(form); err != nil {
		return book.Note{}, err
	}
	if body.Due, err = b.due(form.Kind, form.Promised); err != nil {
		return book.Note{}, err
	}
	ref, write, err := b.words(form.Said)
	if err != nil {
		return book.Note{}, err
	}
	body.Said = ref
	return b.write(call, func() (string, string, any, error) {
		s := book.Serial{Kind: form.Kind, Year: b.h.today().Year(), Incarnation: b.h.cfg.Self().Incarnation}
		id, err := b.h.numbered(b.log, strings.TrimSuffix(s.ID(), "000000"))
		body.Number = strings.TrimSuffix(s.Document(b.h.center()), "000000号") + id[max(len(id)-6, 0):] + "号"
		return id, book.KindEntered, body, err
	}, write)
}

// refers checks the item and the case that an entry is about.
func (b *Books) refers(form NoteForm) error {
	if form.Item != "" {
		if _, ok := b.h.cfg.Register.Offered(form.Item, b.h.center().Area()); !ok {
			return refusal.Newf(refusal.NotFound, "", "find it with 'tongban item search'", "%s is not offered here", form.Item)
		}
	}
	if form.Case == "" {
		return nil
	}
	if _, _, err := form.Case.Parse(); err != nil {
		return err
	}
	_, err := b.h.cfg.Cases.State(form.Case)
	return err
}

// words is the blob of what somebody said; nil where they said nothing.
func (b *Books) words(said book.Words) (*casefile.BlobRef, func(*badger.Txn) error, error) {
	if err := said.Check(); err != nil || said.Empty() {
		return nil, func(*badger.Txn) error { return nil }, err
	}
	ref, write, err := b.h.seal("words", said)
	return &ref, write, err
}

// write plans one entry of the log, and keeps the entry's rows beside it.
func (b *Books) write(call journal.Call, plan func() (id, kind string, body any, err error), blob func(*badger.Txn) error) (book.Note, error) {
	var note book.Note
	written, err := b.log.Append(call, journal.Change{
		Plan: func() ([]journal.Draft, error) {
			id, kind, body, err := plan()
			return []journal.Draft{{Kind: kind, Entity: id, Body: body}}, err
		},
		With: func(txn *badger.Txn, written []journal.Entry) error {
			if err := blob(txn); err != nil {
				return err
			}
			e := written[0]
			if e.Kind != book.KindEntered {
				var err error
				if note, err = b.get(e.Entity); err != nil {
					return err
				}
			}
			note.ID = e.Entity
			after, err := note.Apply(e.Kind, e.Staff, e.At, e.Decode)
			if err != nil {
				return err
			}
			return rows(txn, after)
		},
	})
	if err != nil {
		return book.Note{}, err
	}
	b.h.bell.ring()
	return b.note(written[0].Entity)
}

// rows are what finds an entry again: while it needs something, and by its case.
func rows(txn *badger.Txn, n book.Note) error {
	if n.Case != "" {
		if err := txn.Set(append(casePrefix(n.Case), n.ID...), nil); err != nil {
			return err
		}
	}
	if n.State == book.Open {
		return txn.Set(openKey(n.ID), nil)
	}
	return txn.Delete(openKey(n.ID))
}

// note is an entry as it stands today.
func (b *Books) note(id string) (book.Note, error) {
	n, err := b.get(id)
	if err != nil {
		return n, err
	}
	return n.View(b.h.today(), b.h.cfg.Register.Calendar()), nil
}

// AnswerForm answers an entry.
type AnswerForm struct {
	Text    string              `json:"text" minLength:"1" maxLength:"4000"`
	Channel appointment.Channel `json:"channel,omitempty" enum:"window,phone,online,self_service,letter,visit"`
	Interim bool                `json:"interim,omitempty" doc:"a word in between: the limit goes on"`
}

// Answer answers an entry.
func (b *Books) Answer(by By, id string, form AnswerForm) (book.Note, error) {
	const op = "answer an entry"
	call, err := b.h.call(by, member, op, []any{id, form})
	if err != nil {
		return book.Note{}, err
	}
	if strings.TrimSpace(form.Text) == "" {
		return book.Note{}, refusal.Newf(book.BadNote, op, "", "the answer is empty")
	}
	if err := book.CheckChannel(form.Channel); err != nil {
		return book.Note{}, err
	}
	ref, write, err := b.words(book.Words{Text: form.Text})
	if err != nil {
		return book.Note{}, err
	}
	return b.write(call, func() (string, string, any, error) {
		n, err := b.get(id)
		if err == nil {
			err = n.Answer()
		}
		return id, book.KindAnswered, book.AnsweredBody{Said: *ref, Channel: form.Channel, Interim: form.Interim}, err
	}, write)
}

// Extend moves the limit of an entry on, once, with the reason.
func (b *Books) Extend(by By, id string, form book.Extension) (book.Note, error) {
	const op = "extend a limit"
	call, err := b.h.call(by, member, op, []any{id, form})
	if err != nil {
		return book.Note{}, err
	}
	return b.write(call, func() (string, string, any, error) {
		n, err := b.get(id)
		if err != nil {
			return id, "", nil, err
		}
		var most workday.Date
		if days := b.ruled(limits[n.Kind].more); days > 0 {
			most, _ = b.h.cfg.Register.Calendar().AddWorkingDays(n.Due, days)
		}
		body, err := n.Extend(form, most)
		return id, book.KindExtended, body, err
	}, func(*badger.Txn) error { return nil })
}

// FollowForm looks back at an entry: a call, and what they think of the answer.
type FollowForm struct {
	Text    string              `json:"text,omitempty" maxLength:"4000"`
	Channel appointment.Channel `json:"channel,omitempty" enum:"window,phone,online,self_service,letter,visit"`
	Reached bool                `json:"reached,omitempty" doc:"they could be spoken to"`
	Content *bool               `json:"content,omitempty" doc:"whether they are content with the answer; left out: they did not say"`
	Close   bool                `json:"close,omitempty" doc:"nothing more is to be done"`
	Reopen  bool                `json:"reopen,omitempty" doc:"it has to be answered again"`
}

// Follow notes a look back.
func (b *Books) Follow(by By, id string, form FollowForm) (book.Note, error) {
	const op = "follow an entry up"
	call, err := b.h.call(by, member, op, []any{id, form})
	if err != nil {
		return book.Note{}, err
	}
	ref, write, err := b.words(book.Words{Text: form.Text})
	if err != nil {
		return book.Note{}, err
	}
	body := book.FollowedBody{Channel: form.Channel, Reached: form.Reached, Content: form.Content, Said: ref, Close: form.Close, Reopen: form.Reopen}
	return b.write(call, func() (string, string, any, error) {
		n, err := b.get(id)
		if err == nil {
			err = n.Follow(body)
		}
		return id, book.KindFollowed, body, err
	}, write)
}

// NoteView is an entry with what was said: masked, unless it was asked for in
// the clear.
type NoteView struct {
	book.Note
	Words    *book.Words `json:"words,omitempty"`    // nil: nothing was said, or it was erased
	AnswerIn []string    `json:"answer_texts"`       // of each answer; "": erased
	FollowIn []string    `json:"follow_up_texts"`    // of each follow-up; "": nothing was said
	Withheld bool        `json:"withheld,omitempty"` // the words are not shown: ask for them in the clear
}

// Show is an entry. Names are masked and their words withheld, unless unmask,
// which is recorded with the name of who asked.
func (b *Books) Show(by By, id string, unmask bool) (NoteView, error) {
	n, err := b.note(id)
	if err != nil {
		return NoteView{}, err
	}
	v := NoteView{Note: n, AnswerIn: []string{}, FollowIn: []string{}}
	if unmask {
		if err := b.h.looked(by, booksLog, id); err != nil {
			return v, err
		}
	}
	if n.Said != nil {
		var w book.Words
		if b.h.open(*n.Said, &w) == nil { // erased words leave the rest
			if !unmask {
				v.Withheld = w.Text != ""
				w = book.Words{Name: applicant.MaskName(w.Name), Telephone: applicant.MaskPhone(w.Telephone), Address: applicant.MaskAddress(w.Address)}
			}
			v.Words = &w
		}
	}
	text := func(ref *casefile.BlobRef) string {
		var w book.Words
		if ref == nil || b.h.open(*ref, &w) != nil {
			return ""
		}
		if !unmask {
			v.Withheld = true
			return ""
		}
		return w.Text
	}
	for _, a := range n.Answers {
		v.AnswerIn = append(v.AnswerIn, text(&a.Said))
	}
	for _, f := range n.Follows {
		v.FollowIn = append(v.FollowIn, text(f.Said))
	}
	return v, nil
}

// Look is that somebody read in the clear what was said in an entry.
type Look struct {
	Staff string
	At    int64 // Unix milliseconds
}

// Looks are those who read an entry in the clear, the latest first.
func (b *Books) Looks(id string) ([]Look, error) {
	read, err := b.h.reads.Entity(id)
	if err != nil {
		return nil, err
	}
	var all []Look
	for _, e := range read {
		var of ReadBody
		if err := e.Decode(&of); err != nil {
			return nil, err
		}
		if of.Of == booksLog {
			all = append(all, Look{e.Staff, e.At})
		}
	}
	slices.Reverse(all)
	return all, nil
}

// Query chooses entries.
type Query struct {
	Kind    book.Kind  // "": all registers
	State   book.State // "": any
	Item    item.Code  //
	Channel appointment.Channel
	Case    casefile.ID
	From    workday.Date // entered on that day or later
	To      workday.Date // or earlier
	Overdue bool         // only those that are or were late
	Before  string       // the id after which an earlier list stopped; "" for the newest
	Limit   int          // 1 to MaxNotes; 0: 100
}

// List lists entries, in each register the newest first. more says that there
// are others past the last one.
func (b *Books) List(q Query) (notes []book.Note, more bool, err error) {
	notes = []book.Note{}
	if q.Limit <= 0 || q.Limit > MaxNotes {
		q.Limit = 100
	}
	ids, err := b.candidates(q)
	if err != nil {
		return nil, false, err
	}
	for _, id := range ids {
		n, err := b.note(id)
		if err != nil {
			return nil, false, err
		}
		if !q.match(n) {
			continue
		}
		if len(notes) == q.Limit {
			return notes, true, nil
		}
		notes = append(notes, n)
	}
	return notes, len(ids) == maxScan, nil
}

// candidates are the ids that a query can mean.
func (b *Books) candidates(q Query) ([]string, error) {
	switch {
	case q.Case != "":
		return b.keys(casePrefix(q.Case))
	case q.State == book.Open:
		return b.keys(openPrefix)
	}
	kinds := book.Kinds()
	if q.Kind != "" {
		kinds = []book.Kind{q.Kind}
	}
	var ids []string
	for _, k := range kinds {
		letter := (book.Serial{Kind: k}).ID()[:1]
		before := ""
		if strings.HasPrefix(q.Before, letter) {
			before = q.Before
		}
		some, err := b.log.Entities(letter, before, maxScan-len(ids))
		if err != nil {
			return nil, err
		}
		ids = append(ids, some...)
	}
	return ids, nil
}

// keys are the ends of the keys under a prefix, at most maxScan.
func (b *Books) keys(prefix []byte) (ids []string, err error) {
	err = b.h.cfg.DB.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix, opts.PrefetchValues = prefix, false
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Rewind(); it.Valid() && len(ids) < maxScan; it.Next() {
			ids = append(ids, string(it.Item().Key()[len(prefix):]))
		}
		return nil
	})
	slices.Reverse(ids)
	return ids, err
}

func (q Query) match(n book.Note) bool {
	day := workday.DateOf(timeOf(n.At))
	return (q.Kind == "" || n.Kind == q.Kind) && (q.State == "" || n.State == q.State) && (q.Item == "" || n.Item == q.Item) &&
		(q.Channel == "" || n.Channel == q.Channel) && (q.From == "" || day >= q.From) && (q.To == "" || day <= q.To) &&
		(!q.Overdue || n.Overdue > 0)
}
