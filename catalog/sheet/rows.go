package sheet

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"tongban/consensus/refusal"
)

// head is where the columns of a sheet stand.
type head struct {
	page    *page
	tab     *tab
	columns map[string][]int // by key; more than one for a text that goes on
	told    map[int]bool     // columns of which something was told at the header, or once below it
	first   int              // the row below the header
}

// place is the cell of a row in which an element stands or would stand: parts
// is its path from the row. Without one it is the cell of the item's code.
func (h *head) place(at place, parts []segment) place {
	for n := len(parts); n > 0; n-- {
		if c := h.page.at(parts[:n]); c != nil {
			if cols := h.columns[c.key]; len(cols) > 0 {
				at.col = int32(cols[0])
				return at
			}
		}
	}
	if cols := h.columns["code"]; len(cols) > 0 {
		at.col = int32(cols[0])
	}
	return at
}

// at finds the column of a path from an entry.
func (p *page) at(parts []segment) *column {
	for _, c := range p.columns {
		if c.role != value && c.role != ofItem || c.role == ofItem && len(p.lists) > 0 || len(c.path) == 0 {
			continue
		}
		path := c.path
		if path[0].name == "ref" {
			path = path[1:]
		}
		if len(path) == len(parts) && slices.EqualFunc(path, parts, func(s *shape, part segment) bool { return part.name == s.name }) {
			return c
		}
	}
	return nil
}

// line is a row of a sheet as nodes, waiting for its item.
type line struct {
	code  string
	at    place
	list  *shape
	order int
	node  *node
}

// workbook reads the items of an xlsx file.
func (in *reader) workbook(data []byte) ([]*node, error) {
	b, err := openBook(data)
	switch {
	case errors.Is(err, errLarge):
		return nil, tooLarge(err.Error())
	case err != nil:
		return nil, malformed("请用本程序导出的 .xlsx，旧的 .xls 先另存为 .xlsx (save it as .xlsx, without a password)", "%w", err)
	}
	in.absent = map[string]bool{}
	read := &bookReader{in: in, book: b, left: MaxRows}
	known := map[*page]bool{}
	for i, s := range b.sheets {
		t := &tab{s.name, i}
		p := pageNamed(s.name)
		switch {
		case p == nil && s.name != helpPage && s.name != wordsPage:
			in.tell(place{sheet: t}, "", "", faultf("unknown_sheet", "不认识工作表「%[1]s」，没有读取；应为 %[2]s", "sheet %[1]q is not known and was not read; there are %[2]s", s.name, pageNames()).warned())
		case p == nil:
		case known[p]:
			in.tell(place{sheet: t}, "", "", faultf("sheet_twice", "工作表「%s」重复，没有读取；请并成一个", "sheet %q is there twice and was not read; make one of the two", s.name))
		default:
			known[p] = true
			if err := read.page(p, t, s.part); err != nil {
				return nil, err
			}
		}
	}
	if !known[pages()[0]] {
		in.tell(place{}, "", "", faultf("no_sheet", "没有工作表「%s」；请从模板开始填写", "there is no sheet %q; begin with the template", itemsPage))
	}
	return read.join(), nil
}

func pageNamed(name string) *page {
	name = strings.TrimSpace(name)
	for _, p := range pages() {
		if p.name == name || slices.Contains(p.also, name) {
			return p
		}
	}
	return nil
}

func pageNames() string {
	var all []string
	for _, p := range pages() {
		all = append(all, p.name)
	}
	return strings.Join(all, "、")
}

// bookReader is the reading of one workbook.
type bookReader struct {
	in    *reader
	book  *workbook
	left  int // rows that may still come
	items []line
	lines []line
}

