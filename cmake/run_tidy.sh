#!/bin/sh
# run_tidy.sh BUILD: clang-tidy 14 over every source of the program, on all cores. A file that was clean with
# the same contents, headers and configuration is not checked again (stamps in BUILD/tidy-clean).
set -eu
cd "$(dirname "$0")/.."
build=$1
mkdir -p "$build/tidy-clean"
headers=$(git ls-files --cached --others --exclude-standard '*.h' .clang-tidy | sort | xargs sha256sum | sha256sum | cut -c1-16)
export build headers
git ls-files --cached --others --exclude-standard 'recipes/*.cpp' 'merge/*.cpp' 'eval/*.cpp' 'evolve/*.cpp' 'apps/*.cpp' | xargs -P "$(nproc)" -I{} sh -c '
  key=$(sha256sum "$1" | cut -c1-16)-$headers
  stamp=$build/tidy-clean/$(echo "$1" | tr / _)
  [ "$(cat "$stamp" 2> /dev/null || true)" = "$key" ] && exit 0
  if clang-tidy-14 -p "$build" --quiet "$1" 2> /dev/null; then echo "$key" > "$stamp"; else echo "clang-tidy: $1" >&2; exit 1; fi
' sh {}
