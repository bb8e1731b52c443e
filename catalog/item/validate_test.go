package item

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/tools/golden"
)

func TestNothingIsWrongWithACompleteItem(t *testing.T) {
	for _, it := range []Item{complete(), lifeEvent()} {
		for _, f := range Validate(it) {
			t.Errorf("%s: %s", it.Name, f)
		}
		for _, f := range ValidateDraft(it) {
			t.Errorf("draft of %s: %s", it.Name, f)
		}
	}
}

// Each line breaks one thing and names all that Validate has to say of it.
func TestValidateOneByOne(t *testing.T) {
	village := func(it *Item) { it.Type = Permit }
	for _, c := range []struct {
		spoil func(*Item)
		want  string
	}{
		{func(it *Item) { it.Name = " " }, "name missing!"},
		{func(it *Item) { it.Name = strings.Repeat("长", 201) }, "name too_long!"},
		{func(it *Item) { it.Name = "残疾人证\n新办" }, "name bad_text!"},
		{func(it *Item) { it.Name = "\xff" }, "name bad_text!"},
		{func(it *Item) { it.Alias = []string{"甲", "", "甲"} }, "alias[1] missing!, alias[2] twice"},
		{func(it *Item) { it.Ref.Code = "tb 1" }, "code code_shape!, code code_local"},
		{func(it *Item) { it.Basic = "00078200300" }, "basic_code code_shape!, handling_code code_composition!"},
		{func(it *Item) {
			it.Basic, it.Implement, it.Handling, it.Ref.Code = "00078200300Y", "", "", "00078200300Y"
		}, "basic_code main_item"},
		{func(it *Item) { it.Implement, it.Level = "", area.City; it.Steps[4].Level = area.City }, "handling_code level_digit"},
		{func(it *Item) { it.AuthorityCode = "11650000010183859F" }, "authority_code authority_code_differs"},
		{func(it *Item) { it.AuthorityCode = "116500000101838590" }, "authority_code code_shape!, authority_code authority_code_differs"},
		{func(it *Item) { it.Joint[0].Code = "1" }, "joint[0].code code_shape!"},
		{func(it *Item) { it.Local = true }, "local local_with_code!"},
		{func(it *Item) { it.LocalCode = "62052400MZ-XK-0001 (旧)" }, ""},
		{func(it *Item) { it.Type = "1A" }, "type local_type"},
		{func(it *Item) { it.Type = "许可" }, "type unknown_value!"},
		{func(it *Item) { it.Type = "" }, "type missing"},
		{func(it *Item) { it.Stars = 6 }, "stars out_of_range!"},
		{func(it *Item) { it.Stars = -1 }, "stars negative!"},
		{func(it *Item) { it.Nature = "holy" }, "nature unknown_value!"},
		{func(it *Item) { it.Level = 0 }, "level missing!"},
		{func(it *Item) { it.Level = 9 }, "level unknown_value!"},
		{func(it *Item) { it.Level = area.Town; it.Implement, it.Handling, it.Ref.Code = "", "", Code(it.Basic) }, "level level_differs"},
		{func(it *Item) { it.Delegations[0] = Delegation{} }, "delegations[0].mode missing!, delegations[0].to missing!, delegations[0].level missing!"},
		{func(it *Item) { it.Delegations[0].Actions = []Action{Accept, "wave"} }, "delegations[0].actions[1] unknown_value!"},
		{village, ""},
		{func(it *Item) { village(it); it.Delegations[0].To = ToInstitution }, "delegations[0].to permit_entrusted!"},
		{func(it *Item) { village(it); it.Delegations[0].Mode, it.Delegations[0].To = Authorized, ToOther }, "delegations[0].to permit_entrusted!"},
		{func(it *Item) { village(it); it.Delegations[0].Mode, it.Delegations[0].To = Agency, ToCommittee }, "delegations[0].actions village_accepts_permit!"},
		{func(it *Item) {
			village(it)
			it.Delegations[0] = Delegation{Mode: Agency, Level: area.Village, To: ToCommittee, Actions: []Action{Receive}}
		}, ""},
		{func(it *Item) { village(it); it.Steps[1].Level = area.Village }, "steps[1].level village_accepts_permit!"},
		{func(it *Item) { village(it); it.Steps[4].Level = area.Village }, "level level_differs, steps[4].level village_decides_permit!"},
		{func(it *Item) { it.Steps[1].Level = area.Village }, ""},
		{func(it *Item) { it.Laws = nil }, "laws missing"},
		{func(it *Item) { it.LawChecked = "" }, "laws[0].changed law_changed!, law_checked law_unchecked"},
		{func(it *Item) { it.LawChecked = "2025-12-30" }, "laws[0].changed law_changed!"},
		{func(it *Item) { it.Laws[0].Changed = "2026-02-02" }, "laws[0].changed law_changed!"},
		{func(it *Item) { it.Laws[0].Changed = "2026-02-01" }, ""},
		{func(it *Item) { it.Laws[0].Changed = "lately" }, "laws[0].changed bad_date!"},
		{func(it *Item) { it.Laws[0].Changed, it.Laws[0].Since, it.Laws[0].Purpose = "", "2018", "fun" }, "laws[0].purpose unknown_value!, laws[0].since bad_date!"},
		{func(it *Item) { it.Subject = "zodiac" }, "subject unknown_value!"},
		{func(it *Item) { it.Applicants = []Applicant{NaturalPerson, NaturalPerson, "cat"} }, "applicants[1] twice, applicants[2] unknown_value!"},
		{func(it *Item) {
			it.WindowTypes = strings.Split("一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子", "")
		}, "window_types too_many!"},
		{func(it *Item) { it.OpenCases = "perhaps" }, "open_cases unknown_value!"},
		{func(it *Item) { it.Situations[0].ID = "Who" }, "situations[0].id bad_id!"},
		{func(it *Item) { it.Situations[1].ID = "who" }, "situations[1].id twice!"},
		{func(it *Item) { it.Situations[0].Options = it.Situations[0].Options[:1] }, "situations[0].options too_few!"},
		{func(it *Item) { it.Situations[1].Options = nil }, "situations[1].options too_few!"},
		{func(it *Item) { it.Situations[0].Options[1] = Option{"self", ""} }, "situations[0].options[1].id twice!, situations[0].options[1].text missing!"},
		{func(it *Item) { it.Situations[1].If = strings.Repeat("a", 501) }, "situations[1].if too_long!"},
		{func(it *Item) { it.Materials[2].If = "who ==\n\"x\"" }, "materials[2].if bad_text!"},
		{func(it *Item) { it.Steps[0].If = "\x00" }, "steps[0].if bad_text!"},
		{func(it *Item) { it.Materials[1].ID = "form" }, "materials[1].id twice!"},
		{func(it *Item) { it.Materials[1].Need = "" }, "materials[1].need missing!"},
		{func(it *Item) { it.Materials[1].Need = "perhaps" }, "materials[1].need unknown_value!"},
		{func(it *Item) { it.Materials[1].Copies = -1 }, "materials[1].copies negative!"},
		{func(it *Item) { it.Materials[1].Copies = 1000 }, "materials[1] out_of_range!"},
		{func(it *Item) { it.Materials[3].Exempt = false }, "materials[3].exempt_by exempt_by_alone"},
		{func(it *Item) { it.Materials[3].ExemptBy, it.Commitment = ByCommitment, No }, "materials[3].exempt_by no_commitment"},
		{func(it *Item) { it.Materials[0].Blank = &Attachment{Name: "../x", Hash: "00", Size: 11 << 20} }, "materials[0].blank.name bad_file_name!, materials[0].blank.hash bad_hash!, materials[0].blank.size out_of_range!"},
		{func(it *Item) { it.Materials[0].Blank = &Attachment{} }, "materials[0].blank.name missing!, materials[0].blank.hash bad_hash!, materials[0].blank.size out_of_range!"},
		{func(it *Item) { it.Kind = "" }, "kind missing!"},
		{func(it *Item) { it.Kind, it.Promise = Immediate, Limit{Unit: OnTheSpot} }, "kind immediate_over_levels"},
		{func(it *Item) { it.Kind, it.Steps = Immediate, it.Steps[:2] }, "kind immediate_over_levels, promise immediate_with_days, steps no_decide_step"},
		{func(it *Item) { it.Legal = days(40, WorkingDays) }, "promise promise_over_legal"},
		{func(it *Item) { it.Legal, it.Promise = Limit{}, Limit{} }, "promise no_limit"},
		{func(it *Item) { it.Promise = by("3-31") }, "promise bad_date!"},
		{func(it *Item) { it.Promise = by("03-31") }, ""},
		{func(it *Item) { it.Promise = Limit{Unit: ByDate, By: "03-31", Tenths: 1} }, "promise out_of_range!"},
		{func(it *Item) { it.Promise = Limit{Unit: OnTheSpot, By: "03-31"} }, "promise out_of_range!"},
		{func(it *Item) { it.Promise = days(10, "moons") }, "promise.unit unknown_value!"},
		{func(it *Item) { it.Promise = days(45, WorkingDays) }, "steps steps_over_promise"},
		{func(it *Item) { it.Open[0].To = "31" }, "open[0] bad_season!"},
		{func(it *Item) { it.Steps[4].Uncounted = true }, "steps[4].uncounted uncounted_work"},
		{func(it *Item) { it.Steps[0].Limit = days(-10, WorkingDays) }, "steps[0].limit out_of_range!"},
		{func(it *Item) { it.Steps[1].Action = Check }, "steps no_accept_step"},
		{func(it *Item) { it.Steps[1], it.Steps[4] = it.Steps[4], it.Steps[1] }, "steps decide_before_accept"},
		{func(it *Item) { it.Special[0].Basis = "" }, "special[0].basis extends_without_basis"},
		{func(it *Item) { it.Special[0] = Special{Effect: "explodes"} }, "special[0].effect unknown_value!, special[0].name missing!"},
		{func(it *Item) { it.Ways = []Way{"pigeon"} }, "ways[0] unknown_value!"},
		{func(it *Item) { it.Styles = []string{"秒批"} }, "styles[0] local_value"},
		{func(it *Item) { n := -1; it.Visits = &n }, "visits negative!"},
		{func(it *Item) { n := 99; it.Visits = &n }, "visits out_of_range!"},
		{func(it *Item) { it.Scope = ScopeProvince }, ""},
		{func(it *Item) { it.Scope = ScopeNation }, ""},
		{func(it *Item) { it.Scope = ScopeCounter }, "mode mode_without_scope"},
		{func(it *Item) { it.Charged = No }, "charged fees_though_free!"},
		{func(it *Item) { it.Fees = nil }, "charged fees_missing"},
		{func(it *Item) { it.Charged, it.Fees = "perhaps", []Fee{{}} }, "charged unknown_value!, fees[0].name missing!"},
		{func(it *Item) { it.Results[0].Name = "" }, "results[0].name missing!"},
		{func(it *Item) { it.FAQ, it.Handbook = []Question{{}}, []Point{{}} }, "faq[0].question missing!, faq[0].answer missing!, handbook[0].title missing!"},
		{func(it *Item) { it.Shared = lifeEvent().Shared }, "shared shared_without_bundle!"},
		{func(it *Item) { it.Bundle = LifeEvent }, "materials bundle_with_materials!, steps bundle_with_steps!, members too_few!"},
		{func(it *Item) { it.Origin = Origin{Date: "22.11.2026"} }, "origin.area missing!, origin.source missing!, origin.date bad_date!"},
		{func(it *Item) { it.Effective = "tomorrow" }, "effective bad_date!"},
	} {
		it := complete()
		c.spoil(&it)
		checkFound(t, it, c.want)
	}
}

