#!/usr/bin/env bash
# Seven nodes as seven operating-system processes on this machine: a piece of
# the real Wujiang, joined by tickets, which does three cases through the
# command line alone, and verifies every log on every node at the end.
#
#   deploy/seven.sh path/to/tongban [folder]
#
# The folder (default: a temporary one, removed at the end) keeps data and logs.
# All people are invented; their identity numbers begin with 999999, which no
# area has. Exit 0 only if everything holds.
set -Eeuo pipefail

declare -A center=(
  [wujiang]=320509000000 [tongli]=320509111000 [lili]=320509110000
  [yejian]=320509111201 [beilian]=320509111203 [chengsi]=320509110201 [fenhuwan]=320509110204
)
nodes=(wujiang tongli lili yejian beilian chengsi fenhuwan)
behind_nat=(fenhuwan) # a village that listens on nothing and only dials out to its town
# shellcheck source=deploy/trial.sh
source "$(dirname "$0")/trial.sh" "$@"

# --- the city ---

say "吴江区 founds a realm"
found wujiang
enlist wujiang tongli
enlist wujiang lili
enlist tongli yejian
enlist tongli beilian
enlist lili chengsi
enlist lili fenhuwan

on wujiang voter add "${center[tongli]}" >/dev/null
on wujiang voter add "${center[lili]}" >/dev/null
say "three voters: $(on wujiang voter list | sed 1d | cut -d' ' -f1 | xargs)"

on wujiang item import --starter --staff 目录管理 --approve 目录审核 >/dev/null
on wujiang calendar import --starter >/dev/null
say "$(on wujiang status --json | field items) items published through Raft"

until_ok "the Register comes down to every node" level
say "every village has them: the Register stands at record $(on fenhuwan status --json | field index)"

# --- steps of a case ---

pass() { # CASE FROM TO [HAND-OVER FLAGS]: hands a case over, and it is taken over
  local id=$1 from=$2 to=$3
  shift 3
  on "$from" case hand-over "$id" -q "$@" >/dev/null
  until_ok "$id comes from $from to $to" on "$to" case take-over "$id" --key "$id-$from-$to-$RANDOM" -q
  say "  $from → $to"
}
step() { # NODE ACTION CASE FLAGS...
  local n=$1 action=$2
  shift 2
  on "$n" case "$action" "$@" -q >/dev/null
  say "  $n: $action"
}

say "story 1: 生育登记, settled at a village counter by a dated power"
refused 3 on yejian case open TB-D26 --subject "${center[yejian]}" --name 虚构甲 --accept
say "  refused: $(sed -n 1p "$work/refused")"
on wujiang power grant "${center[yejian]}" TB-D26 --level town --document 演示授权书（虚构） >/dev/null
until_ok "the power comes down" level
one=$(on yejian case open TB-D26 --subject "${center[yejian]}" --name 虚构甲 --resident-id 999999199001010016 --accept -q)
say "  yejian: opened and accepted $one"
step yejian settle "$one" --conclude

say "story 2: 居住证, one notice, village → town → district and back"
permit=TE44011350000011705442106041002
refused 3 on yejian case open $permit --subject "${center[yejian]}" --name 虚构乙 # what is the applicant's situation?
grep -q filer "$work/refused" || fail "the refusal does not tell the question"
two=$(on yejian case open $permit --answer filer=self --subject "${center[yejian]}" --name 虚构乙 --resident-id 999999198803150024 \
  --paper id-card --paper photo=missing -q)
say "  yejian: opened $two"
refused 3 on yejian case accept "$two"
step yejian notice "$two" --note photo=近期免冠
on yejian case print "$two" notice >"$work/notice.txt"
grep -q 本人相片 "$work/notice.txt" && grep -q 居住地住址证明 "$work/notice.txt" || fail "the notice does not name both papers"
refused 3 on yejian case notice "$two" # there is one notice
step yejian supplement "$two" --paper photo --paper proof=copy
pass "$two" yejian tongli
step tongli accept "$two"
step tongli check "$two" --opinion 材料属实
refused 3 on tongli case decide "$two" # the district's to do
pass "$two" tongli wujiang
step wujiang decide "$two" --text 准予签发
pass "$two" wujiang yejian
step yejian hand-out "$two"
step yejian conclude "$two"

