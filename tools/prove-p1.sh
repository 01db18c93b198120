#!/bin/sh
# P1, shown twice: the tests that hold and drop the disk pass; and they fail when the sync is left out.
#   tools/prove-p1.sh BUILD_DIR
set -eu
build=$1
commit=$(git rev-parse --short HEAD)
tests="$build/tests/contract_store $build/tests/unit_store $build/tests/integration"
ran=0
for test in $tests; do
  [ -x "$test" ] || continue
  out=$("$test" --gtest_filter='*P1*:*p1*' --gtest_brief=1 2>&1) || { printf '%s\n' "$out"; echo "FAIL P1: $test (commit $commit)"; exit 1; }
  ran=$((ran + $(printf '%s\n' "$out" | sed -n 's/^\[==========\] \([0-9]*\) tests\{0,1\} from.*ran.*/\1/p' | tail -n 1)))
done
[ "$ran" -gt 0 ] || { echo "FAIL P1: no test ran (commit $commit)"; exit 1; }
if PARLEY_TEST_LEAVE_SYNC_OUT=1 "$build/tests/unit_store" --gtest_filter='*P1*:*p1*' --gtest_brief=1 >"$build/p1-without-sync.log" 2>&1; then
  echo "FAIL P1: the tests pass although the sync was left out (commit $commit)"
  exit 1
fi
echo "PASS P1: $ran tests hold; without the sync they fail ($(grep -c '^\[  FAILED  \]' "$build/p1-without-sync.log") lines of failure in $build/p1-without-sync.log) (commit $commit)"
