#!/bin/sh
# Memory and latency while calls come and go for half an hour; see bench/churn.py.
exec python3 "$(dirname "$0")/churn.py"
