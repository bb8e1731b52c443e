#!/usr/bin/env bash
# The life of a catalogue by the command line alone: a district, a town and a
# village as three operating-system processes, joined by tickets. From the sheet
# that ships to what a village counter finds, prints, offers and opens; every
# change by four eyes; every refusal by its reason.
#
#   deploy/catalogue.sh path/to/tongban [folder]
#
# The folder (default: a temporary one, removed at the end) keeps data, logs,
# sheets and pictures. Needs chromium with a Chinese font (installs both on
# Debian). All people are invented. Exit 0 only if everything holds.
set -Eeuo pipefail

declare -A center=([wujiang]=320509000000 [tongli]=320509111000 [yejian]=320509111201)
nodes=(wujiang tongli yejian)
# shellcheck source=deploy/trial.sh
source "$(dirname "$0")/trial.sh" "$@"
drafter=(--staff 目录编辑)
approver=(--staff 目录审核)
both=(--staff 目录编辑 --approve 目录审核)

# --- looking at what came out ---

# shows WHAT PATTERN COMMAND...: a command that must succeed and print a line
# that the pattern (grep -E) fits; what it printed stays in $work/out.
shows() {
  local what=$1 pattern=$2
  shift 2
  "$@" >"$work/out" 2>"$work/err" || fail "$what: exit $?: $* ($(cat "$work/err"))"
  grep -qE -- "$pattern" "$work/out" || fail "$what: no '$pattern' in what $* printed: $(cat "$work/out")"
}

# line PATTERN FILE: the first line that fits, its columns closed up.
line() { grep -E -m1 -- "$1" "$2" | tr -s ' ' | sed 's/^ //'; }

# because PATTERN: the last refusal gave this reason, which is printed.
because() {
  grep -qE -- "$1" "$work/refused" || fail "no '$1' in the refusal: $(cat "$work/refused")"
  say "  refused: $(line "$1" "$work/refused" | sed -E 's/^tongban: //; s/^- //')"
}

# everywhere: every node has what the district has.
everywhere() { until_ok "the Register comes down to every node" level; }

# --- the city ---

say "吴江区 founds a realm"
found wujiang
enlist wujiang tongli
enlist tongli yejian
sheet=$work/starter.xlsx

say "1 in: the starter catalogue as a sheet, into a realm without a catalogue"
shows "export" '67 items' "$bin" item export "$sheet" --starter
shows "dry run" '^items: 67, 67 ready$' on wujiang item import "$sheet" --dry-run "${drafter[@]}"
say "  dry run: $(tail -n 1 "$work/out"); $(grep -c 'warning:' "$work/out") warnings, $(grep -c 'error:' "$work/out") errors of law"
on wujiang item list | sed 1d | grep -q . && fail "a dry run published something"
shows "import" 'TB-D23 .* published' on wujiang item import "$sheet" "${both[@]}"
say "  published: $(on wujiang status --json | field items) of 67 items, by somebody who drafted none of them"
shows "drafts" 'TB-D39' on wujiang item drafts
[[ $(sed 1d "$work/out" | awk '{print $2}' | sort | xargs) == "TB-D39 TB-D40" ]] || fail "other drafts wait: $(cat "$work/out")"
say "  two stay drafts: TB-D39, TB-D40"
refused 5 on wujiang item check "$(sed 1d "$work/out" | awk 'NR==1{print $1}')"
because '婚姻登记条例.*已有变动'
shows "import again" '^items: 67, 2 waiting, 65 unchanged$' on wujiang item import "$sheet" --dry-run "${drafter[@]}"
say "  the same sheet again: $(tail -n 1 "$work/out")"
on wujiang item basic set --starter >/dev/null
on wujiang rule import --starter >/dev/null
everywhere
say "  the village has all: $(on yejian item list --json --limit 500 | field total) items at record $(on yejian status --json | field index)"

say "2 search at the village"
shows "by initials" '居住证' on yejian item search jzz
say "  jzz: $(sed 1d "$work/out" | awk '{print $2}' | xargs)"
shows "by three characters" '^TB-D23 ' on yejian item search 残疾人
say "  残疾人: $(sed 1d "$work/out" | awk '{print $2}' | xargs)"
shows "completion" '^TB-D23-1' on yejian __complete item show TB-D23

say "3 the village's own words, and the printed guide"
on yejian item supplement TB-D23 window=2号综合窗口 telephone=0512-63330000 hours=9:00-17:00 >/dev/null
refused 3 on yejian item supplement TB-D23 promise=1工作日
because '承诺时限'
shows "supplement" '2号综合窗口' on yejian item supplement TB-D23
shows "guide" 'guide.html' on yejian item guide TB-D23 --output "$work/guide.html"
grep -q 2号综合窗口 "$work/guide.html" && grep -q '<svg' "$work/guide.html" || fail "the guide lacks the window or the QR code"

