#!/usr/bin/env bash
# Times moodlake beside its peers, in turn, and prints medians with their spread:
#
#   scripts/bench.sh all PEERS CATALOG [WORK] [RUNS]   makes the inputs, measures all below, and writes docs/benchmarks.md
#   scripts/bench.sh silver LAKE PEERS [RUNS]          the silver of a generated lake, beside DuckDB, Polars and PySpark
#   scripts/bench.sh limit LAKE [RUNS]                 the same beside reading the history and writing its rows
#   scripts/bench.sh whole EXPORT CATALOG PEERS [RUNS] from an export and the catalogue to all of gold, an empty lake each time
#   scripts/bench.sh follow LAKE USER [RUNS]           `build-silver` and `run` after 50 new plays of USER, beside a first run
#   scripts/bench.sh start LAKE [RUNS]                 how soon `status`, `query` and `demo` answer; LAKE has all layers
#
# LAKE holds bronze/ as PEERS/generate.py makes it; PEERS is the folder of the peers; EXPORT and CATALOG are files. PYTHON names the
# interpreter that has the peers' packages, MOODLAKE the binary. PEERS_MEASURED names some of the peers ("duckdb polars"), DOCS=FILE
# puts the table there, under the title NAME. Needs GNU time. Run it on a quiet machine: `all` takes an hour and 15 GB under WORK.
set -euo pipefail

usage() { sed -n '2,/^set /{/^set /!s/^# \?//p}' "$0" >&2; exit 2; }
[ $# -ge 2 ] || usage
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-python3}
moodlake=${MOODLAKE:-moodlake}
read -ra measured <<<"${PEERS_MEASURED:-duckdb polars pyspark}"
zone=Europe/Madrid
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MOODLAKE=$moodlake

done_or_checked() {
    # Checks may fail (4): a generated listener may hear songs tomorrow.
    "$@" || (($? == 4))
}

# measure NAME COMMAND…: one line of name, wall seconds, CPU seconds, peak resident KiB
measure() {
    local name=$1; shift
    if ! done_or_checked /usr/bin/time -q -o "$work/time" -f '%e %U %S %M' "$@" >"$work/log" 2>&1; then
        echo "$name failed:" >&2; tail -5 "$work/log" >&2; return 1
    fi
    read -r wall user system resident < <(tail -1 "$work/time")
    printf '%s\t%s\t%s\t%s\n' "$name" "$wall" "$(echo "$user + $system" | bc)" "$resident" | tee -a "$work/results" >&2
}

silver_of() {
    rm -rf "$work/out" "$work/empty"; mkdir "$work/empty"
    "$moodlake" build-silver --full --lake "$work/empty" --timezone "$zone" \
        --history-path "$1/bronze/listening_history_bronze" \
        --real-features-path "$1/bronze/my_tracks_features_bronze" \
        --synthetic-features-path "$1/bronze/my_tracks_features_bronze_synthetic" \
        --kaggle-features-path "$1/bronze/kaggle_tracks_bronze" --out-path "$work/out"
}

# Spark reads and writes Parquet: Delta's Java libraries are not assumed.
writer() { [ "$1" = pyspark ] || echo "--writer delta"; }

silver() {
    export -f silver_of; export work moodlake zone
    measure "moodlake" bash -c 'silver_of "$0"' "$1"
    for peer in "${measured[@]}"; do
        rm -rf "$work/out"
        # shellcheck disable=SC2046
        measure "$peer" "$python" "$2/peer_$peer.py" silver --lake "$1" --out "$work/out" --timezone "$zone" $(writer "$peer")
    done
}

limit() {
    export -f silver_of; export work moodlake zone
    measure "moodlake" bash -c 'silver_of "$0"' "$1"
    rm -rf "$work/silver"; mv "$work/out" "$work/silver"
    measure "its rows read and written again" "$python" "$here/bench/write_again.py" "$work/silver" "$work/out"
    rm -rf "$work/silver"
}

