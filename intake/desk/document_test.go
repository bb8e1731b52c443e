package desk

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/applicant"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/notice"
)

// shelf is a cabinet whose logs nobody judged: a document is written from
// whatever stands in one.
type shelf struct {
	Cases
	logs map[casefile.ID][][]byte
}

func (s shelf) State(id casefile.ID) (casefile.State, error) {
	if s.logs[id] == nil {
		return casefile.State{}, noSuch("look at", id)
	}
	return casefile.Fold(id, s.logs[id])
}

func (s shelf) Log(id casefile.ID, from uint64, most int) ([][]byte, error) {
	all := s.logs[id]
	all = all[min(int(from)-1, len(all)):]
	return all[:min(most, len(all))], nil
}

func (s shelf) Cards(f cabinet.Filter, visit func(*cabinet.Card) bool) {
	for id := range s.logs {
		state, err := s.State(id)
		if err == nil && !visit(&cabinet.Card{ID: id, Number: state.Number, Visit: state.Filing.Visit}) {
			return
		}
	}
}

// said is one event of a log that is made up.
type said struct {
	kind casefile.Kind
	body any
}

// papers is a village with a case in whose log stands everything of which
// there is a document.
type papers struct {
	*city
	d     *Desk
	shelf shelf
	id    casefile.ID
	audit *bytes.Buffer
}

const secret = "204680"

func newPapers(t *testing.T) *papers {
	c := newCity(t, yejian, tongli, wujiang)
	n := c.nodes[yejian]
	p := &papers{city: c, shelf: shelf{n.cabinet, map[casefile.ID][][]byte{}}, id: casefile.NewID(casefile.Party{Center: yejian, Incarnation: 1}, 1), audit: &bytes.Buffer{}}
	config := n.desk.Config
	config.Cases, config.Log = p.shelf, slog.New(slog.NewTextHandler(p.audit, nil))
	var err error
	p.d, err = New(config)
	must(t, err)
	return p
}

// write makes the log of a case, an hour for each event.
func (p *papers) write(id casefile.ID, events ...said) {
	p.t.Helper()
	seed := chain.Sum([]byte(yejian))
	key, err := chain.NewKey(seed[:])
	must(p.t, err)
	head := chain.Start(string(id))
	for _, one := range events {
		e := casefile.Event{
			Format: casefile.Format, Case: id, Seq: head.Index + 1, Prev: head.Hash, Author: casefile.Party{Center: yejian, Incarnation: 1},
			Register: p.book.Head(), Staff: "320509-007", DeskTime: p.now.UnixMilli(), NodeTime: p.now.UnixMilli(), Kind: one.kind,
			Body: wire.Encode(one.body), Hand: &casefile.Hand{Name: "窗口甲", Window: "3"},
		}
		b := chain.Sign(key, chain.EventDomain, wire.Encode(e))
		head = head.Next(b)
		p.shelf.logs[id] = append(p.shelf.logs[id], b)
		p.tick(time.Hour)
	}
}

// words keeps a text of the case outside its log.
func (p *papers) words(text string) casefile.BlobRef {
	p.t.Helper()
	ref, err := p.d.Blobs.Put(p.ctx, p.id.Owner(), "words", []byte(text))
	must(p.t, err)
	return ref
}

func (p *papers) opening(id casefile.ID, number, visit string) said {
	p.t.Helper()
	who := applicant.Applicant{Person: applicant.Person{Name: "虚构甲", Telephone: "00000000000"}, Agent: &applicant.Person{Name: "虚构乙"}}
	ref, err := p.d.Blobs.Put(p.ctx, id.Owner(), "applicant", wire.Encode(who))
	must(p.t, err)
	it, ok := p.book.Offered(p.items["D01"], yejian.Area())
	if !ok {
		p.t.Fatal("no item")
	}
	return said{casefile.Opened, casefile.OpenedBody{
		Number: number, Item: it.Ref, Subject: yejian.Area(), Applied: yejian.Area(), Deliver: yejian, Applicant: ref, Agency: true,
		Filing: casefile.Filing{Visit: visit, Secret: applicant.Seal(number, secret)},
	}}
}

