#!/usr/bin/env bash
# Measures the edit loop: touches one source file of each folder, rebuilds its dependents, and runs the unit tests.
#   tools/measure-loop.sh BUILD_DIR
set -euo pipefail
build=$1
commit=$(git rev-parse --short HEAD)
rebuild_max=20 unit_max=30
cmake --build "$build" >/dev/null
worst=0 worst_file=
for file in src/domain/entry.cpp src/protocol/socketio/packet.cpp src/server/server.cpp src/service/use_cases/publish.cpp src/store/embedded/committer.cpp src/http_api/http_api.cpp; do
  [ -f "$file" ] || continue
  touch "$file"
  started=$(date +%s%N)
  CCACHE_DISABLE=1 cmake --build "$build" >/dev/null
  took=$((($(date +%s%N) - started) / 1000000))
  printf '%6d ms  %s\n' "$took" "$file"
  if [ "$took" -gt "$worst" ]; then worst=$took worst_file=$file; fi
done
started=$(date +%s%N)
ctest --test-dir "$build" -L unit -j "$(nproc)" >/dev/null
unit=$((($(date +%s%N) - started) / 1000000))
verdict=PASS
if [ "$worst" -ge $((rebuild_max * 1000)) ] || [ "$unit" -ge $((unit_max * 1000)) ]; then verdict=FAIL; fi
echo "$verdict loop: slowest rebuild $worst ms ($worst_file, limit $rebuild_max s), unit tests $unit ms (limit $unit_max s), $(nproc) cores, commit $commit"
[ "$verdict" = PASS ]
