#!/bin/sh
# check_format.sh [--fix]: every C++ file as clang-format 14 writes it.
set -eu
cd "$(dirname "$0")/.."
files=$(git ls-files --cached --others --exclude-standard '*.h' '*.cpp')
if [ "${1:-}" = --fix ]; then
  # shellcheck disable=SC2086 — a list of files without blanks
  clang-format-14 -i $files
else
  # shellcheck disable=SC2086
  clang-format-14 --dry-run --Werror $files
fi