// page reads one sheet.
func (r *bookReader) page(p *page, t *tab, part string) error {
	rows, err := r.book.rows(part, r.left)
	switch {
	case errors.Is(err, errLarge):
		return tooLarge(err.Error())
	case err != nil && refusal.CodeOf(err) == "":
		return malformed("文件已损坏，请重新保存 (the file is damaged; save it again)", "%w", err)
	case err != nil:
		return err
	}
	r.left -= len(rows)
	if len(rows) == 0 {
		if len(p.lists) == 0 {
			r.in.tell(place{sheet: t}, "", "", faultf("no_header", "工作表是空的；请从模板开始填写", "the sheet is empty; begin with the template"))
		}
		return nil
	}
	h := r.header(p, t, rows)
	if h == nil {
		return nil
	}
	for _, one := range rows {
		if one.number >= h.first {
			r.row(h, one)
		}
	}
	return nil
}

// headerWithin is how many rows may stand above the header.
const headerWithin = 10

// header finds the columns: by the row of keys, or by the row of names where
// somebody took the keys out.
func (r *bookReader) header(p *page, t *tab, rows []row) *head {
	h := &head{page: p, tab: t, columns: map[string][]int{}, told: map[int]bool{}}
	var keys, labels *row
	for i := range rows[:min(len(rows), headerWithin)] {
		for _, c := range rows[i].cells {
			switch said := headText(c.text); {
			case said == "code" && keys == nil:
				keys = &rows[i]
			case p.named(said) == p.columns[0] && labels == nil:
				labels = &rows[i]
			}
		}
	}
	if keys == nil && labels == nil {
		r.in.tell(place{sheet: t, row: int32(rows[0].number), col: 1}, "", "", faultf("no_header",
			"没有表头：前 %[1]d 行里应有一行写着「%[2]s」；请照模板补上", "there is no header: one of the first %[1]d rows should hold %[2]q; put it back as in the template", headerWithin, p.columns[0].label))
		return nil
	}
	taken := map[int]bool{}
	for _, head := range []*row{keys, labels} {
		if head == nil {
			continue
		}
		h.first = max(h.first, head.number+1)
		for _, c := range head.cells {
			r.named(h, c, head, taken, head == labels)
		}
	}
	if len(h.columns["code"]) == 0 {
		return nil
	}
	for _, cols := range h.columns {
		slices.Sort(cols)
	}
	r.missing(h)
	return h
}

// headText is a header cell without the star of what is required.
func headText(t string) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(t), "*"))
}

// named puts a header cell to its column.
func (r *bookReader) named(h *head, c cell, head *row, taken map[int]bool, label bool) {
	if taken[c.col] {
		return
	}
	said := headText(c.text)
	key, _, _ := strings.Cut(said, "+")
	known := h.page.column(key)
	if label {
		if known = h.page.named(said); known == nil {
			known = h.page.named(strings.TrimRight(said, "（续）0123456789 "))
		}
	}
	at := place{sheet: h.tab, row: int32(head.number), col: int32(c.col)}
	switch {
	case known == nil && !label:
		return // the row of names may know it
	case known == nil:
		taken[c.col], h.told[c.col] = true, true
		r.in.tell(at, "", "", faultf("unknown_column", "不认识「%s」这一列；请改回模板中的列名，或删去这一列", "column %q is not known; give it its name from the template or take it out", clip(said)))
	case len(h.columns[known.key]) > 0 && !strings.Contains(said, "+") && !strings.Contains(said, "（续）"):
		taken[c.col], h.told[c.col] = true, true
		r.in.tell(at, "", "", faultf("column_twice", "「%s」这一列重复；请只留一列", "column %q is there twice; keep one", known.label))
	default:
		taken[c.col] = true
		h.columns[known.key] = append(h.columns[known.key], c.col)
	}
}

// missing tells the columns that no item can do without.
func (r *bookReader) missing(h *head) {
	for _, c := range h.page.columns {
		if c.role == value && required[c.key] && len(h.columns[c.key]) == 0 {
			r.in.tell(place{sheet: h.tab, row: int32(h.first - 1)}, "", c.key, faultf("missing_column", "缺少「%[1]s」这一列；请照模板补上（键为 %[2]s）", "column %[1]q is missing; put it back as in the template (its key is %[2]s)", c.label, c.key))
			r.in.absent[c.key] = true
		}
	}
}

