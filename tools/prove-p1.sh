#!/usr/bin/env bash
# Proves P1 in two ways: the tests that hold or drop writes to the disk pass, and among them tests without the sync see these
# observations fail.
#   tools/prove-p1.sh BUILD_DIR
set -euo pipefail
build=$1
commit=$(git rev-parse --short HEAD)

fail() {
  echo "FAIL P1: $1 (commit $commit)"
  exit 1
}

# run BINARY FILTER: its tests pass, at least one ran, and one of them runs without the sync. Sets `ran` and `without`.
run() {
  [ -x "$build/tests/$1" ] || fail "$1 is not built in $build"
  log="$build/prove-p1-$1.log"
  "$build/tests/$1" --gtest_filter="$2" >"$log" 2>&1 || { cat "$log"; fail "$1 --gtest_filter=$2"; }
  ran=$(grep -c '^\[       OK \]' "$log" || true)
  without=$(grep -c '^\[       OK \] [A-Za-z0-9]*\.without_the_sync_' "$log" || true)
  [ "$ran" -gt 0 ] || fail "no test of $1 ran"
  [ "$without" -gt 0 ] || fail "no test of $1 shows what happens without the sync"
}

run integration 'P1*'
sockets=$ran sockets_without=$without
run unit_store 'Durability*'
echo "PASS P1: $sockets tests over sockets, $ran of the store; among them $sockets_without and $without that leave the sync out" \
  "(without_the_sync_…) and see it missed (commit $commit)"
