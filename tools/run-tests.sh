#!/usr/bin/env bash
# Runs ctest and ends with its summary and one line `N passed, N failed`.
#   tools/run-tests.sh BUILD_DIR [ctest options]
set -euo pipefail
build=$1
shift
log=$build/ctest.log
status=0
ctest --test-dir "$build" --output-on-failure --no-tests=error "$@" 2>&1 | tee "$log" || status=$?
# ctest's own summary: `100% tests passed, 0 tests failed out of 12`
total=$(sed -n 's/.* tests failed out of \([0-9]*\)$/\1/p' "$log" | tail -n 1)
failed=$(sed -n 's/.*, \([0-9]*\) tests failed out of [0-9]*$/\1/p' "$log" | tail -n 1)
if [ -z "$total" ] || [ -z "$failed" ]; then
  if [ -s "$build/missing-test-packages" ]; then
    echo "No test is configured. Missing packages: $(paste -sd ' ' "$build/missing-test-packages"). Install them with tools/install.sh build test." >&2
  fi
  echo "0 passed, 1 failed"
  exit 1
fi
echo "$((total - failed)) passed, $failed failed"
exit "$status"
