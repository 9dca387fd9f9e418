#!/bin/sh
# The tiled matrix product on every device that `llamac devices` lists, then the size of its
# kernel as PTX and as SPIR-V.   matmul.sh LLAMAC
set -eu
llamac=$1
example=$(dirname "$0")/matmul.lisp
"$llamac" devices | while IFS="$(printf '\t')" read -r device kind name; do
  case $device:$kind in
    cpu:*) size=512 ;;
    *:software) size=128 ;;
    *) size=512 ;;
  esac
  printf '%s (%s), %sx%s\n' "$device" "$name" "$size" "$size"
  "$llamac" run --device "$device" "$example" "$size" "$size" "$size" | sed 's/^/  /'
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$llamac" build --target ptx -o "$folder/matmul.ptx" "$example"
"$llamac" build --target spirv -o "$folder/matmul.spv" "$example"
printf 'the same kernel as PTX: %s bytes, as SPIR-V: %s bytes\n' \
  "$(wc -c < "$folder/matmul.ptx")" "$(wc -c < "$folder/matmul.spv")"
