#!/bin/sh
# This server and its peers under the same load, in turn. Prints a table and one PASS or FAIL line; see bench/peers.py.
exec python3 -B "$(dirname "$0")/peers.py"
