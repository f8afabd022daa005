#!/usr/bin/env bash
# Records histories of the shared engine on random schedules of 8 and 16 threads, looks for an order that explains each,
# and checks that a planted race is found. A failing schedule is printed with the line that plays it again.
#
#   tests/scripts/shuttle.sh             the histories, and the planted race
#   tests/scripts/shuttle.sh --planted   only the planted race: the histories must fail
set -euo pipefail
cd "$(dirname "$0")/../.."

# Built to be run once: not optimized as a whole.
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16

build="${CARGO_TARGET_DIR:-target}/shuttle"
log="$build/planted.log"

histories() { # flags for the compiler, then arguments for the tests
    local flags="$1"
    shift
    RUSTFLAGS="--cfg wsman_authz_shuttle $flags" cargo test --release --locked --quiet --target-dir "$build/$flags" \
        -p wsman-authz-core --features std --test linearizable -- "$@"
}

planted() {
    mkdir -p "$build"
    if histories "--cfg=wsman_authz_planted_race" three_threads > "$log" 2>&1; then
        echo "The planted race was NOT found: the histories show nothing. See $log" >&2
        exit 1
    fi
    if ! grep -q "no order of these steps explains what was seen" "$log"; then
        echo "The histories with the planted race did not run. See $log" >&2
        exit 1
    fi
    echo "The planted race is found: no order explains what was seen. See $log"
}

case "${1:-}" in
    "")
        histories ""
        planted
        ;;
    --planted) planted ;;
    *)
        echo "usage: $0 [--planted]" >&2
        exit 2
        ;;
esac
