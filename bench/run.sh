#!/bin/sh
# The benchmarks that fit this machine.   run.sh BUILD
set -eu
build=$1
root=$(cd "$(dirname "$0")/.." && pwd)
"$build/bench/bench_process" "$build/llamac" "$root"
"$build/bench/bench_nvrtc" "$root/bench/peers/matmul.cu"
"$build/bench/bench_compile"
