#!/bin/sh
# The parts depend one way: recipes <- merge <- eval <- evolve <- apps. Fails on an include that goes back up, and on a
# library header outside the files that may see it.
set -eu
cd "$(dirname "$0")/.."
status=0
above=""
for part in apps evolve eval merge recipes; do
  if [ -n "$above" ]; then
    if grep -rnE "^#include \"($above)/" "$part" --include='*.h' --include='*.cpp'; then
      echo "check_includes: $part/ may not include from $above" >&2
      status=1
    fi
  fi
  above="${above:+$above|}$part"
done
if grep -rlE '^#include <(H5|hdf5)' recipes merge eval evolve apps | grep -v '^evolve/hdf5'; then
  echo "check_includes: HDF5 is seen only by evolve/hdf5.*" >&2
  status=1
fi
if grep -rlE '^#include <curl/' recipes merge eval evolve apps | grep -v '^evolve/trackers/http.cpp'; then
  echo "check_includes: libcurl is seen only by evolve/trackers/http.cpp" >&2
  status=1
fi
if grep -rlE '^#include <(tbb/|oneapi/tbb)' recipes merge eval evolve apps | grep -v '^merge/parallel.cpp'; then
  echo "check_includes: TBB is seen only by merge/parallel.cpp" >&2
  status=1
fi
if grep -rnE '^#include "[^/"]+"' recipes merge eval evolve apps tests --include='*.h' --include='*.cpp' | grep -v '\.inc"'; then
  echo "check_includes: include paths start at the repository's root" >&2
  status=1
fi
for header in $(git ls-files --cached --others --exclude-standard 'recipes/*.h' 'merge/*.h' 'eval/*.h' 'evolve/*.h' 'apps/*.h'); do
  grep -q '^#pragma once' "$header" || { echo "check_includes: $header lacks #pragma once" >&2; status=1; }
done
exit $status
