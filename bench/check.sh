#!/bin/sh
# Every check and benchmark that fits the devices of this machine; prints one table.
# Usage: check.sh [OUTPUT-FOLDER]
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "${1:-.}" && cd "${1:-.}" && pwd)
llamac=$here/bin/llamac
# The loader that came along is used only where the system has none.
ldconfig -p 2> /dev/null | grep -q 'libvulkan\.so\.1' || export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
failures=0
row() { printf '%-34s %-10s %-7s %s\n' "$1" "$2" "$3" "$4"; }

printf '%s, %s\n' "$(date -u +%Y-%m-%d)" "$("$llamac" --version)"
"$llamac" devices
row what device result detail

devices=$("$llamac" devices | cut -f1)
for device in $devices; do
  runner_device=
  case $device in
    cpu) ;;
    *:0) runner_device="--device ${device%:0}" ;;
    *) continue ;;
  esac
  # shellcheck disable=SC2086
  if detail=$("$here/bin/run_tests" "$llamac" $runner_device "$here/tests/run" 2>&1); then result=ok; else result=FAILED; failures=1; fi
  row "programs of tests/run" "$device" "$result" "$(printf '%s' "$detail" | tail -n 1)"
  [ "$result" = ok ] || printf '%s\n' "$detail" | head -n 20
done

for example in "$here"/examples/*.lisp; do
  name=$(basename "$example" .lisp)
  for device in $devices; do
    begin=$(date +%s.%N)
    if detail=$(cd "$out" && "$llamac" run --device "$device" "$example" 2>&1); then result=ok; else result=FAILED; failures=1; fi
    seconds=$(echo "$begin $(date +%s.%N)" | awk '{ printf "%.2f s", $2 - $1 }')
    row "$name" "$device" "$result" "$seconds; $(printf '%s' "$detail" | tail -n 1)"
  done
done

for program in test_emit_x86 test_emit_spirv; do
  if detail=$("$here/bin/$program" 2>&1); then result=ok; else result=FAILED; failures=1; fi
  row "$program" - "$result" "$(printf '%s' "$detail" | grep -E 'PASSED|FAILED  ' | head -n 1)"
done

sh "$here/bench/run.sh" "$here/bin" "$llamac" "$here" || failures=1
exit "$failures"
