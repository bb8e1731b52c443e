package main

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// elsewhere has the command lines of the READMEs that something else runs: the
// file that does, and the words in it that show it.
var elsewhere = map[string]struct{ file, shows string }{
	"make test":                                {".ci/run", "make test"},
	"make build":                               {"Makefile", "processes: build"},
	"make bench":                               {"tools/bench/bench_test.go", "TestShortestRun"},
	"deploy/seven.sh":                          {"Makefile", "deploy/seven.sh $(BIN)"},
	"go run ./tools/tongban demo":              {"tools/demo/demo_test.go", "Once: true"},
	"tongban demo --once":                      {"tools/demo/demo_test.go", "Once: true"},
	"tongban completion bash":                  {"tools/tongban/testdata/script/help.txtar", "tongban completion bash"},
	"go test ./tools/tongban -run TestStories": {"tools/tongban/stories_test.go", "func TestStories(t *testing.T)"},
}

// shows is what must come out of a command line that begins so.
var shows = map[string]string{
	"tongban realm create":           `founded by 320509000000 吴江区政务服务中心`,
	"tongban item import --starter":  `published \(record [0-9]+\)`,
	"tongban calendar import":        `202[0-9]: `,
	"tongban invite":                 `^tongban1[a-z2-7]+\n$`,
	"tongban join":                   `is enrolled in realm`,
	"tongban voter add 320509110000": `黎里镇为民服务中心 now votes`,
	"tongban voter add 320509111000": `同里镇为民服务中心 now votes`,
	"tongban status":                 `voters +320509000000(?s:.*)黎里镇(?s:.*)同里镇`,
	"tongban item search":            `TB-D23 +\S*残疾人证`,
	"tongban item template":          `items\.xlsx`,
	"tongban item export offered":    `offered\.xlsx: [0-9]+ items`,
	"tongban item import offered":    `items: [0-9]+, [0-9]+ unchanged\n$`,
	"tongban item import d10.yaml":   `承诺时限：4 → 3 个工作日 — promised limit: 4 → 3 working days`,
	"tongban item drafts":            `TB-D10 .* 李编辑 .*压缩承诺时限`,
	"tongban item check":             `written by 320509110000 李编辑\n.*承诺时限：4 → 3`,
	"tongban item publish":           `TB-D10 +\S+ +2 +[-0-9]{10} +published`,
	"tongban item show":              `version +2,(?s:.*)promised +3 个工作日`,
	"tongban item diff":              `\+ 承诺时限：4 → 3`,
	"tongban item erratum":           `TB-D26 +\S+ +2 +today +published`,
	"tongban item cases":             `^no open case`,
	"tongban item history":           `李编辑 .* erratum`,
	"tongban item basic":             `basic list of town level: [1-9]`,
	"tongban rule list":              `window_types`,
	"tongban rule show":              `key: window_types`,
	"tongban rule import":            `rating is set|nothing wrong`,
	"tongban calendar export":        `days\.csv: [0-9]+ years`,
	"tongban item claim":             `[1-9][0-9]* items taken on`,
	"tongban item coverage":          `黎里镇\S* +[1-9][0-9]* +[0-9]+ +[0-9.]+ %`,
	"tongban item supplement":        `TB-D23: the supplement is kept`,
	"tongban item ask":               `\* minor(?s:.*)监护人证明`,
	"tongban item guide":             `guide\.html`,
	"tongban account add":            `first password|password`,
	"tongban account duties":         `approver +审批人员`,
	"tongban account list":           `wang +\S+ +王主任`,
	"tongban onboard template":       `the table is in staff\.xlsx`,
	"tongban account audit":          `created +wang|wang.*created`,
	"tongban bundle list":            `TB-B1 +残疾人服务一件事`,
	"tongban bundle show":            `stage 2 +TB-D10`,
	"tongban bundle open":            `(?s:残疾人证新办: opened.*护理补贴: opened)`,
	"tongban case open":              `: (opened|accepted)\n(?s:.*)password [0-9a-z]{5}-[0-9a-z]{5}`,
	"tongban case list --box all":    `申领居住证`,
	"tongban case list":              `残疾人证|申领居住证`,
	"tongban case show":              `残疾人证`,
	"tongban case actions":           `hand-over +yes`,
	"tongban case hand-over":         `offered +to 3205`,
	"tongban case log":               `handed_over`,
	"tongban case verify":            `holds`,
	"tongban register verify":        `holds`,
	"tongban window set":             `window 1: serves 综合`,
	"tongban staff cover":            `320509110000-001 acts for 320509110000-002`,
	"tongban appointment book":       `Y[0-9]{4}-000001: \S+ 09:30-10:00 综合, booked`,
	"tongban queue call":             `called at window 1`,
	"tongban visit open":             `(?s:生育登记: accepted.*初次兵役登记: accepted.*password [0-9a-z]{5}-[0-9a-z]{5})`,
	"tongban visit show":             `(?s:生育登记.*初次兵役登记)`,
	"tongban notice print":           `printed to `,
	"tongban queue done":             `done at window 1`,
	"tongban book add":               `T[0-9]{4}-000001 `,
	"tongban book list --state open": `complaint .*等候太久`,
	"tongban case mandate":           `written +1 events`,
	"tongban case fee pay":           `next +decide`,
	"tongban case hand-back":         `next +conclude`,
	"tongban case conclude":          `: concluded\n`,
	"tongban case suspend":           `next +resume 公示`,
	"tongban case clock":             `promised +承诺时限 +green`,
	"tongban case papers-sent":       `next +accept 受理 at 320509111000`,
	"tongban slip list":              `EX0001`,
	"tongban slip scan":              `next +accept 受理 here`,
	"tongban case opine":             `is on its way`,
	"tongban case notice":            `: noticed\n`,
	"tongban case send-back":         `offered +to 320509110000`,
	"tongban case receive":           `next +hand-over 退回补正 here`,
	"tongban supervise list":         `nobody is late`,
	"tongban case route":             `for correction`,
	"tongban notice list":            `decision +决定书 +320509000000决`,
	"tongban rating add":             `grade 5 bad, to be put right`,
	"tongban rating rectify":         `is rectified`,
	"tongban rating follow-up":       `is closed`,
	"tongban rating figures":         `100.0% \(1/1\)`,
	"tongban archive make":           `verified, marked as archived`,
	"tongban archive verify":         `case\.zip: holds`,
	"tongban national export":        `[0-9]+ KiB in changes\.zip`,
	"tongban case applicant":         `虚\*\*`,
	"tongban case statistics":        `(?s:referred up 上报 +[1-9].*outcome granted)`,
}

