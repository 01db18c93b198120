#!/usr/bin/env bash
# Runs every libFuzzer target with its seeds for SECONDS.
#   tools/run-fuzzers.sh BUILD_DIR SECONDS
set -euo pipefail
build=$1 seconds=$2
ran=0
for fuzzer in "$build"/tests/fuzz/fuzz_*; do
  [ -x "$fuzzer" ] || continue
  name=$(basename "$fuzzer" | sed 's/^fuzz_//')
  corpus=$build/corpus/$name
  mkdir -p "$corpus"
  "$fuzzer" -max_total_time="$seconds" -print_final_stats=0 -verbosity=0 "$corpus" "tests/fuzz/seeds/$name" || { echo "FAIL fuzz: $name"; exit 1; }
  ran=$((ran + 1))
done
[ "$ran" -gt 0 ] || { echo "FAIL fuzz: no fuzzer was built"; exit 1; }
echo "PASS fuzz: $ran fuzzers, $seconds s each, commit $(git rev-parse --short HEAD)"
