#!/bin/sh
# Relay and store at full speed: server on core 0, client on core 1. Prints one PASS or FAIL line; see bench/checks.py.
exec python3 "$(dirname "$0")/checks.py" throughput
