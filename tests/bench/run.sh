#!/bin/sh
# run.sh BUILD: every speed comparison of a tree configured with TSUGI_BENCH=ON, one after the other: they must not
# disturb each other.
set -eu
build=${1:?usage: run.sh BUILD}
find "$build" -name 'bench_*' -type f -perm -u+x | sort | while read -r program; do
  echo "== $(basename "$program")"
  "$program"
done