// everything is one of each event that makes a document.
func (p *papers) everything() []said {
	it, _ := p.book.Offered(p.items["D01"], yejian.Area())
	text, err := notice.New().Render(notice.OneTime, notice.Data{
		Number: "告一号", CaseNumber: "办件一号", Item: it.Name, Center: "叶建村便民服务中心", Date: "2026-03-02",
		Missing: []notice.Line{{Name: it.Materials[0].Name, Originals: 1, Note: "近期免冠"}},
	})
	must(p.t, err)
	nice := p.words("很好")
	fee := casefile.FeeBody{Number: "缴一号", Name: "工本费", Amount: 2000, Basis: "某文件", OnBehalf: true, Waits: true}
	return []said{
		p.opening(p.id, "办件一号", "V1"),
		{casefile.Received, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{
			{ID: it.Materials[0].ID, State: casefile.Missing},
			{ID: it.Materials[1].ID, State: casefile.OriginalSeen, Originals: 1, Mended: true},
		}}},
		{casefile.Mandated, casefile.MandateBody{Powers: "递交材料", Documents: []string{"委托书"}, Signed: casefile.Signature}},
		{casefile.MandateAccepted, casefile.MandateAcceptedBody{Number: "代受一号", Due: "2026-03-20", Fees: "不收费", Rights: "可随时查询"}},
		{casefile.Undertaken, casefile.UndertakenBody{Number: "承一号", Unit: "叶建村便民服务中心", Handler: "320509-007", Due: "2026-03-20", Duty: "按时报送"}},
		{casefile.Noticed, casefile.NoticedBody{Missing: []string{it.Materials[0].ID}, Text: text, Number: "告一号"}},
		{casefile.Supplemented, casefile.SupplementedBody{Materials: []casefile.MaterialEntry{{ID: it.Materials[0].ID, State: casefile.Copy, Copies: 2}}}},
		{casefile.Accepted, casefile.AcceptedBody{Item: it.Ref, On: "2026-03-02", Number: "受一号", Due: "2026-03-23"}},
		{casefile.PapersSent, casefile.SlipBody{Slip: "SLIP-0001", To: tongli, Papers: []casefile.SlipLine{{Material: it.Materials[0].ID, Name: it.Materials[0].Name, Sheets: 2}}, Courier: "代办员", Waybill: "W-1"}},
		{casefile.Suspended, casefile.SuspendedBody{Step: -1, Ground: casefile.PublicPosting, Until: "2026-03-12", Note: "依法公示", Posting: &casefile.PostingTerms{Place: "村务公开栏", From: "2026-03-03", To: "2026-03-12", Text: "虚*甲 申领居住证", Number: "公一号"}}},
		{casefile.Resumed, casefile.ResumedBody{Result: "无异议"}},
		{casefile.Suspended, casefile.SuspendedBody{Step: -1, Ground: casefile.Hearing, Basis: "某法第四十七条", Hearing: &casefile.HearingTerms{Told: "2026-03-03", On: "2026-03-15", Place: "一号会议室"}}},
		{casefile.Resumed, casefile.ResumedBody{Result: "已听证"}},
		{casefile.Suspended, casefile.SuspendedBody{Step: -1, Ground: casefile.Payment}},
		{casefile.Extended, casefile.ExtendedBody{Days: 10, Reason: "需要核查", Approver: "负责人"}},
		{casefile.SurveySet, casefile.SurveyBody{Number: "勘一号", On: "2026-03-10", At: "09:30", Place: "现场", Who: []area.Center{tongli}}},
		{casefile.FeeCharged, fee},
		{casefile.FeeWaived, casefile.WaiverBody{Number: "缴一号", Amount: 500, Ground: "低保对象", Approver: "负责人"}},
		{casefile.FeePaid, casefile.PaidBody{Number: "缴一号", Amount: 1500, How: "card", Receipt: "据一号"}},
		{casefile.Decided, casefile.DecidedBody{Step: -1, Approved: true, Text: "准予发证", Number: "决一号", Result: "居住证", Certificate: &casefile.Certificate{Name: "居住证", Number: "证一号", From: "2026-03-20"}}},
		{casefile.Corrected, casefile.CorrectedBody{Number: "更一号", Of: "决一号", From: p.words("证一号"), To: p.words("证壹号"), Reason: "笔误"}},
		{casefile.Voided, casefile.VoidedBody{Number: "更一号", Reason: "打印有误", Instead: "更二号"}},
		{casefile.Reopened, casefile.ReopenedBody{Reason: "行政复议决定", Basis: "复议一号", Approver: "负责人", On: "2026-03-03", Step: -1}},
		{casefile.Decided, casefile.DecidedBody{Step: -1, Approved: true, Text: "准予发证", Number: "决二号", Result: "居住证"}},
		{casefile.Served, casefile.StepBody{Step: -1, Passed: true, To: "agent", Proof: &casefile.Proof{Manner: casefile.Collected, Signed: casefile.Thumbprint, On: "2026-03-04", Number: "送一号"}}},
		{casefile.HandedOut, casefile.StepBody{Step: -1, Passed: true, To: "agent"}},
		{casefile.HandedBack, casefile.HandedBackBody{Result: "已办成", Documents: []string{"居住证"}, Opinion: "satisfied", Words: &nice, Signed: casefile.Signature}},
	}
}