// awaited are the command lines that need what another node sends: they are
// typed again until it has come.
var awaited = []string{
	"tongban case take-over", "tongban case opine", "tongban case list --box all",
}

// kept are the words in capitals of the READMEs that stand for what an earlier
// command printed.
var kept = map[string]*regexp.Regexp{
	"DRAFT":  regexp.MustCompile(`draft ([0-9]+)\n`),
	"VISIT":  regexp.MustCompile(`visit +(\S+-[0-9]{8}-\S+)\n`),
	"SLIP":   regexp.MustCompile(`(\S+).* EX0001`),
	"RATING": regexp.MustCompile(`rating (R\S+):`),
}

// edits is what somebody changes in an editor after the command that wrote the
// file.
var edits = map[string]struct{ file, from, to string }{
	"tongban item export d10.yaml": {"d10.yaml", "promise: 4 个工作日", "promise: 3 个工作日"},
	"tongban item export d26.yaml": {"d26.yaml", "fee: 不收费", "fee: 不收取任何费用"},
}

// boldPlaces are the words in bold that say on which machines the blocks below
// them are typed.
var boldPlaces = map[string]string{
	"every machine": "all", "每台机器": "all",
	"District": "district", "区": "district",
	"Each town": "towns", "各镇": "towns",
	"first town": "first town", "第一个镇": "first town",
	"second town": "second town", "第二个镇": "second town",
}

