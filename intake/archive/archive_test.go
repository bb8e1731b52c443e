package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// joint plays a case that is received in one district and accepted and decided
// in another, where a second town is asked. It returns the node that concluded it.
func joint(c *city) (*node, casefile.ID) {
	c.t.Helper()
	ref := c.publish(residence())
	at, town, district, second := c.node(far), c.node(town), c.node(district), c.node(second)
	id, err := at.NewID()
	must(c.t, err)
	who := c.put(at, id, "applicant", wire.Encode(map[int]string{1: "虚构甲"}))
	_, err = at.OpenAll(context.Background(), []casefile.ID{id}, func(int, casefile.State) ([]casefile.Draft, error) {
		return []casefile.Draft{{Kind: casefile.Opened, Staff: "S-1", Body: casefile.OpenedBody{
			Number: "RESIDENCE202603020001", Item: ref, Subject: area.Code(village), Applied: area.Code(far), Deliver: far, Applicant: who,
			Mode: "received_elsewhere", Filing: casefile.Filing{Kind: "promised", Joint: true, Applicant: "natural_person"},
		}}}, nil
	}, nil)
	must(c.t, err)
	old := c.put(at, id, "material", []byte("a first try\n"))
	c.do(at, id, casefile.Received, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{{ID: "proof", State: casefile.Electronic, Blob: &old}}})
	photo, proof := c.put(at, id, "material", png), c.put(at, id, "material", []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"))
	c.do(at, id, casefile.Received, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{
		{ID: "photo", State: casefile.Electronic, Blob: &photo}, {ID: "proof", State: casefile.Electronic, Blob: &proof}}})
	c.pass(id, at, town, 1)
	c.do(town, id, casefile.Accepted, casefile.AcceptedBody{Item: ref, On: "2026-03-02", Number: "受〔2026〕000001号", Due: "2026-03-23"})
	asked := c.do(town, id, casefile.JointSet, casefile.JointBody{Add: []casefile.Participant{{Center: second.self.Center, Matter: "是否属实"}}})
	said := casefile.Request{Format: 1, ID: string(second.self.Center) + ".1." + strings.Repeat("a", 32), Case: id, From: second.self, Kind: "opinion",
		Body: wire.Encode(casefile.Said{Stance: casefile.Agrees, Text: "属实", Part: asked.Voices[0].Part}), Staff: "S-2", Time: c.now.UnixMilli()}
	c.do(town, id, casefile.RequestKept, casefile.RequestBody{ID: said.ID, Sealed: chain.Sign(seeded(string(second.self.Center)), chain.RequestDomain, wire.Encode(said))})
	c.do(town, id, casefile.Checked, casefile.StepBody{Step: 2, Passed: true, Opinion: "材料齐全"})
	c.pass(id, town, district, 3)
	c.do(district, id, casefile.Decided, casefile.DecidedBody{Step: 3, Approved: true, Text: "准予发证", Number: "决〔2026〕000001号", Result: "居住证",
		Certificate: &casefile.Certificate{Name: "居住证", Number: "JZ-1", From: "2026-03-05", To: "2027-03-04", Issuer: "某区公安分局"}})
	c.pass(id, district, at, 4)
	c.do(at, id, casefile.HandedOut, casefile.StepBody{Step: 4, Passed: true, To: "applicant"})
	c.do(at, id, casefile.Concluded, casefile.ConcludedBody{Visits: 2})
	return at, id
}

func made(t testing.TB, src Sources, id casefile.ID, opts Making) []byte {
	t.Helper()
	p, err := src.Prepare(context.Background(), id, opts)
	must(t, err)
	var b bytes.Buffer
	must(t, p.Write(context.Background(), &b))
	return b.Bytes()
}

func verified(b []byte, o Options) *Report { return Verify(bytes.NewReader(b), int64(len(b)), o) }

func findings(r *Report) string {
	var all []string
	for _, one := range r.Results {
		for _, f := range one.Findings {
			all = append(all, string(one.Check)+" "+map[bool]string{true: "note", false: "FAULT"}[f.Note]+" "+f.String())
		}
	}
	return strings.Join(all, "\n")
}

