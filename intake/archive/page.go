package archive

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/intake/casefile"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"time": moment, "size": size}).Parse(pageText))

// moment shows Unix milliseconds as the time in China.
func moment(ms int64) string {
	if ms == 0 {
		return "—"
	}
	return time.UnixMilli(ms).In(workday.China).Format("2006-01-02 15:04:05")
}

func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}

// What people read: the glossary's words.
var (
	eventWords = map[casefile.Kind]string{
		casefile.Opened: "登记", casefile.Received: "收件", casefile.Noticed: "一次性告知", casefile.Supplemented: "补正",
		casefile.Accepted: "受理", casefile.Declined: "不予受理", casefile.Checked: "初审", casefile.Reviewed: "审查",
		casefile.Opinion: "意见", casefile.Outside: "外部环节", casefile.Suspended: "等待开始", casefile.Resumed: "等待结束",
		casefile.Extended: "延长期限", casefile.HandedOver: "移交", casefile.TakenOver: "接管", casefile.TurnedBack: "退回移交",
		casefile.Decided: "决定", casefile.Made: "制证", casefile.Served: "送达", casefile.HandedOut: "出件", casefile.Rated: "评价",
		casefile.Withdrawn: "撤回", casefile.Terminated: "终止", casefile.RequestKept: "来件登记", casefile.Erased: "个人信息删除",
		casefile.Concluded: "办结", casefile.Archived: "归档", casefile.Seized: "接管（上级指定）", casefile.Reconciled: "分支处理",
		casefile.Returned: "退件", casefile.FeeCharged: "缴费通知", casefile.FeeWaived: "减免", casefile.FeePaid: "缴费",
		casefile.FeeSettled: "代收结算", casefile.Mandated: "委托代办", casefile.MandateAccepted: "代办受理", casefile.Undertaken: "代办承办",
		casefile.HandedBack: "代办回交", casefile.JointSet: "联办单位变动", casefile.SurveySet: "约定联合踏勘", casefile.SurveyHeld: "联合踏勘",
		casefile.PapersSent: "移送原件", casefile.PapersArrived: "签收原件", casefile.Visited: "核查", casefile.Deliberated: "集体评议",
		casefile.PartyHeard: "听取利害关系人意见", casefile.Voided: "文书作废", casefile.Corrected: "更正", casefile.Reopened: "重新办理",
		casefile.Adopted: "适用新版本",
	}
	outcomeWords = map[casefile.Outcome]string{
		casefile.OutcomeGranted: "准予", casefile.OutcomeRejected: "不予批准", casefile.OutcomeDeclined: "不予受理", casefile.OutcomeReturned: "退件",
		casefile.OutcomeWithdrawn: "撤回", casefile.OutcomeDeemedWithdrawn: "视为撤回", casefile.OutcomeTerminated: "终止",
	}
	roleWords = map[string]string{
		"received": "收件", "accepted": "受理", "decided": "决定", "delivers": "出件", "held": "经办", "took part": "参与联办",
	}
	leftWords = map[Reason]string{
		ErasedContent: "已依记录删除", PersonalContent: "含个人信息，制作时未收入", NotHere: "已被新材料取代，制作单位未持有", UnfitDocument: "无法再次生成",
	}
	checkWords = map[Check]string{
		Authenticity: "真实性", Integrity: "完整性", Usability: "可用性", Security: "安全性",
	}
)

type pageEvent struct {
	Seq              uint64
	What, Center, By string
	At               int64
	Hash             string
	File             string
}

type pageFile struct{ Name, Title, Size string }

type pageRole struct{ Name, Code, Roles string }

type pageLeft struct{ What, Why string }

