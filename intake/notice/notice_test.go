package notice

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

func TestDocuments(t *testing.T) {
	book := New()
	rejection := Sample()
	rejection.Approved, rejection.Text, rejection.Result = false, "居住不满半年。", ""
	bare := Data{CaseNumber: "320509111201.1.42", Item: "生育登记", Center: "叶建村便民服务中心", Number: "1"}
	anonymous := Sample()
	anonymous.Applicant = ""
	deemed := Sample()
	deemed.Deemed = true
	for name, c := range map[string]struct {
		kind Kind
		data Data
	}{
		"receipt": {Receipt, Sample()}, "notice": {OneTime, Sample()}, "acceptance": {Acceptance, Sample()}, "decline": {Decline, Sample()},
		"decision": {Decision, Sample()}, "extension": {Extension, Sample()}, "special": {Special, Sample()}, "service": {Service, Sample()},
		"rejection": {Decision, rejection}, "notice-for-the-log": {OneTime, anonymous}, "acceptance-deemed": {Acceptance, deemed},
		"acceptance-bare": {Acceptance, bare}, "notice-bare": {OneTime, bare}, "decision-bare": {Decision, bare}, "receipt-bare": {Receipt, bare},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := book.Render(c.kind, c.data)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".golden")
			if *rewrite {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs from %s (go test ./intake/notice -rewrite):\n%s", c.kind, golden, got)
			}
		})
	}
}

func TestAuthoritiesOwnText(t *testing.T) {
	book := New()
	own, err := book.With(OneTime, "同里镇人民政府", "同里镇：{{.Item}} 缺 {{len .Missing}} 项")
	if err != nil {
		t.Fatal(err)
	}
	got, err := own.Render(OneTime, Sample())
	if err != nil || got != "同里镇：申领居住证 缺 2 项" {
		t.Errorf("own text: %q, %v", got, err)
	}
	other := Sample()
	other.Authority = "别的机关"
	if got, _ := own.Render(OneTime, other); !strings.Contains(got, "一次性告知书") {
		t.Errorf("another authority got %q", got)
	}
	if got, _ := book.Render(OneTime, Sample()); !strings.Contains(got, "一次性告知书") {
		t.Errorf("the first book changed: %q", got)
	}
}

func TestBrokenTemplatesAreRefused(t *testing.T) {
	book := New()
	for _, text := range []string{"{{.Nonsense}}", "{{if}}", "{{index .Missing 99}}"} {
		if _, err := book.With(Decision, "", text); !errors.Is(err, ErrTemplate) {
			t.Errorf("%q: %v, want ErrTemplate", text, err)
		}
	}
	if _, err := book.With("letter", "", "x"); !errors.Is(err, ErrKind) {
		t.Errorf("unknown kind: %v", err)
	}
	if _, err := book.Render("letter", Data{}); !errors.Is(err, ErrKind) {
		t.Errorf("unknown kind: %v", err)
	}
}

func TestNobodysNameInATextForTheLog(t *testing.T) {
	d := Sample()
	d.Applicant = ""
	for _, kind := range Kinds() {
		text, err := New().Render(kind, d)
		if err != nil || strings.Contains(text, "张某某") {
			t.Errorf("%s: %v\n%s", kind, err, text)
		}
	}
}
