#!/usr/bin/env bash
# fuzz.sh [SECONDS]: runs every target under fuzz/ for SECONDS (60 by default).
# Works with the stable toolchain: RUSTC_BOOTSTRAP allows the sanitizer flags.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "fuzz: cargo-fuzz is not installed: cargo install --locked cargo-fuzz" >&2
    exit 1
fi
export RUSTC_BOOTSTRAP=1
for target in $(cargo fuzz list); do
    echo "fuzz: $target"
    cargo fuzz run "$target" -- -max_total_time="${1:-60}"
done