func TestEveryDocumentOfALogCanBePrinted(t *testing.T) {
	p := newPapers(t)
	p.write(p.id, p.everything()...)
	all, err := p.d.Printables(p.id)
	must(t, err)
	for _, one := range []struct {
		kind notice.Kind
		says []string
	}{
		{notice.Receipt, []string{"收件凭证", "当场更正", "虚构乙", "一次性告知"}},
		{notice.Mandate, []string{"代受一号", "递交材料", "2026年3月20日", "可随时查询"}},
		{notice.Undertaking, []string{"承一号", "320509-007", "按时报送"}},
		{notice.OneTime, []string{"告一号", "虚构甲：", "近期免冠"}},
		{notice.Supplement, []string{"按告一号一次性告知书", "复印件 2 份"}},
		{notice.Acceptance, []string{"受一号", "应于2026年3月23日前作出决定", "窗口甲", "吴江区"}},
		{notice.Slip, []string{"SLIP-0001", "同里镇为民服务中心", "2 张", "W-1"}},
		{notice.Posting, []string{"公一号", "虚*甲", "自2026年3月3日起至2026年3月12日止"}},
		{notice.Hearing, []string{"2026年3月15日", "一号会议室", "某法第四十七条"}},
		{notice.Extension, []string{"延长 10 个工作日，应于", "需要核查"}},
		{notice.Survey, []string{"勘一号", "09:30", "同里镇为民服务中心、虚构甲："}},
		{notice.FeeNotice, []string{"缴一号", "20.00 元", "某文件", "代办不收取服务费"}},
		{notice.Waiver, []string{"5.00 元", "低保对象", "仍应缴纳：15.00 元"}},
		{notice.FeeReceipt, []string{"据一号", "15.00 元", "银行卡"}},
		{notice.Decision, []string{"决二号", "准予"}},
		{notice.Correction, []string{"更一号", "证壹号", "本文书已作废：打印有误"}},
		{notice.Voiding, []string{"更一号", "更二号"}},
		{notice.Reopening, []string{"原决定（决一号）", "2026年3月3日起重新办理", "复议一号"}},
		{notice.Service, []string{"送一号", "捺印", "2026年3月4日", "虚构乙", "居住证（决二号）"}},
		{notice.Certificate, []string{"出件单", "代理人", "决二号"}},
		{notice.Rating, []string{"请您评价"}},
		{notice.HandBack, []string{"已缴 15.00 元，已结算 0.00 元", "很好"}},
		{notice.Special, []string{"听证"}},
	} {
		if !slices.ContainsFunc(all, func(p Printable) bool { return p.Kind == one.kind }) {
			t.Errorf("%s is not listed", one.kind)
		}
		text, err := p.d.Print(p.id, one.kind)
		must(t, err)
		for _, words := range one.says {
			if !strings.Contains(text, words) {
				t.Errorf("%s does not say %q:\n%s", one.kind, words, text)
			}
		}
		doc, err := p.d.Paper(p.id, one.kind, Printing{Lang: notice.English, Staff: "窗口甲"})
		must(t, err)
		if doc.Lang != notice.English || strings.Contains(doc.Text(), "你（单位）") || strings.Contains(doc.Text(), "：") && one.kind != notice.Posting {
			t.Errorf("%s in English:\n%s", one.kind, doc.Text())
		}
		var page strings.Builder
		must(t, notice.Page(&page, notice.A4, doc))
	}
	// Of several of a kind each can be named.
	doc, err := p.d.Paper(p.id, notice.Decision, Printing{Number: "决一号"})
	must(t, err)
	if !strings.Contains(doc.Text(), "证一号") {
		t.Errorf("the first decision:\n%s", doc.Text())
	}
	special := slices.DeleteFunc(slices.Clone(all), func(p Printable) bool { return p.Kind != notice.Special })
	if len(special) != 2 {
		t.Errorf("%d special procedures, want 2: waiting for a payment is none", len(special))
	}
	for _, kind := range []notice.Kind{notice.Decline, notice.Return} {
		_, err = p.d.Print(p.id, kind)
		refused(t, err, NothingIsOpen)
	}
	for _, kind := range []notice.Kind{"letter", notice.Queue, notice.Visit} {
		_, err = p.d.Print(p.id, kind)
		refused(t, err, BadForm)
	}
	_, err = p.d.Paper(p.id, notice.Decision, Printing{Number: "决九号"})
	refused(t, err, NothingIsOpen)
}

