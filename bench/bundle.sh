#!/bin/sh
# Makes a folder that runs on any x86-64 Linux with only a GPU driver: the compiler, the test
# programs, the examples and benchmarks, the Vulkan loader.   bundle.sh BUILD DIST
set -eu
build=$1 dist=$2
root=$(cd "$(dirname "$0")/.." && pwd)
rm -rf "$dist"
mkdir -p "$dist/bin" "$dist/lib" "$dist/tests" "$dist/examples" "$dist/bench"
cp "$build/llamac" "$build/tests/run_tests" "$dist/bin/"
for program in bench_process bench_nvrtc bench_compile; do cp "$build/bench/$program" "$dist/bin/"; done
for program in test_emit_x86 test_emit_spirv; do cp "$build/tests/$program" "$dist/bin/"; done
strip "$dist"/bin/*
cp -L /usr/lib/x86_64-linux-gnu/libvulkan.so.1 "$dist/lib/"
cp -r "$root/tests/run" "$dist/tests/"
cp "$root"/examples/*.lisp "$root"/examples/*.sh "$dist/examples/"
cp -r "$root/bench/peers" "$root/bench/run.sh" "$dist/bench/"
cp "$root/bench/check.sh" "$dist/"
echo "$dist: $(du -sh "$dist" | cut -f1); run $dist/check.sh there"
