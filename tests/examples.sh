#!/bin/sh
# Every example checks itself; here it must also print the same checksum (or, without one, the
# same output) on every device and at every optimisation level.   examples.sh LLAMAC EXAMPLES-FOLDER
set -u
llamac=$1 examples=$(cd "$2" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0
export LLAMA_VULKAN_VALIDATION=1

# Small sizes, so that the interpreter takes part.
arguments() {
  case $1 in
    matmul | matmul_naive) echo 45 37 51 ;;
    vector_add | saxpy | reduction) echo 5000 ;;
    softmax) echo 13 300 ;;
    mandelbrot) echo 60 40 64 out.ppm ;;
    heat) echo 48 40 20 out.pgm ;;
  esac
}

ways="interp:run --device interp
cpu -O0:run -O0
cpu -O1:run -O1
cpu -O2:run -O2
cpu -O3:run -O3
cpu spill-all:run --spill-all"
if "$llamac" devices | cut -f1 | grep -q '^vulkan:0$'; then
  ways="$ways
vulkan:run --device vulkan
vulkan -O0:run -O0 --device vulkan"
else
  echo "SKIPPED vulkan: no such device here"
fi
if "$llamac" devices | cut -f1 | grep -q '^cuda:0$'; then
  ways="$ways
cuda:run --device cuda"
else
  echo "SKIPPED cuda: no such device here"
fi

for example in "$examples"/*.lisp; do
  name=$(basename "$example" .lisp)
  reference=
  while IFS=: read -r way flags; do
    # shellcheck disable=SC2046,SC2086
    timeout 120 "$llamac" $flags "$example" $(arguments "$name") > out 2> err
    status=$?
    sum=$(grep -i checksum out || cat out)
    [ -s out.ppm ] && sum="$sum $(cksum < out.ppm)"
    [ -s out.pgm ] && sum="$sum $(cksum < out.pgm)"
    rm -f out.ppm out.pgm
    [ -n "$reference" ] || reference=$sum
    if [ "$status" != 0 ] || [ -s err ] || [ "$sum" != "$reference" ]; then
      echo "FAILED $name on $way: status $status, '$sum' instead of '$reference'"
      head -n 5 out err
      failures=$((failures + 1))
    fi
  done <<W
$ways
W
done
[ "$failures" = 0 ] && echo "examples: the same results in every way"
exit "$((failures > 0))"
