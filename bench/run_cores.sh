#!/bin/sh
# The processor time of a message by kind of thread, as event loops are added, and the rate that follows for more cores; see bench/cores.py.
exec python3 "$(dirname "$0")/cores.py"
