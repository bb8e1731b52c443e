package guide

import (
	"slices"
	"strconv"

	"tongban/catalog/item"
)

// materials are what the applicant brings. A bundle asks for the papers of its
// members once each, and for its own.
func (w writer) materials() section {
	rows := make([][]cell, len(w.it.Materials))
	for i, m := range w.it.Materials {
		rows[i] = []cell{
			{Text: strconv.Itoa(i + 1)},
			{Text: m.Name, Marks: w.exempt(m)},
			w.need(m.Need),
			{Text: w.code("materials[].form", string(m.Form)), Notes: w.paper(m)},
			{Text: w.count(m.Originals, m.Copies)},
			{Text: w.code("materials[].channel", string(m.Channel)), Notes: w.issuer(m)},
			{Notes: w.remarks(m)},
		}
	}
	head := []column{
		{w.word("number"), "number"}, {w.label("materials[].name"), "name"}, {w.label("materials[].need"), "need"},
		{w.label("materials[].form"), "form"}, {w.word("copies"), "copies"}, {w.label("materials[].channel"), "channel"},
		{w.word("remarks"), "remarks"},
	}
	blocks := []block{{Table: grid(w.word("materials"), head, rows)}, {Table: w.merged()}, {Title: w.label("shared"), List: w.shared()}}
	return section{ID: "materials", Blocks: blocks}
}

func (w writer) exempt(m item.Material) []mark {
	if !m.Exempt {
		return nil
	}
	text := w.word("exempt")
	if by := w.code("materials[].exempt_by", string(m.ExemptBy)); by != "" {
		text += w.bracket(by)
	}
	return []mark{{text, "exempt"}}
}

func (w writer) paper(m item.Material) notes {
	var n notes
	n.add(w.label("materials[].kind"), w.code("materials[].kind", string(m.Kind)))
	n.add(w.label("materials[].paper"), m.Paper)
	return n
}

func (w writer) issuer(m item.Material) notes {
	var n notes
	n.add(w.label("materials[].source"), m.Source)
	n.add(w.label("materials[].issued"), m.Issued)
	return n
}

func (w writer) remarks(m item.Material) notes {
	var n notes
	n.add(w.word("only_if"), w.when(m.If))
	n.add(w.label("materials[].when"), m.When)
	n.add(w.label("materials[].fill"), m.Fill)
	n.add(w.label("materials[].standard"), m.Standard)
	n.add(w.label("materials[].validity"), m.Validity)
	n.add(w.label("materials[].licence"), m.Licence)
	n.add(w.label("materials[].basis"), m.Basis)
	w.file(&n, "materials[].blank", m.Blank)
	w.file(&n, "materials[].sample", m.Sample)
	n.add(w.label("materials[].note"), m.Note)
	return n
}

// file names an attachment, and leads to it where the caller knows an address.
func (w writer) file(n *notes, element string, a *item.Attachment) {
	if a == nil {
		return
	}
	size := w.word("bytes", strconv.FormatInt(a.Size, 10))
	if a.Size >= 1024 {
		size = w.word("kilobytes", strconv.FormatInt((a.Size+512)/1024, 10))
	}
	line := note{Label: w.label(element), Text: a.Name + w.bracket(size)}
	if w.Files != "" {
		line.Href = w.Files + a.Hash
	}
	*n = append(*n, line)
}

// merged are the papers of a bundle, each asked for once.
func (w writer) merged() *table {
	rows := make([][]cell, len(w.Merged))
	for i, p := range w.Merged {
		var members []string
		for _, ref := range p.Of {
			if name := w.memberName(ref.Code); !slices.Contains(members, name) {
				members = append(members, name)
			}
		}
		var n notes
		for _, when := range p.When {
			n.add(w.label("materials[].when"), when)
		}
		rows[i] = []cell{
			{Text: strconv.Itoa(i + 1)}, {Text: p.Name, Marks: w.exempt(item.Material{Exempt: p.Exempt})},
			w.need(p.Need), {Text: w.count(p.Originals, p.Copies)}, {Text: w.list(members)}, {Notes: n},
		}
	}
	return grid(w.word("merged"), []column{
		{w.word("number"), "number"}, {w.label("materials[].name"), "name"}, {w.label("materials[].need"), "need"},
		{w.word("copies"), "copies"}, {w.word("used_for"), "members"}, {w.word("remarks"), "remarks"},
	}, rows)
}

// need says whether a material must be there; that it may follow is marked.
func (w writer) need(n item.Need) cell {
	said := w.code("materials[].need", string(n))
	if n == item.LaterIfNeed {
		return cell{Marks: []mark{{said, "later"}}}
	}
	return cell{Text: said}
}

// shared says which papers of different names are one.
func (w writer) shared() []string {
	said := make([]string, len(w.it.Shared))
	for i, s := range w.it.Shared {
		of := make([]string, len(s.Of))
		for k, ref := range s.Of {
			of[k] = w.memberName(ref.Code) + w.bracket(w.paperName(ref))
		}
		said[i] = s.Name + w.space() + w.list(of)
	}
	return said
}

func (w writer) member(code item.Code) *item.Item {
	for _, m := range w.Members {
		if m.Ref.Code == code {
			return m
		}
	}
	return nil
}

// memberName is the item's own name, else what the bundle calls it.
func (w writer) memberName(code item.Code) string {
	if m := w.member(code); m != nil {
		return m.Name
	}
	for _, m := range w.it.Members {
		if m.Code == code && m.Name != "" {
			return m.Name
		}
	}
	return string(code)
}

func (w writer) paperName(ref item.MaterialRef) string {
	if it := w.member(ref.Code); it != nil {
		if m, ok := it.Material(ref.ID); ok {
			return m.Name
		}
	}
	return ref.ID
}

// members are the items of a bundle by stages.
func (w writer) members() section {
	rows := make([][]cell, len(w.it.Members))
	for i, m := range w.it.Members {
		name := cell{Text: w.memberName(m.Code)}
		var limit, department string
		if it := w.member(m.Code); it != nil {
			department, limit = it.Department, w.limit(it.Promise)
			if m.Name != "" && m.Name != it.Name {
				name.Notes = []note{{Text: m.Name}}
			}
		}
		var n notes
		n.add(w.word("only_if"), w.when(m.If))
		n.add("", m.Note)
		rows[i] = []cell{
			{Text: w.word("stage", strconv.Itoa(m.Stage))}, name, {Text: string(m.Code)},
			{Text: department}, {Text: limit}, {Notes: n},
		}
	}
	return section{ID: "members", Blocks: []block{{Table: grid(w.word("members"), []column{
		{w.label("members[].stage"), "stage"}, {w.label("members[].name"), "name"}, {w.label("members[].code"), "code"},
		{w.label("department"), "department"}, {w.label("promise"), "limit"}, {w.word("remarks"), "remarks"},
	}, rows)}}}
}
