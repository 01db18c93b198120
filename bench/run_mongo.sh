#!/bin/sh
# Persisted relay on MongoDB: as fast as it goes, and 1,000 messages a second. Prints one PASS or FAIL line; see bench/mongo_checks.py.
exec python3 -B "$(dirname "$0")/mongo_checks.py" relay
