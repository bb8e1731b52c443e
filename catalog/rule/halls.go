package rule

import (
	"fmt"
	"slices"
	"strings"

	"tongban/catalog/area"
)

// CenterNames is what the centers of each level are called.
type CenterNames struct {
	Names []CenterName `json:"names,omitempty" name:"各级名称" means:"the names by level"`
}

// Key is CenterNamesKey.
func (CenterNames) Key() Key { return CenterNamesKey }

// CenterName is the name at one level.
type CenterName struct {
	Level          area.Level `json:"level" need:"yes" name:"层级" means:"the level"`
	Name           string     `json:"name" need:"yes" max:"30" name:"名称" means:"what the centers of the level are called"`
	Variants       []string   `json:"variants,omitempty" max:"100" name:"其他叫法" means:"what they are called elsewhere, and where"`
	Administration string     `json:"administration,omitempty" max:"100" name:"政务服务管理部门" means:"the service administration of the level"`
}

func (c *CenterNames) check(f *fitter, path string) {
	unique(f, path+".names", "level", c.Names, func(n CenterName) string { return n.Level.String() })
}

// Of is the name at a level; "" where none is set.
func (c CenterNames) Of(l area.Level) string {
	for _, n := range c.Names {
		if n.Level == l {
			return n.Name
		}
	}
	return ""
}

// WindowTypes are the types of windows that halls have.
type WindowTypes struct {
	Types []WindowType `json:"types,omitempty" name:"窗口类型" means:"the types"`
}

// Key is WindowTypesKey.
func (WindowTypes) Key() Key { return WindowTypesKey }

// WindowType is one of them.
type WindowType struct {
	No      int          `json:"no,omitempty" min:"1" name:"序号" means:"its number in the source"`
	Name    string       `json:"name" need:"yes" max:"50" name:"名称" means:"its name"`
	Levels  []area.Level `json:"levels,omitempty" name:"应设层级" means:"the levels whose halls must have it"`
	Unknown []area.Level `json:"unknown,omitempty" name:"不详层级" means:"the levels of which the source at hand doesn't tell"`
}

func (w *WindowTypes) check(f *fitter, path string) {
	unique(f, path+".types", "name", w.Types, func(t WindowType) string { return t.Name })
	for i, t := range w.Types {
		at := fmt.Sprintf("%s.types[%d]", path, i)
		level := func(l area.Level) string { return l.String() }
		unique(f, at+".levels", "", t.Levels, level)
		unique(f, at+".unknown", "", t.Unknown, level)
		for j, l := range t.Unknown {
			if l != 0 && slices.Contains(t.Levels, l) {
				f.add(fmt.Sprintf("%s.unknown[%d]", at, j), "同一层级不能既应设又不详", "a level can't be both required and unknown")
			}
		}
	}
}

// At lists the types that a level's halls must have.
func (w WindowTypes) At(l area.Level) []WindowType {
	var all []WindowType
	for _, t := range w.Types {
		if slices.Contains(t.Levels, l) {
			all = append(all, t)
		}
	}
	return all
}

// HallZones are the areas into which halls are divided.
type HallZones struct {
	Zones []HallZone `json:"zones,omitempty" name:"功能区域" means:"the zones"`
}

// Key is HallZonesKey.
func (HallZones) Key() Key { return HallZonesKey }

// HallZone is one of them.
type HallZone struct {
	Name   string       `json:"name" need:"yes" max:"50" name:"名称" means:"its name"`
	Levels []area.Level `json:"levels" need:"yes" name:"层级" means:"the levels whose halls have it"`
	Basis  string       `json:"basis,omitempty" name:"依据" means:"which source says so"`
}

func (h *HallZones) check(f *fitter, path string) {
	unique(f, path+".zones", "name", h.Zones, func(z HallZone) string { return z.Name })
}

// Facilities is the table of what a hall must have (服务设施标准化明细表).
type Facilities struct {
	Facilities []Facility `json:"facilities,omitempty" name:"设施" means:"the rows of the table"`
}

// Key is FacilitiesKey.
func (Facilities) Key() Key { return FacilitiesKey }

// Facility is one row: the three cells hold what the table prints in them.
type Facility struct {
	No       int    `json:"no" need:"yes" min:"1" name:"序号" means:"its number in the table"`
	Group    string `json:"group,omitempty" max:"50" name:"类别" means:"the group that it belongs to"`
	Name     string `json:"name" need:"yes" max:"100" name:"名称" means:"the facility"`
	District string `json:"district,omitempty" max:"100" name:"政务服务中心" means:"what a district's center must have"`
	Town     string `json:"town,omitempty" max:"100" name:"为民服务中心" means:"what a town's center must have"`
	Village  string `json:"village,omitempty" max:"100" name:"便民服务中心" means:"what a village's center must have"`
}

// Tick ends the cell of what a hall must have.
const Tick = "✓"

// At is what the table asks of a level: the text of its cell without the tick,
// and whether the hall must have it. Without a tick a center decides by itself
// (the plan of Wujiang says so).
func (f Facility) At(l area.Level) (text string, required bool) {
	switch l {
	case area.District:
		text = f.District
	case area.Town:
		text = f.Town
	case area.Village:
		text = f.Village
	}
	return strings.CutSuffix(text, Tick)
}

func (t *Facilities) check(f *fitter, path string) {
	unique(f, path+".facilities", "no", t.Facilities, func(one Facility) string { return fmt.Sprint(one.No) })
}

// Required lists what a level's halls must have.
func (t Facilities) Required(l area.Level) []Facility {
	var all []Facility
	for _, one := range t.Facilities {
		if _, must := one.At(l); must {
			all = append(all, one)
		}
	}
	return all
}