func TestEveryEndHasItsDocument(t *testing.T) {
	p := newPapers(t)
	for i, one := range []struct {
		kind   casefile.Kind
		ground casefile.EndGround
		want   notice.Kind
		says   string
	}{
		{casefile.Declined, casefile.NotOurs, notice.Decline, "该事项由别的机关办理"},
		{casefile.Declined, casefile.NoneNeeded, notice.Decline, "依法不需要办理"},
		{casefile.Returned, casefile.NotMended, notice.Return, "未按告知补正；理由甲"},
		{casefile.Withdrawn, casefile.AtRequest, notice.Withdrawal, "依你（单位）的要求撤回"},
		{casefile.Withdrawn, casefile.Lapsed, notice.DeemedWithdrawn, "视为撤回申请"},
		{casefile.Terminated, casefile.Impossible, notice.Termination, "终止办理"},
		{casefile.Terminated, casefile.Revoked, notice.Revocation, "撤销受理"},
	} {
		id := casefile.NewID(casefile.Party{Center: yejian, Incarnation: 1}, uint64(i+10))
		body := casefile.ReasonBody{Reason: "理由甲", Remedy: remedy, Number: fmt.Sprintf("终%d号", i), Ground: one.ground}
		if one.ground == casefile.NotOurs {
			body.Whose = "别的机关"
		}
		p.write(id, p.opening(id, fmt.Sprintf("办件%d号", i), ""), said{one.kind, body})
		text, err := p.d.Print(id, one.want)
		must(t, err)
		for _, words := range []string{one.says, body.Number, "理由甲"} {
			if !strings.Contains(text, words) {
				t.Errorf("%s does not say %q:\n%s", one.want, words, text)
			}
		}
	}
}

// The notice that is printed is the one that stands in the log, whoever wrote
// the template meanwhile.
func TestTheNoticeThatStandsIsPrinted(t *testing.T) {
	p := newPapers(t)
	own := "本镇告知书 申请人：\n缺一张照片\n"
	id := casefile.NewID(casefile.Party{Center: yejian, Incarnation: 1}, 3)
	p.write(id, p.opening(id, "办件三号", ""), said{casefile.Noticed, casefile.NoticedBody{Text: own, Number: "告三号"}})
	text, err := p.d.Print(id, notice.OneTime)
	must(t, err)
	if text != strings.Replace(own, "申请人", "虚构甲", 1) {
		t.Errorf("printed %q", text)
	}
	p.write(p.id, p.everything()...)
	s, err := p.d.Cases.State(p.id)
	must(t, err)
	text, err = p.d.Print(p.id, notice.OneTime)
	must(t, err)
	if text != strings.Replace(s.Notice.Text, "申请人：", "虚构甲：", 1) {
		t.Errorf("printed\n%s\nwhere the log says\n%s", text, s.Notice.Text)
	}
}

