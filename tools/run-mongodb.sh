#!/usr/bin/env bash
# `make run STORE=mongodb`: the demo on a MongoDB of its own, a standalone on 127.0.0.1 with its files in DATA/mongodb. With STORE=mongodb://…
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
(umask 077; mkdir -p "$data/mongodb")
"$mongod" --dbpath "$data/mongodb" --bind_ip 127.0.0.1 --port "$port" --wiredTigerCacheSizeGB 0.5 --logpath "$data/mongodb/mongod.log" --logappend >/dev/null &
server=$!
# The database ends after the demo, whichever way that ends.
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
  kill -0 "$server" 2>/dev/null || { echo "mongod did not start; the end of $data/mongodb/mongod.log (another port: MONGOD_PORT=N):" >&2; tail -n 3 "$data/mongodb/mongod.log" >&2; exit 1; }
  sleep 0.1
done
trap : INT TERM # the demo gets them too, and drains
"$parley" demo --store "mongodb://127.0.0.1:$port/parley" --data "$data" --listen "$listen"
