#!/bin/sh
# Latency and processor time at given rates and at full speed; with BASE beside another build. Prints one line; see bench/checks.py.
exec python3 "$(dirname "$0")/checks.py" rates