// row reads one row.
func (r *bookReader) row(h *head, one row) {
	at := place{sheet: h.tab, row: int32(one.number)}
	byColumn := make(map[int]*cell, len(one.cells))
	for i := range one.cells {
		byColumn[one.cells[i].col] = &one.cells[i]
	}
	l := line{at: h.place(at, nil), node: &node{sort: mapping, at: h.place(at, nil), head: h}}
	l.code = r.code(h, byColumn)
	if strings.HasPrefix(l.code, Example) {
		return
	}
	said := false
	for _, c := range h.page.columns {
		cols := h.columns[c.key]
		if len(cols) == 0 {
			continue
		}
		cellAt := at
		cellAt.col = int32(cols[0])
		t, faulty := r.cellText(byColumn, cols, c, cellAt, l.code)
		for _, col := range cols {
			delete(byColumn, col)
		}
		said = said || faulty || strings.TrimSpace(t) != "" && c.role != nameFor
		if faulty {
			t = ""
		}
		r.put(h, &l, c, t, faulty, cellAt)
	}
	for col, c := range byColumn {
		if strings.TrimSpace(c.text) != "" && !h.told[col] {
			h.told[col] = true
			r.in.tell(place{sheet: h.tab, row: at.row, col: int32(col)}, "", "", faultf("no_column_name", "这一列没有列名；请补上列名或清空", "this column has no name; give it one or empty it"))
		}
	}
	if !said {
		return // an empty row
	}
	r.keep(h, l)
}

// code is what the row says of its item's key: the code, or on the page of the
// items a published code.
func (r *bookReader) code(h *head, cells map[int]*cell) string {
	keys := []string{"code"}
	if len(h.page.lists) == 0 {
		keys = append(keys, "handling_code", "implementation_code", "basic_code")
	}
	for _, key := range keys {
		if cols := h.columns[key]; len(cols) > 0 {
			if c := cells[cols[0]]; c != nil && !c.formula && c.sort == textCell && strings.TrimSpace(c.text) != "" {
				return strings.TrimSpace(c.text)
			}
		}
	}
	return ""
}

// cellText is the text of a column in a row, put together where it goes on.
func (r *bookReader) cellText(cells map[int]*cell, cols []int, c *column, at place, code string) (text string, faulty bool) {
	var parts []string
	for _, col := range cols {
		one := cells[col]
		if one == nil {
			continue
		}
		t, f := r.book.say(*one, c.shape)
		if f != nil && c.role != nameFor {
			at.col = int32(col)
			r.in.tell(at, itemCode(code), elementOf(c), f)
			faulty = true
		}
		parts = append(parts, t)
	}
	return strings.Join(parts, ""), faulty
}

func elementOf(c *column) string {
	if c.role == value || c.role == ofItem {
		return c.shape.element
	}
	return ""
}

