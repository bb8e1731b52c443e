package node

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tongban/intake/applicant"
	"tongban/intake/desk"
	"tongban/intake/national/batch"
	"tongban/node/api"
)

// TestTheTablesHoldWhatLiesBesideTheLog: what was written with a rating, what was
// complained about, what turned red and who was chased go to the province, names
// and words only for a reason.
func TestTheTablesHoldWhatLiesBesideTheLog(t *testing.T) {
	c := newCity(t, wujiang, tongli)
	n := c.nodes[tongli]
	codes := c.publish("D26")
	done, err := n.desk.Open(c.ctx, clerk(), desk.OpenForm{
		Item: codes["D26"], Subject: yejian.Area(), Accept: true,
		Applicant: applicant.Applicant{Person: applicant.Person{Name: "虚构甲", ResidentID: "999999199001010016"}},
	})
	must(t, err)
	id, number := done.State.ID, done.State.Number
	const words, name, answer = "排队太久没人管", "虚构丁", "已向来电人说明并增设窗口"
	post := func(path string, body any) map[string]any {
		t.Helper()
		status, said := c.asks(n, http.MethodPost, path, body, true)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, status, said)
		}
		var v map[string]any
		must(t, json.Unmarshal([]byte(said), &v))
		return v
	}
	made := func() (b batch.Batch) {
		t.Helper()
		status, said := c.asks(n, http.MethodPost, "/v1/national/batches", api.BatchTerms{Staff: "D01"}, true)
		if status != http.StatusOK {
			t.Fatalf("%d %s", status, said)
		}
		must(t, json.Unmarshal([]byte(said), &b))
		return b
	}
	table := func(name string, q url.Values) []map[string]string {
		t.Helper()
		q.Set("staff", "D01")
		answer, zipped := c.paperOf(n, "/v1/national/export", q)
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", answer.StatusCode, zipped)
		}
		z, err := zip.NewReader(bytes.NewReader(zipped), int64(len(zipped)))
		must(t, err)
		f, err := z.Open("gbt39046_" + name + ".json")
		must(t, err)
		content, err := io.ReadAll(f)
		must(t, err)
		var rows []map[string]string
		must(t, json.Unmarshal(content, &rows))
		return rows
	}
	personal := url.Values{"personal": {"true"}, "reason": {"省平台核对"}}

	if first := made(); first.Number != 1 {
		t.Fatalf("%+v", first)
	}
	note := post("/v1/hall/notes", map[string]any{"staff": "W01", "form": map[string]any{"kind": "complaint", "channel": "phone", "about": "窗口等候太久", "said": map[string]string{"name": name, "text": words}}})
	post("/v1/ratings", map[string]any{"staff": "W01", "case": id, "grade": 5, "channel": "tablet", "words": words, "name": name})
	post("/v1/supervise/chases", api.Chasing{Case: id, Text: "请尽快办结", Staff: "督查一"})
	made()
	inquiries := table("inquiry", url.Values{"since": {"1"}})
	if len(inquiries) != 1 || inquiries[0]["cd_operation"] != "I" || inquiries[0]["编号"] != note["number"] || inquiries[0]["类别"] != "投诉" || inquiries[0]["内容"] != "窗口等候太久" || inquiries[0]["渠道"] != "电话" {
		t.Errorf("%v", inquiries)
	}
	post("/v1/hall/notes/"+note["id"].(string)+"/answer", map[string]any{"staff": "W01", "form": map[string]any{"text": answer}})
	made()
	if rows := table("inquiry", url.Values{"since": {"2"}}); len(rows) != 1 || rows[0]["cd_operation"] != "U" || rows[0]["答复时间"] == "" || rows[0]["答复内容"] != "" {
		t.Errorf("%v", rows)
	}
	if rows := table("inquiry", personal); len(rows) != 1 || rows[0]["答复内容"] != answer {
		t.Errorf("%v", rows)
	}
	if rows := table("rating", url.Values{}); len(rows) != 1 || rows[0]["满意度"] != "5" || rows[0]["评价渠道"] != "政务大厅平板电脑" || rows[0]["文字评价"]+rows[0]["评价人"] != "" {
		t.Errorf("%v", rows)
	}
	if rows := table("rating", personal); len(rows) != 1 || rows[0]["文字评价"] != words || rows[0]["评价人"] != name {
		t.Errorf("%v", rows)
	}
	if rows := table("supervision", url.Values{}); len(rows) != 1 || rows[0]["督办内容"] != "请尽快办结" || rows[0]["办件编号"] != number {
		t.Errorf("%v", rows)
	}
	if again := made(); again.Number != 0 {
		t.Errorf("nothing has changed: %+v", again)
	}

	// Nobody writes a word, and the lamp turns.
	c.ahead.Store(int64(60 * 24 * time.Hour))
	late := made()
	if late.Number == 0 || late.Inserts == 0 || late.Deletes != 0 {
		t.Fatalf("%+v", late)
	}
	red := ""
	for _, row := range table("supervision", url.Values{"since": {"3"}}) {
		if row["监察预警类型代码"] == "红灯" && strings.HasPrefix(row["监察编号"], string(id)) && row["责任部门"] != "" && row["监察结果描述"] != "" {
			red = row["监察编号"]
		}
	}
	if red == "" {
		t.Error("no red lamp went out")
	}
	_, err = n.desk.Settle(c.ctx, clerk(), id, desk.SettleForm{Conclude: true})
	must(t, err)
	made()
	stays := false
	for _, row := range table("supervision", url.Values{}) {
		stays = stays || row["监察编号"] == red && row["cd_operation"] != "D"
	}
	if !stays {
		t.Error("what was late is gone from the table once it was seen to")
	}
}
