package item

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/consensus/wire"
	"tongban/tools/golden"
)

func TestDiff(t *testing.T) {
	var b strings.Builder
	for _, c := range []struct {
		title  string
		change func(*Item)
	}{
		{"only the version moves", func(it *Item) { it.Ref.Version, it.Ref.Area = 4, "320500000000" }},
		{"fewer days, fewer papers", func(it *Item) {
			it.Promise = days(30, WorkingDays)
			it.Materials = slices.Delete(it.Materials, 1, 2)
			it.Materials[0].Need, it.Materials[0].Form = Optional, ElectronicForm
			it.Materials[1].Exempt, it.Materials[1].ExemptBy = true, ByCommitment
			it.Materials[2].Exempt, it.Materials[2].ExemptBy = false, ""
			it.Visits = new(int)
		}},
		{"more papers", func(it *Item) {
			it.Materials = append(it.Materials, Material{ID: "old", Name: "原残疾人证", Need: Required, Originals: 1})
			it.Materials[1].Originals, it.Materials[1].Copies, it.Materials[1].Name = 1, 1, "一寸照片"
			it.Materials[0].Blank, it.Materials[0].Sample = nil, &Attachment{Name: it.Materials[0].Sample.Name, Hash: strings.Repeat("1e", 32), Size: 9}
		}},
		{"another route", func(it *Item) {
			it.Steps[2], it.Steps[3] = it.Steps[3], it.Steps[2]
			it.Steps[2].Limit, it.Steps[2].Uncounted = days(70, CalendarDays), false
			it.Steps[3].Outside = false
			it.Steps[4].Limit, it.Steps[4].Post = days(70, WorkingDays), "残联窗口"
			it.Steps[5] = Step{Name: "发证", Action: HandOut, Level: area.Village, Limit: Limit{Unit: OnTheSpot}, Outside: true}
			it.Steps = append(it.Steps, it.Steps[2])
		}},
		{"power moves up", func(it *Item) {
			it.Level, it.Kind, it.Promise, it.Legal = area.City, Immediate, by("q1-20"), Limit{}
			it.Delegations = []Delegation{{Mode: Agency, Level: area.Village, To: ToCommittee, Actions: []Action{Receive}}}
			it.Special = []Special{{Name: "核对", Limit: days(100, WorkingDays), Effect: Suspends}}
			it.Laws = append(it.Laws, Law{Title: "江苏省残疾人保障条例", Text: strings.Repeat("从其规定。", 40)})
			it.Laws[0].Changed, it.LawChecked = "", ""
		}},
		{"at other counters, for other people", func(it *Item) {
			it.Ref.Code, it.Basic, it.Implement, it.Handling, it.Local = "TB-1", "", "", "", true
			it.Scope, it.Mode, it.Subject, it.Appointment, it.Charged, it.Fees = ScopeProvince, Online, ByResidence, "", No, nil
			it.Alias, it.Ways, it.Conditions = []string{"残疾证"}, []Way{OnMobile, AtWindow}, []string{"本区户籍", "年满一岁"}
			it.Situations[0].Options[1].Text, it.Situations[1].Several = "监护人或者亲属", false
			it.Situations[1].Options = append(it.Situations[1].Options, Option{"body", "肢体"})
			it.Open = []Season{{From: "01", To: "20"}}
			it.Origin.Date, it.Effective, it.Note = "2026-04-01", "2026-05-01", ""
			it.Remedy.Court, it.FAQ[0].Answer, it.Handbook = "某市中级人民法院", "可以，带委托书。", nil
		}},
		{"a bundle of it", func(it *Item) {
			it.Bundle, it.Members, it.Shared = LifeEvent, lifeEvent().Members, lifeEvent().Shared
		}},
	} {
		was, is := complete(), complete()
		c.change(&is)
		for _, way := range []struct {
			title    string
			from, to Item
		}{{c.title, was, is}, {c.title + ", and back", is, was}} {
			fmt.Fprintf(&b, "# %s\n", way.title)
			better, worse := Favourable(way.from, way.to)
			for _, change := range Diff(way.from, way.to) {
				mark := map[bool]string{true: "+", false: " "}[slices.Contains(better, change)]
				if slices.Contains(worse, change) {
					mark = "-"
				}
				fmt.Fprintf(&b, "%s %s | %s\n      %s\n", mark, change.Element, change, change.English)
			}
			b.WriteString("\n")
		}
	}
	golden.Check(t, "diff.golden", b.String())
}