func TestValidateBundles(t *testing.T) {
	for _, c := range []struct {
		spoil func(*Item)
		want  string
	}{
		{func(it *Item) { it.Kind = "" }, ""},
		{func(it *Item) { it.Department = "" }, "department missing!"},
		{func(it *Item) { it.Bundle = "" }, "bundle missing!"},
		{func(it *Item) { it.Bundle = "party" }, "bundle unknown_value!"},
		{func(it *Item) { it.Members = nil }, "members too_few!, shared[0].of[0].code no_member!, shared[0].of[1].code no_member!"},
		{func(it *Item) { it.Members = it.Members[:1] }, "members too_few!, shared[0].of[1].code no_member!"},
		{func(it *Item) { it.Members[1].Code = "TB-D23" }, "members[1].code twice!, shared[0].of[1].code no_member!"},
		{func(it *Item) { it.Members[1].Code, it.Shared = "TB-YJS-1", nil }, "members[1].code own_member!"},
		{func(it *Item) { it.Members[1].Code, it.Shared = "", nil }, "members[1].code code_shape!"},
		{func(it *Item) { it.Members[1].Stage = 3 }, "members stage_gap!"},
		{func(it *Item) { it.Members[0].Stage = 0 }, "members stage_gap!"},
		{func(it *Item) { it.Members[1].Stage = 1 }, ""},
		{func(it *Item) { it.Members[1].If = strings.Repeat("字", 501) }, "members[1].if too_long!"},
		{func(it *Item) { it.Shared[0].Of = it.Shared[0].Of[:1] }, "shared[0].of too_few!"},
		{func(it *Item) { it.Shared[0].Of[1] = it.Shared[0].Of[0] }, "shared[0].of[1] twice!"},
		{func(it *Item) { it.Shared[0].Name, it.Shared[0].Of[0].ID = "", "" }, "shared[0].name missing!, shared[0].of[0].id missing!"},
		{func(it *Item) { it.Steps = complete().Steps }, "steps bundle_with_steps!"},
		{func(it *Item) { it.Materials = complete().Materials }, "materials bundle_with_materials!"},
	} {
		it := lifeEvent()
		c.spoil(&it)
		checkFound(t, it, c.want)
	}
}

