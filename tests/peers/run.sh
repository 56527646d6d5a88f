#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs every compare_*.py and prints one line a comparison: what, peer, tolerance, worst seen, pass or FAIL. Exit code 1
# if any failed. LIMIT=100 compares only the first 100 items of each task with lm-evaluation-harness.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
peers=$("$here/setup.sh" | tail -n 1)
log=$root/build/peers/log.txt
mkdir -p "$root/build/peers"
: > "$log"
failed=0

# compare ENVIRONMENT SCRIPT [ARGUMENT…]: what the peers say on their own account goes to the log.
compare() {
  environment=$1
  script=$2
  shift 2
  if ! "$peers/$environment/bin/python" "$here/$script" "$@" 2>>"$log"; then
    echo "$script: not all passed; what the programs said is in $log"
    failed=1
  fi
}

printf '%-44s %-20s %12s %12s  %s\n' what peer tolerance worst result
for file in "$here"/compare_*.py; do
  script=$(basename "$file")
  case $script in
    compare_mergekit.py | compare_examples.py | compare_families.py | compare_random.py | compare_differences.py) compare merge "$script" ;;
    compare_trackers.py) compare track "$script" ;;
    compare_lm_eval.py) compare eval "$script" ${LIMIT:+--limit "$LIMIT"} ;;
    *) compare eval "$script" ;;
  esac
done

# The winner of the last quickstart, if there was one: an exported checkpoint must be one that transformers runs alike.
if [ -d "$root/runs/quickstart/winner" ]; then
  compare eval compare_transformers.py "$root/runs/quickstart/winner"
fi
exit "$failed"
