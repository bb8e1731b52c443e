package starter

import (
	"fmt"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

// namesSource is where the names stand.
const namesSource = "四川政务服务网（www.sczwfw.gov.cn）；github.com/v-luobo/zwfw bszl-data.js（Apache-2.0）"

// namesNote says of an item of Names what its source lacks.
const namesNote = "来源只有名称、部门、类型、编码，没有条件、材料、环节、时限。local composition（本地编排）：行使层级记为县级、办件类型记为承诺件、由受理的窗口管辖"

// Names reads the names and codes of 900 real items of one district, for load
// and search: nothing else is known of them, so that no case can be accepted
// under one. Their Ref has the key but no area and no version. A code that is
// not of a standard shape stands as the local code.
func Names() ([]item.Item, error) {
	const name = "data/items-real.csv"
	rows, err := readCSV(name, "department", "main_item", "name", "type_code", "type_name", "basic_code", "item_code", "dept_code", "area_code")
	if err != nil {
		return nil, err
	}
	all := make([]item.Item, 0, len(rows))
	keys := make(map[item.Code]bool, len(rows))
	for i, row := range rows {
		it := item.Item{
			Name: row[2], Department: row[0], Type: nameType(row[3]), LocalCode: row[6],
			Level: area.District, Subject: item.ByCounter, Kind: item.Promised,
			Origin: item.Origin{Area: "四川省广安市广安区", Date: "2026-11-22", Source: namesSource},
			Record: fmt.Sprintf("GA%04d", i+1), Note: namesNote,
		}
		if main := row[1]; main != "" && main != it.Name {
			it.Note = "主项：" + main + "。" + it.Note
		}
		if item.CheckBasic(row[5]) == nil {
			it.Basic = row[5]
		}
		it.Ref.Code = nameCode(row[5], row[6])
		if it.Ref.Code == "" || keys[it.Ref.Code] {
			return nil, fmt.Errorf("%w: %s: row %d: the key %q is missing or taken", ErrData, name, i+1, it.Ref.Code)
		}
		keys[it.Ref.Code] = true
		all = append(all, it)
	}
	return all, nil
}

// nameCode is the key: the basic code, of whatever length it is published, or
// the first three parts of the older form of code, such as G-000006-001.
func nameCode(basic, whole string) item.Code {
	if basic != "" {
		return item.Code(basic)
	}
	parts := strings.SplitN(whole, "-", 4)
	return item.Code(strings.Join(parts[:min(3, len(parts))], "-"))
}

// nameType is the type in two digits: the source leaves the leading zero out.
func nameType(s string) item.Type {
	if len(s) == 1 {
		return item.Type("0" + s)
	}
	return item.Type(s)
}
