#!/bin/sh
# Installs the packages of the suites in other languages: npm packages next to each package.json, Python packages in build/clients-venv.
# Quick if nothing has changed: a stamp records the lock files that were installed.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)

"$root/tools/fetch-web.sh"
for folder in tests/clients/javascript tests/browser tests/conformance tests/schemathesis; do
  lock=$root/$folder/package-lock.json
  stamp=$root/$folder/node_modules/.installed-for
  if ! cmp -s "$lock" "$stamp"; then
    echo "npm ci in $folder"
    (cd "$root/$folder" && npm ci --no-audit --no-fund --loglevel=error)
    cp "$lock" "$stamp"
  fi
done

venv=$root/build/clients-venv
python_needs=$root/build/clients-python-requirements.txt
mkdir -p "$root/build"
cat "$root/tests/clients/python/requirements.txt" "$root/tests/schemathesis/requirements.txt" > "$python_needs"
if ! cmp -s "$python_needs" "$venv/installed-for"; then
  echo "pip install in build/clients-venv"
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$python_needs"
  cp "$python_needs" "$venv/installed-for"
fi
