#!/bin/sh
# No source file over 400 lines: a longer one has rooms to split off. (Functions: clang-tidy's readability-function-size.)
set -eu
cd "$(dirname "$0")/.."
git ls-files --cached --others --exclude-standard '*.h' '*.cpp' '*.py' '*.sh' '*.cmake' | while read -r file; do
  [ -f "$file" ] || continue
  lines=$(wc -l < "$file")
  [ "$lines" -le 400 ] || { echo "$file: $lines lines; at most 400: split it"; exit 1; }
done