whole() {
    export -f done_or_checked; export moodlake zone python work
    rm -rf "$work/lake"
    measure "moodlake" bash -c 'set -e; lake="--lake $work/lake --timezone $zone"
        "$moodlake" import "$0" $lake; "$moodlake" import-catalog "$1" $lake; done_or_checked "$moodlake" run $lake' "$1" "$2"
    # Of all that, what the peers do: clusters of a given number and temporal patterns, and no checks.
    rm -rf "$work/lake"
    measure "moodlake, the peers' jobs alone" bash -c 'set -e; lake="--lake $work/lake --timezone $zone"
        "$moodlake" import "$0" $lake; "$moodlake" import-catalog "$1" $lake
        "$moodlake" build-silver $lake; "$moodlake" build-gold mood temporal --k 4 $lake' "$1" "$2"
    for peer in "${measured[@]}"; do
        rm -rf "$work/lake"
        measure "$peer" bash -c 'set -e; "$python" "$0/bench/land.py" "$1" "$2" "$work/lake"
            "$python" "$3" silver --lake "$work/lake" --out "$work/lake/silver" --timezone "$zone" $4
            "$python" "$3" gold --silver "$work/lake/silver" --out "$work/lake/gold"' \
            "$here" "$1" "$2" "$3/peer_$peer.py" "$(writer "$peer")"
    done
}

round=0
follow() {
    local lake=$work/lake options=(--lake "$work/lake" --timezone "$zone") what
    if [ ! -d "$lake" ]; then
        cp -r "$1" "$lake"
        measure "run, everything for the first time" "$moodlake" run "${options[@]}"
    fi
    for what in build-silver run; do
        round=$((round + 1))
        "$python" "$here/bench/inputs.py" fifty "$round" "$work/Streaming_History_Audio_$round.json"
        "$moodlake" import "$work/Streaming_History_Audio_$round.json" --user "$2" "${options[@]}" --quiet >"$work/import"
        measure "$what after 50 plays" "$moodlake" "$what" "${options[@]}"
    done
    measure "run with nothing new" "$moodlake" run "${options[@]}"
}

start() {
    measure "demo" "$moodlake" demo --lake "$work/demo"
    rm -rf "$work/demo"
    measure "query, one play" "$moodlake" query --lake "$1" 'SELECT * FROM silver.listening_with_features LIMIT 1'
    measure "query, count" "$moodlake" query --lake "$1" 'SELECT count(*) FROM silver.listening_with_features'
    measure "status, its first line" bash -c 'read -r _ < <("$0" status --lake "$1")' "$moodlake" "$1"
    measure "status, all of it" "$moodlake" status --lake "$1"
}

# section NAME RUNS WHAT ARGUMENTS…
section() {
    local name=$1 runs=$2 what=$3; shift 2
    : >"$work/results"
    for _ in $(seq "$runs"); do "$what" "${@:2}"; done
    local docs=() told=("${@##*/}")
    [ -z "${DOCS:-}" ] || docs=(--docs "$DOCS" "$name" "scripts/bench.sh ${told[*]} $runs")
    "$python" "$here/bench/tables.py" "$work/results" "${docs[@]}"
}

all() {
    local peers=$1 catalog=$2 into=${3:-$work/inputs} runs=${4:-3}
    mkdir -p "$into"
    generated() {
        [ -d "$into/$1" ] || "$python" "$peers/generate.py" --plays "$2" --users "$3" --days "$4" --seed 1 --catalog "$catalog" \
            --out "$into/$1"
    }
    generated lake41k 41000 1 3650; generated lake1m 1000000 50 730; generated lake10m 10000000 500 730
    [ -f "$into/export.zip" ] || "$python" "$here/bench/inputs.py" export "$into/lake41k" "$into/export.zip"
    section "Silver of 1M plays" "$runs" silver "$into/lake1m" "$peers"
    section "Silver of 10M plays" "$runs" silver "$into/lake10m" "$peers"
    section "Silver of 10M plays and the writing of its rows" "$runs" limit "$into/lake10m"
    section "From an export of 41,000 plays to gold" "$runs" whole "$into/export.zip" "$catalog" "$peers"
    for lake in lake41k lake1m lake10m; do
        rm -rf "$work/lake"
        section "What follows 50 new plays, $lake" "$runs" follow "$into/$lake" user_00000
    done
    section "How soon commands answer, lake10m" "$runs" start "$work/lake"
}

what=$1; shift
case $what in
    all) DOCS=${DOCS:-$here/../docs/benchmarks.md} all "$@" ;;
    silver) section "${NAME:-Silver}" "${3:-3}" silver "$1" "${2:?PEERS}" ;;
    limit) section "${NAME:-Limit of silver}" "${2:-3}" limit "$1" ;;
    whole) section "${NAME:-From an export to gold}" "${4:-3}" whole "$1" "${2:?CATALOG}" "${3:?PEERS}" ;;
    follow) section "${NAME:-What follows 50 new plays}" "${3:-3}" follow "$1" "${2:?USER}" ;;
    start) section "${NAME:-How soon commands answer}" "${2:-5}" start "$1" ;;
    *) usage ;;
esac
