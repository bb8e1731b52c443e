package engine

import (
	"io"
	"slices"
	"strconv"

	"tongban/consensus/refusal"
	"tongban/node/frame"
	"tongban/node/onboard"
	"tongban/node/workbench"
)

// openImports hangs up the pages on which a center takes in, in bulk, what it
// brings along.
func (r *room) openImports() {
	r.get("/work/import", r.imports)
	r.post("/work/import", r.send)
	r.get("/work/import/template/{kind}", r.template)
	r.get("/work/import/{id}", r.imported)
	r.post("/work/import/{id}", r.apply)
	r.post("/work/import/{id}/list", r.list)
}

// importing is the page on which a table is sent.
type importing struct {
	Kinds  []importKind
	Newest *onboard.Import // that was sent last and is still held
}

type importKind struct {
	Kind       onboard.Kind
	Text, Hint string
	Chosen     bool
}

func (r *room) importing(c *workbench.Call, chosen onboard.Kind) *importing {
	p := c.Page
	p.Nav, p.Title = "import", p.Say("import_title")
	d := &importing{}
	for _, k := range onboard.Kinds() {
		d.Kinds = append(d.Kinds, importKind{k, p.Pick(k.Chinese(), k.English()), p.Say("import_" + string(k)), k == chosen})
	}
	if newest, ok := r.Onboard.Newest(owner(c)); ok {
		d.Newest = &newest
	}
	return d
}

// owner owns the tables that somebody sent: another account does not see them.
func owner(c *workbench.Call) string { return "account/" + c.Who.Login }

func (r *room) imports(c *workbench.Call) error {
	return c.Show("import", r.importing(c, onboard.Kind(c.Page.Query.Get("kind"))))
}

// send checks the table of a form.
func (r *room) send(c *workbench.Call) error {
	kind := onboard.Kind(c.PostForm.Get("kind"))
	file, err := tableOf(c)
	if err != nil {
		return c.Again("import", r.importing(c, kind), err)
	}
	checked, err := r.Onboard.Check(c.Context(), owner(c), by(c), kind, file)
	if err != nil {
		return c.Again("import", r.importing(c, kind), err)
	}
	return c.Go("/work/import/"+checked.ID, "")
}

// tableOf is the file that a form brings.
func tableOf(c *workbench.Call) ([]byte, error) {
	if c.MultipartForm == nil || len(c.MultipartForm.File["file"]) == 0 {
		return nil, refusal.Newf(refusal.Malformed, "", "", "no file was chosen")
	}
	head := c.MultipartForm.File["file"][0]
	if head.Size > onboard.MaxBytes {
		return nil, refusal.Newf(refusal.TooLarge, "", "", "%d MiB at most", onboard.MaxBytes>>20)
	}
	in, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(in)
}

func (r *room) template(c *workbench.Call) error {
	format := c.URL.Query().Get("format")
	if format == "" {
		format = "xlsx"
	}
	name, file, err := onboard.Template(onboard.Kind(c.PathValue("kind")), format)
	if err != nil {
		return err
	}
	return c.Download(name, "application/octet-stream", file)
}

// tableShown is the page of one table: what it would do, how far it is, what came
// of it.
type tableShown struct {
	onboard.Import
	Heading, Says, Class string
	Counts               []line
	Lines                []tableRow
	Faults               []tableFault
	FaultsMore           int
	Going, Ready         bool
	Made                 string // where what was taken in is seen; "": not by whoever looks
	From, To, Total      int
}

type tableRow struct {
	onboard.Row
	State string
	Bad   bool
}

type tableFault struct {
	Where, Column, Text, Code string
	Warning                   bool
}

// Bounds of one page.
const (
	tableRows   = 100
	tableFaults = 100
)

func (r *room) imported(c *workbench.Call) error {
	one, err := r.Onboard.Get(owner(c), c.PathValue("id"))
	if err != nil {
		return err
	}
	return r.showTable(c, one)
}

func (r *room) showTable(c *workbench.Call, one onboard.Import) error {
	d := table(c.Page, one)
	if d.Going {
		c.W.Header().Set("Refresh", "1") // also where no script runs
	}
	return c.Show("imported", d)
}

