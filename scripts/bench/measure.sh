# shellcheck shell=bash disable=SC2154
# measure NAME COMMAND…: a line of name, wall seconds, CPU seconds and peak resident KiB on stderr and in "$work/results"; what the command says
# is in "$work/said". Sourced by the scripts that time one command beside another. Needs GNU time.
measure() {
    local name=$1; shift
    if ! /usr/bin/time -v -o "$work/time" "$@" >"$work/said" 2>&1; then
        echo "$name failed:" >&2; tail -5 "$work/said" >&2; return 1
    fi
    awk -v name="$name" -F': ' '
        /Elapsed/ { split($NF, part, ":"); wall = part[1] * 60 + part[2]; if (3 in part) wall = wall * 60 + part[3] }
        /(User|System) time/ { cpu += $NF }
        /Maximum resident/ { resident = $NF }
        END { printf "%s\t%s\t%s\t%s\n", name, wall, cpu, resident }' "$work/time" | tee -a "$work/results" >&2
}
