#!/usr/bin/env bash
# Plays every scenario of core/tests/races and ffi/src/tests/races on every schedule, and checks that a planted race is
# found.
#
#   tests/scripts/loom.sh             the suite, its teeth, and the planted race
#   tests/scripts/loom.sh --planted   only the planted race: the suite must fail
#   UPDATE_PINS=1 tests/scripts/loom.sh   writes core/tests/races/pins.tsv anew
set -euo pipefail
cd "$(dirname "$0")/../.."

# Built to be run once: not optimized as a whole.
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16

build="${CARGO_TARGET_DIR:-target}/loom"
log="$build/planted.log"

# Limits end a search early, and it would still be green.
unset LOOM_MAX_PREEMPTIONS LOOM_MAX_PERMUTATIONS LOOM_MAX_DURATION LOOM_MAX_BRANCHES LOOM_CHECKPOINT_FILE

races() { # flags for the compiler, then arguments for the tests
    local flags="$1"
    shift
    RUSTFLAGS="--cfg wsman_authz_loom $flags" cargo test --release --locked --quiet --target-dir "$build/$flags" \
        -p wsman-authz-core --features std,faults --test races -- "$@"
}

boundary() {
    RUSTFLAGS="--cfg wsman_authz_loom" cargo test --release --locked --quiet --target-dir "$build" \
        -p wsman-authz --lib -- tests::races
}

planted() {
    mkdir -p "$build"
    if races "--cfg=wsman_authz_planted_race" --skip teeth > "$log" 2>&1; then
        echo "The planted race was NOT found: the suite sees nothing. See $log" >&2
        exit 1
    fi
    local failed
    failed="$(sed -n 's/^test result: FAILED\..* \([0-9]*\) failed;.*/\1/p' "$log")"
    if [ -z "$failed" ]; then
        echo "The suite with the planted race did not run. See $log" >&2
        exit 1
    fi
    echo "The planted race is found: $failed tests fail. See $log"
}

case "${1:-}" in
    "")
        races ""
        boundary
        planted
        ;;
    --planted) planted ;;
    *)
        echo "usage: $0 [--planted]" >&2
        exit 2
        ;;
esac
