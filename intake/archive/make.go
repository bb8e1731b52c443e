package archive

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// Cases is where the logs lie.
type Cases interface {
	State(id casefile.ID) (casefile.State, error)
	Log(id casefile.ID, from uint64, max int) ([][]byte, error)
}

// Blobs is where content lies that stays out of the logs.
type Blobs interface {
	Has(owner casefile.Owner, hash chain.Hash) bool
	// Export is the content as it travels, with its salt.
	Export(owner casefile.Owner, hash chain.Hash) ([]byte, error)
}

// Superseded is a log beside the log, whole.
type Superseded struct {
	Branch
	Records [][]byte
}

// Document is a notice or another form that was handed out, as it can be
// written from the log.
type Document struct {
	Name    string // of its file, without the ending: "acceptance"
	Title   string // "受理通知书"
	Format  string // "text/plain", "text/html", "application/pdf"
	Content []byte // nil: it can't be written any more
}

// Sources is what a package is made of. All that is not said to be optional
// must be set.
type Sources struct {
	Cases    Cases
	Blobs    Blobs
	Register casefile.Register

	Journal    Journal                                 // nil: the package asserts the keys and proves none
	Superseded func(casefile.ID) ([]Superseded, error) // nil: there are none
	Documents  func(casefile.ID) ([]Document, error)   // nil: none is written
	Applicant  func(content []byte) (any, error)       // the record of who applies, for readers; nil: in its bytes alone
	Name       func(area.Center) string                // as people call a center; nil: by its code
	Maker      casefile.Party                          // whose seal Seal gives
	Seal       func(body []byte) []byte                // chain.Sign under Domain; nil: the manifest bears no seal
}

// Making is what an operator says about one package.
type Making struct {
	Retention Retention
	Personal  bool // false leaves out what names people, and says so
}

// maxWords bounds a retention period and its document, in characters.
const maxWords = 200

// Package is a package ready to be written. It holds no content of blobs.
type Package struct {
	src      Sources
	opts     Making
	manifest Manifest
	state    casefile.State
	records  [][]byte
	events   []casefile.Record
	blobs    []mention // those that go in, by hash
	titles   map[chain.Hash]string
	answers  answers
	items    map[item.Ref]*item.Item
	evidence evidence
	branches []Superseded
	docs     []Document
}

// Prepare collects what belongs into the package of a case that has ended, and
// verifies the log from its first event. It refuses with NotEnded, NoRetention
// and Incomplete.
func (src Sources) Prepare(ctx context.Context, id casefile.ID, opts Making) (*Package, error) {
	op := "make the package of " + string(id)
	if err := opts.Retention.check(op); err != nil {
		return nil, err
	}
	s, err := src.Cases.State(id)
	if err != nil {
		return nil, err
	}
	if s.Phase != casefile.PhaseConcluded && s.Phase != casefile.PhaseArchived {
		return nil, refusal.Newf(NotEnded, op, "conclude it first", "the case is %s", s.Phase)
	}
	p := &Package{src: src, opts: opts, state: s, titles: map[chain.Hash]string{}}
	for _, step := range []func(context.Context) error{p.log, p.verify, p.content, p.documents, p.prove} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := step(ctx); err != nil {
			return nil, wrapped(op, err)
		}
	}
	p.describe()
	return p, nil
}

func wrapped(op string, err error) error {
	if err == nil || refusal.CodeOf(err) != "" {
		return err
	}
	return fmt.Errorf("%s: %w", op, err)
}

func (r Retention) check(op string) error {
	for _, text := range []string{r.Period, r.Basis} {
		if strings.TrimSpace(text) == "" {
			return refusal.Newf(NoRetention, op, "say how long it is to be kept and by which document; there is no period that holds everywhere",
				"the retention period or its document is missing")
		}
		if utf8.RuneCountInString(text) > maxWords || !utf8.ValidString(text) {
			return refusal.Newf(NoRetention, op, "", "the retention period and its document have at most %d characters each", maxWords)
		}
	}
	return nil
}

