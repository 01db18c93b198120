#!/usr/bin/env bash
# Runs the contract suite of the store ports on every engine and counts by engine; prints one PASS or FAIL line.
#   tools/store-contract.sh BUILD_DIR
set -euo pipefail
build=$1
commit=$(git rev-parse --short HEAD)
log=$build/store-contract.log
"$build/tests/contract_store" >"$log" 2>&1 || { grep -E '^\[  FAILED  \]|Failure' "$log" | head -40; echo "FAIL store contract: see $log (commit $commit)"; exit 1; }
figures=
for engine in model embedded mongo_standalone mongo_replica_set; do
  passed=$(grep -cE "^\[       OK \] .*/$engine \(" "$log" || true)
  [ "$passed" -gt 40 ] || { echo "FAIL store contract: only $passed tests ran on $engine (commit $commit)"; exit 1; }
  figures="$figures $engine $passed,"
done
echo "PASS store contract:$figures all green; mongo_replica_set has three members (commit $commit)"
