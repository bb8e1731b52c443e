package casefile

import (
	"slices"

	"tongban/catalog/area"
)

// SlipBody says that originals leave for another center: the slip goes with
// them, with its number as a barcode.
type SlipBody struct {
	Slip    string      `cbor:"1,keyasint" json:"slip"` // unique without a network
	To      area.Center `cbor:"2,keyasint" json:"to"`
	Papers  []SlipLine  `cbor:"3,keyasint" json:"papers"`
	Courier string      `cbor:"4,keyasint,omitempty" json:"courier,omitempty"` // who carries them
	Waybill string      `cbor:"5,keyasint,omitempty" json:"waybill,omitempty"` // 物流单号
}

// SlipLine is one paper on a slip.
type SlipLine struct {
	Material string `cbor:"1,keyasint" json:"material"` // id of the item's material; "result": the document issued
	Name     string `cbor:"2,keyasint" json:"name"`
	Sheets   int    `cbor:"3,keyasint" json:"sheets"`
}

// ArrivalBody says what was found when the slip was scanned at the other end.
type ArrivalBody struct {
	Slip    string   `cbor:"1,keyasint" json:"slip"`
	Missing []string `cbor:"2,keyasint,omitempty" json:"missing,omitempty"` // materials on the slip that were not there
	Note    string   `cbor:"3,keyasint,omitempty" json:"note,omitempty"`
}

// Slip is papers on their way, or arrived.
type Slip struct {
	SlipBody
	From    area.Center  `json:"from"`
	At      int64        `json:"at"` // desk time
	Arrived *ArrivalBody `json:"arrived,omitempty"`
	Came    int64        `json:"came,omitempty"`
}

// slip finds a slip by its number; -1 when the case sent none.
func (s *State) slip(number string) int {
	return slices.IndexFunc(s.Slips, func(one Slip) bool { return one.Slip == number })
}

// OnItsWay reports whether a slip of the case waits to be scanned: it has not
// arrived, and was not taken back with the papers, as after the case was turned
// back or its addressee was lost (VoidedBody).
func (s *State) OnItsWay(slip Slip) bool { return slip.Arrived == nil && !s.IsVoid(slip.Slip) }

func (s *State) foldSlip(e *Event, content any) {
	switch b := content.(type) {
	case *SlipBody:
		s.Slips = append(slices.Clip(s.Slips), Slip{SlipBody: *b, From: e.Author.Center, At: e.DeskTime})
		s.gave(e, b.Slip)
	case *ArrivalBody:
		if i := s.slip(b.Slip); i >= 0 {
			s.Slips = slices.Clone(s.Slips)
			s.Slips[i].Arrived, s.Slips[i].Came = b, e.DeskTime
		}
	}
}

// result is what a slip calls the document that was issued.
const result = "result"

// isAddressed reports whether papers are on their way to the author.
func (c *claim) isAddressed() bool {
	return slices.ContainsFunc(c.s.Slips, func(s Slip) bool { return c.s.OnItsWay(s) && s.To == c.e.Author.Center })
}

func (c *claim) soundSlip(f *form) {
	switch b := c.content.(type) {
	case *SlipBody:
		f.bytes("number of the slip", b.Slip, true, 128)
		f.center("addressee", b.To)
		f.hold(b.To != c.e.Author.Center, "papers that stay need no slip")
		f.name("courier", b.Courier, false)
		f.name("waybill", b.Waybill, false)
		f.count("slips", len(c.s.Slips), 0, maxList-1)
		f.count("papers", len(b.Papers), 1, maxList)
		for i, p := range b.Papers {
			f.hold(p.Material == result || c.isMaterial(p.Material), "%.80q is no material of the case", p.Material)
			f.hold(!slices.ContainsFunc(b.Papers[:i], func(o SlipLine) bool { return o.Material == p.Material && o.Name == p.Name }),
				"%.80q is on the slip twice", p.Name)
			f.name("name of the paper", p.Name, true)
			f.count("sheets", p.Sheets, 1, 10_000)
		}
	case *ArrivalBody:
		i := c.s.slip(b.Slip)
		if i < 0 {
			f.fault("the case sent no slip %.80q", b.Slip)
			return
		}
		slip := c.s.Slips[i]
		f.hold(slip.Arrived == nil, "slip %.80q has arrived already", b.Slip)
		f.hold(!c.s.IsVoid(b.Slip), "slip %.80q was taken back", b.Slip)
		f.hold(slip.To == c.e.Author.Center, "slip %.80q is for %s", b.Slip, slip.To)
		f.names("what was not there", b.Missing, 0)
		for _, id := range b.Missing {
			f.hold(slices.ContainsFunc(slip.Papers, func(p SlipLine) bool { return p.Material == id }), "%.80q is not on the slip", id)
		}
		f.text("note", b.Note, false)
	}
}

// isMaterial reports whether the item lists a material, or one of that id lies
// on the checklist.
func (c *claim) isMaterial(id string) bool {
	_, ok := c.it.Material(id)
	return ok || slices.ContainsFunc(c.s.Materials, func(m MaterialEntry) bool { return m.ID == id })
}
