package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/bundle"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// opening is a bundle of three: a licence, then a shop and a sign, which ask
// for some of the same papers.
func opening(c *city) {
	licence := item.Item{
		Ref: item.Ref{Code: "LICENCE"}, Name: "营业执照", Department: "市场监管", Type: item.Confirmation, Level: area.Town, Kind: item.Immediate, Subject: item.ByBusiness,
		Materials: []item.Material{{ID: "id", Name: "身份证", Need: item.Required, Originals: 1}, {ID: "place", Name: "场所证明", Need: item.Required}},
		Steps:     []item.Step{{Name: "受理", Action: item.Accept, Level: area.Town}, {Name: "决定", Action: item.Decide, Level: area.Town}},
	}
	sign := item.Item{
		Ref: item.Ref{Code: "SIGN"}, Name: "店招设置", Department: "城管", Type: item.Confirmation, Level: area.Town, Kind: item.Immediate, Subject: item.ByCounter,
		Situations: []item.Situation{{ID: "matter", Question: "店招是什么样的？", Options: []item.Option{{ID: "plain", Text: "普通"}, {ID: "light", Text: "发光"}}}},
		Materials: []item.Material{
			{ID: "m1", Name: "身 份 证", Need: item.Required, Copies: 1}, {ID: "m2", Name: "场所证明", Need: item.LaterIfNeed},
			{ID: "m3", Name: "电气图", Need: item.Required, If: `matter == "light"`}, {ID: "m4", Name: "照片", Need: item.Optional},
		},
		Steps: []item.Step{{Name: "受理", Action: item.Accept, Level: area.Town}, {Name: "决定", Action: item.Decide, Level: area.Town}},
	}
	food := shop()
	food.Materials = append(food.Materials, item.Material{ID: "owner", Name: "身份证", Need: item.LaterIfNeed}, item.Material{ID: "photo", Name: "照片", Need: item.LaterIfNeed})
	for _, it := range []item.Item{licence, sign, food} {
		c.book.publish(it, "320509000000")
	}
	c.book.publish(item.Item{
		Ref: item.Ref{Code: "OPENING"}, Name: "开小餐饮店一件事", Bundle: item.Trade, Department: "政务服务", Level: area.District,
		Situations: []item.Situation{{ID: "sign", Question: "是否设置店招？", Options: []item.Option{{ID: "yes", Text: "是"}, {ID: "no", Text: "否"}}}},
		Members: []item.Member{
			{Code: "SHOP", Name: "小餐饮登记", Stage: 2}, {Code: "LICENCE", Stage: 1}, {Code: "SIGN", Stage: 2, If: `sign == "yes"`},
		},
	}, "320509000000")
}

func openingForm() BundleForm {
	return BundleForm{
		Bundle: "OPENING", Subject: tongli.Area(), Applicant: citizen(),
		Answers:       item.Answers{"sign": {"yes"}, "SHOP.matter": {"renew"}},
		MemberAnswers: map[item.Code]item.Answers{"SIGN": {"matter": {"plain"}}},
		Papers: []Paper{
			{ID: "身份证", State: casefile.OriginalSeen, Content: []byte("a scan of the card")}, {ID: "LICENCE/place", State: casefile.Copy},
			{ID: "SHOP/form", State: casefile.OriginalSeen}, {ID: "照片", State: casefile.Later, By: "2026-03-20"},
		},
	}
}

