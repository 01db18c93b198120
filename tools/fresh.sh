#!/usr/bin/env bash
# Proves the two commands of the README on a bare Debian 12 that has only make and git: `make run` and `make test`, each in its own
# new root made by mmdebstrap. It tests the last commit. Prints one PASS or FAIL line for each with its minutes.
# After `make test`, `make test-packages` runs in the same root.
#   tools/fresh.sh [run|test]...        needs root
set -euo pipefail
cd "$(dirname "$0")/.."
source=$PWD
commit=$(git rev-parse --short HEAD)
base=build/fresh
port=${FRESH_PORT:-38417}
mkdir -p "$base"

[ "$(id -u)" = 0 ] || { echo "tools/fresh.sh: needs root, to make a root file system and mount inside it" >&2; exit 2; }

# Copies the settings with which this machine's package clients reach their registries: settings files, certificates and environment variables.
carry_settings() {
  local root=$1 file
  for file in /etc/pip.conf /usr/etc/npmrc "$HOME/.npmrc"; do
    if [ -f "$file" ]; then mkdir -p "$root$(dirname "$file")" && cp "$file" "$root$file"; fi
  done
  mkdir -p "$root/etc/ssl/certs" "$root/usr/local/share/ca-certificates"
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  # Installing ca-certificates rebuilds that bundle from its own certificates and those in this folder.
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/usr/local/share/ca-certificates/machine.crt"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  cp /etc/hosts "$root/etc/hosts"
}
carried_environment() {
  env | grep -E '^(PIP_|NPM_|npm_config_|NODE_EXTRA_CA_CERTS=|SSL_CERT_|CURL_CA_BUNDLE=|REQUESTS_CA_BUNDLE=|GIT_SSL_|https?_proxy=|HTTPS?_PROXY=|no_proxy=|NO_PROXY=)' || true
}

new_root() {
  local root=$1
  rm -rf "$root"
  local mirror
  mirror=$(apt-get indextargets --format '$(SITE)|$(CODENAME)' | awk -F'|' '$2 == "bookworm" && !seen++ { print $1 }')
  mmdebstrap --quiet --variant=minbase --include=make,git bookworm "$root" "$mirror"
  carry_settings "$root"
  git clone --quiet "$source" "$root/parley"
  git -C "$root/parley" checkout --quiet "$(git rev-parse HEAD)"
}

# Runs a command inside the root, with /proc, /dev and /dev/shm. These mounts end with the mount namespace.
inside() {
  local root=$1
  shift
  local environment=()
  mapfile -t environment < <(carried_environment)
  unshare --mount --pid --fork --kill-child bash -c '
    root=$1; shift
    mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && mkdir -p "$root/dev/shm" &&
    exec chroot "$root" /usr/bin/env -i "$@"' inside "$root" \
    HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "${environment[@]}" "$@"
}

minutes() { awk -v s="$1" 'BEGIN { printf "%.1f", s / 60 }'; }

wait_for_page() { # seconds, pid
  local waited=0
  until curl -fsS -o /dev/null "http://127.0.0.1:$port/health" 2>/dev/null; do
    kill -0 "$2" 2>/dev/null || return 1
    [ "$waited" -lt "$1" ] || return 1
    sleep 1
    waited=$((waited + 1))
  done
}

# The main job over plain HTTP, with the link that `make run` printed: store a message, read it back.
chat_once() { # log file, text
  local link token session
  link=$(grep -o 'http://[^ ]*#token=[^ ]*' "$1" | head -n 1)
  token=$(sed 's/.*#token=\([^&]*\).*/\1/' <<<"$link")
  session=$(sed 's/.*session=\([^& ]*\).*/\1/' <<<"$link")
  curl -fsS -X POST "http://127.0.0.1:$port/api/chat/store" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
    -d "{\"sessionId\":\"$session\",\"message\":\"$2\"}" >/dev/null
  curl -fsS "http://127.0.0.1:$port/api/chat/session/$session" -H "Authorization: Bearer $token"
}

stop_run() { # pid of `inside`
  pkill -TERM -P "$1" -f 'parley demo' 2>/dev/null || pkill -TERM -f "parley demo .*:$port" || true
  wait "$1" 2>/dev/null || true
}

prove_run() {
  local root=$base/run log=$base/run.log started seconds again
  new_root "$root"
  started=$SECONDS
  inside "$root" make -C /parley run LISTEN="127.0.0.1:$port" >"$log" 2>&1 &
  local pid=$!
  if ! wait_for_page 5400 "$pid"; then echo "FAIL fresh run: no page on port $port; see $log (commit $commit)"; return 1; fi
  seconds=$((SECONDS - started))
  chat_once "$log" 'first run' | grep -q 'first run' || { echo "FAIL fresh run: the stored message is not in the page (commit $commit)"; return 1; }
  stop_run "$pid"

  started=$SECONDS
  inside "$root" make -C /parley run LISTEN="127.0.0.1:$port" >"$log.2" 2>&1 &
  pid=$!
  wait_for_page 600 "$pid" || { echo "FAIL fresh run: the second call does not serve; see $log.2 (commit $commit)"; return 1; }
  again=$((SECONDS - started))
  if grep -q '^installing:' "$log.2"; then echo "FAIL fresh run: the second call installed something; see $log.2 (commit $commit)"; return 1; fi
  chat_once "$log.2" 'second run' | grep -q 'first run' || { echo "FAIL fresh run: the first message is gone after a restart (commit $commit)"; return 1; }
  stop_run "$pid"
  echo "PASS fresh run: serving after $(minutes $seconds) min, the second call after $again s, history kept (commit $commit)"
}

prove_test() {
  local root=$base/test log=$base/test.log started seconds
  new_root "$root"
  started=$SECONDS
  if ! inside "$root" make -C /parley test >"$log" 2>&1; then
    echo "FAIL fresh test: $(tail -n 1 "$log") after $(minutes $((SECONDS - started))) min; see $log (commit $commit)"
    return 1
  fi
  seconds=$((SECONDS - started))
  if ! inside "$root" make -C /parley test-packages >"$log.packages" 2>&1; then
    echo "FAIL fresh test: a subset of the test packages does not configure; see $log.packages (commit $commit)"
    return 1
  fi
  echo "PASS fresh test: $(tail -n 1 "$log") in $(minutes $seconds) min; every subset of the test packages configures (commit $commit)"
}

failed=0
for what in ${@:-run test}; do
  if "prove_$what"; then rm -rf "${base:?}/$what"; else failed=1; fi  # the root of a failed run remains for inspection
done
exit $failed
