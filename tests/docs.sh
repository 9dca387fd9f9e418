#!/bin/sh
# Every whole program shown in the documents is accepted, and where it has a main it prints the
# same in the interpreter and as machine code.   docs.sh LLAMAC ROOT
set -u
llamac=$1 root=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0 programs=0

for page in "$root"/README.md "$root"/docs/*.md "$root"/docs/language/*.md; do
  rm -f block.*
  awk '/^```/ { if (open) { open = 0; close(file) } else { open = 1; file = "block." ++n; next } } open { print > file }' "$page"
  for block in block.*; do
    [ -e "$block" ] || continue
    head -n 1 "$block" | grep -qE '^\((module|c-lisp|cuda-lisp|brilisp)( |$)' || continue
    programs=$((programs + 1))
    if ! "$llamac" check "$block" > out 2> err; then
      echo "FAILED: a program of $page is rejected"; head -n 5 err; failures=$((failures + 1))
    elif grep -q '(define ((main' "$block"; then
      "$llamac" interp "$block" 4 -2 9 > interpreted; expected=$?
      "$llamac" run "$block" 4 -2 9 > compiled; got=$?
      cmp interpreted compiled && [ "$expected" = "$got" ] || { echo "FAILED: a program of $page"; failures=$((failures + 1)); }
    fi
  done
done
echo "$programs programs of the documents, $failures failures"
[ "$programs" != 0 ] && [ "$failures" = 0 ]