func TestABundleOpensLinkedCases(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	opening(c)
	d := c.nodes[tongli].desk
	_, err := d.Open(c.ctx, staff("窗口"), OpenForm{Item: "OPENING", Subject: tongli.Area(), Applicant: citizen()})
	refused(t, err, IsBundle)

	plan, err := d.PlanBundle(BundleForm{Bundle: "OPENING", Subject: tongli.Area()})
	must(t, err)
	if len(plan.Questions) != 4 || len(plan.Matters) != 3 || len(plan.Stages) != 2 {
		t.Errorf("planned: %+v", plan)
	}
	in, err := d.OpenBundle(c.ctx, staff("窗口"), openingForm())
	must(t, err)
	if len(in.Cases) != 3 || in.Intake != string(in.Cases[0].State.ID) || in.Bundle.Code != "OPENING" {
		t.Fatalf("%+v", in)
	}
	licence, food, sign := in.Cases[0].State, in.Cases[1].State, in.Cases[2].State
	if licence.Item.Code != "LICENCE" || food.Item.Code != "SHOP" || sign.Item.Code != "SIGN" {
		t.Fatalf("opened %s, %s, %s", licence.Item.Code, food.Item.Code, sign.Item.Code)
	}
	for _, s := range []casefile.State{licence, food, sign} {
		c.verified(s.ID, tongli, casefile.PhaseOpened)
		if s.Bundle == nil || s.Bundle.Intake != in.Intake || len(s.Bundle.Cases) != 3 || s.Number == "" {
			t.Errorf("%s: %+v", s.ID, s.Bundle)
		}
		if who, err := d.Applicant(s); err != nil || who.Name != citizen().Name {
			t.Errorf("%s: %+v, %v", s.ID, who, err)
		}
	}
	if len(licence.Bundle.After) != 0 || !slices.Equal(food.Bundle.After, []casefile.ID{licence.ID}) || food.Bundle.Stage != 2 {
		t.Errorf("the order: %+v, %+v", licence.Bundle, food.Bundle)
	}
	if licence.Number == food.Number || food.Number == sign.Number || licence.Applicant.Hash == food.Applicant.Hash {
		t.Error("two cases bear one number, or share what one of them may erase")
	}
	if !slices.Equal(food.Choice.Skipped, []int{1}) || sign.Choice.Answers["matter"][0] != "plain" || licence.Choice != nil {
		t.Errorf("situations: %+v, %+v, %+v", licence.Choice, food.Choice, sign.Choice)
	}
	laid := func(s casefile.State) (all []string) {
		for _, m := range s.Materials {
			all = append(all, m.ID+" "+string(m.State))
		}
		slices.Sort(all)
		return all
	}
	for _, one := range []struct {
		s    casefile.State
		want []string
	}{
		{licence, []string{"id original_seen", "place copy"}},
		{food, []string{"form original_seen", "owner original_seen", "photo later"}},
		{sign, []string{"m1 original_seen", "m2 copy", "m4 missing"}},
	} {
		if got := laid(one.s); !slices.Equal(got, one.want) {
			t.Errorf("%s: %v, want %v", one.s.Item.Code, got, one.want)
		}
	}
	scan := func(s casefile.State, id string) casefile.BlobRef {
		i := slices.IndexFunc(s.Materials, func(m casefile.MaterialEntry) bool { return m.ID == id })
		return *s.Materials[i].Blob
	}
	refs, cases := []casefile.BlobRef{scan(licence, "id"), scan(sign, "m1"), scan(food, "owner")}, []casefile.State{licence, sign, food}
	for i, ref := range refs { // erasing one case's leaves the others theirs
		if content, err := d.Blobs.Get(cases[i].ID.Owner(), ref); err != nil || string(content) != "a scan of the card" || slices.Contains(refs[:i], ref) {
			t.Errorf("the paper of case %d: %v, %q, %v", i, ref, content, err)
		}
	}

	// The later stage waits; no notice clock runs meanwhile.
	c.tick(14 * 24 * time.Hour)
	_, err = d.Accept(c.ctx, staff("窗口"), sign.ID, AcceptForm{})
	refused(t, err, BundleOrder)
	if !strings.Contains(err.Error(), licence.Number) || !strings.Contains(err.Error(), "营业执照") {
		t.Errorf("which case comes first: %v", err)
	}
	v, err := d.Look(sign.ID)
	must(t, err)
	if v.Bundle == nil || !v.Bundle.Waits || v.Bundle.Name != "开小餐饮店一件事" || len(v.Bundle.Cases) != 2 || !v.Bundle.Cases[0].First || v.Bundle.Cases[0].Name != "营业执照" || v.Bundle.Cases[1].First {
		t.Errorf("the bundle on the screen: %+v", v.Bundle)
	}
	if v.Lamp != clock.Paused || !slices.ContainsFunc(v.Warnings, func(w Warning) bool { return w.Code == "bundle_waits" }) {
		t.Errorf("it waits: %s, %+v", v.Lamp, v.Warnings)
	}
	if list, err := d.Worklist(Query{Text: in.Intake}); err != nil || list.Total != 3 {
		t.Errorf("found by the intake: %d, %v", list.Total, err)
	}
	_, err = d.Settle(c.ctx, staff("窗口"), licence.ID, SettleForm{})
	must(t, err)
	_, err = d.Accept(c.ctx, staff("窗口"), sign.ID, AcceptForm{})
	refused(t, err, BundleOrder)
	_, err = d.Conclude(c.ctx, staff("窗口"), licence.ID, "")
	must(t, err)
	_, err = d.Settle(c.ctx, staff("窗口"), sign.ID, SettleForm{Conclude: true})
	must(t, err)
	if v, _ := d.Look(sign.ID); v.Bundle.Waits {
		t.Error("it waits although nothing is before it")
	}

	// A center that has no copy of the earlier case can't know.
	c.carry(food.ID, tongli, wujiang)
	if v, err := c.nodes[wujiang].desk.Look(food.ID); err != nil || !v.Bundle.Waits || v.Bundle.Cases[0].Known {
		t.Errorf("at the district: %+v, %v", v.Bundle, err)
	}
}