// put gives a cell its place in the row's node. A faulty one is put there
// without a value: what is wrong with it was told.
func (r *bookReader) put(h *head, l *line, c *column, t string, faulty bool, at place) {
	tell := func(f *fault) { r.in.tell(at, itemCode(l.code), "", f) }
	switch c.role {
	case which:
		if l.list = h.page.listNamed(t); l.list == nil && strings.TrimSpace(t) != "" {
			var words []string
			for _, known := range h.page.lists {
				words = append(words, known.label())
			}
			tell(faultf("unknown_value", "类别「%[1]s」不认识；请改为：%[2]s", "%[1]q is no list of this sheet; want one of %[2]s", clip(t), strings.Join(words, "、")))
		}
	case order:
		t = strings.TrimSpace(t)
		n, err := strconv.Atoi(t)
		if t != "" && (err != nil || n < 1) {
			tell(faultf("not_a_number", "序号「%s」应为 1、2、3……；也可以全部留空", "%q: number the rows 1, 2, 3 … or leave them all empty", clip(t)))
		}
		l.order = n
	case value:
		if len(c.path) == 0 {
			l.node = &node{sort: scalar, text: t, faulty: faulty, at: at}
			return
		}
		if t == "" && !faulty {
			return
		}
		n := l.node
		for _, s := range c.path[:len(c.path)-1] {
			if s.name == "ref" {
				continue
			}
			n = n.inside(s.name, mapping, at)
		}
		last := c.path[len(c.path)-1]
		n.put(last.name, at, &node{sort: scalar, text: t, faulty: faulty, at: at})
	case ofItem:
		if len(h.page.lists) == 0 && (faulty || strings.TrimSpace(t) != "") {
			l.node.put("code", at, &node{sort: scalar, text: t, faulty: faulty, at: at})
		}
	}
}

// keep puts a row with the items or with the entries.
func (r *bookReader) keep(h *head, l line) {
	if len(h.page.lists) == 0 {
		r.items = append(r.items, l)
		return
	}
	if len(h.page.lists) == 1 {
		l.list = h.page.lists[0]
	}
	at := l.at
	switch {
	case l.code == "" && !r.in.marked[at]:
		r.in.tell(at, "", "", faultf("missing", "没有填写事项编码；请填写这一行属于哪个事项", "say to which item the row belongs"))
	case l.code == "":
	case l.list == nil:
		if cols := h.columns[keyWhich]; len(cols) > 0 {
			at.col = int32(cols[0])
		}
		if !r.in.marked[at] {
			r.in.tell(at, itemCode(l.code), "", faultf("missing", "没有填写类别；请从下拉列表中选择", "say to which list the row belongs"))
		}
	default:
		r.lines = append(r.lines, l)
	}
}

// join puts the entries to their items, in their order.
func (r *bookReader) join() []*node {
	items := make([]*node, 0, len(r.items))
	byCode := make(map[string]*node, len(r.items))
	for _, l := range r.items {
		items = append(items, l.node)
		if byCode[l.code] == nil {
			byCode[l.code] = l.node
		}
	}
	type listOf struct {
		item *node
		list *shape
	}
	groups := map[listOf][]line{}
	var keys []listOf
	for _, l := range r.lines {
		owner := byCode[l.code]
		if owner == nil {
			r.in.tell(l.at, itemCode(l.code), "", faultf("unknown_item", "工作表「%[1]s」里没有编码为 %[2]s 的事项；请改正编码，或先在那里加上事项", "there is no item %[2]s on sheet %[1]q; mend the code or add the item there", itemsPage, clip(l.code)))
			continue
		}
		key := listOf{owner, l.list}
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], l)
	}
	for _, key := range keys {
		r.entries(key.item, key.list, groups[key])
	}
	return items
}

// entries puts the rows of one list into the item: in the order of their
// numbers; a row without one follows the row above it.
func (r *bookReader) entries(owner *node, list *shape, lines []line) {
	seen := map[int]bool{}
	last := 0
	for i := range lines {
		switch n := lines[i].order; {
		case n <= 0:
			lines[i].order = last
		case seen[n]:
			at := lines[i].at
			if h := lines[i].node.head; h != nil {
				if cols := h.columns[keyOrder]; len(cols) > 0 {
					at.col = int32(cols[0])
				}
			}
			r.in.tell(at, itemCode(lines[i].code), list.element, faultf("order_twice", "同一事项的序号 %d 重复；请改成不同的序号，或全部留空", "number %d is there twice in one item; number the rows differently or leave them all empty", n))
		default:
			seen[n] = true
		}
		last = lines[i].order
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.order, b.order) })
	all := &node{sort: sequence, at: lines[0].at}
	for _, l := range lines {
		all.kids = append(all.kids, l.node)
	}
	owner.put(list.name, all.at, all)
}
