#!/bin/sh
# 2,000 clients connect and join at once through one proxy: server on core 0, client on core 1. Prints one PASS or FAIL line; see bench/checks.py.
exec python3 "$(dirname "$0")/checks.py" reconnect
