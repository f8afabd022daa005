#!/usr/bin/env bash
# How many instructions the hot paths take, beside what they took when somebody last looked: time is noise, this is not.
#
#   tests/scripts/instructions.sh            fails if a path takes 5 % more than tests/speed/instructions.tsv says
#   UPDATE=1 tests/scripts/instructions.sh   writes the file anew
#
# Each path of tests/speed/src/bin/paths.rs is gone 1,000 and 3,000 times under valgrind; what the first thousand and the
# start of the program take drops out.
set -euo pipefail
cd "$(dirname "$0")/../.."

pins=tests/speed/instructions.tsv
build=${CARGO_TARGET_DIR:-target}/speed
command -v valgrind > /dev/null || { apt-get update -qq && apt-get install -y -qq valgrind; }
cargo build --release --locked --quiet --manifest-path tests/speed/Cargo.toml --target-dir "$build" --bin paths
paths=$build/release/paths

counted() { # PATH COUNT
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$paths" "$1" "$2" 2>&1 | sed -nE 's/.*Collected : ([0-9]+).*/\1/p'
}

found=$(mktemp)
trap 'rm -f "$found"' EXIT
for path in $("$paths"); do
    fewer=$(counted "$path" 1000)
    more=$(counted "$path" 3000)
    printf '%s\t%d\n' "$path" $(((more - fewer) / 2000)) >> "$found"
done

if [ -n "${UPDATE:-}" ]; then
    { printf '# Instructions of one turn, written by tests/scripts/instructions.sh.\n' && cat "$found"; } > "$pins"
    cat "$pins"
    exit
fi
awk -F '\t' '
    /^#/ { next }
    NR == FNR { pinned[$1] = $2; next }
    {
        known = $1 in pinned
        change = known ? 100 * ($2 - pinned[$1]) / pinned[$1] : 0
        verdict = !known ? "not in the file" : change > 5 ? "SLOWER" : change < -5 ? "faster: write it down with UPDATE=1" : "as before"
        printf "%-40s %7d %+6.1f %%  %s\n", $1, $2, change, verdict
        bad += !known || change > 5
        delete pinned[$1]
    }
    END {
        for (path in pinned) { printf "%-40s is in the file, and no path any more\n", path; bad++ }
        exit bad > 0
    }' "$pins" "$found"
