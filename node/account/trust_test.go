package account

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/desk"
)

// deskActions reads the actions out of the desk's own source.
func deskActions(t *testing.T) map[string]desk.Action {
	t.Helper()
	files, err := filepath.Glob("../../intake/desk/*.go")
	must(t, err)
	all := map[string]desk.Action{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		must(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			if kind, ok := v.Type.(*ast.Ident); ok && kind.Name == "Action" {
				text, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
				must(t, err)
				all[v.Names[0].Name] = desk.Action(text)
			}
			return true
		})
	}
	if len(all) < 50 {
		t.Fatalf("found only %d actions", len(all))
	}
	return all
}

func TestEveryActionIsInTheTable(t *testing.T) {
	known := map[desk.Action]bool{}
	for name, a := range deskActions(t) {
		known[a] = true
		if len(Doers(a)) == 0 {
			t.Errorf("desk.%s (%s) is nobody's to do", name, a)
		}
	}
	for _, a := range Acts() {
		if !known[a] {
			t.Errorf("%s is no action of the desk", a)
		}
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	for _, a := range Acts() {
		wants(t, May(All(), a), "") // one person at a village
		wants(t, May(nil, a), NotTrusted)
	}
	for _, w := range Works() {
		wants(t, MayWork(All(), w), "")
		if len(Workers(w)) == 0 {
			t.Errorf("%s is nobody's to do", w)
		}
	}
	for _, c := range []struct {
		duty Duty
		may  []desk.Action
		not  []desk.Action
	}{
		{Clerk, []desk.Action{desk.Open, desk.Accept, desk.Notice, desk.FeePay, desk.HandOver}, []desk.Action{desk.Decide, desk.Void, desk.FeeWaive, desk.Seize, desk.Erase}},
		{Guide, nil, []desk.Action{desk.Open, desk.Accept}},
		{Approver, []desk.Action{desk.Decide, desk.Review, desk.Suspend, desk.SendBack}, []desk.Action{desk.Open, desk.HandOut, desk.FeePay, desk.Seize}},
		{Deliverer, []desk.Action{desk.HandOut, desk.Serve, desk.PapersArrived}, []desk.Action{desk.Decide, desk.Accept}},
		{Agent, []desk.Action{desk.Undertake, desk.Visited, desk.Open}, []desk.Action{desk.Accept, desk.Decide}},
		{Operator, nil, []desk.Action{desk.Open, desk.Decide, desk.Erase, desk.Seize}},
		{Head, []desk.Action{desk.Erase, desk.Seize}, []desk.Action{desk.Decide}},
	} {
		for _, a := range c.may {
			wants(t, May(Duties{c.duty}, a), "")
		}
		for _, a := range c.not {
			wants(t, May(Duties{c.duty}, a), NotTrusted)
		}
	}
	wants(t, May(All(), "fly"), NotTrusted)
	if err := May(Duties{Guide}, desk.FeeWaive); !strings.Contains(err.Error(), "审批人员 (approver), 值班长 (manager)") {
		t.Error(err)
	}
	wants(t, MayWork(Duties{Operator}, Unmask), NotTrusted)
	wants(t, MayWork(Duties{Manager}, Unmask), "") // complaints
	wants(t, MayWork(Duties{Guide}, Unmask), NotTrusted)
	wants(t, MayWork(Duties{Clerk}, KeepAccounts), NotTrusted)
}

func TestDuties(t *testing.T) {
	all := All()
	if len(all) != 11 {
		t.Fatal(all)
	}
	for _, d := range all {
		if d.Chinese() == string(d) || d.English() == "" {
			t.Errorf("%s has no name", d)
		}
	}
	got, err := ParseDuties([]string{"head", "窗口人员", "clerk"})
	if err != nil || got.String() != "clerk,head" || !got.Has(Head) || got.Has(Agent) {
		t.Error(got, err)
	}
	_, err = ParseDuties([]string{"king"})
	wants(t, err, BadAccount)
}

// To settle a case is to decide it: a window does that alone only where the item
// is settled at once.
func TestSettlingDecides(t *testing.T) {
	window := Duties{Clerk, Guide, Deliverer}
	promised, immediate := &item.Item{Kind: item.Promised}, &item.Item{Kind: item.Immediate}
	spot := &item.Item{Promise: item.Limit{Unit: item.OnTheSpot}}
	for _, one := range []struct {
		name string
		who  Duties
		on   *item.Item
		may  bool
	}{
		{"a window, at once", window, immediate, true},
		{"a window, on the spot", window, spot, true},
		{"a window, promised", window, promised, false},
		{"a window, of an item that says neither", window, &item.Item{}, false},
		{"a window, of an item that is not known", window, nil, false},
		{"who decides, promised", Duties{Clerk, Approver}, promised, true},
		{"an approver alone", Duties{Approver}, immediate, false},
	} {
		if err := MayOn(one.who, desk.Settle, one.on); (err == nil) != one.may {
			t.Errorf("%s: %v", one.name, err)
		} else if err != nil && refusal.CodeOf(err) != NotTrusted {
			t.Errorf("%s: %v", one.name, err)
		}
	}
	if err := MayOn(window, desk.HandOut, promised); err != nil {
		t.Error(err)
	}
}
