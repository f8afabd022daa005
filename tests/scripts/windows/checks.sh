# shellcheck shell=bash
# What can be said about the files as they were built, and about a policy that panics. `RUN` starts a program of
# Windows: `wine`, or nothing under Windows itself.

EXPORTS=(WSManPluginAuthzOperation WSManPluginAuthzQueryQuota WSManPluginAuthzReleaseContext WSManPluginAuthzUser
    WSManPluginShutdown WSManPluginStartup)
COMPLETIONS=(WSManPluginAuthzOperationComplete WSManPluginAuthzQueryQuotaComplete WSManPluginAuthzUserComplete)

# The error codes of WinRM have a header of their own, which mingw-w64 lacks.
WINRM_CODES='^(ERROR_WSMAN_REDIRECT_REQUESTED|ERROR_REDIRECT_LOCATION_INVALID) '

# All checks of this file.
check_windows() {
    section "exports"
    for plugin in allow_list engine_policy_panics $C_API; do
        must_export "$STAGE/plugins/$plugin.dll" "${EXPORTS[@]}"
    done
    must_export "$STAGE/wsman-authz.exe" "${COMPLETIONS[@]}" WSManAuthzProcessEnds
    must_export "$STAGE/wsmsvc.dll" "${COMPLETIONS[@]}"
    section "layout of the structures, and constants"
    check_layout
    section "a policy that panics denies its request, and no other"
    check_panics
    section "without the stand-in, drive does not take the system's wsmsvc.dll"
    check_without_stand_in
}

# Exactly these names, in no other spelling.
must_export() {
    local file=$1
    shift
    exports_of "$file" | must_equal <(printf '%s\n' "$@" | sort) "$file does not export exactly these $# names"
    echo "$(basename "$file") exports exactly $# names"
}

check_layout() {
    (cd "$STAGE" && "${RUN[@]}" ./header.exe) | tr -d '\r' > "$WINDOWS/header.txt"
    (cd "$STAGE" && "${RUN[@]}" ./layout.exe) | tr -d '\r' > "$WINDOWS/layout.txt"
    if grep -Eq "$WINRM_CODES" "$WINDOWS/header.txt"; then
        cp "$WINDOWS/layout.txt" "$WINDOWS/known.txt"
    else
        grep -Ev "$WINRM_CODES" "$WINDOWS/layout.txt" > "$WINDOWS/known.txt"
    fi
    must_equal "$WINDOWS/header.txt" "Rust does not agree with wsman.h" < "$WINDOWS/known.txt"
    echo "$(wc -l < "$WINDOWS/header.txt") lines are equal to those of wsman.h"
}

# The policy of engine_policy_panics panics about each user whose name ends in 3, before it has answered, and about
# those with a 4, after it has. Whom did it let in?
check_panics() {
    (cd "$STAGE" && "${RUN[@]}" ./wsman-authz.exe drive plugins/engine_policy_panics.dll --requests 600 \
        --dialect default --trace panics.jsonl > panics.txt) || fail "panics did harm: see $STAGE/panics.txt"
    answers "$STAGE/panics.jsonl" | sort -u |
        must_equal <(printf '%s\n' 'others: yes' 'who makes it panic: no') "panics did harm"
    answers "$STAGE/panics.jsonl" | sort | uniq -c
}

# One line for each answer about a user. The trace tells of question and answer apart; the request ties them together.
answers() {
    sed -nE -e 's/.*"call":"authorize_user".*"request":"(r[0-9]+)","user":"([^"]*)".*/\1 asks \2/p' \
        -e 's/.*"call":"user_complete","request":"(r[0-9]+)".*"error":([0-9]+).*/\1 answer \2/p' "$1" |
        awk '$2 == "asks" { user[$1] = $3 }
             $2 == "answer" { print (user[$1] ~ /3$/ ? "who makes it panic" : "others") ": " ($3 == 0 ? "yes" : "no") }'
}

check_without_stand_in() {
    local alone=$WINDOWS/alone code=0
    mkdir -p "$alone"
    cp "$STAGE/wsman-authz.exe" "$alone"
    [[ ! -e $STAGE/bcryptprimitives.dll ]] || cp "$STAGE/bcryptprimitives.dll" "$alone"
    (cd "$alone" && "${RUN[@]}" ./wsman-authz.exe drive ../stage/plugins/allow_list.dll > out.txt 2> errors.txt) || code=$?
    [[ $code == 2 ]] || fail "exit code $code instead of 2"
    grep -o 'wsmsvc.dll: no such file' "$alone/errors.txt" || fail "the error does not name wsmsvc.dll: see $alone/errors.txt"
}