func TestReprintsAreCounted(t *testing.T) {
	p := newPapers(t)
	p.write(p.id, p.everything()...)
	how := Printing{Staff: "320509-007", Public: "https://banshi.example.cn"}
	first, err := p.d.Paper(p.id, notice.Acceptance, how)
	must(t, err)
	again, err := p.d.Paper(p.id, notice.Acceptance, how)
	must(t, err)
	if first.Again != 0 || again.Again != 1 {
		t.Errorf("again %d and %d, want 0 and 1", first.Again, again.Again)
	}
	if !strings.HasPrefix(first.QR, "https://banshi.example.cn/p/"+string(p.id)+"/8/") || len(first.QR) != len("https://banshi.example.cn/p//8/")+len(p.id)+16 {
		t.Errorf("the code holds %q", first.QR)
	}
	text, err := p.d.Print(p.id, notice.Acceptance) // a text is no printing
	must(t, err)
	if strings.Contains(text, "补打") {
		t.Errorf("text:\n%s", text)
	}
	if got := p.audit.String(); strings.Count(got, "audit: document printed") != 2 || !strings.Contains(got, "times=2") || strings.Contains(got, "虚构") {
		t.Errorf("the audit says:\n%s", got)
	}
	docs, err := p.d.Papers(p.id, how)
	must(t, err)
	if slices.ContainsFunc(docs, func(d notice.Document) bool { return d.Kind == notice.Acceptance || d.Kind == notice.Rating }) || len(docs) < 15 {
		t.Errorf("%d documents are due", len(docs))
	}
	if docs, err = p.d.Papers(p.id, how); err == nil && len(docs) > 0 {
		t.Errorf("%d documents are due twice", len(docs))
	}
}

func TestDocumentsOfAVisit(t *testing.T) {
	p := newPapers(t)
	second := casefile.NewID(casefile.Party{Center: yejian, Incarnation: 1}, 2)
	for i, id := range []casefile.ID{p.id, second} {
		p.write(id, p.opening(id, fmt.Sprintf("办件%d号", i+1), "V7"), said{casefile.Received, casefile.ReceivedBody{}})
	}
	docs, err := p.d.VisitPapers("V7", Printing{Password: secret})
	must(t, err)
	if len(docs) != 3 || docs[0].Kind != notice.Visit || docs[1].Kind != notice.Receipt {
		t.Fatalf("%d documents: %+v", len(docs), docs)
	}
	for _, words := range []string{"共 2 件", "办件1号", "办件2号", "还缺", "虚构甲"} {
		if !strings.Contains(docs[0].Text(), words) {
			t.Errorf("the sheet does not say %q:\n%s", words, docs[0].Text())
		}
	}
	if !strings.Contains(docs[1].Text(), secret) {
		t.Error("the receipt does not bear the password that was told")
	}
	_, err = p.d.VisitPapers("V8", Printing{})
	refused(t, err, NoSuchCase)
	_, err = p.d.VisitPapers("", Printing{})
	refused(t, err, BadForm)
}