browser() { # a browser and a font that has Chinese
  if ! browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || ! fc-list :lang=zh | grep -q .; then
    say "  installing chromium and a Chinese font"
    local sudo=
    [[ $(id -u) == 0 ]] || sudo=sudo
    { $sudo apt-get update && $sudo apt-get install -y chromium fonts-noto-cjk; } >"$work/install.log" 2>&1 || fail "$(tail -n 3 "$work/install.log")"
    browser=$(command -v chromium)
  fi
}
picture() { # PAGE FILE: a page as a PNG of an A4 sheet at 96 dpi
  "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$work/browser" \
    --window-size=794,1123 --screenshot="$2" "$1" >"$work/browser.log" 2>&1 || fail "chromium: $(tail -n 3 "$work/browser.log")"
  [[ $(head -c 8 "$2" | od -An -tx1 | tr -d ' \n') == 89504e470d0a1a0a ]] || fail "$2 is no PNG"
  [[ $(tail -c +17 "$2" | head -c 8 | od -An -tx1 | tr -d ' \n') == 0000031a00000463 ]] || fail "$2 is not 794 by 1123"
}
browser
picture "file://$work/guide.html" "$work/guide.png"
picture about:blank "$work/blank.png"
size=$(stat -c %s "$work/guide.png") blank=$(stat -c %s "$work/blank.png")
((size > 10 * blank)) || fail "the picture of the guide has $size bytes, that of an empty page $blank: nothing is printed"
say "  guide.png: 794 by 1123, $((size / 1024)) KiB (an empty page: $((blank / 1024)) KiB)"
rm -rf "$work/browser"

say "4 what a village must offer"
shows "coverage" '[0-9.]+ %' on yejian item coverage
say "  before: $(line '^320509111201' "$work/out")"
on yejian item coverage "${center[yejian]}" >"$work/out"
say "  missing: $(sed -n '/^MISSING/,$p' "$work/out" | sed 1d | awk '{print $2}' | xargs)"
on yejian item claim --all >/dev/null
shows "coverage" '100\.0 %' on yejian item coverage "${center[yejian]}"
shows "nothing missing" 'nothing is missing' on yejian item coverage "${center[yejian]}"
say "  after: $(line '^320509111201' "$work/out"); nothing is missing"
everywhere
shows "coverage of the district" ' of [0-9]+, ' on wujiang item coverage
say "  the district sees: $(tail -n 1 "$work/out")"

say "5 who may publish what"
on wujiang item export "$work/d23.yaml" TB-D23 >/dev/null
sed 's/^  name: 残疾人证换领$/&（试）/' "$work/d23.yaml" >"$work/own.yaml"
shows "draft" 'draft [0-9]+' on wujiang item draft "$work/own.yaml" --reason 只是试验 "${drafter[@]}"
draft=$(grep -oE -m1 'draft [0-9]+' "$work/out" | cut -d' ' -f2)
refused 3 on wujiang item publish "$draft" "${drafter[@]}"
because '四眼|four eyes'
refused 3 on tongli item publish "$draft" "${approver[@]}"
because 'does not publish'
on wujiang item return "$draft" --reason 只是试验 "${approver[@]}" >/dev/null
cat >"$work/local.yaml" <<'Y'
code: TB-LOCAL
name: 镇级虚构补贴
type: "05"
department: 人社
authority: 虚构局
level: town
local: true
kind: promised
promise: 20 工作日
subject: residence
steps:
  - {name: 受理, action: accept, level: town}
  - {name: 决定, action: decide, level: town}
origin: {area: 虚构, date: 2026-01-01, source: 虚构}
Y
refused 3 on tongli item import "$work/local.yaml" --area 320509110000 "${both[@]}" # another town's
because 'neither lies in|320509110000'
shows "local item" 'TB-LOCAL .* published' on tongli item import "$work/local.yaml" "${both[@]}"
say "  its own it may: $(line '^TB-LOCAL' "$work/out")"
everywhere
shows "the village sees it" '镇级虚构补贴' on yejian item show TB-LOCAL
refused 3 on wujiang power grant "${center[yejian]}" TB-D12 --level town --document 虚构授权书
because 'article 24'

say "6 conditions that run away, each named with its cell"
on wujiang item export "$work/d23.csv" TB-D23 >/dev/null
condition='"""minor"" in traits || ""mental"" in traits"'
sed "s/$condition/\"traits.exists(t, t == \"\"minor\"\")\"/" "$work/d23.csv" >"$work/loops.csv"
refused 5 on wujiang item import "$work/loops.csv" "${both[@]}"
because '[A-Z][0-9]+ TB-D23 materials\[4\]\.if: .*condition_loops'
many='""minor"" in traits'
for _ in {1..19}; do many+=' || ""minor"" in traits'; done
awk -v to="\"$many\"" -v from="$condition" '
  { at = index($0, from); if (at) $0 = substr($0, 1, at - 1) to substr($0, at + length(from)); print }
  /situations\[0\]\.options\[2\]\.text/ { # sixty options more
    for (i = 3; i < 63; i++) printf "TB-D23,situations[0].options[%d].id,,o%d\nTB-D23,situations[0].options[%d].text,,情形 %d\n", i, i, i, i
  }' "$work/d23.csv" >"$work/costs.csv"
