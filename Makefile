# Two commands matter: `make quickstart` and `make test`. Each installs what is missing (Debian 12, as root), builds and
# runs; a second call does nothing twice.
CMAKE ?= cmake
RELEASE := build/release
RUN := runs/quickstart
JOBS := $(shell nproc)

CASES ?= 1000000

.PHONY: help packages build quickstart test test-long lint format asan fuzz peers bench install
help:
	@echo "make build       install what is missing, build build/release/tsugi"
	@echo "make quickstart  evolve the bundled experts into $(RUN), write its report"
	@echo "make test        build and run the tests"
	@echo "make test-long   the tests that take minutes: merges and searches killed at random moments, the report in a browser"
	@echo "make lint        formatting, include direction, file sizes, clang-tidy"
	@echo "make asan        the tests under the address and undefined-behaviour sanitizers"
	@echo "make fuzz        broken files and recipes into each reader, CASES=1000000 of them, under the same"
	@echo "make bench       build and run the speed comparisons (tests/bench)"
	@echo "make peers       comparisons with other people's programs (needs Python and PyPI)"
	@echo "make install PREFIX=/usr/local"

packages:
	@cmake/install_packages.sh build

$(RELEASE)/build.ninja: CMakeLists.txt CMakePresets.json | packages
	@$(CMAKE) --preset release -DCMAKE_INSTALL_PREFIX=$(or $(PREFIX),/usr/local)

build: packages $(RELEASE)/build.ninja
	@$(CMAKE) --build $(RELEASE) --parallel $(JOBS)

quickstart: build
	@if [ -f $(RUN)/result.json ]; then $(RELEASE)/tsugi inspect $(RUN); \
	else $(RELEASE)/tsugi evolve recipes/pocket/search.yaml --output $(RUN) --overwrite; fi
	@[ -f $(RUN)/report.html ] || $(RELEASE)/tsugi report $(RUN)

test: build
	@ctest --test-dir $(RELEASE) --label-regex fast --output-on-failure --parallel $(JOBS)

test-long: build
	@cmake/install_packages.sh browser
	@ctest --test-dir $(RELEASE) --label-regex long --verbose

# clang-tidy reads the compile commands of a configured tree; generated headers come with configuring.
lint:
	@cmake/install_packages.sh lint
	@cmake/check_format.sh
	@cmake/check_includes.sh
	@cmake/check_sizes.sh
	@$(CMAKE) --preset tidy > /dev/null
	@cmake/run_tidy.py build/tidy

format:
	@cmake/install_packages.sh lint
	@cmake/check_format.sh --fix

asan: packages
	@$(CMAKE) --preset asan > /dev/null
	@$(CMAKE) --build build/asan --parallel $(JOBS)
	@LSAN_OPTIONS=suppressions=$(CURDIR)/cmake/leaks.txt:print_suppressions=0 \
		ctest --test-dir build/asan --label-regex fast --output-on-failure --parallel $(JOBS)

# An input that breaks a reader is written to build/fuzz, with the command that runs it again.
fuzz: packages
	@$(CMAKE) --preset asan > /dev/null
	@$(CMAKE) --build build/asan --target fuzz --parallel $(JOBS)
	@mkdir -p build/fuzz
	@cd build/fuzz && export LSAN_OPTIONS=suppressions=$(CURDIR)/cmake/leaks.txt:print_suppressions=0 && \
		ls $(CURDIR)/build/asan/tests/*_fuzz | xargs -P $(JOBS) -I{} env {} --cases $(CASES)

bench:
	@cmake/install_packages.sh bench
	@$(CMAKE) --preset release -B build/bench -DTSUGI_BENCH=ON > /dev/null
	@$(CMAKE) --build build/bench --parallel $(JOBS)
	@tests/bench/run.sh build/bench

peers: build
	@tests/peers/run.sh

install: build
	@$(CMAKE) --install $(RELEASE) $(if $(PREFIX),--prefix $(PREFIX))
