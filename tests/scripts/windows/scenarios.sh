# shellcheck shell=bash
# Drives the plug-ins of tests/plugins/table.tsv, and allow_list, and compares what is said about each with the table:
# exit code, verdict, broken rules, words of the report. tests/windows/otherwise.tsv has what is different under Windows.

# Name, language, verdict, rules and words of each: `scenarios linux` or `scenarios windows`.
scenarios() {
    printf '%s\trust\tkept\t-\t-\n' allow_list $C_API
    local otherwise=tests/windows/otherwise.tsv
    [[ $1 == windows ]] || otherwise=/dev/null
    awk -F '\t' '/^(#|$)/ { next } FNR == NR { other[$1] = $0; next } { print $1 in other ? other[$1] : $0 }' \
        <(cat "$otherwise"; echo '#') tests/plugins/table.tsv
}

# Compiles the plug-ins in C: `compile_plugins FOLDER EXTENSION COMMAND...`, linked against `LIBRARIES`. What is younger
# than its sources stays.
compile_plugins() {
    local folder=$1 extension=$2 name language source result
    shift 2
    while read -r name language _; do
        source=tests/plugins/c/$name.c result=$folder/$name$extension
        [[ $language == c ]] || continue
        if [[ ! -e $result || -n $(find "$source" tests/plugins/c/*.h -newer "$result") ]]; then
            "$@" -shared -o "$result" "$source" "${LIBRARIES[@]}"
        fi
    done < <(scenarios linux)
}

# Drives one plug-in: `drive_one NAME LIBRARY REPORT COMMAND...`. Prints name, exit code, verdict and broken rules.
drive_one() {
    local name=$1 library=$2 report=$3 code=0 verdict rules
    shift 3
    "$@" drive "$library" --requests 1000 --format json > "$report.raw" 2> "$report.errors" || code=$?
    tr -d '\r\n' < "$report.raw" > "$report"
    verdict=$(sed -nE 's/^\{ *"command": *"drive", *"verdict": *"([a-z]*)".*/\1/p' "$report")
    rules=$({ grep -oE '"id": *"CL-[0-9]+"[^}]*"verdict": *"broken"' "$report" || true; } | cut -d'"' -f4 | paste -sd,)
    printf '%s\t%s\t%s\t%s\n' "$name" "$code" "${verdict:--}" "${rules:--}"
}

# `drive_all SYSTEM FOLDER EXTENSION OUTCOMES COMMAND...`: every plug-in, six at a time, because those that hang only
# wait. The outcomes go to a file, the reports to the folder OUTCOMES.d. Whether two threads meet in a mistake is chance:
# a faulty plug-in that is not told as expected is driven again, by itself, up to four times. One that keeps the rules has
# no second chance.
drive_all() {
    local system=$1 folder=$2 extension=$3 outcomes=$4 name
    shift 4
    rm -rf "$outcomes.d"
    mkdir -p "$outcomes.d"
    while read -r name _; do
        while (($(jobs -rp | wc -l) >= 6)); do wait -n || true; done
        drive_one "$name" "$folder/$name$extension" "$outcomes.d/$name.json" "$@" > "$outcomes.d/$name.line" &
    done < <(scenarios "$system")
    wait
    cat "$outcomes.d"/*.line > "$outcomes"
    for _ in 1 2 3 4; do
        for name in $(unlike_faults "$system" "$outcomes"); do
            echo "again: $name"
            drive_one "$name" "$folder/$name$extension" "$outcomes.d/$name.json" "$@" > "$outcomes.d/$name.line"
        done
        cat "$outcomes.d"/*.line > "$outcomes"
    done
    judge_outcomes "$system" "$outcomes" || fail "$system: not as expected; the reports are in $outcomes.d"
}

# `judge_outcomes SYSTEM OUTCOMES`: complains about each that is not as the table says.
judge_outcomes() {
    local name verdict rules shows found said bad=0
    while IFS=$'\t' read -r name _ verdict rules shows; do
        found=$(grep -P "^$name\t" "$2" || true)
        # A report that found nothing has no words, except in the form for people.
        if [[ $verdict == kept || $shows == - ]]; then said=yes; else
            said=$(grep -qF -- "$shows" "$2.d/$name.json" && echo yes || echo no)
        fi
        # shellcheck disable=SC2053 # the verdict may be a pattern
        if [[ $found != "$name"$'\t'$([[ $verdict == kept ]] && echo 0 || echo 1)$'\t'$verdict$'\t'$rules || $said == no ]]; then
            printf 'expected of %s: %s, broken: %s, and the words: %s\nfound: %s\n%s\n' "$name" "$verdict" "$rules" \
                "$shows" "${found:-nothing}" "$(grep -oE '"(ended|why)": *"[^"]*"' "$2.d/$name.json")" >&2
            bad=1
        fi
    done < <(scenarios "$1")
    return $bad
}

# The names of faulty plug-ins of which something else was said than the table says.
unlike_faults() {
    { judge_outcomes "$1" "$2" 2>&1 || true; } | sed -nE 's/^expected of ([^:]+): ([a-z]+),.*/\1 \2/p' |
        awk '$2 != "kept" { print $1 }'
}

# How often each verdict was reached.
tally_outcomes() {
    cut -f3 "$1" | sort | uniq -c
}

# On both systems: windows.sh alone.
check_scenarios() {
    drive_all linux "$WINDOWS/linux" .so "$WINDOWS/linux.txt" "$LINUX/debug/wsman-authz"
    drive_all windows "$STAGE/plugins" .dll "$WINDOWS/wine.txt" wine "$STAGE/wsman-authz.exe"
    alike "$WINDOWS/wine.txt" | must_equal <(alike "$WINDOWS/linux.txt") "Linux and Wine differ"
    echo "$(alike "$WINDOWS/wine.txt" | wc -l) plug-ins are judged alike:"
    tally_outcomes "$WINDOWS/wine.txt"
}

# The outcomes without those that Windows decides otherwise.
alike() {
    grep -vE "^($(grep -v '^#' tests/windows/otherwise.tsv | cut -f1 | paste -sd'|'))"$'\t' "$1"
}