func TestABundleIsRefusedWhole(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	opening(c)
	d := c.nodes[tongli].desk
	for _, one := range []struct {
		name string
		code refusal.Code
		says string
		with func(*BundleForm)
	}{
		{"not offered", NotOffered, "NOTHING", func(f *BundleForm) { f.Bundle = "NOTHING" }},
		{"an ordinary item", bundle.NotABundle, "小餐饮登记", func(f *BundleForm) { f.Bundle = "SHOP" }},
		{"questions", SituationOpen, "SHOP.matter", func(f *BundleForm) { f.Answers = item.Answers{"sign": {"yes"}} }},
		{"an answer that is none", condition.BadAnswer, "colour", func(f *BundleForm) { f.Answers["colour"] = []string{"red"} }},
		{"a member's answer that is none", condition.BadAnswer, "dark", func(f *BundleForm) { f.MemberAnswers["SIGN"]["matter"] = []string{"dark"} }},
		{"papers", BadForm, `papers[0]: the bundle asks for no material "nothing"; papers[2]: “身份证” twice; papers[3]: “场所证明” may not be brought later`, func(f *BundleForm) {
			f.Papers = []Paper{{ID: "nothing", State: casefile.Copy}, {ID: "身份证", State: casefile.Copy}, {ID: "SIGN/m1", State: casefile.Copy}, {ID: "场所证明", State: casefile.Later, By: "2026-04-01"}}
		}},
		{"a paper of one member", BadForm, "“小餐饮登记”", func(f *BundleForm) { f.Papers = []Paper{{ID: "SHOP/form", State: casefile.NotNeeded}} }},
		{"nobody applies", BadForm, "applicant.name", func(f *BundleForm) { f.Applicant = applicant.Applicant{} }},
		{"no subject", BadForm, "“营业执照”", func(f *BundleForm) { f.Subject = "" }},
		{"a subject of one member", BadForm, "“营业执照”", func(f *BundleForm) { f.Subject, f.Subjects = "", map[item.Code]area.Code{"SHOP": tongli.Area()} }},
		{"nobody acts", NoStaff, "", nil},
	} {
		form, by := openingForm(), staff("窗口")
		if one.with == nil {
			by = By{}
		} else {
			one.with(&form)
		}
		_, err := d.OpenBundle(c.ctx, by, form)
		if refusal.CodeOf(err) != one.code || !strings.Contains(err.Error(), one.says) {
			t.Errorf("%s: refused with %q (%v), want %q", one.name, refusal.CodeOf(err), err, one.code)
		}
		if err != nil && strings.Contains(err.Error(), "46116860184273") {
			t.Errorf("%s: it names a case that is none: %v", one.name, err)
		}
	}
	it, _ := c.book.Offered("SIGN", tongli.Area())
	closed := *it
	closed.Open = []item.Season{{From: "09-01", To: "09-10"}}
	c.book.publish(closed, "320509000000")
	_, err := d.OpenBundle(c.ctx, staff("窗口"), openingForm())
	refused(t, err, OutOfSeason)
	delete(c.book.newest, "SIGN")
	_, err = d.OpenBundle(c.ctx, staff("窗口"), openingForm())
	refused(t, err, NotOffered) // of answers to it nothing is said: it is told as missing
	if !strings.Contains(err.Error(), "SIGN") {
		t.Errorf("who is missing: %v", err)
	}
	if list, _ := d.Worklist(Query{}); list.Total != 0 {
		t.Errorf("%d cases were opened", list.Total)
	}
}

// failing is a cabinet that breaks while it stores the cases of a bundle.
type failing struct {
	*cabinet.Cabinet
}

func (f failing) OpenAll(ctx context.Context, ids []casefile.ID, drafts func(int, casefile.State) ([]casefile.Draft, error), with func(*badger.Txn) error) ([]casefile.State, error) {
	return f.Cabinet.OpenAll(ctx, ids, drafts, func(txn *badger.Txn) error {
		if err := with(txn); err != nil {
			return err
		}
		return refusal.New(refusal.Unavailable, "store", "", errors.New("the disk says no"))
	})
}

func TestARepeatedBundleHasOneEffect(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	opening(c)
	d := c.nodes[tongli].desk
	broken := d.Config
	broken.Cases = failing{c.nodes[tongli].cabinet}
	bad, err := New(broken)
	must(t, err)
	by := By{Staff: "窗口", Key: "counter-1/7"}
	_, err = bad.OpenBundle(c.ctx, by, openingForm())
	refused(t, err, refusal.Unavailable)
	if list, _ := d.Worklist(Query{}); list.Total != 0 {
		t.Fatalf("%d cases of a bundle that was not opened", list.Total)
	}
	ins := make([]Intake, 6)
	var wg sync.WaitGroup
	for i := range ins {
		wg.Go(func() {
			in, err := d.OpenBundle(c.ctx, by, openingForm())
			if err != nil {
				t.Error(err)
			}
			ins[i] = in
		})
	}
	wg.Wait()
	first := 0
	for _, in := range ins {
		if in.Intake != ins[0].Intake || len(in.Cases) != 3 {
			t.Fatalf("%+v", in)
		}
		if !in.Repeated {
			first++
		}
	}
	if list, _ := d.Worklist(Query{}); first != 1 || list.Total != 3 {
		t.Errorf("%d calls had an effect, %d cases", first, list.Total)
	}
	other := openingForm()
	other.Agency = true
	_, err = d.OpenBundle(c.ctx, by, other)
	refused(t, err, KeyReused)
	_, err = d.Open(c.ctx, by, OpenForm{Item: "LICENCE", Subject: tongli.Area(), Applicant: citizen()})
	refused(t, err, KeyReused)
}
