package catalogue

import (
	"bytes"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"sync"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/sheet"
	"tongban/consensus/refusal"
	"tongban/node/drafting"
	"tongban/node/workbench"
)

// media are the types of the formats.
var media = map[sheet.Format]string{
	sheet.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheet.CSV: "text/csv; charset=utf-8", sheet.YAML: "application/yaml", sheet.JSON: "application/json",
}

// download answers with a file of items.
func download(c *workbench.Call, name string, write func(*bytes.Buffer, sheet.Format) error) error {
	format := sheet.Format(c.URL.Query().Get("format"))
	if media[format] == "" {
		format = sheet.XLSX
	}
	var b bytes.Buffer
	if err := write(&b, format); err != nil {
		return err
	}
	return c.Download(name+"."+string(format), media[format], b.Bytes())
}

func sheetOf(it *item.Item) func(*bytes.Buffer, sheet.Format) error {
	return func(b *bytes.Buffer, f sheet.Format) error { return sheet.Write(b, f, []item.Item{*it}) }
}

func (r *room) itemSheet(c *workbench.Call) error {
	it, err := r.version(c)
	if err != nil {
		return err
	}
	return download(c, string(it.Ref.Code)+"-"+number(uint64(it.Ref.Version)), sheetOf(it))
}

func (r *room) draftSheet(c *workbench.Call) error {
	one, err := r.draft(c)
	if err != nil {
		return err
	}
	one.Item.Ref.Version = one.Base // what it was taken from
	return download(c, "draft-"+number(one.Index), sheetOf(&one.Item))
}

func (r *room) template(c *workbench.Call) error {
	return download(c, "items", func(b *bytes.Buffer, f sheet.Format) error { return sheet.Template(b, f) })
}

// uploads are the files that somebody looks at before drafting them: the last
// of each person, and of so many people. They are forgotten with the node.
type uploads struct {
	mu    sync.Mutex
	files []upload
}

type upload struct {
	login, key string
	batch      drafting.Drafting
}

const maxUploads = 16

func (u *uploads) keep(login string, b drafting.Drafting) (key string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.drop(login)
	if len(u.files) == maxUploads {
		u.files = slices.Delete(u.files, 0, 1)
	}
	key = rand.Text()
	u.files = append(u.files, upload{login, key, b})
	return key
}

// find is the file that somebody looked at; not ok: it was forgotten.
func (u *uploads) find(login, key string) (drafting.Drafting, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	i := slices.IndexFunc(u.files, func(one upload) bool { return one.login == login && one.key == key })
	if i < 0 {
		return drafting.Drafting{}, false
	}
	return u.files[i].batch, true
}

func (u *uploads) forget(login string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.drop(login)
}

func (u *uploads) drop(login string) {
	u.files = slices.DeleteFunc(u.files, func(one upload) bool { return one.login == login })
}

// imports is a file of items on its way to be drafted.
type imports struct {
	Areas      []choice
	Reason     string
	Unfinished bool

	File     string
	Problems []sheetProblem
	More     int // problems that are not shown
	Rows     []imported
	Counts   []count
	Key      string // of the file that was looked at; "": it can't be drafted
	Done     bool
	Formats  []sheet.Format
}

type sheetProblem struct {
	Place, Item, Text string
	Error             bool
}

type imported struct {
	drafting.Drafted
	Link      string
	StateText string
	Bad       bool
	Found     []said // what forbids it, or is to be known
	Said      []string
	Left      int // changes that are not shown
	Why       string
}

type count struct {
	Text string
	N    int
}

const (
	maxShown   = 200 // problems of a file on one page
	maxChanges = 4   // of one item in the table
)

func (r *room) importing(c *workbench.Call) error {
	d := r.imports(c)
	d.Areas = r.areas(r.Self().Area())
	return c.Show("import", d)
}

func (r *room) imports(c *workbench.Call) *imports {
	head(c, c.Page.Say("import"))
	area := area.Code(c.PostForm.Get("area"))
	return &imports{
		Areas: r.areas(area), Reason: c.PostForm.Get("reason"), Unfinished: c.PostForm.Get("unfinished") != "", Formats: []sheet.Format{sheet.XLSX, sheet.CSV, sheet.YAML, sheet.JSON},
	}
}