// leaves calls visit with every single value that an item holds and the path
// of its pattern; keys of entries are single values too.
func leaves(path string, v reflect.Value, visit func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Ref]() {
			visit("code", v.Field(0))
			return
		}
		for i := range v.NumField() {
			leaves(join(path, jsonName(v.Type().Field(i))), v.Field(i), visit)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			leaves(path, v.Elem(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			leaves(at(path, i), v.Index(i), visit)
		}
	default:
		visit(path, v)
	}
}

// other gives a value another value of its type.
func other(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		for _, w := range wordsOf(path) {
			if w.Value != v.String() {
				v.SetString(w.Value)
				return
			}
		}
		v.SetString(v.String() + "Z")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Uint8:
		v.SetUint(v.Uint()%6 + 1)
	default:
		panic("an item holds a " + v.Kind().String())
	}
}

// fillUp puts something into every element, one entry into every list.
func fillUp(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fillUp(join(path, jsonName(v.Type().Field(i))), v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillUp(path, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillUp(at(path, 0), v.Index(0))
	case reflect.String:
		v.SetString("甲")
		for _, w := range wordsOf(path) {
			v.SetString(w.Value)
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8, reflect.Uint32:
		v.SetUint(2)
	default:
		v.SetInt(2)
	}
}

// No element may be forgotten: another value of any of them is a change that
// is named by it, or by the entry that it is the key of.
func TestDiffKnowsEveryElement(t *testing.T) {
	var names []string
	full := Item{}
	fillUp("", reflect.ValueOf(&full).Elem())
	leaves("", reflect.ValueOf(&full).Elem(), func(path string, _ reflect.Value) { names = append(names, path) })
	if len(names) < 150 {
		t.Errorf("only %d elements", len(names))
	}
	for n, name := range names {
		was, is := Item{}, Item{}
		fillUp("", reflect.ValueOf(&was).Elem())
		fillUp("", reflect.ValueOf(&is).Elem())
		i := 0
		leaves("", reflect.ValueOf(&is).Elem(), func(path string, v reflect.Value) {
			if i == n {
				other(path, v)
			}
			i++
		})
		changes := Diff(was, is)
		if len(changes) == 0 {
			t.Errorf("%s changed, and nobody says so", name)
		}
		for _, c := range changes {
			checkChange(t, c)
			if !strings.HasPrefix(pattern(name), pattern(c.Element)) {
				t.Errorf("%s changed, and %s is said to", name, c.Element)
			}
		}
		back := Diff(is, was)
		if len(back) != len(changes) {
			t.Errorf("%s: %d changes there, %d back", name, len(changes), len(back))
		}
		if gone := Diff(was, Item{}); len(gone) < 70 {
			t.Fatalf("only %d changes to an empty item", len(gone))
		}
	}
}

func checkChange(t interface {
	Helper()
	Errorf(string, ...any)
}, c Change) {
	t.Helper()
	zh, _ := Label(c.Element)
	if c.Element == "" || c.Text == "" || c.English == "" || zh == c.Element || strings.Contains(c.Text+c.English, "%!") || strings.Contains(c.Element, again) {
		t.Errorf("badly said: %+v", c)
	}
}

// Diff is silent exactly when two versions say the same; and nothing panics on
// an item that nobody would publish.
func TestDiffIsSilentOnlyWhenNothingChanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was := anyItem(t, "was")
		is := was
		if rapid.Bool().Draw(t, "another") {
			is = anyItem(t, "is")
		} else if err := wire.Decode(wire.Encode(was), &is); err != nil {
			t.Fatal(err)
		} else if rapid.Bool().Draw(t, "one thing changes") {
			count, n := 0, 0
			leaves("", reflect.ValueOf(&is).Elem(), func(string, reflect.Value) { count++ })
			change := rapid.IntRange(0, count-1).Draw(t, "which")
			leaves("", reflect.ValueOf(&is).Elem(), func(path string, v reflect.Value) {
				if n == change {
					other(path, v)
				}
				n++
			})
		}
		is.Ref.Area, is.Ref.Version = was.Ref.Area, was.Ref.Version
		changes := Diff(was, is)
		same := string(wire.Encode(was)) == string(wire.Encode(is))
		if same != (len(changes) == 0) {
			t.Fatalf("same %v, changes %v", same, changes)
		}
		if len(Diff(is, was)) == 0 != (len(changes) == 0) {
			t.Fatal("there is a change in one direction only")
		}
		better, worse := Favourable(was, is)
		for _, c := range append(better, worse...) {
			if !slices.Contains(changes, c) {
				t.Fatalf("judged, but no change: %v", c)
			}
		}
		if gain, loss := Favourable(is, was); len(gain) != len(worse) || len(loss) != len(better) {
			t.Fatalf("%d better and %d worse there, %d better and %d worse back", len(better), len(worse), len(gain), len(loss))
		}
		for _, c := range changes {
			checkChange(t, c)
		}
	})
}

