#!/usr/bin/env bash
# Runs the second model (models/promela/) under SPIN and compares it with the first one: scenario by scenario the same
# states, rule by rule the same faults. What to expect is in models/promela/*.tsv; `cargo test` holds the first model to
# the same tables. Needs spin and a C compiler; without spin it says so and does nothing, except in CI.
set -euo pipefail
export LC_ALL=C
model=$(cd "$(dirname "$0")/../../models/promela" && pwd)

if ! command -v spin > /dev/null; then
    if [ "${CI:-}" != true ]; then
        echo "skipped: spin is not installed (Debian and Ubuntu: apt-get install spin)"
        exit 0
    fi
    apt-get update -qq && apt-get install -y -qq spin
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build NAME SCENARIO DIALECT [OPTION...]: makes $work/NAME/pan. A choice `a=b-c` of the dialect becomes -DA=B_C.
build() {
    local name=$1 scenario=$2 dialect=$3 choices=
    shift 3
    [ "$dialect" = default ] || choices=$(tr ',a-z-' '\nA-Z_' <<< "$dialect" | sed 's/^/-D/')
    mkdir -p "$work/$name"
    cd "$work/$name"
    # shellcheck disable=SC2086 # several options
    spin -a $choices "$@" "$model/scenarios/$scenario.pml" > spin.log || { cat spin.log; return 1; }
    # Every step and whole states: no partial order reduction, no compression, no hashing of states in place of them.
    # The search takes a fraction of the time that an optimizing compiler would.
    "${CC:-cc}" -O0 -w -DSAFETY -DNOREDUCE -DNOFAIR -o pan pan.c
}

# explore NAME [OPTION...]: runs the verifier; only a search to the end counts.
explore() {
    local name=$1
    shift
    cd "$work/$name"
    ./pan -n -m1000000 -w20 "$@" > pan.log || true
    if grep -E 'max search depth too small|out of memory|aborting' pan.log; then return 1; fi
    grep -q 'states, stored' pan.log
}

# A row of expected.tsv: the same states, the same transitions, no broken rule.
scenario() {
    local scenario=$1 dialect=$2 expected="$3 states, $4 transitions, check sum $5, 0 errors" found
    build "$name" "$scenario" "$dialect" -DPRINT && explore "$name" || return
    found=$(awk -v sum="$(sed -n 's/^state //p' pan.log | sort -u | cksum | cut -d' ' -f1)" '
        /states, stored$/ { states = $1 }
        / transitions \(= stored\+matched\)/ { transitions = $1 }
        / errors: / { errors = $NF }
        END { printf "%d states, %d transitions, check sum %s, %d errors", states, transitions, sum, errors }' pan.log)
    [ "$found" = "$expected" ] || { echo "found $found; expected $expected"; return 1; }
    echo "$found"
}

# A row of faults.tsv: the rule is broken, and it is the fault that breaks it.
fault() {
    local fault=$1 scenario=$2 dialect=$3 rule=$4 broken
    build "$name" "$scenario" "$dialect" "-DFAULT_${fault//-/_}" && explore "$name" -c0 || return
    broken=$(sed -n 's/^broken //p' pan.log | sort -u | xargs)
    [[ " $broken " == *" $rule "* ]] || { echo "broke ${broken:-nothing}; expected $rule"; return 1; }
    echo "broke $broken"
}

# row KIND NUMBER FIELD...: one line of the report.
row() {
    local kind=$1 name=$1.$2 said
    shift 2
    if said=$("$kind" "$@" 2>&1); then
        printf 'ok       %s, %s: %s\n' "$1" "$2" "$said"
    else
        printf 'DIFFERS  %s, %s: %s\n' "$1" "$2" "$said"
        return 1
    fi
}

export LC_ALL work model
export -f build explore scenario fault row
jobs() {
    grep -v '^#' "$model/expected.tsv" | nl -w1 -s$'\t' | sed 's/^/scenario\t/'
    grep -v '^#' "$model/faults.tsv" | nl -w1 -s$'\t' | sed 's/^/fault\t/'
}
# shellcheck disable=SC2016 # for the inner shell
if jobs | xargs -d '\n' -P "$(nproc)" -I '{}' bash -c 'IFS=$'"'\\t'"' read -r -a fields <<< "$1"; row "${fields[@]}"' - '{}'; then
    echo "equal: $(jobs | grep -c '^scenario') explorations, $(jobs | grep -c '^fault') faults"
else
    echo "the two models differ"
    exit 1
fi