// page is the package for a reader with a browser.
func (p *Package) page() ([]byte, error) {
	m := &p.manifest
	names := map[string]string{}
	var roles []pageRole
	for _, r := range m.Centers {
		names[string(r.Center)] = r.Name
		var words []string
		for _, one := range r.Roles {
			words = append(words, roleWords[one])
		}
		roles = append(roles, pageRole{r.Name, string(r.Center), strings.Join(words, "、")})
	}
	var events []pageEvent
	head := chain.Start(string(m.Case))
	for i := range p.events {
		e := &p.events[i].Event
		head = head.Next(p.events[i].Bytes)
		by := e.Staff
		if e.Hand != nil && e.Hand.Name != "" {
			by = e.Hand.Name + "（" + e.Staff + "）"
		}
		where := names[string(e.Author.Center)]
		if where == "" {
			where = string(e.Author.Center)
		}
		events = append(events, pageEvent{e.Seq, words(eventWords, e.Kind), where, by, e.DeskTime, head.Hash.Short(), eventFile(e.Seq, "json")})
	}
	var papers, documents []pageFile
	for _, f := range m.Files {
		one := pageFile{f.Name, f.Title, size(f.Size)}
		switch {
		case strings.HasPrefix(f.Name, "attachments/") && !strings.HasSuffix(f.Name, ".salt"):
			papers = append(papers, one)
		case strings.HasPrefix(f.Name, "documents/"):
			documents = append(documents, one)
		}
	}
	var left []pageLeft
	for _, l := range m.LeftOut {
		what := l.Kind
		if l.What == "attachment" {
			what = l.Hash.Short() + " " + l.Kind
		}
		left = append(left, pageLeft{what, leftWords[l.Reason]})
	}
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, map[string]any{
		"M": m, "Outcome": words(outcomeWords, m.Outcome), "Roles": roles, "Events": events, "Papers": papers, "Documents": documents, "Left": left,
	})
	return b.Bytes(), err
}

func words[K ~string](table map[K]string, key K) string {
	if w, ok := table[key]; ok {
		return w
	}
	return string(key)
}

var textTemplate = template.Must(template.New("text").Parse(`<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>{{.Title}}</title>
<style>body{margin:2em auto;max-width:46em}pre{white-space:pre-wrap;font:16px/1.7 serif}</style>
<pre>{{.Text}}</pre></html>
`))

// textPage is a text as a page, word for word.
func textPage(title, text string) []byte {
	var b bytes.Buffer
	if err := textTemplate.Execute(&b, map[string]string{"Title": title, "Text": text}); err != nil {
		panic(err) // two strings into a buffer
	}
	return b.Bytes()
}

// readme tells how to check a package with what every system has.
func readme(m *Manifest) []byte {
	return fmt.Appendf(nil, `政务服务办件电子归档信息包　Archived case package

办件 case     %s
编号 number   %s
事件 events   %d，末条哈希 last hash %s

本包可用浏览器打开 index.html 阅读。
%s
用通用工具核对 To check it with common tools

1. 每个文件 every file（在解压目录中 in the unpacked folder）:
     sha256sum -c %s
2. 附件 attachments: 文件名即“盐值（连同办件编号）加内容”的 SHA-256
   the name is the SHA-256 of salt (with the id of the case) and content:
     cat attachments/NAME.salt attachments/NAME.pdf | sha256sum
3. 事件链 the chain: 每条事件与前一哈希相连 each event is hashed onto the one before:
     h=$(printf 'tongban/log/1\000%%s' '%s' | sha256sum | cut -c1-64)
     for f in events/*.cbor; do
       h=$( (printf "$h" | xxd -r -p; cat "$f") | sha256sum | cut -c1-64)
     done; echo $h
   结果应与上面的末条哈希相同 the result is the last hash above.
4. 印记与规则 seals and rules:
     tongban archive verify 本包.zip
   不需要节点、数据或网络 needs no node, no data, no network.

events/*.cbor 是签名原文 are the signed bytes; *.json 供阅读 are for reading.
`, m.Case, m.Number, m.Events, m.Head.Hash, privacy(m), sumsFile, m.Case)
}

func privacy(m *Manifest) string {
	if m.Personal {
		return "本包含个人信息，按档案和个人信息保护的规定保管。It holds personal data: keep it accordingly.\n"
	}
	return "本包未收入含个人信息的内容，缺项见 manifest.json。What names people was left out; manifest.json lists it.\n"
}
