# shellcheck shell=bash
# Builds everything for both systems, and says what is exported. Sourced by windows.sh.

CFLAGS=(-O1 -Wall -Wextra -Werror)

build_for_windows() {
    echo "Rust for $TARGET"
    # The engine stops panics at the boundary (CL-61), so they must unwind.
    # No optimization of the models: nothing is explored here, and the compiler has enough to do.
    with_toolchain cargo build --quiet --locked -Zbuild-std=std,panic_unwind --target "$TARGET" \
        --config profile.dev.debug=false --config profile.dev.package.wsman-authz-models.opt-level=0 \
        --package wsman-authz --package wsman-authz-models --package wsman-authz-test-plugins --bins --examples
    with_toolchain cargo build --quiet --locked -Zbuild-std=std,panic_unwind --target "$TARGET" \
        --config profile.dev.debug=false --package wsman-authz-c
    mkdir -p "$STAGE/plugins"
    local built=$WINDOWS/build/$TARGET/debug
    cp "$built/wsman-authz.exe" "$built/examples/layout.exe" "$STAGE"
    copy_plugins "$built/examples" .dll "$STAGE/plugins"

    echo "C for $TARGET"
    local compile=("$MINGW-gcc" "${CFLAGS[@]}")
    "${compile[@]}" -shared -o "$STAGE/wsmsvc.dll" tests/windows/wsmsvc.c
    "${compile[@]}" -shared -o "$STAGE/bcryptprimitives.dll" tests/windows/bcryptprimitives.c -ladvapi32
    "${compile[@]}" -o "$STAGE/header.exe" tests/windows/layout.c
    LIBRARIES=("$STAGE/wsmsvc.dll")
    compile_plugins "$STAGE/plugins" .dll "${compile[@]}"
    make_c_api "$STAGE/plugins" dll "$WINDOWS/build" CROSS="$MINGW-"
}

build_for_linux() {
    echo "the same for Linux"
    cargo build --quiet --locked --package wsman-authz --package wsman-authz-models --package wsman-authz-test-plugins \
        --bins --examples
    mkdir -p "$WINDOWS/linux"
    copy_plugins "$LINUX/debug/examples" .so "$WINDOWS/linux"
    LIBRARIES=()
    compile_plugins "$WINDOWS/linux" .so "${CC:-gcc}" "${CFLAGS[@]}" -fPIC -pthread
    cargo build --quiet --locked --package wsman-authz-c --target-dir "$LINUX/c-api"
    make_c_api "$WINDOWS/linux" so "$LINUX/c-api"
}

# The example of the C API by its own Makefile, with the library that was built already:
# `make_c_api FOLDER EXTENSION TARGET [VARIABLE...]`.
make_c_api() {
    local folder=$1 extension=$2 target=$3
    shift 3
    mkdir -p "$WINDOWS/c-api"
    make --quiet --assume-old=library --directory ffi/examples/c BUILD=debug TARGET="$target" OUT="$WINDOWS/c-api" "$@"
    cp "$WINDOWS/c-api/plugin.$extension" "$folder/$C_API.$extension"
}

exports_of() {
    case $1 in
        *.so) nm -D --defined-only "$1" | awk '{ print $NF }' ;;
        *) "$MINGW-objdump" -p "$1" |
            awk '/^\[Ordinal\/Name Pointer\] Table/ { on = 1; next } !NF { on = 0 } on { print $NF }' ;;
    esac | sort
}

# The same library for Linux, and the same structures.
check_linux() {
    section "and on Linux"
    must_export "$WINDOWS/linux/allow_list.so" "${EXPORTS[@]}"
    "$LINUX/debug/examples/layout" | must_equal "$WINDOWS/layout.txt" "the layout on Linux is another"
    echo "the layout is that of Windows"
}
