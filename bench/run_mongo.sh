#!/bin/sh
# Persisted relay on MongoDB: at full speed, and at 1,000 messages a second. Prints one PASS or FAIL line; see bench/mongo_checks.py.
exec python3 -B "$(dirname "$0")/mongo_checks.py" relay
