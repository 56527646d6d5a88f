#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
#
# Makes the Python environments of the comparisons, build/peers/eval, merge, gguf, track and evolve. An environment whose list
# of packages has not changed is left alone. TSUGI_PEERS names a folder that holds them already.
#
#     tests/peers/setup.sh          prints the folder on its last line
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

fail() {
  echo "setup.sh: $1" >&2
  exit 1
}

if [ -n "${TSUGI_PEERS:-}" ]; then
  for name in eval merge gguf track evolve; do
    [ -x "$TSUGI_PEERS/$name/bin/python" ] || fail "TSUGI_PEERS=$TSUGI_PEERS has no $name/bin/python; unset it to make all"
  done
  echo "$TSUGI_PEERS"
  exit 0
fi

# Debian ships the module venv without ensurepip unless python3-venv is installed.
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "python3 cannot make environments; install python3-venv"
  apt-get update -q >&2
  apt-get install -yq python3-venv >&2
fi

# make_environment NAME [torch]: a mark with the lists' hash is written last, so that a broken installation is done again.
make_environment() {
  folder=$root/build/peers/$1
  first=${2:+$here/$2.txt}
  wanted=$(cat ${first:+"$first"} "$here/$1.txt" | sha256sum | cut -d' ' -f1)
  if [ "$(cat "$folder/tsugi-packages" 2>/dev/null)" = "$wanted" ]; then
    return 0
  fi
  echo "making $folder (once; a few minutes)" >&2
  rm -rf "$folder"
  python3 -m venv "$folder"
  [ -z "$first" ] || "$folder/bin/python" -m pip install -q --disable-pip-version-check -r "$first" >&2
  "$folder/bin/python" -m pip install -q --disable-pip-version-check ${first:+-r "$first"} -r "$here/$1.txt" >&2
  echo "$wanted" > "$folder/tsugi-packages"
}

make_environment eval torch
make_environment merge torch
make_environment gguf
make_environment track
make_environment evolve
echo "$root/build/peers"
