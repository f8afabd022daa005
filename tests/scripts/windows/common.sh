# shellcheck shell=bash
# Small things that every part uses. Sourced first.

section() { printf '\n-- %s --\n' "$*"; }

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Compares a file with standard input.
must_equal() {
    diff --unified=0 --label expected --label found "$1" - || fail "$2"
}

# Copies what cargo built as libraries, without the second name that it gives each of them: `copy_plugins FROM EXTENSION TO`.
copy_plugins() {
    local library name
    for library in "$1"/*"$2"; do
        name=$(basename "$library" "$2")
        [[ $name == *-????????????????* ]] || cp "$library" "$3/${name#lib}$2"
    done
}
