#!/usr/bin/env bash
# How strong are the tests? cargo-mutants changes one place of the code at a time, and a test must fail.
#
#   tests/scripts/mutants.sh                    everything: some hours on two cores
#   tests/scripts/mutants.sh 'core/src/engine/' only mutants whose name matches
#
# Two passes. First each mutant meets the unit tests of its own package, which takes seconds. What survives meets the
# tests that know the machines from outside: reference machines, walks, golden traces. What survives those too is in
# target/mutants/mutants.out/missed.txt, and the script fails; so it does for a mutant that had to be stopped.
#
# Another run goes on where the last one stopped: what was caught once is not tried again. Delete target/mutants to start
# afresh. What is left out, and why: tests/mutants/mutants.toml.
set -euo pipefail
cd "$(dirname "$0")/../.."

VERSION=27.1.0
OUT=${CARGO_TARGET_DIR:-target}/mutants

if ! cargo mutants --version 2> /dev/null | grep -qF "$VERSION"; then
    echo "installing cargo-mutants $VERSION"
    cargo install cargo-mutants --version "$VERSION" --locked --quiet
fi
mkdir -p "$OUT"

# One pass: which packages are changed, which are tested, and which of their targets, as `cargo test` takes them.
pass() {
    local changed=$1 testers=$2 code=0
    shift 2
    cargo mutants --config tests/mutants/mutants.toml --output "$OUT" --iterate --no-shuffle --colors never \
        --package "$changed" ${PATTERN:+--re "$PATTERN"} --test-package "$testers" "${@/#/--cargo-arg=}" \
        ${skipped[@]+-- -- "${skipped[@]/#/--skip=}"} || code=$?
    # 2: some were missed; 3: some were stopped. Anything else is no result.
    [[ $code == 0 || $code == 2 || $code == 3 ]] || exit "$code"
}

PATTERN=${1:-}
for package in wsman-authz-core wsman-authz; do
    printf '\n-- %s: its unit tests --\n' "$package"
    pass "$package" "$package" --lib
done
printf '\n-- what knows them from outside --\n'
# Not the tests of what is around the machines: the program, plug-ins as processes, documents.
skipped=({c_plugin,command_line,compile_fail,corpus,coverage,examples,facade,plugins,production_trace}::
    {spec,test_host,tidy,tutorial}::)
pass wsman-authz-core,wsman-authz wsman-authz-core,wsman-authz,wsman-authz-tests --test=races --test=linearizable --test=tests

cat "$OUT/mutants.out/missed.txt" "$OUT/mutants.out/timeout.txt"
[[ ! -s $OUT/mutants.out/missed.txt && ! -s $OUT/mutants.out/timeout.txt ]]
