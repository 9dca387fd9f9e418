#!/bin/sh
# Every kernel of the examples and of tests/run, as PTX assembled by ptxas and as SPIR-V checked by
# the validator, at every optimisation level.   device_code.sh LLAMAC FOLDER...
set -u
llamac=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PATH=$PATH:/usr/local/cuda/bin
ptxas=$(command -v ptxas) || echo "SKIPPED assembling PTX: no ptxas here"
validator=$(command -v spirv-val) || echo "SKIPPED validating SPIR-V: no spirv-val here"
failures=0 built=0

fail() {
  echo "FAILED $*"
  head -n 5 "$folder/err"
  failures=$((failures + 1))
}

for program in $(grep -lE '\(define-kernel' "$@" /dev/null); do
  grep -qE ';; error:' "$program" && continue
  for level in 0 1 2 3; do
    "$llamac" build -O$level --target ptx -o "$folder/k.ptx" "$program" 2> "$folder/err" || fail "ptx -O$level $program"
    "$llamac" build -O$level --target spirv -o "$folder/k.spv" "$program" 2> "$folder/err" || fail "spirv -O$level $program"
    built=$((built + 2))
    if [ "$validator" ]; then
      spirv-val --target-env vulkan1.2 "$folder/k.spv" > "$folder/err" 2>&1 || fail "spirv-val -O$level $program"
    fi
    if [ "$ptxas" ] && [ $level != 1 ]; then
      for arch in sm_75 sm_90; do
        "$ptxas" -arch=$arch -o "$folder/k.cubin" "$folder/k.ptx" > "$folder/err" 2>&1 || fail "ptxas $arch -O$level $program"
      done
    fi
  done
done
echo "$built modules built, $failures failures"
[ "$built" != 0 ] && [ "$failures" = 0 ]
