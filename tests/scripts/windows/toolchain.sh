# shellcheck shell=bash
# What it takes to build for Windows and to run what was built. Sourced by windows.sh, and by sanitizers.sh for the
# toolchain alone.
#
# Debian 12 has a Rust that is new enough (rustc-web) but no standard library for Windows: it is built from source.
# The compiler cannot be installed beside rustup's, so it is unpacked into a folder of its own. That makes one Rust
# for Windows and another for everything else, which is fine: only the results are compared.

TOOLCHAIN=$WINDOWS/rust
TARGET=x86_64-pc-windows-gnu
MINGW=x86_64-w64-mingw32
PACKAGES=(gcc-mingw-w64-x86-64-win32 make wine wine64 libgit2-1.5 libz3-4)

export WINEPREFIX=$WINDOWS/prefix WINEDEBUG=-all
unset DISPLAY

install_packages() {
    local missing=()
    for package in "${PACKAGES[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    if ((${#missing[@]})); then
        [[ $(id -u) == 0 ]] || fail "as root: apt-get install ${missing[*]}"
        echo "installing ${missing[*]}"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > "$WINDOWS/apt.log"
    fi
}

# The first package with a name of this form that another one depends on.
dependency() {
    apt-cache depends "$1" | sed -n "s/^ *Depends: \($2\)\$/\1/p" | head -1
}

unpack_toolchain() {
    if [[ ! -e $TOOLCHAIN/complete ]]; then
        rm -rf "$TOOLCHAIN"
        mkdir -p "$TOOLCHAIN/packages"
        apt-get update -qq
        local std llvm
        std=$(dependency libstd-rust-web-dev 'libstd-rust-web-[0-9.]*')
        llvm=$(dependency "${std:-libstd-rust-web-dev}" 'libllvm[0-9]*')
        [[ -n $std && -n $llvm ]] || fail "Debian has no package rustc-web here"
        echo "unpacking rustc-web and what belongs to it"
        (
            cd "$TOOLCHAIN/packages"
            apt-get download -qq -o APT::Sandbox::User=root \
                rustc-web cargo-web libstd-rust-web-dev rust-web-src rust-web-llvm "$std" "$llvm"
            for package in *.deb; do dpkg -x "$package" ..; done
        )
        # Of the source only the standard library is needed.
        find "$TOOLCHAIN"/usr/src/rustc-*/ -mindepth 1 -maxdepth 1 ! -name library -exec rm -r {} +
        rm -r "$TOOLCHAIN/packages"
        touch "$TOOLCHAIN/complete"
    fi
    with_toolchain rustc --version
}

# Runs a program of the toolchain.
with_toolchain() {
    # rustup's cargo, if that is what started this script, speaks for itself in these variables.
    env -u RUSTUP_TOOLCHAIN -u CARGO -u RUSTFLAGS LD_LIBRARY_PATH="$TOOLCHAIN/usr/lib/x86_64-linux-gnu" \
        RUSTC="$TOOLCHAIN/usr/bin/rustc" RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$WINDOWS/build" \
        "$TOOLCHAIN/usr/bin/$1" "${@:2}"
}

make_prefix() {
    if [[ ! -e $WINEPREFIX/complete ]]; then
        rm -rf "$WINEPREFIX"
        echo "making a folder for Wine"
        wineboot -u > "$WINDOWS/wineboot.log" 2>&1 || fail "wineboot failed: see $WINDOWS/wineboot.log"
        touch "$WINEPREFIX/complete"
    fi
}

# Ends what Wine keeps running in the background: of this prefix only.
stop_wine() {
    wineserver -k 2> /dev/null || true
}
