#!/bin/sh
# Lines by folder, files over budget (500 lines; cap 800), and the time and size of a clean release
# build of llamac.
set -eu
cd "$(dirname "$0")/.."
list() { git ls-files "$1" | grep -E '\.(cpp|h|def|lisp|sh|py)$' || true; }
for folder in src/support src/sexp src/ir src/opt src/lang src/emit_x86 src/emit_ptx src/emit_spirv src/driver runtime tests bench examples; do
  lines=$(list "$folder" | xargs -r cat | wc -l)
  printf '%-16s %7d lines %5d files\n' "$folder" "$lines" "$(list "$folder" | wc -l)"
done
git ls-files 'src/*' 'runtime/*' 'tests/*' | grep -E '\.(cpp|h|def)$' | xargs wc -l |
  awk '$2 != "total" && $1 > 500 { printf "over budget: %s %d lines\n", $2, $1 }'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake -S . -B "$folder" -G Ninja -DLL_TESTS=OFF > /dev/null
begin=$(date +%s.%N)
cmake --build "$folder" --target llamac -j 2 > /dev/null
end=$(date +%s.%N)
printf 'clean release build of llamac on 2 cores: %.1f s\n' "$(echo "$end $begin" | awk '{ print $1 - $2 }')"
strip -o "$folder/stripped" "$folder/llamac"
printf 'stripped binary: %d bytes\n' "$(wc -c < "$folder/stripped")"
ldd "$folder/llamac" | awk '{ print "needs " $1 }'
