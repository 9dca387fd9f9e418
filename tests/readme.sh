#!/bin/sh
# README.md's example is examples/readme.lisp, and it prints what README.md says.
#   readme.sh LLAMAC ROOT
set -eu
llamac=$1 root=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed -n '/^```lisp/,/^```$/p' "$root/README.md" | sed '1d;$d' > "$folder/shown"
sed '1d' "$root/examples/readme.lisp" | diff "$folder/shown" -
expected=$(grep -A1 'run --device cpu examples/readme.lisp' "$root/README.md" | tail -n 1 | sed 's/^ *//')
[ "$("$llamac" run --device cpu "$root/examples/readme.lisp")" = "$expected" ]
# Every command of the table in docs/cli.md exists, and the other way round.
"$llamac" --help | sed -n '/^Subcommands:/,$p' | sed '1d' | awk 'NF { print $1 }' | sort > "$folder/has"
sed -n '/^## Commands/,/^## Flags/p' "$root/docs/cli.md" | sed -n 's/^| `\([a-z]*\)`.*/\1/p' | sort > "$folder/documented"
diff "$folder/has" "$folder/documented"