refused 5 on wujiang item import "$work/costs.csv" "${both[@]}"
because '[A-Z][0-9]+ TB-D23 materials\[4\]\.if: .*condition_too_costly'
[[ $(on wujiang item show TB-D23 --json | field version) == 1 ]] || fail "something of them was taken"

say "7 a version to come, a correction, and the cases that they touch"
on wujiang item export "$work/d26.yaml" TB-D26 >/dev/null
sed 's/^  promise: 当场$/  promise: 1 工作日/; s/^  kind: immediate$/  kind: promised/' "$work/d26.yaml" >"$work/later.yaml"
shows "future version" '2099-01-01 +published' on wujiang item import "$work/later.yaml" --effective 2099-01-01 --reason 压缩承诺时限 "${both[@]}"
everywhere
shows "today" '当场' on yejian item show TB-D26
shows "that day" '1 个工作日' on yejian item show TB-D26 --as-of 2099-01-01
say "  as of 2099-01-01: $(line 'promised' "$work/out"); $(on yejian item diff TB-D26 1 2 | line '承诺时限' /dev/stdin)"
on wujiang power grant "${center[yejian]}" TB-LOCAL --level town --document 虚构授权书 >/dev/null
everywhere
open=$(on yejian case open TB-LOCAL --subject "${center[yejian]}" --name 虚构甲 --accept -q)
sed 's/20 工作日/15 工作日/' "$work/local.yaml" >"$work/erratum.yaml"
shows "erratum" 'TB-LOCAL .* published' on tongli item erratum "$work/erratum.yaml" --reason 承诺时限录入有误 "${both[@]}"
everywhere
shows "touched cases" "$open .* 1 +2 .*erratum" on yejian item cases TB-LOCAL
say "  erratum: $(line "^$open" "$work/out")"
shows "its own version" '20 个工作日|20 工作日' on yejian item show TB-LOCAL --version 1
[[ $(on yejian case show "$open" --json | sed -n '/"item": {/,/}/p' | field version) == 1 ]] || fail "the case lost its version"
# Both versions, the newer one on its first day: as if it had never been.
shows "withdrawal" 'then version 1 counts' on tongli item withdraw TB-LOCAL --reason 试验完毕 "${approver[@]}"
shows "withdrawal" 'not offered here' on tongli item withdraw TB-LOCAL --reason 试验完毕 "${approver[@]}"
everywhere
refused 3 on yejian item show TB-LOCAL
refused 3 on yejian case open TB-LOCAL --subject "${center[yejian]}" --name 虚构乙
because 'TB-LOCAL'
on yejian case settle "$open" --conclude -q >/dev/null
say "  withdrawn; the case that was open is settled under version 1"

say "8 a life event as one intake"
shows "plan" '^stage 2' on yejian bundle show TB-B1 --answer subsidy=yes --answer traits=none
say "  $(grep '^stage' "$work/out" | tr -s ' ' | paste -sd';'); one set of $(sed -n '/^PAPER/,$p' "$work/out" | sed 1d | wc -l) papers"
refused 3 on yejian bundle open TB-B1 --subject "${center[yejian]}" --name 虚构丙 --complete
shows "open" '.' on yejian bundle open TB-B1 --subject "${center[yejian]}" --name 虚构丙 --resident-id 999999197506200035 \
  --answer subsidy=yes --answer traits=none --complete -q
mapfile -t linked <"$work/out"
((${#linked[@]} == 2)) || fail "opened: ${linked[*]}"
for one in "${linked[@]}"; do shows "linked" 'TB-B1' on yejian case show "$one" --json; done
say "  opened and linked: ${linked[*]}"

say "9 out and in again"
on wujiang item export "$work/all.xlsx" --as-of 2099-01-01 >/dev/null
shows "round trip" '^items: 65, 65 unchanged$' on wujiang item import "$work/all.xlsx" --dry-run "${drafter[@]}"
say "  xlsx of 2099-01-01: $(tail -n 1 "$work/out")"
printf 'date,kind,occasion\n2027-01-01,holiday,元旦\n2027-01-02,workday,元旦\n' >"$work/2027.csv"
shows "calendar" '^2027: 1 days off, 1 weekend' on wujiang calendar import "$work/2027.csv" --source 虚构通知
say "  calendar: $(cat "$work/out")"
cat >"$work/rules.yaml" <<'Y'
- {key: notice_days, value: 4000, source: 虚构}
- {key: no_such_rule, value: 1}
- key: window_types
  source: 虚构
  doc:
    types:
      - {no: 1, name: 综合窗口, levels: [hamlet]}
      - {no: 2, nmae: 专窗}
Y
refused 5 on wujiang rule import "$work/rules.yaml"
say "  rules: $(grep -c '^ *- ' "$work/refused") mistakes at once"
because 'notice_days'
because 'no_such_rule'
because 'types\[0\]\.levels'
shows "notice_days" '5 工作日' on wujiang rule list

say "verification"
everywhere
for n in "${nodes[@]}"; do
  shows "register of $n" '^holds' on "$n" register verify
  shows "cases of $n" '^holds' on "$n" case verify --all
done
say "  every register and every case holds, at record $(on yejian status --json | field index)"
stop_all
say "all three stopped cleanly; everything holds"