// block is one fenced block of command lines.
type block struct {
	place string
	lines []string
}

var (
	bold   = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	code   = regexp.MustCompile("`([a-z][^`\n]*)`")
	inline = regexp.MustCompile("`((?:tongban|make|go|deploy/)[ a-z][^`]*)`")
)

// readReadme finds the command lines of a README: those of its blocks, without
// comments, and those within its sentences.
func readReadme(t *testing.T, name string) (blocks []block, within []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	fence, place := "", ""
	in := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; in.Scan(); n++ {
		line := in.Text()
		switch {
		case strings.HasPrefix(line, "```") && fence != "":
			fence = ""
		case line == "```text" || line == "```sh":
			if fence = line; line == "```sh" {
				blocks = append(blocks, block{place: place})
			}
		case strings.HasPrefix(line, "```"):
			t.Fatalf("%s:%d: %s: a block is sh, whose lines are run here, or text", name, n, line)
		case fence == "```sh":
			line, _, _ = strings.Cut(line, " #")
			if line = strings.TrimSpace(line); line != "" {
				b := &blocks[len(blocks)-1]
				b.lines = append(b.lines, line)
			}
		case fence == "":
			if strings.HasPrefix(line, "#") {
				place = ""
			}
			for _, m := range bold.FindAllStringSubmatch(line, -1) {
				if p, ok := boldPlaces[m[1]]; ok {
					place = p
				}
			}
			for _, m := range inline.FindAllStringSubmatch(line, -1) {
				within = append(within, m[1])
			}
		}
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	return blocks, within
}

// What a sentence of a README names without the program's name, such as
// `case decide --reject`, is a command with such flags.
func TestReadmeNamesCommands(t *testing.T) {
	root := (&app{Main: Main{Env: func(string) string { return "" }}}).root()
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, m := range code.FindAllStringSubmatch(string(text), -1) {
			words := strings.Fields(m[1])
			if !slices.ContainsFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == words[0] }) {
				continue
			}
			found++
			command, rest, err := root.Find(words)
			if err != nil || command.HasSubCommands() && len(rest) > 0 {
				t.Errorf("%s names `%s`, which is no command (%v)", name, m[1], err)
				continue
			}
			for _, word := range rest {
				if flag, ok := strings.CutPrefix(word, "--"); ok && command.Flag(flag) == nil {
					t.Errorf("%s names `%s`, which has no flag %s", name, m[1], word)
				}
			}
		}
		if found == 0 {
			t.Errorf("%s names no command: mend the pattern", name)
		}
	}
}

// Every command in the READMEs is run: here, in their order, or where
// elsewhere says.
func TestReadme(t *testing.T) {
	english, within := readReadme(t, "README.md")
	chinese, alsoWithin := readReadme(t, "README.zh-CN.md")
	for i := range max(len(english), len(chinese)) {
		var en, zh block
		if i < len(english) {
			en = english[i]
		}
		if i < len(chinese) {
			zh = chinese[i]
		}
		if en.place != zh.place || !slices.Equal(en.lines, zh.lines) {
			t.Fatalf("the READMEs differ in block %d:\n%+v\n%+v", i+1, en, zh)
		}
	}
	named := append(within, alsoWithin...)
	for _, line := range named {
		if _, ok := elsewhere[line]; !ok {
			t.Errorf("nothing runs `%s`, which a sentence of a README names: put it into a block, or say what runs it", line)
		}
	}
	for _, b := range english {
		named = append(named, b.lines...)
	}
	for line, by := range elsewhere {
		if !slices.Contains(named, line) {
			t.Errorf("no README names %q any more", line)
		}
		text, err := os.ReadFile(filepath.Join("..", "..", by.file))
		if err != nil || !strings.Contains(string(text), by.shows) {
			t.Errorf("%s does not run %q any more: no %q in it (%v)", by.file, line, by.shows, err)
		}
	}
	c := newReadmeCity(t)
	for _, b := range english {
		c.block(b)
	}
	if c.id == "" {
		t.Fatal("no case was opened")
	}
}
