#!/usr/bin/env bash
# Fuzzes each target, or those that are named, for some time, and adds what came of it to fuzz/LOG.tsv.
#
#   tests/scripts/fuzz.sh                        # every target, 60 s each, on stable without a sanitizer
#   SANITIZER=address tests/scripts/fuzz.sh sequences c_api   # with AddressSanitizer: needs a nightly toolchain
#   SECONDS_EACH=3600 tests/scripts/fuzz.sh walk
#   MAX_LEN=48 tests/scripts/fuzz.sh handles     # short inputs, from an empty corpus: many executions
#   RUNS=1000000 tests/scripts/fuzz.sh           # so many executions each, however long that takes
#   MINIMISE=1 tests/scripts/fuzz.sh             # afterwards: the corpus becomes the few inputs that matter
#   tests/scripts/fuzz.sh --sum                  # what all campaigns together have done
#
# What a target compares is not traced: bytes are choices, so there is little to guess, and twice as much is executed.
# Uses one core. What it finds while it runs is kept in target/fuzz/; only MINIMISE takes it into fuzz/corpus/.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "${1:-}" = --sum ]; then
    awk -F '\t' 'NR > 1 { runs[$3 " " $4] += $5; cpu[$3 " " $4] += $6; crashes[$3 " " $4] += $11 }
        END { for (key in runs) printf "%-24s %14d executions %9.0f s of one core, %d crashes\n", key, runs[key], cpu[key], crashes[key] }' \
        fuzz/LOG.tsv | sort
    exit
fi

sanitizer=${SANITIZER:-none}
seconds=${SECONDS_EACH:-60}
limit=(-max_total_time="$seconds")
[ -z "${RUNS:-}" ] || limit=(-runs="$RUNS")
build=(-s "$sanitizer" --no-trace-compares --target-dir "target/fuzz/$sanitizer") # a build of its own for each
toolchain=+stable
[ "$sanitizer" = none ] || toolchain=+nightly
cargo fuzz --version > /dev/null 2>&1 || cargo install cargo-fuzz --locked
command -v c++ > /dev/null || { apt-get update -qq && apt-get install -y -qq g++; } # libFuzzer is C++

targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(cargo fuzz list)
log=fuzz/LOG.tsv
commit=$(git rev-parse --short HEAD)
[ -z "$(git status --porcelain --untracked-files=no -- core ffi models tests/src fuzz/fuzz_targets)" ] || commit+=+
failed=()

for target in "${targets[@]}"; do
    [ "$target" != judge ] || options=(-max_len="${MAX_LEN:-4096}")
    [ "$target" = judge ] || options=(-max_len="${MAX_LEN:-512}")
    found=target/fuzz/$target${MAX_LEN:+-$MAX_LEN}
    mkdir -p "$found" "fuzz/corpus/$target"
    corpora=("$found" "fuzz/corpus/$target")
    [ -z "${MAX_LEN:-}" ] || corpora=("$found") # cut to that length, the corpus would be something else
    # A panic of the target is an abort, so one that is found ends the campaign.
    command=(cargo "$toolchain" fuzz run "${build[@]}" "$target" "${corpora[@]}" -- "${limit[@]}" -print_final_stats=1
        "${options[@]}")
    echo "== ${command[*]} =="
    cargo "$toolchain" fuzz build "${build[@]}" "$target"
    crashes=0
    TIMEFORMAT=%U # seconds of this one core: the machine may have other work
    cpu=$({ time "${command[@]}" > "target/fuzz/$target.log" 2>&1; } 2>&1) || crashes=1
    value() { sed -nE "s/^stat::$1: +([0-9]+)$/\\1/p" "target/fuzz/$target.log" | tail -1; }
    seen() { grep -oE " $1: [0-9]+" "target/fuzz/$target.log" | tail -1 | grep -oE '[0-9]+'; }
    printf '%s\t' "$(date -u +%F)" "$commit" "$target" "$sanitizer" "$(value number_of_executed_units)" "$cpu" \
        "$(awk -v n="$(value number_of_executed_units)" -v s="$cpu" 'BEGIN { printf "%.0f", n / (s + 0.001) }')" "$(seen cov)" "$(seen ft)" "$(value peak_rss_mb)" >> "$log"
    printf '%s\t%s\n' "$crashes" "${command[*]}" >> "$log"
    tail -1 "$log"
    if [ "$crashes" -ne 0 ]; then
        failed+=("$target")
        tail -40 "target/fuzz/$target.log"
    elif [ -n "${MINIMISE:-}" ]; then
        cp "$found"/* "fuzz/corpus/$target/" 2> /dev/null || true
        cargo "$toolchain" fuzz cmin "${build[@]}" "$target" > "target/fuzz/$target.cmin.log" 2>&1
    fi
done

[ ${#failed[@]} -eq 0 ] || { echo "found something: ${failed[*]}; tests/examples/replay.rs tells it"; exit 1; }