func TestCrossAreaJointCase(t *testing.T) {
	c := newCity(t)
	n, id := joint(c)
	b := made(t, c.sources(n), id, keep)
	if again := made(t, c.sources(n), id, keep); !bytes.Equal(b, again) {
		t.Error("the same case makes another package")
	}
	r := verified(b, Options{Root: c.root.Public()})
	if !r.Holds || r.Case != id || r.Events < 15 {
		t.Fatalf("%+v\n%s", r, findings(r))
	}
	for _, s := range r.Shown {
		if s.Standing != Certified {
			t.Errorf("%s (record %d) is only %s", s.What, s.Record, s.Standing)
		}
	}
	if r.SHA256 != chain.Sum(b) {
		t.Error("the sum of the whole is another")
	}
	if r := verified(b, Options{Root: seeded("another").Public()}); r.Holds {
		t.Error("a package of another realm holds")
	}
	if r := verified(b, Options{Keys: map[casefile.Party]chain.PublicKey{{Center: town, Incarnation: 1}: seeded("another").Public()}}); r.Holds {
		t.Error("the key that was given is not the one in the package, and it holds")
	}
}

// Nobody who has a package can listen to who is up, and it proves itself up to the
// founding key all the same, with checkpoints and without.
func TestPoolKeyStaysHome(t *testing.T) {
	c := newCity(t)
	n, id := joint(c)
	src := c.sources(n)
	for name, want := range map[string]Standing{"certified": Certified, "without a checkpoint": Sealed} {
		if want == Sealed {
			src.Journal = uncertified{c.reg.Register}
		}
		b := made(t, src, id, keep)
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		must(t, err)
		for _, f := range z.File {
			in, err := f.Open()
			must(t, err)
			content, err := io.ReadAll(in)
			must(t, err)
			if bytes.Contains(content, poolKey) {
				t.Errorf("%s: the key of the presence pool is in %s", name, f.Name)
			}
		}
		r := verified(b, Options{Root: c.root.Public()})
		if !r.Holds || len(r.Shown) == 0 {
			t.Fatalf("%s: %s", name, findings(r))
		}
		for _, s := range r.Shown {
			if s.Standing != want && s.Standing != Certified {
				t.Errorf("%s: %s (record %d) is only %s", name, s.What, s.Record, s.Standing)
			}
		}
	}
}

// uncertified is a journal of which this node holds no voter's word.
type uncertified struct{ *register.Register }

func (uncertified) CertificateAt(register.Index) (chain.Certificate, bool) {
	return chain.Certificate{}, false
}

func TestWithoutPersonal(t *testing.T) {
	c := newCity(t)
	n, id := joint(c)
	opts := keep
	opts.Personal = false
	b := made(t, c.sources(n), id, opts)
	if bytes.Contains(b, []byte("虚构甲")) {
		t.Error("the applicant's name is in it")
	}
	r := verified(b, Options{})
	if !r.Holds || len(r.LeftOut) != 5 || len(r.Of(Integrity).Findings) != 5 {
		t.Fatalf("%+v\n%s", r, findings(r))
	}
}

func TestErased(t *testing.T) {
	c := newCity(t)
	n, id := joint(c)
	s, err := n.State(id)
	must(t, err)
	c.do(n, id, casefile.Erased, casefile.ErasedBody{Blobs: []chain.Hash{s.Applicant.Hash}, Reason: "保管期满"})
	b := made(t, c.sources(n), id, keep)
	r := verified(b, Options{})
	if !r.Holds || len(r.LeftOut) != 1 || r.LeftOut[0].Reason != ErasedContent {
		t.Fatalf("%+v\n%s", r, findings(r))
	}
}

func TestRefusals(t *testing.T) {
	c := newCity(t)
	n, id := joint(c)
	refused := func(src Sources, opts Making, want refusal.Code) {
		t.Helper()
		if _, err := src.Prepare(context.Background(), id, opts); refusal.CodeOf(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	src := c.sources(n)
	refused(src, Making{Personal: true}, NoRetention)
	refused(src, Making{Retention: Retention{Period: "永久"}}, NoRetention)
	s, err := n.State(id)
	must(t, err)
	must(t, n.blobs.Erase(context.Background(), id.Owner(), []chain.Hash{s.Applicant.Hash})) // lost, not erased by the log
	refused(src, keep, Incomplete)
	c.do(n, id, casefile.Archived, casefile.EmptyBody{})
	if _, err := src.Prepare(context.Background(), "320505000000.1.99", keep); refusal.CodeOf(err) != refusal.NotFound {
		t.Error(err)
	}
	other := c.node(town)
	if _, err := c.sources(other).Prepare(context.Background(), id, keep); refusal.CodeOf(err) != NotEnded {
		t.Error(err) // its copy ends before the end
	}
}
