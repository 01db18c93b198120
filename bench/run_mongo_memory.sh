#!/bin/sh
# The server's memory over a database of 100,000 sessions and 10 million messages. Prints one PASS or FAIL line; see bench/mongo_checks.py.
exec python3 -B "$(dirname "$0")/mongo_checks.py" memory
