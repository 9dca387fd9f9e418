#!/bin/sh
# The benchmarks.   run.sh PROGRAMS-FOLDER LLAMAC ROOT
set -eu
programs=$1 llamac=$2 root=$3
PATH=$PATH:/usr/local/cuda/bin
"$programs/bench_process" "$llamac" "$root"
"$programs/bench_nvrtc" "$root/bench/peers/matmul.cu"
"$programs/bench_compile"
