#!/usr/bin/env bash
# fuzz.sh SECONDS [linux|windows]: builds the fuzz targets and runs each (or those of one half) for SECONDS, as many
# at a time as there are processors. Works with the stable toolchain and without cargo-fuzz: RUSTC_BOOTSTRAP allows the
# coverage flags, and libfuzzer-sys brings the fuzzer. What crashes a target is kept in fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

seconds=${1:?usage: fuzz.sh SECONDS [linux|windows]}
half=${2:-linux windows}
mapfile -t targets < <(awk -v half="$half" '
    /^name = / { name = $3 } /^required-features/ { if (index(half, substr($3, 3, length($3) - 4))) print name }
' Cargo.toml | tr -d '"')

host=$(rustc -vV | sed -n 's/^host: //p')
flags=(--cfg fuzzing -Cdebug-assertions -Coverflow-checks -Cpasses=sancov-module
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0)
RUSTC_BOOTSTRAP=1 RUSTFLAGS="${flags[*]}" cargo build --locked --release --target "$host" --target-dir target \
    --bins --no-default-features --features "$half"

run() {
    local target=$1 log
    log=$(mktemp)
    mkdir -p "corpus/$target" "artifacts/$target"
    if "target/$host/release/$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=20 -verbosity=0 \
        -print_final_stats=1 -artifact_prefix="artifacts/$target/" "corpus/$target" >"$log" 2>&1; then
        echo "fuzz: $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs, no crash"
    else
        tail -40 "$log"
        echo "fuzz: $target FAILED; the input is in fuzz/artifacts/$target"
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}
export -f run
export host seconds
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -c 'run "$1"' _ {}
