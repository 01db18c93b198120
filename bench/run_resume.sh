#!/bin/sh
# 10,000 clients come back after kill -9, each with the position that it saw last; see bench/checks.py.
exec python3 "$(dirname "$0")/checks.py" resume