func (p *Package) log(context.Context) error {
	for from := uint64(1); from <= p.state.Head.Index; {
		records, err := p.src.Cases.Log(p.state.ID, from, 256)
		if err != nil {
			return err
		}
		if len(records) == 0 {
			return p.state.Head.Matches(string(p.state.ID), chain.Head{Index: from - 1})
		}
		p.records = append(p.records, records...)
		from += uint64(len(records))
	}
	p.records = p.records[:p.state.Head.Index] // what was written meanwhile belongs to a later package
	for _, b := range p.records {
		r, err := casefile.Read(b)
		if err != nil {
			return err
		}
		p.events = append(p.events, r)
	}
	if p.src.Superseded == nil {
		return nil
	}
	var err error
	p.branches, err = p.src.Superseded(p.state.ID)
	return err
}

// verify holds the log against the rules and keeps what they asked.
func (p *Package) verify(context.Context) error {
	asked := newRecorder(p.src.Register, p.state.Index)
	s, err := casefile.Verify(asked, p.state.ID, p.records)
	if err == nil {
		err = s.Head.Matches(string(s.ID), p.state.Head)
	}
	if err != nil {
		return err
	}
	p.state = s
	if _, _, _, ok := asked.Key(p.src.Maker); p.src.Seal != nil && ok {
		p.manifest.Maker = &p.src.Maker
	}
	p.answers, p.items = asked.answers(), asked.items
	return nil
}

// content finds what the log names outside itself.
func (p *Package) content(context.Context) error {
	seen := map[chain.Hash]bool{}
	erased := map[chain.Hash]uint64{}
	var all []mention
	for i := range p.events {
		e := &p.events[i].Event
		body, err := e.Content()
		if err != nil {
			return err
		}
		if gone, ok := body.(*casefile.ErasedBody); ok {
			for _, h := range gone.Blobs {
				erased[h] = e.Seq
			}
		}
		for _, ref := range casefile.References(body) {
			if !seen[ref.Hash] {
				seen[ref.Hash] = true
				all = append(all, mention{ref, e.Seq})
			}
		}
	}
	slices.SortFunc(all, func(a, b mention) int { return slices.Compare(a.ref.Hash[:], b.ref.Hash[:]) })
	needed := p.state.Blobs()
	for _, m := range all {
		h := m.ref.Hash
		leave := func(why Reason, event uint64) {
			p.manifest.LeftOut = append(p.manifest.LeftOut, LeftOut{"attachment", h, m.ref.Kind, why, event})
		}
		at, gone := erased[h]
		switch {
		case gone:
			leave(ErasedContent, at)
		case !p.opts.Personal:
			leave(PersonalContent, m.event)
		case p.src.Blobs.Has(p.state.ID.Owner(), h):
			p.blobs = append(p.blobs, m)
		case slices.ContainsFunc(needed, func(n casefile.BlobRef) bool { return n.Hash == h }):
			return refusal.Newf(Incomplete, "make the package of "+string(p.state.ID), "it may still be on its way; or ask a center that held the case",
				"content that event %d names is not here (%s)", m.event, h.Short())
		default:
			leave(NotHere, m.event)
		}
	}
	return nil
}

// documents writes what was handed out, as far as it can be written. With the
// names it is personal.
func (p *Package) documents(context.Context) error {
	if p.src.Documents == nil {
		return nil
	}
	docs, err := p.src.Documents(p.state.ID)
	if err != nil && !p.opts.Personal && refusal.CodeOf(err) != "" {
		docs, err = nil, nil
	}
	if err != nil {
		return err
	}
	for _, d := range docs {
		why := UnfitDocument
		switch {
		case !p.opts.Personal:
			why = PersonalContent
		case d.Content != nil:
			p.docs = append(p.docs, d)
			continue
		}
		p.manifest.LeftOut = append(p.manifest.LeftOut, LeftOut{What: "document", Kind: d.Name, Reason: why})
	}
	slices.SortStableFunc(p.docs, func(a, b Document) int { return cmp.Compare(a.Name+a.Format, b.Name+b.Format) })
	return nil
}

