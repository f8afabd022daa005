#!/usr/bin/env bash
# The checks of windows.sh on Windows itself: Rust for x86_64-pc-windows-msvc with Microsoft's linker, C with `cl` and
# the header of the real SDK. Runs in Git's bash; the plug-ins in C, written for gcc, are built with MinGW's.
set -euo pipefail
cd "$(dirname "$0")/../../.."

mkdir -p "${CARGO_TARGET_DIR:-target}/windows/stage/plugins"
BUILT=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/debug
WINDOWS=$(cd "${CARGO_TARGET_DIR:-target}/windows" && pwd)
STAGE=$WINDOWS/stage
RUN=()
C_API= # its Makefile is gcc's

# shellcheck source=/dev/null
for part in common checks scenarios; do . "tests/scripts/windows/$part.sh"; done

exports_of() {
    tr -d '\r' < "$1.exports" |
        awk '$1 ~ /^[0-9]+$/ && $2 ~ /^[0-9A-F]+$/ && $3 ~ /^[0-9A-F]+$/ && NF >= 4 { print $4 }' | sort
}

section "builds"
cargo build --locked --package wsman-authz --package wsman-authz-models --package wsman-authz-test-plugins --bins --examples
cp "$BUILT/wsman-authz.exe" "$BUILT/examples/layout.exe" "$STAGE"
copy_plugins "$BUILT/examples" .dll "$STAGE/plugins"
# wsmsvc.dll and header.exe by `cl`, and what `dumpbin` says about the exports.
cmd //c "tests\\scripts\\windows\\msvc.cmd" "$(cygpath -w "$STAGE")"
LIBRARIES=("$STAGE/wsmsvc.dll")
compile_plugins "$STAGE/plugins" .dll gcc -O1 -Wall -static-libgcc

check_windows
section "correct and faulty plug-ins"
drive_all windows "$STAGE/plugins" .dll "$WINDOWS/windows.txt" "$STAGE/wsman-authz.exe"
tally_outcomes "$WINDOWS/windows.txt"
printf '\nAll of it holds.\n'
