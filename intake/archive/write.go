package archive

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Write writes the package. The same log, Register and options make the same
// bytes. Content of one blob at a time is in memory.
func (p *Package) Write(ctx context.Context, w io.Writer) error {
	out := &writing{ctx: ctx, p: p, pack: packer{w: w}}
	for _, part := range []func(){
		out.attachments, out.documents, out.events, out.items, out.register, out.branches, out.summary, out.close,
	} {
		part()
	}
	return wrapped("write the package of "+string(p.state.ID), out.err)
}

// writing is a package on its way out. After the first error nothing more is
// written.
type writing struct {
	ctx  context.Context
	p    *Package
	pack packer
	err  error
}

// put writes a file and enters it in the manifest.
func (o *writing) put(name, format, title string, content []byte) {
	if o.err == nil {
		o.err = o.ctx.Err()
	}
	if o.err == nil {
		o.err = o.pack.add(name, content)
	}
	if o.err != nil {
		return
	}
	o.p.manifest.Files = append(o.p.manifest.Files, File{name, int64(len(content)), chain.Sum(content), format, title})
}

func (o *writing) json(name, title string, v any) {
	b, err := indented(v)
	if err != nil {
		o.err = errors.Join(o.err, fmt.Errorf("%s: %w", name, err))
		return
	}
	o.put(name, formatOf(name), title, b)
}

func indented(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	return append(b, '\n'), err
}

func (o *writing) attachments() {
	o.p.manifest.Files = nil
	owner := o.p.state.ID.Owner()
	for _, m := range o.p.blobs {
		if o.err != nil {
			return
		}
		exported, err := o.p.src.Blobs.Export(owner, m.ref.Hash)
		var s salted
		if err == nil {
			s, err = readSalted(exported)
		}
		lead := casefile.BlobLead(owner, s.Salt, s.Kind)
		if err == nil && casefile.BlobHash(lead, s.Content) != m.ref.Hash {
			err = fmt.Errorf("content %s has another hash", m.ref.Hash.Short())
		}
		if err != nil {
			o.err = err
			return
		}
		f := detect(s.Content, m.ref.Kind)
		title := o.p.titles[m.ref.Hash]
		o.put("attachments/"+m.ref.Hash.String()+"."+f.ending, f.media, title, s.Content)
		o.put(saltFile(m.ref.Hash), "application/octet-stream", "", lead)
		if m.ref.Hash == o.p.state.Applicant.Hash && o.p.src.Applicant != nil {
			who, err := o.p.src.Applicant(s.Content)
			if err != nil {
				o.err = err
				return
			}
			o.json("applicant.json", "申请人信息（可读）", who)
		}
	}
}

func (o *writing) documents() {
	for _, d := range o.p.docs {
		switch d.Format {
		case "text/plain":
			o.put("documents/"+d.Name+".txt", d.Format, d.Title, d.Content)
			page := func(other Document) bool { return other.Name == d.Name && other.Format == "text/html" }
			if !slices.ContainsFunc(o.p.docs, page) {
				o.put("documents/"+d.Name+".html", "text/html", d.Title, textPage(d.Title, string(d.Content)))
			}
		case "text/html":
			o.put("documents/"+d.Name+".html", d.Format, d.Title, d.Content)
		case "application/pdf":
			o.put("documents/"+d.Name+".pdf", d.Format, d.Title, d.Content)
		default:
			o.err = fmt.Errorf("document %s: no package holds %s", d.Name, d.Format)
		}
	}
}

// eventView is an event for people; the bytes beside it are what counts.
type eventView struct {
	casefile.Event
	Body any        `json:"body"`
	Hash chain.Hash `json:"hash"` // of the log up to and with this event
}

func (o *writing) events() {
	head := chain.Start(string(o.p.state.ID))
	for i := range o.p.events {
		r := &o.p.events[i]
		head = head.Next(r.Bytes)
		body, err := r.Event.Content()
		if err != nil {
			o.err = errors.Join(o.err, err)
			return
		}
		title := eventWords[r.Event.Kind]
		o.put(eventFile(head.Index, "cbor"), "application/cbor", title, r.Bytes)
		o.json(eventFile(head.Index, "json"), title, eventView{r.Event, body, head.Hash})
	}
}

func (o *writing) items() {
	for _, ref := range o.p.answers.Items {
		it := o.p.items[ref]
		o.put(itemFile(ref, "cbor"), "application/cbor", it.Name, wire.Encode(it))
		o.json(itemFile(ref, "json"), it.Name, it)
	}
}

func (o *writing) register() {
	o.json(answersFile, "", o.p.answers)
	e := &o.p.evidence
	if len(e.Runs) == 0 {
		return
	}
	o.json(journalFile, "", e.readable())
	for _, run := range e.Runs {
		o.put(runFile(run.From, run.end()), "application/cbor", "", wire.Encode(run.Records))
	}
	if len(e.Certificates) > 0 {
		o.put(certificatesFile, "application/cbor", "", wire.Encode(e.Certificates))
	}
}

func (o *writing) branches() {
	for _, b := range o.p.branches {
		for i, record := range b.Records {
			o.put(branchFile(b.Number, uint64(i+1)), "application/cbor", "", record)
		}
	}
	o.json(stateFile, "", o.p.state)
}

func (o *writing) summary() {
	if o.err != nil {
		return
	}
	page, err := o.p.page()
	if err != nil {
		o.err = err
		return
	}
	o.put(readmeFile, "text/plain", "", readme(&o.p.manifest))
	o.put(indexFile, "text/html", "", page)
}

// close writes the manifest, the list of sums and the seal, which are in no
// list themselves.
func (o *writing) close() {
	if o.err != nil {
		return
	}
	slices.SortFunc(o.p.manifest.Files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	manifest, err := indented(o.p.manifest)
	if err == nil {
		err = o.pack.add(manifestFile, manifest)
	}
	if err == nil {
		err = o.pack.add(sumsFile, sums(o.p.manifest.Files, manifest))
	}
	if err == nil && o.p.manifest.Maker != nil {
		sum := chain.Sum(manifest)
		err = o.pack.add(sealFile, o.p.src.Seal(sum[:]))
	}
	if err == nil {
		err = o.pack.close()
	}
	o.err = err
}

// sums is the list that sha256sum reads.
func sums(files []File, manifest []byte) []byte {
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%s  %s\n", f.SHA256, f.Name)
	}
	fmt.Fprintf(&b, "%s  %s\n", chain.Sum(manifest), manifestFile)
	return []byte(b.String())
}