func (p *Package) prove(context.Context) (err error) {
	if p.src.Journal == nil {
		return nil
	}
	trust := p.src.Journal.Trust()
	p.manifest.Register.Realm, p.manifest.Register.Root = trust.Realm, trust.Root
	p.evidence, err = gather(p.src.Journal, p.answers)
	return err
}

// describe fills in what the manifest says of the case.
func (p *Package) describe() {
	s, m := &p.state, &p.manifest
	m.Format, m.Case, m.Number, m.Item = Format, s.ID, s.Number, s.Item
	if it := p.items[s.Item]; it != nil {
		m.Name = it.Name
	}
	m.Phase, m.Outcome, m.Opened, m.Concluded, m.Until, m.Head = s.Phase, s.Outcome(), s.OpenedAt, s.ConcludedAt, s.Time, s.Head
	m.Events, m.Attachments, m.Documents = len(p.records), len(p.blobs), documents(p.docs)
	m.Retention, m.Personal = p.opts.Retention, p.opts.Personal
	for _, b := range p.branches {
		m.Superseded = append(m.Superseded, b.Branch)
	}
	for _, run := range p.evidence.Runs {
		m.Register.Records += len(run.Records)
	}
	p.roles()
	p.name()
}

// documents counts them: one may be there in several formats.
func documents(all []Document) int {
	names := map[string]bool{}
	for _, d := range all {
		names[d.Name] = true
	}
	return len(names)
}

// roles are the centers and what they had to do with the case, in the order in
// which they met it.
func (p *Package) roles() {
	s := &p.state
	add := func(c area.Center, role string) {
		if c == "" {
			return
		}
		i := slices.IndexFunc(p.manifest.Centers, func(r Role) bool { return r.Center == c })
		if i < 0 {
			name := ""
			if p.src.Name != nil {
				name = p.src.Name(c)
			}
			i, p.manifest.Centers = len(p.manifest.Centers), append(p.manifest.Centers, Role{Center: c, Name: name})
		}
		if r := &p.manifest.Centers[i]; !slices.Contains(r.Roles, role) {
			r.Roles = append(r.Roles, role)
		}
	}
	add(s.Origin.Center, "received")
	for _, leg := range s.Route {
		add(leg.Party.Center, "held")
	}
	if s.AcceptedBy != nil {
		add(s.AcceptedBy.Center, "accepted")
	}
	if s.DecidedBy != nil {
		add(s.DecidedBy.Center, "decided")
	}
	for _, v := range s.Voices {
		add(v.Center, "took part")
	}
	add(s.Deliver, "delivers")
}

// kindTitles name content that goes by no other name.
var kindTitles = map[string]string{"words": "所述文字（不入办件记录）", "party": "有关人员", "proof": "佐证材料"}

// name gives content the names that people know it by.
func (p *Package) name() {
	for _, m := range p.blobs {
		p.titles[m.ref.Hash] = kindTitles[m.ref.Kind]
	}
	p.titles[p.state.Applicant.Hash] = "申请人信息"
	it := p.items[p.state.Item]
	for _, m := range p.state.Materials {
		if m.Blob == nil {
			continue
		}
		p.titles[m.Blob.Hash] = m.ID
		if it != nil {
			if listed, ok := it.Material(m.ID); ok {
				p.titles[m.Blob.Hash] = cmp.Or(listed.Name, m.ID)
			}
		}
	}
}

// Manifest is what the package says of itself; its files are listed once it was
// written.
func (p *Package) Manifest() Manifest { return p.manifest }
