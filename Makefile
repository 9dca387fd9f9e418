# One word for each thing one does here; the work itself is CMake's.
BUILD ?= build
JOBS ?= $(shell nproc)
CMAKE_FLAGS ?=

PACKAGES := g++ cmake ninja-build libxbyak-dev spirv-headers spirv-tools libvulkan-dev \
  libvulkan-volk-dev libvulkan1 vulkan-validationlayers mesa-vulkan-drivers libgtest-dev \
  libfmt-dev libcli11-dev nlohmann-json3-dev libxxhash-dev libffi-dev

.PHONY: all setup run test sanitize bless bench fmt loc bundle clean help
.DEFAULT_GOAL := all

## all: build the compiler (build/llamac)
all: setup
	@cmake -S . -B $(BUILD) -G Ninja $(CMAKE_FLAGS) > /dev/null
	@cmake --build $(BUILD) -j $(JOBS) --target llamac

## setup: install the Debian packages that are missing (needs root)
setup:
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" != 0 ]; then echo "please install: $$missing" >&2; exit 1; fi; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing > /dev/null; \
	fi

## run: build, then the tiled matrix product on every device of this machine
run: all
	@sh examples/matmul.sh $(BUILD)/llamac

## test: build and run every test
test: setup
	@cmake -S . -B $(BUILD) -G Ninja $(CMAKE_FLAGS) > /dev/null
	@cmake --build $(BUILD) -j $(JOBS)
	@ctest --test-dir $(BUILD) --output-on-failure --no-tests=error
	@grep -hiE '^ *skipped|\[  SKIPPED' $(BUILD)/Testing/Temporary/LastTest.log | sort -u || true

## sanitize: every test under the address and undefined-behaviour sanitizers
sanitize: setup
	@cmake -S . -B $(BUILD)-sanitize -G Ninja -DCMAKE_BUILD_TYPE=Debug -DLL_SANITIZE=ON > /dev/null
	@cmake --build $(BUILD)-sanitize -j $(JOBS)
	@ASAN_OPTIONS=detect_leaks=0 ctest --test-dir $(BUILD)-sanitize --output-on-failure

## bless: rewrite the expected outputs of file tests and generated documents; review the diff
bless: all
	@cmake --build $(BUILD) -j $(JOBS)
	@LL_BLESS=1 ctest --test-dir $(BUILD) --output-on-failure

## bench: build and run the benchmarks
bench: setup
	@cmake -S . -B $(BUILD) -G Ninja -DLL_BENCH=ON $(CMAKE_FLAGS) > /dev/null
	@cmake --build $(BUILD) -j $(JOBS)
	@sh bench/run.sh $(BUILD)/bench $(BUILD)/llamac .

## bundle: a self-contained folder (dist/) for a machine that has only a GPU driver
bundle: setup
	@cmake -S . -B $(BUILD) -G Ninja -DLL_BENCH=ON $(CMAKE_FLAGS) > /dev/null
	@cmake --build $(BUILD) -j $(JOBS)
	@sh bench/bundle.sh $(BUILD) dist

## fmt: format the C++ sources
fmt:
	@git ls-files '*.cpp' '*.h' | xargs clang-format -i

## loc: size of the tree by folder, files over budget, and the time of a clean release build
loc:
	@sh bench/loc.sh

## clean: remove what was built
clean:
	@rm -rf $(BUILD) $(BUILD)-sanitize dist

## help: this list
help:
	@sed -n 's/^## //p' Makefile
