#!/usr/bin/env bash
# Installs the peers of `make bench-peers`: programs in build/peers/bin, npm packages next to each package.json, Redis from Debian. A peer that is
# there in the pinned version is left as it is. A peer that cannot be installed is left out of the benchmark: its reason is printed here and kept
# in build/peers/left-out/NAME, which bench/peer_servers.py reads.
#   bench/peers/install.sh [NAME...]     socketio node-contract centrifugo redis nats; without a name all of them
set -euo pipefail
cd "$(dirname "$0")/../.."

centrifugo=github.com/centrifugal/centrifugo/v6@v6.9.1
nats=github.com/nats-io/nats-server/v2@v2.12.1  # Debian's is 2.9, which has no `sync_interval: always`

home=$PWD/build/peers
exec 3>&2  # for the user, while the output of a command goes to its log
mkdir -p "$home/bin" "$home/left-out" "$home/logs"

# Runs a command for a peer. If it fails, notes the last line that it printed.
attempt() { # NAME COMMAND...
  local name=$1
  shift
  if "$@" >"$home/logs/$name" 2>&1; then
    rm -f "$home/left-out/$name"
  else
    tail -n 1 "$home/logs/$name" >"$home/left-out/$name"
    echo "bench/peers/install.sh: $name is left out: $(cat "$home/left-out/$name") (all of it: build/peers/logs/$name)" >&2
  fi
}

# These two end early with a status, because `set -e` does not apply to commands that `attempt` tries.
go_program() { # PROGRAM MODULE@VERSION
  if [ -x "$home/bin/$1" ] && [ "$(cat "$home/bin/$1.version" 2>/dev/null)" = "$2" ]; then return; fi
  if ! command -v go; then
    echo "go is missing, which builds $2: install Go"
    return 1
  fi
  echo "installing: $2 (go)" >&3
  GOBIN=$home/bin GOTOOLCHAIN=local go install "$2" && echo "$2" >"$home/bin/$1.version"
}

npm_packages() { # FOLDER
  local folder=bench/peers/$1
  if cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed-for"; then return; fi
  echo "installing: packages of $folder (npm)" >&3
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error) && cp "$folder/package-lock.json" "$folder/node_modules/.installed-for"
}

install_peer() {
  case $1 in
    socketio) attempt socketio npm_packages node_server ;;
    node-contract) attempt node-contract npm_packages node_contract ;;
    centrifugo) attempt centrifugo go_program centrifugo "$centrifugo" ;;
    redis) attempt redis tools/install.sh peers ;;
    nats) attempt nats go_program nats-server "$nats" ;;
    *)
      echo "bench/peers/install.sh: there is no peer '$1'" >&2
      exit 2
      ;;
  esac
}

for name in ${*:-socketio node-contract centrifugo redis nats}; do install_peer "$name"; done
