#!/usr/bin/env bash
# Brings the pinned npm packages that the served pages are built from; quick when they are there.
set -euo pipefail
cd "$(dirname "$0")/../web/demo"
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --loglevel=error --no-audit --no-fund --ignore-scripts
  touch node_modules/.package-lock.json
fi