func TestADocumentIsCheckedAgainstTheLog(t *testing.T) {
	p := newPapers(t)
	p.write(p.id, p.everything()...)
	all, err := p.d.Printables(p.id)
	must(t, err)
	var accepted, corrected Printable
	for _, one := range all {
		switch one.Kind {
		case notice.Acceptance:
			accepted = one
		case notice.Correction:
			corrected = one
		}
	}
	hash := accepted.Check[strings.LastIndexByte(accepted.Check, '/')+1:]
	a, err := p.d.Authenticate(p.id, accepted.Seq, strings.ToUpper(hash))
	must(t, err)
	if a.Kind != casefile.Accepted || a.Center != "叶建村便民服务中心" || a.Day != "2026-03-02" || a.Number != "办件一号" || len(a.Papers) != 1 || a.Papers[0] != (Attested{Kind: notice.Acceptance, Number: "受一号"}) {
		t.Errorf("%+v", a)
	}
	a, err = p.d.Authenticate(p.id, corrected.Seq, corrected.Check[len(corrected.Check)-16:])
	must(t, err)
	if len(a.Papers) != 1 || !a.Papers[0].Void || a.Papers[0].Instead != "更二号" {
		t.Errorf("a voided document: %+v", a)
	}
	first := all[slices.IndexFunc(all, func(p Printable) bool { return p.Kind == notice.Decision })]
	a, err = p.d.Authenticate(p.id, first.Seq, first.Check[len(first.Check)-16:])
	must(t, err)
	if len(a.Papers) != 1 || !a.Papers[0].Void || a.Papers[0].Reason != "行政复议决定" {
		t.Errorf("a decision that was set aside: %+v", a)
	}
	for name, c := range map[string]struct {
		id   casefile.ID
		seq  uint64
		hash string
		want refusal.Code
	}{
		"another hash":  {p.id, accepted.Seq, "0123456789abcdef", NotAuthentic},
		"another event": {p.id, accepted.Seq + 1, hash, NotAuthentic},
		"later":         {p.id, 999, hash, NotHereYet},
		"none":          {p.id, 0, hash, NotHereYet},
		"short":         {p.id, accepted.Seq, hash[:8], refusal.Malformed},
		"no hex":        {p.id, accepted.Seq, "zzzzzzzzzzzzzzzz", refusal.Malformed},
		"no case":       {casefile.NewID(casefile.Party{Center: yejian, Incarnation: 1}, 99), 1, hash, refusal.NotFound},
		"no id":         {"x", 1, hash, refusal.Malformed},
	} {
		_, err := p.d.Authenticate(c.id, c.seq, c.hash)
		if refusal.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	// A log that a stranger sealed does not pass, whatever its hashes.
	p.book.keys[casefile.Party{Center: yejian, Incarnation: 1}] = p.book.keys[casefile.Party{Center: tongli, Incarnation: 1}]
	_, err = p.d.Authenticate(p.id, accepted.Seq, hash)
	refused(t, err, NotAuthentic)
}

func TestProgressNeedsThePassword(t *testing.T) {
	p := newPapers(t)
	p.write(p.id, p.everything()[:6]...)
	for _, named := range []string{string(p.id), "办件一号", " 办件一号 "} {
		got, err := p.d.Progress(named, secret)
		must(t, err)
		if got.Phase != casefile.PhaseNoticed || len(got.Missing) == 0 || got.Number != "办件一号" || len(got.Steps) == 0 || got.Lamp != "done" {
			t.Errorf("%+v", got)
		}
		if strings.Contains(fmt.Sprintf("%+v", got), "虚构") {
			t.Errorf("progress says who applies: %+v", got)
		}
	}
	for _, one := range [][2]string{{"办件一号", "204681"}, {"办件一号", ""}, {"办件九号", secret}, {"", secret}, {"办件", secret}, {strings.Repeat("9", 200), secret}} {
		_, err := p.d.Progress(one[0], one[1])
		refused(t, err, NoProgress)
	}
	second := casefile.NewID(casefile.Party{Center: yejian, Incarnation: 1}, 2)
	opening := p.opening(second, "办件二号", "")
	body := opening.body.(casefile.OpenedBody)
	body.Filing.Secret = ""
	p.write(second, said{casefile.Opened, body})
	_, err := p.d.Progress("办件二号", "")
	refused(t, err, NoProgress)

	// Whoever opens a case under a number that is taken hides no other's.
	other := casefile.NewID(casefile.Party{Center: yejian, Incarnation: 1}, 0)
	twin := p.opening(other, "办件一号", "")
	body = twin.body.(casefile.OpenedBody)
	body.Filing.Secret = applicant.Seal("办件一号", "000000")
	p.write(other, said{casefile.Opened, body})
	got, err := p.d.Progress("办件一号", secret)
	must(t, err)
	if got.Case != p.id {
		t.Errorf("progress of %s, want %s", got.Case, p.id)
	}
}

func TestDocumentsFromTheCounter(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d := c.nodes[tongli].desk
	done, err := d.Open(c.ctx, staff("镇窗口"), OpenForm{Item: c.items["D04"], Subject: tongli.Area(), Applicant: citizen(), Papers: seen("identity"), Accept: true})
	must(t, err)
	all, err := d.Printables(done.State.ID)
	must(t, err)
	var kinds []notice.Kind
	for _, p := range all {
		kinds = append(kinds, p.Kind)
	}
	if !slices.Equal(kinds, []notice.Kind{notice.Receipt, notice.Acceptance}) {
		t.Errorf("documents %v", kinds)
	}
	text, err := d.Print(done.State.ID, notice.Acceptance)
	must(t, err)
	if !strings.Contains(text, "前作出决定") || !strings.Contains(text, "张某某：") {
		t.Errorf("acceptance:\n%s", text)
	}
	if dir := os.Getenv("SHOTS"); dir != "" {
		docs, err := d.Papers(done.State.ID, Printing{})
		must(t, err)
		var page strings.Builder
		must(t, notice.Page(&page, notice.A4, docs...))
		must(t, os.WriteFile(dir+"/counter.html", []byte(page.String()), 0o644))
	}
	_, err = d.Printables("320509111000.1.77")
	refused(t, err, NoSuchCase)
}
