#!/bin/sh
# Checks the custody rules with spin: the model must hold, each mutant and the
# witness must fail. Needs spin and gcc (installs spin with apt-get if missing).
#
#   check.sh short   the main model at a smaller bound (for every change; about a minute on one core)
#   check.sh full    the main model exhaustively at its default bounds (14.6 million states), with work
#                    between hand-overs, and with three epochs (about ten minutes and 2 GB)
#
# Exit 0: everything came out as it must.
set -eu
mode=${1:-short}
case $mode in short | full) ;; *) echo "usage: $0 [short|full]" >&2; exit 2 ;; esac
model=$(cd "$(dirname "$0")" && pwd)/custody.pml
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
cd "$dir"

if ! command -v spin >/dev/null; then
	echo "installing spin" >&2
	sudo=$([ "$(id -u)" = 0 ] || echo sudo)
	{ $sudo apt-get update && $sudo apt-get install -y spin; } >install.log 2>&1 || { cat install.log >&2; exit 2; }
fi

# run NAME OPTIMIZE FLAGS... builds the verifier and runs it.
run() {
	name=$1 optimize=$2
	shift 2
	rm -f pan* ./*.trail
	spin "$@" -a "$model" >spin.log 2>&1 || { cat spin.log >&2; exit 2; }
	# shellcheck disable=SC2086
	gcc $optimize -w -DSAFETY -DCOLLAPSE -DMEMLIM=8000 -o pan pan.c
	./pan -E -m1000000 >pan.log 2>&1 || true
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' pan.log)
}

# holds NAME FLAGS...: no error, and the search came to its end.
holds() {
	run "$1" -O2 $2
	if ! grep -q 'errors: 0' pan.log || grep -q -e 'max search depth too small' -e 'reached -DMEMLIM' -e 'out of memory' -e 'Search not completed' pan.log; then
		echo "FAIL  $1 ($2): it must hold" >&2
		cat pan.log >&2
		exit 1
	fi
	echo "ok    $1 holds ($states states)"
}

# fails NAME FLAGS...: an assertion is violated.
fails() {
	run "$1" -O1 "-D$1" $2
	if ! grep -q 'assertion violated' pan.log; then
		echo "FAIL  mutant $1 ($2): it must be found out, and was not" >&2
		cat pan.log >&2
		exit 1
	fi
	echo "ok    $1 fails as it must ($(grep -o 'assertion violated.*' pan.log | cut -c1-60))"
}

if [ "$mode" = full ]; then
	holds custody ""
	holds custody-with-work "-DWORK -DM=5"
	holds custody-of-three-epochs "-DE=3 -DM=3"
else
	holds custody "-DM=4"
fi
for mutant in TAKEBACK RESUME REANSWER REGRANT SILENT BYCENTER NOFENCE RECUT WITNESS; do
	fails $mutant ""
done
fails FORKPOINT "-DE=3 -DM=4"
echo "custody: the model holds, every mutant is found out"