say "story 3: 残疾人证换领, received in another town, decided at home, handed out where it was asked for"
three=$(on chengsi case open TB-D23 --answer traits=none --subject "${center[yejian]}" --deliver "${center[fenhuwan]}" \
  --name 虚构丙 --resident-id 999999197506200035 --complete -q)
say "  chengsi: opened $three"
pass "$three" chengsi tongli
step tongli accept "$three"
step tongli suspend "$three"
step tongli resume "$three" --result 评定完成，等级不变
pass "$three" tongli yejian --to "${center[yejian]}" --purpose 公示
step yejian suspend "$three"
step yejian resume "$three" --result 无异议 --early 演示，不等公示期满
pass "$three" yejian wujiang
step wujiang decide "$three"
pass "$three" wujiang fenhuwan
step fenhuwan hand-out "$three" --to agent
step fenhuwan conclude "$three"

# --- verification ---

drained() { # nothing waits to leave anywhere
  local n waits
  for n in "${nodes[@]}"; do
    waits=$(on "$n" status --json | field outbox)
    ((waits == 0)) || { on "$n" outbox list; return 1; }
  done
}
until_ok "every outbox runs dry" drained
until_ok "the Register is level" level

say "verification"
hash=$(on wujiang register status --json | field hash)
failed=0
printf '\n%-10s %-14s %-9s %-28s %s\n' NODE CENTER ROLE REGISTER CASES
for n in "${nodes[@]}"; do
  register=$(on "$n" register verify 2>&1) || failed=1
  cases=$(on "$n" case verify --all 2>&1) || failed=1
  [[ $(on "$n" register status --json | field hash) == "$hash" ]] || { register+=" ANOTHER HEAD"; failed=1; }
  printf '%-10s %-14s %-9s %-28s %s\n' "$n" "${center[$n]}" "$(on "$n" status --json | field role)" "${register#holds: }" "${cases#holds: }"
done
echo
# The whole log of a case lies at its origin, at its last custodian and at those
# over them; what another center that it passed through has is its beginning.
whole() { # CASE NODE...
  local id=$1 n view head hashes want= copies=0 earlier=0
  shift
  hashes=$(on "$1" case log "$id" --json | sed -nE 's/^ *"hash": "([0-9a-f]+)".*/\1/p')
  want=$(tail -n 1 <<<"$hashes")
  for n in "${nodes[@]}"; do
    view=$(on "$n" case show "$id" --json 2>/dev/null) || view=
    head=$(sed -n '/"head": {/,/}/p' <<<"$view" | field hash)
    case " $* " in
    *" $n "*) # must have it whole
      if [[ $head == "$want" && $(field phase <<<"$view") == concluded ]]; then
        copies=$((copies + 1))
      else
        echo "$id: $n has not the whole log" >&2
        failed=1
      fi
      ;;
    *)
      [[ -n $head ]] || continue
      earlier=$((earlier + 1))
      grep -qx "$head" <<<"$hashes" || { echo "$id: $n has another log" >&2; failed=1; }
      ;;
    esac
  done
  echo "$id  concluded; whole at $copies centers, its beginning at $earlier more; head ${want:0:12}"
}
whole "$one" yejian tongli wujiang
whole "$two" yejian tongli wujiang
whole "$three" fenhuwan chengsi lili wujiang
((failed == 0)) || fail "something does not hold"

say "idle memory of a village: $(on fenhuwan status | sed -nE 's/^memory +//p'); started $(on fenhuwan status | sed -nE 's/^started +//p')"
stop_all
say "all seven stopped cleanly; everything holds"
