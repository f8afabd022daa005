#!/usr/bin/env bash
# Windows without a Windows: builds the plug-ins and the program for x86_64-pc-windows-gnu, checks what was built
# against mingw-w64's headers, and drives correct and faulty plug-ins under Wine, next to the same ones on Linux.
#
# Needs Debian 12 with rustup's cargo and gcc; what else it needs it installs, as root, from Debian's packages. All it
# makes lies in target/windows: the first run takes some minutes, the next one a fraction of that.
set -euo pipefail
cd "$(dirname "$0")/../.."

mkdir -p "${CARGO_TARGET_DIR:-target}/windows"
LINUX=$(cd "${CARGO_TARGET_DIR:-target}" && pwd) # what rustup's cargo builds
WINDOWS=$LINUX/windows                           # everything of this script
STAGE=$WINDOWS/stage                             # the program with the libraries that it needs

RUN=(wine)
C_API=c_api_example # how the plug-in of ffi/examples/c is called here

# shellcheck source=/dev/null
for part in common toolchain build checks scenarios; do . "tests/scripts/windows/$part.sh"; done

section "what it takes"
install_packages
echo "$("$MINGW-gcc" --version | head -1), $(wine --version)"
unpack_toolchain
make_prefix
trap stop_wine EXIT

section "builds"
build_for_windows
build_for_linux

check_windows
check_linux

section "the same plug-ins on Linux and under Wine"
check_scenarios

printf '\nAll of it holds.\n'
