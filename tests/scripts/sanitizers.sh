#!/usr/bin/env bash
# Memory checkers over the boundary: AddressSanitizer and LeakSanitizer on the tests of the Rust and the C API, valgrind
# on plug-ins in C. Each checker must first find what is planted for it; only then its silence means something.
#
#   bash tests/scripts/sanitizers.sh             # everything but the last
#   bash tests/scripts/sanitizers.sh valgrind    # without the nightly toolchain
#   bash tests/scripts/sanitizers.sh threads     # ThreadSanitizer on the tests with threads: some minutes, by hand
#
# Needs rustup's cargo, gcc, make; with AddressSanitizer a nightly toolchain. Installs valgrind if it is missing. On Linux.
#
# ThreadSanitizer needs a standard library that is built with it: in the one that rustup ships every lock and every join
# of a thread is invisible, and dozens of races are reported that are none. Debian has a Rust with the source of its
# library (see windows/toolchain.sh); the sanitizer's own library comes from rustup's. Races are first of all the business
# of the models and of the tests with loom and shuttle.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
out=$target/sanitizers
host=$(rustc -vV | sed -n 's/^host: //p')
mkdir -p "$out"

say() { printf '\n-- %s --\n' "$*"; }
fail() { printf 'sanitizers: %s\n' "$*" >&2; exit 1; }

# must_find WORDS COMMAND...: the command fails, and says these words.
must_find() {
    local words=$1
    shift
    if "$@" > "$out/planted.log" 2>&1; then fail "planted, but not found: $*"; fi
    grep -q "$words" "$out/planted.log" || { cat "$out/planted.log" >&2; fail "failed for another reason: $*"; }
    echo "planted and found: $words"
}

address_sanitizer() {
    say "AddressSanitizer and LeakSanitizer"
    rustc +nightly --version 2> /dev/null || fail "no nightly toolchain: rustup toolchain install nightly --profile minimal"
    local planted=$out/planted.rs
    echo 'fn main() {
        let freed = Box::into_raw(Box::new(1_u8));
        if std::env::args().count() > 1 {
            drop(unsafe { Box::from_raw(freed) });
            println!("{}", unsafe { freed.read_volatile() });
        }
        std::hint::black_box(std::ptr::null_mut::<u8>());
    }' > "$planted"
    rustc +nightly -Zsanitizer=address --target "$host" -o "$out/planted" "$planted" 2> /dev/null
    must_find 'LeakSanitizer: detected memory leaks' "$out/planted"
    must_find 'heap-use-after-free' "$out/planted" free

    CARGO_PROFILE_DEV_DEBUG=line-tables-only RUSTFLAGS="-Zsanitizer=address" cargo +nightly test --locked \
        --target "$host" --target-dir "$out/address" --package wsman-authz --package wsman-authz-c --lib --quiet
}

thread_sanitizer() {
    say "ThreadSanitizer"
    local WINDOWS=$target/windows # where windows.sh has it, so that it is unpacked once
    mkdir -p "$WINDOWS"
    # shellcheck source=tests/scripts/windows/toolchain.sh
    source tests/scripts/windows/toolchain.sh
    local runtime planted=$out/planted-race.rs
    runtime=$(rustc --print sysroot)/lib/rustlib/$host/lib/librustc-stable_rt.tsan.a
    PACKAGES=(libgit2-1.5 libz3-4)
    install_packages
    unpack_toolchain
    cp "$runtime" "$TOOLCHAIN/usr/lib/rustlib/$host/lib/"
    echo 'static mut SHARED: u32 = 0;
    fn main() {
        let other = std::thread::spawn(|| unsafe { SHARED += 1 });
        unsafe { SHARED += 1 };
        other.join().unwrap();
    }' > "$planted"
    with_toolchain rustc -Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer -o "$out/planted-race" "$planted"
    must_find 'ThreadSanitizer: data race' "$out/planted-race"

    sanitized() {
        CARGO_ENCODED_RUSTFLAGS=-Zsanitizer=thread with_toolchain cargo test --locked --quiet \
            -Zbuild-std=std,panic_unwind,test --target "$host" --target-dir "$out/thread" "$@"
    }
    sanitized --package wsman-authz-core --all-features --test races --test linearizable
    sanitized --package wsman-authz --package wsman-authz-c --lib
}

# make_plugin NAME SOURCE [DEFINE [LINK]]: builds a plug-in in C, and the library it needs, into folders of their own.
make_plugin() {
    mkdir -p "$out/$1"
    make --silent --no-print-directory -C ffi/examples/c SOURCE="$2" DEFINE="${3:-}" LINK="${4:-static}" OUT="$out/$1" \
        TARGET="$target/c-api"
}

check() { valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect,possible --error-exitcode=9 "$@"; }

valgrind_on_c() {
    say "valgrind"
    if ! command -v valgrind > /dev/null; then
        apt-get update -qq && apt-get install -y -qq valgrind
    fi
    local careless=../../c/tests/c/careless.c
    gcc -std=gnu11 -Wall -Wextra -Werror -g -rdynamic -o "$out/host" ffi/c/tests/c/host.c -ldl -lpthread

    make_plugin leak "$careless" -DSEED_LEAK
    make_plugin freed "$careless" -DSEED_USE_AFTER_FREE
    must_find 'definitely lost' check "$out/host" "$out/leak/careless.so"
    must_find 'Invalid write' check "$out/host" "$out/freed/careless.so"

    make_plugin clean "$careless"
    check "$out/host" "$out/clean/careless.so"

    # The example under the reference host, which is not checked itself: what it loses at its end is the system's.
    make_plugin example plugin.c
    make_plugin shared plugin.c "" shared
    cargo build --locked --release --quiet --package wsman-authz-models --target-dir "$target"
    valgrind --quiet --trace-children=yes --leak-check=full --show-leak-kinds=definite,indirect \
        --errors-for-leak-kinds=definite,indirect --error-exitcode=9 \
        "$target/release/wsman-authz" drive "$out/example/plugin.so" --requests 400 | tail -n 2
    "$target/release/wsman-authz" drive "$out/shared/plugin.so" --requests 2000 --dialect all | tail -n 2
}

case ${1:-all} in
    all) address_sanitizer; valgrind_on_c ;;
    address) address_sanitizer ;;
    valgrind) valgrind_on_c ;;
    threads) thread_sanitizer ;;
    *) fail "unknown: $1; one of: all, address, valgrind, threads" ;;
esac
say "clean"
