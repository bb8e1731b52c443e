#!/usr/bin/env bash
# What the trials by the command line share: real nodes as operating-system
# processes on this machine. A trial names its places in center and nodes (and
# in behind_nat those that only dial out) and sources this with its arguments:
# the program, and a folder that is kept.
set -Eeuo pipefail

bin=$(realpath "${1:?usage: ${0##*/} path/to/tongban [folder]}")
work=${2:-}
patience=60 # seconds that any one step may take
TONGBAN_STAFF=$(basename "$0")
export TONGBAN_STAFF
unset TONGBAN_DIR TONGBAN_API

keep=yes
if [[ -z $work ]]; then work=$(mktemp -d) keep=; fi
mkdir -p "$work"
declare -A pid

# --- telling, failing, cleaning up ---

begun=$(date +%s%N)
say() {
  local ms=$((($(date +%s%N) - begun) / 1000000))
  printf '%4d.%ds  %s\n' $((ms / 1000)) $((ms % 1000 / 100)) "$*"
}

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

cleanup() {
  local status=$?
  trap - EXIT INT TERM
  for n in "${!pid[@]}"; do kill "${pid[$n]}" 2>/dev/null || true; done
  for n in "${!pid[@]}"; do wait "${pid[$n]}" 2>/dev/null || true; done
  if ((status != 0)); then
    for n in "${nodes[@]}"; do
      [[ -f $work/$n.log ]] || continue
      printf '\n--- the end of the log of %s\n' "$n" >&2
      grep -v 'level=DEBUG' "$work/$n.log" | tail -n 15 >&2 || true
    done
  fi
  if [[ -z $keep ]]; then rm -rf "$work"; else echo "data and logs are in $work"; fi
  exit "$status"
}
trap cleanup EXIT
trap 'echo "FAILED at line $LINENO: $BASH_COMMAND" >&2' ERR
trap 'exit 130' INT
trap 'exit 143' TERM

# on NODE ARGS...: the command line, talking to one node.
on() {
  local n=$1
  shift
  "$bin" --dir "$work/$n" "$@"
}

# until_ok WHAT COMMAND...: repeats a command until it succeeds, or time is over.
until_ok() {
  local what=$1 deadline=$((SECONDS + patience)) out
  shift
  until out=$("$@" 2>&1); do
    for n in "${!pid[@]}"; do
      kill -0 "${pid[$n]}" 2>/dev/null || fail "$what: the node of $n has stopped"
    done
    ((SECONDS < deadline)) || fail "$what, after $patience s: $out"
    sleep 0.1 # between two looks
  done
}

# refused CODE COMMAND...: a command that must be refused with an exit code.
refused() {
  local want=$1 got=0
  shift
  "$@" >"$work/refused" 2>&1 || got=$?
  ((got == want)) || fail "exit $got instead of $want: $* ($(cat "$work/refused"))"
}

# field NAME: the first field of that name in JSON on the standard input.
field() { sed -nE 's/^ *"'"$1"'": "?([^",]*)"?,?$/\1/p' | sed -n 1p; }

# --- ports: a block that nobody listens on ---

busy() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_block() {
  local base try p
  for try in {1..50}; do
    base=$((10000 + RANDOM % 20000))
    for ((p = base; p < base + 4 * ${#nodes[@]}; p++)); do busy "$p" && continue 2; done
    echo "$base"
    return
  done
  fail "no free ports"
}
base=$(free_block)

# layout NODE: the flags of a node's configuration. A node behind NAT listens on
# nothing and only dials out.
layout() {
  local i p
  for i in "${!nodes[@]}"; do [[ ${nodes[i]} == "$1" ]] && p=$((base + 4 * i)); done
  echo --api-listen "127.0.0.1:$((p + 3))" --fast
  if [[ " ${behind_nat[*]:-} " == *" $1 "* ]]; then
    echo --listen none --enrol none --presence none
  else
    echo --listen "/ip4/127.0.0.1/tcp/$p" --enrol "127.0.0.1:$((p + 1))" --presence "127.0.0.1:$((p + 2))"
  fi
}

start() {
  "$bin" --dir "$work/$1" run >>"$work/$1.out" 2>>"$work/$1.log" &
  pid[$1]=$!
  on "$1" status --wait "${patience}s" >/dev/null || fail "$1 does not get ready"
}

# --- founding, joining, stopping ---

found() { # NODE: the first of its realm
  # shellcheck disable=SC2046
  on "$1" realm create --center "${center[$1]}" $(layout "$1") >/dev/null
  start "$1"
}

enlist() { # INVITER NODE
  local ticket
  ticket=$(on "$1" invite "${center[$2]}" 2>/dev/null)
  # shellcheck disable=SC2046
  on "$2" join "$ticket" $(layout "$2") >/dev/null
  start "$2"
  say "$(on "$2" status --json | field name) joined with a ticket of $1"
  # The same ticket lets nobody else in.
  refused 3 "$bin" --dir "$work/stranger" join "$ticket" --api-listen none
  rm -rf "$work/stranger"
}

level() { # every copy of the Register has what the first node's has
  local want got n
  want=$(on "${nodes[0]}" status --json | field index)
  for n in "${nodes[@]}"; do
    got=$(on "$n" status --json | field index)
    ((got >= want)) || { echo "$n has record $got of $want"; return 1; }
  done
}

stop_all() { # every node ends by itself, with exit 0
  local n got
  for n in "${nodes[@]}"; do kill "${pid[$n]}"; done
  for n in "${nodes[@]}"; do
    got=0
    wait "${pid[$n]}" || got=$?
    unset "pid[$n]"
    ((got == 0)) || fail "$n stopped with exit $got"
  done
}
