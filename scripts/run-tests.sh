#!/usr/bin/env bash
# Builds and runs every test of the workspace. Called by `make test` under with-postgres.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

# The whole-system tests make chroots and network namespaces, which needs root.
if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null; then
        triple=$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')
        export "CARGO_TARGET_${triple}_RUNNER=sudo -E"
    else
        echo "run-tests: neither root nor sudo: the tests with real devices will fail" >&2
    fi
fi

# One build for the programs and the tests: the whole-system tests start target/debug/sluice.
cargo build --workspace --locked --bins --tests
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --locked --no-fail-fast
else
    cargo test --workspace --locked --no-fail-fast --lib --bins --tests
fi
cargo test --workspace --locked --doc
# Every parser of Microsoft's formats, for a minute each.
scripts/fuzz.sh 60 windows
