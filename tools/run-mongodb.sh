#!/usr/bin/env bash
# `make run STORE=mongodb`: the demo on its own MongoDB, a standalone on 127.0.0.1 with its files in DATA/mongodb. With STORE=mongodb://…
# the demo uses that database.
#   tools/run-mongodb.sh PARLEY STORE DATA LISTEN
set -euo pipefail
parley=$1 store=$2 data=$3 listen=$4

case $store in
  mongodb) ;;
  mongodb://* | mongodb+srv://*) exec "$parley" demo --store "$store" --data "$data" --listen "$listen" ;;
  *) echo "make run STORE=$store: STORE must be mongodb, or the URI of a database, as in mongodb://HOST:27017/DATABASE." >&2; exit 2 ;;
esac

tools/install-mongod.sh
mongod=${MONGOD:-build/mongod/bin/mongod}
port=${MONGOD_PORT:-27117}
log=$data/mongodb/mongod.log
(umask 077; mkdir -p "$data/mongodb")
# One run at a time, so that new lines in the log belong to this run. mongod inherits the lock and holds it while it runs.
exec 9>"$data/mongodb/run.lock"
flock --timeout 5 9 || { echo "The demo's database in $data/mongodb is in use by another make run. End that one, or choose another folder: DATA=FOLDER." >&2; exit 1; }
before=$(stat --format %s "$log" 2>/dev/null || echo 0)
news() { tail --bytes "+$((before + 1))" "$log" 2>/dev/null; }
# In its own process group, because Ctrl-C must not end it before the demo has written everything. It still dies with this process.
setsid setpriv --pdeathsig KILL "$mongod" --dbpath "$data/mongodb" --bind_ip 127.0.0.1 --port "$port" --nounixsocket --wiredTigerCacheSizeGB 0.5 --logpath "$log" --logappend >"$data/mongodb/start.out" 2>&1 &
server=$!
# The database ends after the demo, however the demo ends.
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
did_not_start() { # its exit code
  case $1 in
    48) echo "Port $port of this machine is taken, perhaps by another MongoDB, which was not touched. Give the demo's own another one: make run STORE=mongodb MONGOD_PORT=N." ;;
    *) echo "mongod did not start (exit code $1):"; news | grep -E '"s": ?"[EF]"' || news | grep . | tail -n 3 | grep . || tail -n 3 "$data/mongodb/start.out" ;;
  esac >&2
  exit 1
}
# Any server could answer on the port. So the script waits until our own mongod reports that it is ready.
until news | grep -F 'Waiting for connections' >/dev/null; do
  kill -0 "$server" 2>/dev/null || { code=0; wait "$server" || code=$?; did_not_start "$code"; }
  sleep 0.1
done
# Ctrl-C reaches the demo directly. A signal to this process alone is passed on. The demo drains and exits with its own status.
"$parley" demo --store "mongodb://127.0.0.1:$port/parley" --data "$data" --listen "$listen" 9>&- &
demo=$!
trap : INT
trap 'kill -TERM "$demo" 2>/dev/null || true' TERM
while kill -0 "$demo" 2>/dev/null; do wait "$demo" || true; done
wait "$demo"