// checkFound compares the findings with "element code!, element code": an
// exclamation mark is an error.
func checkFound(t *testing.T, it Item, want string) {
	t.Helper()
	var got []string
	for _, f := range Validate(it) {
		line := f.Element + " " + f.Code
		if f.Severity == Error {
			line += "!"
		}
		got = append(got, line)
		checkWords(t, f)
	}
	if all := strings.Join(got, ", "); all != want {
		t.Errorf("found %s; want %s", all, want)
	}
}

func checkWords(t testing.TB, f Finding) {
	t.Helper()
	zh, _ := Label(f.Element)
	if f.Message == "" || f.English == "" || strings.Contains(f.Message+f.English, "%!") || zh == f.Element && f.Code != "unknown_element" || f.Severity != Error && f.Severity != Warning {
		t.Errorf("badly said: %+v", f)
	}
}

func TestValidateSaysEverythingAtOnce(t *testing.T) {
	var b strings.Builder
	for _, c := range []struct {
		title string
		it    Item
	}{
		{"nothing filled in", Item{}},
		{"words that nobody knows", but(complete(), func(it *Item) {
			it.Type, it.Kind, it.Subject, it.Scope, it.Mode, it.Level = "1A", "fast", "zodiac", "planet", "telepathy", 9
			it.Steps[0].Action, it.Steps[1].Level, it.Steps[2].Limit = "wave", 0, days(10, "moons")
			it.Materials[0].Need, it.Materials[0].Form, it.Courier, it.Special[0].Effect = "perhaps", "stone", "often", "explodes"
		})},
		{"codes that do not fit", but(complete(), func(it *Item) {
			it.Ref.Code, it.Basic, it.Implement, it.AuthorityCode, it.Local = "d08", "00071500100", "1144160073046235433000715001005", "TE41", true
		})},
		{"limits that cannot be", but(complete(), func(it *Item) {
			it.Legal, it.Promise = days(200, WorkingDays), days(300, WorkingDays)
			it.Steps[0].Limit, it.Steps[1].Limit, it.Steps[2].Limit = days(-10, WorkingDays), days(10, OnTheSpot), days(0, CalendarDays)
			it.Steps[3].Limit, it.Special[0].Limit, it.Open[0].From = by("02-30"), days(1<<30, WorkingDays), "13-01"
		})},
		{"a permit that a village accepts", but(complete(), func(it *Item) {
			it.Type, it.Steps[1].Level, it.Kind, it.LawChecked = Permit, area.Village, Immediate, "2024-01-01"
			it.Delegations = []Delegation{{Mode: Entrusted, Level: area.Village, To: ToCommittee, Actions: []Action{Receive, Accept}}}
		})},
		{"a bundle that is none", but(lifeEvent(), func(it *Item) {
			it.Members, it.Materials, it.Steps = []Member{{Code: "TB-D23", Stage: 2}}, complete().Materials[:1], complete().Steps[:1]
		})},
		{"too much of everything", but(complete(), func(it *Item) {
			it.Name, it.Note = strings.Repeat("长", 201), strings.Repeat("长", 30000)
			it.Steps = slices.Repeat(it.Steps, 7)
			it.Materials = nil
			for i := range 301 {
				it.Materials = append(it.Materials, Material{ID: fmt.Sprint(i), Name: strings.Repeat("材料", 100), Need: Required})
			}
			it.Laws = slices.Repeat(it.Laws, 301)
		})},
	} {
		found := Validate(c.it)
		fmt.Fprintf(&b, "# %s (publishable: %v)\n", c.title, Publishable(found))
		for _, f := range found {
			fmt.Fprintln(&b, f)
			checkWords(t, f)
		}
		fmt.Fprintf(&b, "# as a draft: %d\n\n", len(ValidateDraft(c.it)))
	}
	golden.Check(t, "validate.golden", b.String())
}

