package feed

import (
	"slices"
	"time"

	"tongban/consensus/refusal"
)

// Delays are how patient a follower is; zero values mean the defaults.
type Delays struct {
	Silence  time.Duration // without a sign of life from the source before it is left; 45 s, three of the source's signs
	Patience time.Duration // with records but no certificate before the source is refused; 2 min
	RetryMin time.Duration // before a source that failed is tried again, doubled each time; 1 s
	RetryMax time.Duration // 2 min
	Avoid    time.Duration // for which a source that sent what does not verify is left alone; 10 min
	Look     time.Duration // how often another source is asked whether it reaches further; 10 min
}

func (d Delays) withDefaults() Delays {
	for _, p := range []struct {
		at    *time.Duration
		value time.Duration
	}{
		{&d.Silence, 45 * time.Second}, {&d.Patience, 2 * time.Minute}, {&d.RetryMin, time.Second},
		{&d.RetryMax, 2 * time.Minute}, {&d.Avoid, 10 * time.Minute},
		{&d.Look, 10 * time.Minute},
	} {
		if *p.at == 0 {
			*p.at = p.value
		}
	}
	return d
}

// The inputs of Follower.Step.
type (
	// Sources is the order in which sources are preferred: the parent first.
	Sources struct{ Centers []string }
	// Opened says that a source answered the greeting.
	Opened struct {
		Source  string
		Reached uint64
	}
	// Failed says that a source could not be reached, refused, or broke off.
	Failed struct {
		Source string
		Err    error
	}
	// Pushed is a frame from a source.
	Pushed struct {
		Source string
		Push   Push
	}
	// Moved says where the journal stands now: after an Apply that went
	// through, or because it grew by another road.
	Moved struct{ Position Position }
	// NotApplied says that the journal could not take a batch for a reason of
	// its own, such as a full disk.
	NotApplied struct{ Err error }
	// Woken says that the network may be better than it was: whatever only
	// failed is tried again at once.
	Woken struct{}
	// Tick says that Follower.Deadline has come.
	Tick struct{}
)

// Input is one of the types above.
type Input interface{}

// The outputs of Follower.Step.
type (
	// Open asks for a stream to a source, greeted with Hello. Failed or
	// Opened must follow.
	Open struct {
		Source string
		Hello  Hello
	}
	// Close ends the stream to a source, whatever its state; nothing more of
	// it is wanted.
	Close struct{ Source string }
	// Apply hands a verified batch to the journal. Moved or NotApplied must
	// be the next input.
	Apply struct {
		Source string
		Batch  Batch
	}
	// Refuse is for the log and the operator: what a source did, and until
	// when it is left alone.
	Refuse struct {
		Source string
		Err    *refusal.Error
		Until  time.Time
	}
	// Halt says that the voters certified another log than this node holds.
	Halt struct{ Err error }
)

// Output is one of the types above.
type Output interface{}

// trouble is what a source has against it.
type trouble struct {
	until time.Time
	pause time.Duration
	fault bool // it sent what does not verify; waking does not clear that
}

// link is a stream to a source, open or opening.
type link struct {
	source string
	open   bool
	since  time.Time // opening, then open
	heard  time.Time // last sign of life
	bare   time.Time // since when there are records without a certificate; zero: there are none
	look   bool      // opened only to ask how far it reaches
}

// Follower decides from whom this node takes the journal and what of it may be
// applied. It is a pure state machine: no clock, no network, no goroutine;
// the caller serializes Step.
type Follower struct {
	// Constant.
	delays Delays
	jitter func() float64 // in [0,1)
	// State.
	sources  []string
	troubles map[string]*trouble
	main     *link // from whom it takes records
	better   *link // a preferred source that is being tried meanwhile
	verify   verifier
	applying uint64    // the index that the batch handed out last ends at; 0: none is out
	reached  uint64    // the furthest that main said it can feed
	look     time.Time // when another source is asked how far it reaches
	turn     int       // which one
}

// NewFollower makes a follower that stands at a position and has no sources
// yet. jitter spreads retries: a number in [0,1) at each call.
func NewFollower(realm string, at Position, founders Founders, d Delays, jitter func() float64) *Follower {
	f := &Follower{
		delays: d.withDefaults(), jitter: jitter,
		troubles: map[string]*trouble{},
		verify:   verifier{realm: realm, founders: founders, limit: MaxPending},
	}
	f.verify.reset(at)
	return f
}

// Source is from whom records are taken now, "" if from nobody, and how far it
// says that it reaches.
func (f *Follower) Source() (string, uint64) {
	if f.main == nil || !f.main.open {
		return "", 0
	}
	return f.main.source, f.reached
}

