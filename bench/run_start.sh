#!/bin/sh
# Start after kill -9 with a million stored messages. Prints one PASS or FAIL line; see bench/checks.py.
exec python3 "$(dirname "$0")/checks.py" start