// upload reads a file and tells what each item would become. Nothing is
// drafted.
func (r *room) upload(c *workbench.Call) error {
	d := r.imports(c)
	items, err := r.readUpload(c, d)
	if err != nil {
		return c.Again("import", d, err)
	}
	b := drafting.Drafting{
		Items: items, Area: area.Code(c.PostForm.Get("area")), Staff: staff(c), Reason: d.Reason, Unfinished: d.Unfinished, Check: true,
	}
	if _, err := area.Parse(string(b.Area)); err != nil {
		return c.Again("import", d, refusal.New(refusal.Malformed, "", "", err))
	}
	if len(items) == 0 {
		return c.Show("import", d)
	}
	drafted, err := r.Drafts.Make(c.Context(), b)
	if err != nil {
		return c.Again("import", d, err)
	}
	r.tell(c, d, drafted)
	readable := !slices.ContainsFunc(d.Problems, func(p sheetProblem) bool { return p.Error })
	ready := slices.ContainsFunc(drafted, func(one drafting.Drafted) bool { return one.State == drafting.DraftReady })
	faulty := slices.ContainsFunc(drafted, func(one drafting.Drafted) bool { return one.State == drafting.DraftFaulty })
	if readable && ready && !faulty {
		if err := b.Explained(drafted); err != nil {
			return c.Again("import", d, err)
		}
		d.Key = r.uploads.keep(c.Who.Login, b)
	}
	return c.Show("import", d)
}

// readUpload reads the file that was sent. What is wrong with an item that could
// be read is told beside it; what could not be read is told by its cell.
func (r *room) readUpload(c *workbench.Call, d *imports) ([]item.Item, error) {
	file, header, err := c.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, refusal.Newf(refusal.Malformed, "", "", "%s", c.Page.Say("choose_file"))
	}
	if err != nil {
		return nil, refusal.New(refusal.Malformed, "", "", err)
	}
	defer file.Close()
	d.File = header.Filename
	items, found, err := sheet.Read(file, sheet.FormatOf(header.Filename))
	if err != nil {
		return nil, err
	}
	if len(items) > drafting.MaxItems {
		return nil, refusal.Newf(refusal.TooLarge, "", "", "%d > %d", len(items), drafting.MaxItems)
	}
	for _, p := range found {
		if p.Finding {
			continue
		}
		if len(d.Problems) == maxShown {
			d.More++
			continue
		}
		d.Problems = append(d.Problems, sheetProblem{p.Place(), string(p.Item), c.Page.Pick(p.Message, p.English), p.Severity == item.Error})
	}
	return items, nil
}

// tell makes the table of what became, or would become, of each item.
func (r *room) tell(c *workbench.Call, d *imports, drafted []drafting.Drafted) {
	p := c.Page
	counts := map[drafting.DraftedState]int{}
	for _, one := range drafted {
		counts[one.State]++
		row := imported{Drafted: one, StateText: p.Say("state_" + string(one.State)), Bad: one.State == drafting.DraftFaulty || one.State == drafting.DraftRejected}
		if one.Draft != 0 {
			row.Link = draftLink(one.Draft)
		}
		for _, f := range one.Findings {
			if f.Severity == item.Error {
				row.Found = append(row.Found, sayFinding(p, f))
			}
		}
		if one.State == drafting.DraftReady || one.State == drafting.DraftMade {
			for i, change := range one.Changes {
				if i == maxChanges {
					row.Left = len(one.Changes) - i
					break
				}
				row.Said = append(row.Said, p.Pick(change.Text, change.English))
			}
		}
		if one.Result != nil {
			if err := one.Result.Err("draft"); err != nil {
				row.Why = c.Reason(refusal.CodeOf(err)) + " " + c.Particulars(err.Error())
			}
		}
		d.Rows = append(d.Rows, row)
	}
	for _, s := range []drafting.DraftedState{drafting.DraftFaulty, drafting.DraftRejected, drafting.DraftReady, drafting.DraftMade, drafting.DraftWaiting, drafting.DraftUnchanged} {
		if counts[s] > 0 {
			d.Counts = append(d.Counts, count{p.Say("state_" + string(s)), counts[s]})
		}
	}
}

// draftUpload drafts the file that was looked at: all of it, or nothing.
func (r *room) draftUpload(c *workbench.Call) error {
	b, ok := r.uploads.find(c.Who.Login, c.PostForm.Get("file"))
	if !ok {
		return refusal.Newf(refusal.NotFound, "", "", "%s", c.Page.Say("upload_again"))
	}
	b.Check = false
	d := r.imports(c)
	d.Areas, d.Reason = r.areas(b.Area), b.Reason
	drafted, err := r.Drafts.Make(c.Context(), b)
	if err != nil {
		return c.Again("import", d, err)
	}
	r.uploads.forget(c.Who.Login)
	r.tell(c, d, drafted)
	d.Done = slices.ContainsFunc(drafted, func(one drafting.Drafted) bool { return one.State == drafting.DraftMade })
	return c.Show("import", d)
}