func table(p *frame.Page, one onboard.Import) *tableShown {
	p.Nav = "import"
	d := &tableShown{Import: one, Heading: p.Pick(one.Kind.Chinese(), one.Kind.English()), Total: len(one.Rows)}
	d.Going = one.State == onboard.Queued || one.State == onboard.Running
	d.Ready = one.State == onboard.Checked && one.Sound() && one.Count(onboard.Adds)+one.Count(onboard.Changes) > 0
	if one.State == onboard.Done {
		d.Made = madeAt(p, one.Kind)
	}
	d.Says, d.Class = tableSays(p, one, d)
	p.Title = d.Heading + p.Pick("：", ": ") + p.Say("table_"+string(one.State))
	for _, does := range []onboard.Does{onboard.Adds, onboard.Changes, onboard.Same, onboard.Wrong} {
		if n := one.Count(does); n > 0 {
			d.Counts = append(d.Counts, line{p.Say("does_" + string(does)), strconv.Itoa(n)})
		}
	}
	for _, one := range one.Problems {
		if len(d.Faults) == tableFaults {
			break
		}
		d.Faults = append(d.Faults, fault(p, one))
	}
	d.FaultsMore = len(one.Problems) - len(d.Faults) + one.More
	d.page(p)
	return d
}

// madeAt is where whoever looks sees what tables of a kind make; the worklist has
// its own duties.
func madeAt(p *frame.Page, k onboard.Kind) string {
	switch k {
	case onboard.Staff, onboard.Windows:
		return "/work/duty/roster"
	case onboard.Accounts:
		return "/work/node/accounts"
	case onboard.Cases:
		const list = "/work/cases"
		if slices.ContainsFunc(p.Bar.Entries, func(e frame.Entry) bool { return e.Link == list }) {
			return list
		}
	}
	return ""
}

// page cuts the rows that a page shows.
func (d *tableShown) page(p *frame.Page) {
	at := int(min(parse(p.Query.Get("from")), uint64(len(d.Rows))))
	end := min(at+tableRows, len(d.Rows))
	d.From, d.To = at+1, end
	for _, row := range d.Rows[at:end] {
		word := "does_" + string(row.Does)
		if row.Done {
			word = "did_" + string(row.Does)
		}
		d.Lines = append(d.Lines, tableRow{row, p.Say(word), row.Does == onboard.Wrong})
	}
	if at > 0 {
		p.First = p.With("from", "")
	}
	if end < len(d.Rows) {
		p.Next = p.With("from", strconv.Itoa(end))
	}
}

// tableSays is how a table stands, in one sentence.
func tableSays(p *frame.Page, one onboard.Import, d *tableShown) (text, class string) {
	switch {
	case d.Going:
		return p.Say("says_going"), "past"
	case one.State == onboard.Stopped:
		return p.Say("says_stopped"), "alert"
	case one.State == onboard.Done && one.Count(onboard.Wrong) > 0:
		return p.Say("says_partly"), "alert"
	case one.State == onboard.Done:
		return p.Say("says_done"), "thanks"
	case !one.Sound():
		return p.Say("says_wrong"), "alert"
	case !d.Ready:
		return p.Say("says_nothing"), "past"
	}
	return p.Say("says_ready"), "past"
}

func fault(p *frame.Page, f onboard.Problem) tableFault {
	out := tableFault{Where: f.Cell, Column: f.Column, Text: p.Pick(f.Message, f.English), Code: f.Code, Warning: f.Warning}
	if out.Where == "" && f.Row > 0 {
		out.Where = p.Pick("第 ", "row ") + strconv.Itoa(f.Row) + p.Pick(" 行", "")
	}
	return out
}

// apply takes a checked table in.
func (r *room) apply(c *workbench.Call) error {
	one, err := r.Onboard.Apply(owner(c), c.PathValue("id"))
	if err != nil {
		return err
	}
	return c.Go("/work/import/"+one.ID, "")
}

// list gives out, once, what an import made that may be seen once.
func (r *room) list(c *workbench.Call) error {
	name, file, err := r.Onboard.Secrets(owner(c), c.PathValue("id"))
	if err != nil {
		return err
	}
	return c.Download(name, "application/octet-stream", file)
}
