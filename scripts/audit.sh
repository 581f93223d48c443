#!/usr/bin/env bash
# Checks the dependencies with the tools that are installed. `make test` checks licences,
# bans and duplicates from deny.toml without any of them (e2e/tests/architecture.rs).
set -uo pipefail
cd "$(dirname "$0")/.."

status=0
if cargo deny --version >/dev/null 2>&1; then
    cargo deny check licenses bans sources || status=1
else
    echo "audit: cargo-deny is not installed: cargo install --locked cargo-deny" >&2
    status=1
fi
if cargo audit --version >/dev/null 2>&1; then
    cargo audit || status=1
else
    echo "audit: cargo-audit is not installed: cargo install --locked cargo-audit" >&2
    status=1
fi
exit "$status"
