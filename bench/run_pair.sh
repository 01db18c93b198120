#!/bin/sh
# Two builds side by side on one core: PARLEY and BASE. Prints one PASS or FAIL line; see bench/checks.py.
exec python3 "$(dirname "$0")/checks.py" pair
