#!/usr/bin/env bash
# Installs the packages of packaging/debian-packages.txt that are missing, and nothing else.
#   tools/install.sh GROUP...      groups: build test dev peers …; `node` is added to `build` if there is no node ≥ 18
# Quick if everything is installed. It needs root or sudo only to install something.
set -euo pipefail
cd "$(dirname "$0")/.."

node_major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/' || true)
groups=$*
if [ "${node_major:-0}" -lt 18 ] || ! command -v npm >/dev/null; then groups="$groups node"; fi

wanted=$(awk -v groups=" $groups " '/^#/ || NF < 2 { next } index(groups, " " $1 " ") { print $2 }' packaging/debian-packages.txt)
missing=
for package in $wanted; do
  case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true) in
    *' installed') ;;
    *) missing="$missing $package" ;;
  esac
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "tools/install.sh: this system has no apt-get. Parley is built on Debian 12; install by hand:$missing" >&2
  exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "tools/install.sh: these packages are missing and you are neither root nor have sudo:$missing" >&2
    exit 1
  fi
  as_root=sudo
fi
echo "installing:$missing" >&2
$as_root apt-get -qq update
# Tests start their own servers (coturn, nginx). The installation must not start one on this machine.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '$as_root rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  $as_root chmod +x "$policy"
fi
# shellcheck disable=SC2086  # a list of names
DEBIAN_FRONTEND=noninteractive $as_root apt-get -qq -y --no-install-recommends install $missing >/dev/null
