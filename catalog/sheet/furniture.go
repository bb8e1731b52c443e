package sheet

import (
	"fmt"

	"github.com/xuri/excelize/v2"

	"tongban/catalog/item"
)

// styles makes the styles of the workbook: quiet colours, thin lines, every
// cell a text that wraps.
func (b *bookWriter) styles() error {
	const font = "微软雅黑"
	line := func(color string) []excelize.Border {
		var all []excelize.Border
		for _, side := range []string{"left", "right", "top", "bottom"} {
			all = append(all, excelize.Border{Type: side, Color: color, Style: 1})
		}
		return all
	}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	middle := &excelize.Alignment{Vertical: "center", Horizontal: "center", WrapText: true}
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	const asText = 49
	for _, one := range []struct {
		id    *int
		style excelize.Style
	}{
		{&b.style.head, excelize.Style{Font: &excelize.Font{Family: font, Size: 10, Bold: true, Color: "1F3864"}, Fill: fill("DCE6F1"), Border: line("B4C6DC"), Alignment: middle, NumFmt: asText}},
		{&b.style.must, excelize.Style{Font: &excelize.Font{Family: font, Size: 10, Bold: true, Color: "FFFFFF"}, Fill: fill("C0504D"), Border: line("A23F3C"), Alignment: middle, NumFmt: asText}},
		{&b.style.key, excelize.Style{Font: &excelize.Font{Family: "Consolas", Size: 8, Color: "808080"}, Fill: fill("F2F2F2"), NumFmt: asText}},
		{&b.style.body, excelize.Style{Font: &excelize.Font{Family: font, Size: 10}, Alignment: top, NumFmt: asText}},
		{&b.style.example, excelize.Style{Font: &excelize.Font{Family: font, Size: 10, Italic: true, Color: "7F7F7F"}, Fill: fill("FFF9E5"), Border: line("E6DDB8"), Alignment: top, NumFmt: asText}},
		{&b.style.wrap, excelize.Style{Font: &excelize.Font{Family: font, Size: 10}, Border: line("D9D9D9"), Alignment: top}},
		{&b.style.title, excelize.Style{Font: &excelize.Font{Family: font, Size: 16, Bold: true, Color: "1F3864"}}},
		{&b.style.part, excelize.Style{Font: &excelize.Font{Family: font, Size: 11, Bold: true, Color: "1F3864"}, Fill: fill("DCE6F1"), Border: line("B4C6DC"), Alignment: &excelize.Alignment{Vertical: "center"}}},
	} {
		id, err := b.f.NewStyle(&one.style)
		if err != nil {
			return err
		}
		*one.id = id
	}
	return nil
}

// words writes the sheet that feeds the drop-downs: a column for each
// enumerated element.
func (b *bookWriter) words() error {
	var columns [][]string
	for _, p := range pages() {
		for _, c := range p.columns {
			name := c.words(p)
			if name == "" || b.drops[name] != "" {
				continue
			}
			list := []string{c.label}
			if c.role == which {
				list[0] = p.name + c.label
				for _, l := range p.lists {
					list = append(list, l.label())
				}
			}
			for _, w := range item.Words(c.shape.element) {
				list = append(list, w.Chinese)
			}
			columns = append(columns, list)
			from, err := excelize.CoordinatesToCellName(len(columns), 2, true)
			if err != nil {
				return err
			}
			to, err := excelize.CoordinatesToCellName(len(columns), len(list), true)
			if err != nil {
				return err
			}
			b.drops[name] = fmt.Sprintf("%s!%s:%s", wordsPage, from, to)
		}
	}
	s, err := b.f.NewStreamWriter(wordsPage)
	if err != nil {
		return err
	}
	if err := s.SetColWidth(1, len(columns), 22); err != nil {
		return err
	}
	for row, more := 0, true; more; row++ {
		more = false
		cells := make([]any, len(columns))
		for i, list := range columns {
			if row < len(list) {
				style := b.style.wrap
				if row == 0 {
					style = b.style.head
				}
				cells[i] = excelize.Cell{StyleID: style, Value: list[row]}
			}
			more = more || row+1 < len(list)
		}
		if err := s.SetRow(cellName(1, row+1), cells); err != nil {
			return err
		}
	}
	return s.Flush()
}

// help writes the sheet that says how to fill in the others, with every
// column of theirs.
func (b *bookWriter) help() error {
	s, err := b.f.NewStreamWriter(helpPage)
	if err != nil {
		return err
	}
	for i, width := range []float64{22, 10, 70, 46, 34} {
		if err := s.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	row := 0
	put := func(style int, cells ...string) error {
		row++
		values := make([]any, len(cells))
		for i, t := range cells {
			values[i] = excelize.Cell{StyleID: style, Value: plain(t)}
		}
		return s.SetRow(cellName(1, row), values)
	}
	if err := put(b.style.title, "政务服务事项导入表 · 填写说明"); err != nil {
		return err
	}
	for _, line := range introduction {
		if err := put(0, line); err != nil {
			return err
		}
	}
	for _, p := range pages() {
		row++
		if err := put(b.style.part, p.name, "必填", "怎么填", "示例", "键"); err != nil {
			return err
		}
		for _, c := range p.columns {
			must := ""
			if required[c.key] {
				must = "是"
			}
			if err := put(b.style.wrap, c.label, must, c.meaning(p), c.example(p), c.key); err != nil {
				return err
			}
		}
	}
	return s.Flush()
}