func TestValidateDraftLetsAnUnfinishedItemPass(t *testing.T) {
	it := Item{Ref: Ref{Code: "TB-1"}, Name: "新事项", Laws: []Law{{Changed: "2026"}}, Materials: []Material{{}}, Promise: days(5, "moons")}
	if found := ValidateDraft(it); len(found) != 0 {
		t.Errorf("an unfinished draft: %v", found)
	}
	it.Ref.Code, it.Note, it.Basic = "", strings.Repeat("长", MaxSize), "1"
	var codes []string
	for _, f := range ValidateDraft(it) {
		codes = append(codes, f.Code)
	}
	if got := fmt.Sprint(codes); got != "[too_large code_shape code_shape too_long]" {
		t.Errorf("what no draft may have: %s", got)
	}
}

// anything draws a value of any type that an item holds: now and then a proper
// word, otherwise whatever fits into the type.
func anything(t *rapid.T, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		choices := []string{"", "甲", "who", "2026-01-01", "TB-1", "\x00", strings.Repeat("长", 600)}
		for _, w := range wordsOf(path) {
			choices = append(choices, w.Value)
		}
		v.SetString(rapid.SampledFrom(choices).Draw(t, path))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, path))
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(rapid.IntRange(-1, 60).Draw(t, path)))
	case reflect.Uint8, reflect.Uint32:
		v.SetUint(uint64(rapid.IntRange(0, 9).Draw(t, path)))
	case reflect.Pointer:
		if rapid.Bool().Draw(t, path) {
			v.Set(reflect.New(v.Type().Elem()))
			anything(t, path, v.Elem())
		}
	case reflect.Slice:
		for i := range rapid.IntRange(0, 3).Draw(t, path) {
			v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
			anything(t, at(path, i), v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			anything(t, join(path, jsonName(v.Type().Field(i))), v.Field(i))
		}
	}
}

// anyItem draws any item at all, most of them such as nobody would publish.
func anyItem(t *rapid.T, name string) Item {
	var it Item
	anything(t, "", reflect.ValueOf(&it).Elem())
	return it
}

func TestValidateOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		it := anyItem(t, "item")
		found := Validate(it)
		if !slices.Equal(found, Validate(it)) {
			t.Fatal("not the same findings twice")
		}
		for _, f := range found {
			zh, _ := Label(f.Element)
			if f.Message == "" || f.English == "" || strings.Contains(f.Message+f.English, "%!") || zh == f.Element {
				t.Fatalf("badly said: %+v", f)
			}
		}
		for _, f := range ValidateDraft(it) {
			if f.Severity != Error || !slices.Contains(found, f) {
				t.Fatalf("only of a draft: %v", f)
			}
		}
		it.Department = ""
		if found := Validate(it); Publishable(found) || !slices.ContainsFunc(found, func(f Finding) bool { return f.Element == "department" }) {
			t.Fatalf("an item of no department passes: %v", found)
		}
	})
}
