#!/bin/sh
# Installs and builds the client libraries of the languages that `make test` leaves out: Java (jars by Maven, build/clients-java) and Rust
# (crates by cargo, build/clients-rust). rust_socketio's dependencies need a newer compiler than Debian 12's rustc (1.63). Without a
# cargo of 1.88 or later, the script installs Debian's newer one (rustc-web and cargo-web, maintained for its browsers).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)

"$root/tests/clients/install.sh"
command -v javac >/dev/null && command -v mvn >/dev/null || "$root/tools/install.sh" java
cargo_minor=$(cargo --version 2>/dev/null | sed 's/^cargo 1\.\([0-9]*\)\..*/\1/' || true)
[ "${cargo_minor:-0}" -ge 88 ] || "$root/tools/install.sh" rust

jars=$root/build/clients-java
pom=$root/tests/clients/java/pom.xml
if ! cmp -s "$pom" "$jars/installed-for"; then
  echo "mvn in tests/clients/java"
  mkdir -p "$jars"
  mvn -q -B -f "$pom" dependency:copy-dependencies -DoutputDirectory="$jars"
  cp "$pom" "$jars/installed-for"
fi
javac -nowarn -cp "$jars/*" -d "$jars/classes" "$root/tests/clients/java/Bridge.java"
cargo build --quiet --release --manifest-path "$root/tests/clients/rust/Cargo.toml" --target-dir "$root/build/clients-rust"
