#!/bin/sh
# 50 sessions of two, 100 messages a second: latency from the due time. Prints one PASS or FAIL line; see bench/checks.py.
exec python3 "$(dirname "$0")/checks.py" light_load