// Heard is the last sign of life of the present source.
func (f *Follower) Heard() time.Time {
	if f.main == nil {
		return time.Time{}
	}
	return f.main.heard
}

// Step takes one input in and says what is to be done, in order.
func (f *Follower) Step(now time.Time, in Input) []Output {
	var out []Output
	switch in := in.(type) {
	case Sources:
		out = f.setSources(in.Centers)
	case Opened:
		out = f.opened(now, in)
	case Failed:
		out = f.failed(now, in)
	case Pushed:
		out = f.pushed(now, in)
	case Moved:
		out = f.moved(in.Position)
	case NotApplied:
		f.applying = 0
		f.verify.reset(f.verify.at)
		if f.main != nil {
			return f.notApplied(now, in.Err)
		}
	case Woken:
		for _, t := range f.troubles {
			if !t.fault {
				t.until = now
			}
		}
	case Tick:
		out = f.overdue(now)
	}
	return append(out, f.choose(now)...)
}

// Deadline is when Step wants a Tick; zero: only after another input.
func (f *Follower) Deadline() time.Time {
	var first time.Time
	consider := func(t time.Time) {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for _, l := range []*link{f.main, f.better} {
		if l != nil {
			consider(f.patience(l))
		}
	}
	for _, s := range f.candidates() {
		if t := f.troubles[s]; t != nil {
			consider(t.until)
		}
	}
	if len(f.others()) > 0 {
		consider(f.look)
	}
	return first
}

// patience is when a link will have been silent, or bare, for too long.
func (f *Follower) patience(l *link) time.Time {
	at := l.heard.Add(f.delays.Silence)
	if bare := l.bare.Add(f.delays.Patience); !l.bare.IsZero() && bare.Before(at) {
		return bare
	}
	return at
}

// candidates are the sources that would be tried next: all while there is
// none, and those preferred to the present one while no better is being tried.
func (f *Follower) candidates() []string {
	switch {
	case f.main == nil:
		return f.sources
	case f.better != nil:
		return nil
	}
	return f.sources[:max(0, slices.Index(f.sources, f.main.source))]
}

func (f *Follower) setSources(centers []string) []Output {
	f.sources = nil
	for _, c := range centers {
		if c != "" && !slices.Contains(f.sources, c) {
			f.sources = append(f.sources, c)
		}
	}
	for s := range f.troubles {
		if !slices.Contains(f.sources, s) {
			delete(f.troubles, s)
		}
	}
	var out []Output
	for _, l := range []**link{&f.better, &f.main} {
		if *l != nil && !slices.Contains(f.sources, (*l).source) {
			out = append(out, Close{(*l).source})
			*l = nil
		}
	}
	f.promote()
	return out
}

// promote makes the better source the main one when there is none.
func (f *Follower) promote() {
	if f.main == nil && f.better != nil {
		f.main, f.better = f.better, nil
		f.verify.reset(f.verify.at)
	}
}

func (f *Follower) opened(now time.Time, in Opened) []Output {
	l := f.link(in.Source)
	if l == nil || (*l).open {
		return nil
	}
	(*l).open, (*l).since, (*l).heard = true, now, now
	if l == &f.main {
		f.reached, f.look = in.Reached, now.Add(f.delays.Look)
		return nil
	}
	if (*l).look && f.main != nil {
		return f.looked(now, in)
	}
	if in.Reached < f.verify.at.Head.Index {
		return f.leave(now, &f.better, refusal.Newf(Behind, "follow "+in.Source, "",
			"it reaches record %d, this node %d", in.Reached, f.verify.at.Head.Index), false)
	}
	out := []Output{Close{f.main.source}}
	f.main = nil
	f.reached = in.Reached
	f.promote()
	return out
}

func (f *Follower) link(source string) **link {
	for _, l := range []**link{&f.main, &f.better} {
		if *l != nil && (*l).source == source {
			return l
		}
	}
	return nil
}

func (f *Follower) failed(now time.Time, in Failed) []Output {
	l := f.link(in.Source)
	if l == nil {
		return nil
	}
	code := refusal.CodeOf(in.Err)
	if code == "" {
		code = refusal.Unavailable
	}
	return f.leave(now, l, refusal.New(code, "follow "+in.Source, "", in.Err), false)
}

func (f *Follower) pushed(now time.Time, in Pushed) []Output {
	l := f.link(in.Source)
	if l == nil || l != &f.main || !(*l).open {
		return nil // of a stream that is no longer wanted
	}
	f.main.heard = now
	f.reached = in.Push.Reached
	if t := f.troubles[in.Source]; t != nil && now.Sub(f.main.since) > f.delays.Silence {
		delete(f.troubles, in.Source) // it has proved itself
	}
	batch, err := f.verify.push(in.Push)
	if err != nil {
		out := f.leave(now, &f.main, err, true)
		if err.Code == Diverged {
			out = append(out, Halt{err})
		}
		return out
	}
	switch {
	case len(f.verify.pending) == 0 || batch != nil:
		f.main.bare = time.Time{}
	case f.main.bare.IsZero():
		f.main.bare = now
	}
	if batch == nil {
		return nil
	}
	f.applying = batch.Certificate.Checkpoint.Head.Index
	return []Output{Apply{in.Source, *batch}}
}

// moved takes the journal's new position. If it moved by another road while
// records were pending, these no longer fit, and the source is asked anew.
func (f *Follower) moved(at Position) []Output {
	applied := f.applying > 0 && at.Head.Index >= f.applying
	f.applying = 0
	if at.Head == f.verify.at.Head && !applied {
		f.verify.at = at // a certificate, or a generation
		return nil
	}
	stranded := !applied && len(f.verify.pending) > 0
	newest := f.verify.newest
	f.verify.reset(at)
	if !stranded || f.main == nil {
		f.verify.newest = newest
		return nil
	}
	out := []Output{Close{f.main.source}}
	f.main = nil
	f.promote()
	return out
}

// notApplied leaves the source: for a while if the journal found that it sent
// what only the journal can tell to be forged, or else for a short pause after
// which it is asked again from where the journal stands. Nobody else is asked
// meanwhile: the trouble is this node's own.
func (f *Follower) notApplied(now time.Time, err error) []Output {
	code := refusal.CodeOf(err)
	if code == OldVoters || code == NotFounded {
		out := f.leave(now, &f.main, refusal.New(code, "apply", "", err), true)
		return append(out, f.choose(now)...)
	}
	return f.leave(now, &f.main, refusal.New(refusal.Unavailable, "apply", "", err), false)
}

// overdue leaves what has been silent, or without a certificate, for too long.
func (f *Follower) overdue(now time.Time) []Output {
	var out []Output
	for _, l := range []**link{&f.better, &f.main} {
		if *l == nil || now.Before(f.patience(*l)) {
			continue
		}
		source := (*l).source
		if bare := (*l).bare; !bare.IsZero() && !now.Before(bare.Add(f.delays.Patience)) {
			out = append(out, f.leave(now, l, refusal.Newf(Uncertified, "follow "+source, "",
				"records without a certificate for %v", f.delays.Patience), true)...)
			continue
		}
		out = append(out, f.leave(now, l, refusal.Newf(Silent, "follow "+source, "",
			"no sign of life for %v", f.delays.Silence), false)...)
	}
	return out
}

// leave ends a link, remembers for how long its source is left alone, and
// says so. fault: it sent what does not verify.
func (f *Follower) leave(now time.Time, l **link, err *refusal.Error, fault bool) []Output {
	source := (*l).source
	*l = nil
	if l == &f.main {
		f.verify.reset(f.verify.at)
	}
	t := f.troubles[source]
	if t == nil {
		t = &trouble{}
		f.troubles[source] = t
	}
	t.fault = t.fault || fault
	t.pause = min(max(2*t.pause, f.delays.RetryMin), f.delays.RetryMax)
	if t.until = now.Add(t.pause/2 + time.Duration(f.jitter()*float64(t.pause/2))); fault {
		t.until = now.Add(f.delays.Avoid)
	}
	f.promote()
	return []Output{Close{source}, Refuse{source, err, t.until}}
}

// choose opens the first source that may be tried, or tries a better one
// beside the present one.
func (f *Follower) choose(now time.Time) []Output {
	for _, source := range f.candidates() {
		t := f.troubles[source]
		if t != nil && now.Before(t.until) {
			continue
		}
		if t != nil {
			t.fault = false // it has served its time
		}
		l := &link{source: source, since: now, heard: now}
		if f.main == nil {
			f.main = l
			f.verify.reset(f.verify.at)
		} else {
			f.better = l
		}
		return []Output{Open{source, f.hello()}}
	}
	return f.lookAround(now)
}

func (f *Follower) hello() Hello {
	at := f.verify.at
	return Hello{Realm: f.verify.realm, Generation: at.Generation, Head: at.Head, Certified: at.Certified}
}

// position reads where a journal stands.
func position(j Journal) Position {
	head := j.Head()
	newest, _ := j.NewestCertificate()
	return Position{
		Head: head, Certified: newest.Checkpoint.Head.Index,
		Signers: j.VotersAt(head.Index), Next: j.VotersAt(head.Index + 1),
		Generation: j.Generation(),
	}
}