func TestFavourable(t *testing.T) {
	three := 3
	for _, c := range []struct {
		title  string
		change func(*Item)
		want   int
	}{
		{"a shorter promise", func(it *Item) { it.Promise = days(45, WorkingDays) }, 1},
		{"a longer promise", func(it *Item) { it.Promise = days(55, WorkingDays) }, -1},
		{"on the spot", func(it *Item) { it.Promise = Limit{Unit: OnTheSpot} }, 1},
		{"no promise any more", func(it *Item) { it.Promise = Limit{} }, -1},
		{"as many calendar days", func(it *Item) { it.Promise = days(50, CalendarDays) }, 1},
		{"more calendar days", func(it *Item) { it.Promise = days(60, CalendarDays) }, 0},
		{"a last day", func(it *Item) { it.Promise = by("20") }, 0},
		{"a shorter legal limit", func(it *Item) { it.Legal = days(100, WorkingDays) }, 1},
		{"a step takes longer", func(it *Item) { it.Steps[1].Limit = days(20, WorkingDays) }, -1},
		{"a wait counts", func(it *Item) { it.Steps[3].Uncounted = false }, 1},
		{"a material less", func(it *Item) { it.Materials = it.Materials[:3] }, 0}, // it was exempt
		{"an asked material less", func(it *Item) { it.Materials = it.Materials[1:] }, 1},
		{"an optional material more", func(it *Item) { it.Materials = append(it.Materials, Material{ID: "x", Need: Optional}) }, 0},
		{"a material more", func(it *Item) { it.Materials = append(it.Materials, Material{ID: "x", Need: LaterIfNeed}) }, -1},
		{"required to optional", func(it *Item) { it.Materials[0].Need = Optional }, 1},
		{"later to required", func(it *Item) { it.Materials[2].Need = Required }, -1},
		{"exempted", func(it *Item) { it.Materials[0].Exempt = true }, 1},
		{"to be handed in again", func(it *Item) { it.Materials[3].Exempt = false }, -1},
		{"fewer copies", func(it *Item) { it.Materials[1].Originals = 2 }, 1},
		{"only on paper", func(it *Item) { it.Materials[0].Form = PaperForm }, -1},
		{"paper instead of bytes", func(it *Item) { it.Materials[2].Form = ElectronicForm }, 0},
		{"fewer visits", func(it *Item) { it.Visits = new(int) }, 1},
		{"more visits", func(it *Item) { it.Visits = &three }, -1},
		{"visits not given", func(it *Item) { it.Visits = nil }, 0},
		{"a wider scope", func(it *Item) { it.Scope = ScopeNation }, 1},
		{"a narrower scope", func(it *Item) { it.Scope = ScopeCounter }, -1},
		{"free of charge", func(it *Item) { it.Charged = No }, 1},
		{"a fee more", func(it *Item) { it.Fees = append(it.Fees, Fee{Name: "快递费"}) }, -1},
		{"a condition less", func(it *Item) { it.Conditions = it.Conditions[:1] }, 1},
		{"a ground to decline more", func(it *Item) { it.Declines = append(it.Declines, "重复申请") }, -1},
		{"a procedure that stops the clock", func(it *Item) { it.Special = append(it.Special, Special{Name: "公告", Effect: Suspends}) }, -1},
		{"a procedure inside the limit", func(it *Item) { it.Special = append(it.Special, Special{Name: "公告", Effect: Counts}) }, 0},
		{"another name", func(it *Item) { it.Name = "残疾人证核发" }, 0},
		{"another level", func(it *Item) { it.Level = area.Town }, 0},
	} {
		is := complete()
		c.change(&is)
		better, worse := Favourable(complete(), is)
		if len(better)-len(worse) != c.want || len(better) != 0 && len(worse) != 0 {
			t.Errorf("%s: better %v, worse %v", c.title, better, worse)
		}
	}
}
