#!/usr/bin/env bash
# Installs the pinned npm packages of the served pages. Quick if they are installed.
set -euo pipefail
cd "$(dirname "$0")/../web/demo"
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --loglevel=error --no-audit --no-fund --ignore-scripts
  touch node_modules/.package-lock.json
fi
