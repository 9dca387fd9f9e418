#!/bin/sh
# Bad input of every kind: a diagnostic, the right exit status, within a second (timings allow for
# a loaded machine), no signal, and no output file left behind.   bad_input.sh LLAMAC
set -u
llamac=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

# expect STATUS TEXT COMMAND…: the command's status, and a text in what it says.
expect() {
  status=$1 text=$2
  shift 2
  timeout 10 "$@" > out 2> err
  got=$?
  if [ "$got" != "$status" ]; then
    echo "FAILED: status $got instead of $status: $*"; head -c 600 err; failures=$((failures + 1))
  elif ! head -c 4000 err | grep -qF -- "$text"; then
    echo "FAILED: no '$text' from: $*"; head -c 600 err; failures=$((failures + 1))
  elif [ -e result ]; then
    echo "FAILED: an output file is left by: $*"; rm -f result; failures=$((failures + 1))
  fi
}

: > empty.lisp
head -c 100000 /dev/urandom > binary.lisp
head -c 1000000 /dev/zero | tr '\0' '(' > parens.lisp
head -c 1000000 /dev/zero | tr '\0' "'" > quotes.lisp
{ printf '(c-lisp '; head -c 100000000 /dev/zero | tr '\0' 'a'; printf ')'; } > symbol.lisp
{ printf '(c-lisp (define ((main int)) (ret '; head -c 1000000 /dev/zero | tr '\0' '1'; printf ')))'; } > digits.lisp
echo '(pascal (begin))' > language.lisp
echo '(c-lisp (frobnicate 1))' > form.lisp
echo '(c-lisp (define ((main int)) (frob 1) (ret 0)))' > expression.lisp
echo '(c-lisp (define ((main int)) (ret (add 1 2.0))))' > types.lisp
echo '(c-lisp (define ((main int)) (ret count)))' > undefined.lisp
echo '(c-lisp (define ((main int)) (ret (call nowhere))))' > function.lisp
echo '(c-lisp (define ((nowhere-at-all int))) (define ((main int)) (ret (call nowhere-at-all))))' > external.lisp
echo '(brilisp (define ((main int)) (label a) (jmp b) (label a) (ret 0)))' > label.lisp
echo '(brilisp (define ((main int)) (jmp nowhere)))' > jump.lisp
echo '(c-lisp (define ((f int)) (ret 1)))' > nomain.lisp
echo '(c-lisp (define ((main int) (a int8) (b double)) (ret 0)))' > parameters.lisp
echo '(c-lisp (define ((main int) (argc int)) (ret (div argc (sub argc 1)))))' > division.lisp
cat > irreducible.lisp <<'P'
(brilisp
  (define-kernel ((k void) (p (ptr int)) (n int))
    (set (c bool) (lt n 10))
    (br c one two)
    (label one)
    (set (n int) (add n 1))
    (set (d bool) (lt n 100))
    (br d two done)
    (label two)
    (set (n int) (mul n 3))
    (set (d bool) (lt n 200))
    (br d one done)
    (label done)
    (store p n)
    (ret)))
P
cat > barrier.lisp <<'P'
(cuda-lisp
  (define-kernel ((k void) (p (ptr int)))
    (if (lt [tid.x] 3)
      (__syncthreads))
    (store p 1)))
P
cat > kernel.lisp <<'P'
(cuda-lisp
  (define-kernel ((k void) (p (ptr int)))
    (store (ptradd p [tid.x]) 1)))
P

cat > launch.lisp <<'P'
(module
  (cuda-lisp (define-kernel ((k void) (p (ptr int))) (store p 1)))
  (c-lisp (define ((main int))
    (declare p (ptr int (addrspace 1)))
    (set p (device-alloc int 1))
    (launch (k 1 1) p)
    (ret 0))))
P

expect 1 'E0100' "$llamac" run empty.lisp
expect 1 'error[' "$llamac" run binary.lisp
expect 1 "E0900]: cannot read 'missing.lisp'" "$llamac" run missing.lisp
expect 1 'directory' "$llamac" run .
expect 1 'E0109' "$llamac" run parens.lisp
expect 1 'E0109' "$llamac" run quotes.lisp
expect 1 'E0112' "$llamac" run symbol.lisp
expect 1 'E0107' "$llamac" run digits.lisp
expect 1 'language.lisp:1:' "$llamac" run language.lisp
expect 1 'form.lisp:1:9' "$llamac" run form.lisp
expect 1 'expression.lisp:1:30' "$llamac" run expression.lisp
expect 1 'types.lisp:1:42' "$llamac" run types.lisp
expect 1 'undefined.lisp:1:35' "$llamac" run undefined.lisp
expect 1 'function.lisp:1:' "$llamac" run function.lisp
expect 1 'external.lisp:1:19: error[E0901]' "$llamac" run external.lisp
expect 1 'label.lisp:1:' "$llamac" run label.lisp
expect 1 'jump.lisp:1:' "$llamac" run jump.lisp
expect 1 'E0902' "$llamac" run nomain.lisp
expect 1 'E0903]: '"'main' takes 2 arguments, but 1 are given" "$llamac" run parameters.lisp 1
expect 1 'E0903' "$llamac" run parameters.lisp 1 one
expect 1 'E0904' "$llamac" build --target x86 --emit obj -o result nomain.lisp
expect 1 'E0904' "$llamac" build --target ptx --emit exe -o result kernel.lisp
expect 1 'E0202]: division by zero' "$llamac" interp division.lisp
expect 1 'irreducible.lisp:' "$llamac" build --target spirv -o result irreducible.lisp
expect 1 'barrier.lisp:4:' "$llamac" build --target spirv -o result barrier.lisp
expect 1 'barrier.lisp:4:' "$llamac" build --target ptx -o result barrier.lisp
expect 1 'barrier.lisp:4:' "$llamac" check barrier.lisp
expect 1 'cannot write' "$llamac" build --target ptx -o /nowhere/at/all kernel.lisp
expect 1 'cannot write' "$llamac" build --target ptx -o . kernel.lisp
expect 1 'cannot write' "$llamac" build --target ptx -o /dev/full kernel.lisp
expect 1 'cannot write' sh -c "'$llamac' build --target spirv -o - kernel.lisp > /dev/full"
expect 1 'cannot write' sh -c "'$llamac' opt kernel.lisp > /dev/full"
expect 2 'FILE' "$llamac" run
expect 2 'Try' "$llamac"
expect 2 'Try' "$llamac" frobnicate kernel.lisp
expect 2 'Try' "$llamac" run -O7 kernel.lisp
expect 2 'Try' "$llamac" build --target vax kernel.lisp
expect 2 "no pass 'gnv'" "$llamac" run --disable-pass=gnv kernel.lisp
expect 2 "no pass 'gnv'" "$llamac" opt --passes=dce,gnv kernel.lisp
expect 1 "E0800]: there is no device 'gpu'" "$llamac" run --device gpu launch.lisp

# A full disk: a file system of 64 KiB, where mounting one is allowed.
mkdir disk
if mount -t tmpfs -o size=64k tmpfs disk 2> /dev/null; then
  head -c 65536 /dev/zero > disk/filler 2> /dev/null
  expect 1 'cannot write' "$llamac" build --target ptx -o disk/result kernel.lisp
  [ "$(ls disk)" = filler ] || { echo "FAILED: a partial file on the full disk: $(ls disk)"; failures=$((failures + 1)); }
  umount disk
else
  echo "SKIPPED the full disk: no mount here"
fi
[ "$failures" = 0 ] && echo "bad input: every case is reported"
exit "$((failures > 0))"
