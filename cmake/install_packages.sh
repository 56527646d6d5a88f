#!/bin/sh
# install_packages.sh build|lint|bench|browser: installs the Debian packages that are missing, and nothing when none is.
set -eu
build="cmake ninja-build g++ pkg-config libeigen3-dev libyaml-cpp-dev libhdf5-dev libtbb-dev libdnnl-dev nlohmann-json3-dev
  libcli11-dev libfmt-dev libpcre2-dev libsentencepiece-dev libutf8proc-dev libcld2-dev libssl-dev libnlopt-cxx-dev libboost-dev zlib1g-dev
  libjs-chart.js libcurl4-openssl-dev libgtest-dev libgmock-dev"
case "${1:?usage: install_packages.sh build|lint|bench|browser}" in
  build) wanted=$build ;;
  lint) wanted="$build clang-format-14 clang-tidy-14 python3" ;;
  bench) wanted="$build libbenchmark-dev" ;;
  browser) wanted="chromium fonts-ipafont-gothic" ;;  # a browser that can show Japanese, for the test of the report's page
  *) echo "install_packages.sh: unknown set '$1'" >&2; exit 2 ;;
esac

missing=""
for package in $wanted; do
  dpkg-query -W -f='${Status}' "$package" 2> /dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "missing packages:$missing" >&2
  echo "run as root, or install them: apt-get install$missing" >&2
  exit 1
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 — a list of words
apt-get install -y -qq --no-install-recommends $missing > /dev/null
