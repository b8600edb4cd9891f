#!/usr/bin/env bash
# Times moodlake beside its peers, in turn, and prints medians with their spread:
#
#   scripts/bench.sh silver LAKE PEERS [RUNS]     the silver of a generated lake, beside DuckDB and Polars writing Delta
#   scripts/bench.sh import EXPORT CATALOG [RUNS] a person's export, the catalogue, silver and moods from an empty lake
#
# LAKE holds bronze/ as PEERS/generate.py makes it; PEERS is the folder of peer_duckdb.py and peer_polars.py; EXPORT and CATALOG are
# files. PYTHON names the interpreter that has the peers' packages, MOODLAKE the binary. Needs GNU time. Run it on a quiet machine.
set -euo pipefail

what=${1:?silver or import}; first=${2:?}; second=${3:?}; runs=${4:-3}
python=${PYTHON:-python3}
moodlake=${MOODLAKE:-moodlake}
zone=Europe/Madrid
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# measure NAME COMMAND…: one line of name, wall seconds, CPU seconds, peak resident KiB
measure() {
    local name=$1; shift
    if ! /usr/bin/time -o "$work/time" -f '%e %U %S %M' "$@" >"$work/log" 2>&1; then
        echo "$name failed:" >&2; tail -5 "$work/log" >&2; return 1
    fi
    read -r wall user system resident <"$work/time"
    echo "$name $wall $(echo "$user + $system" | bc) $resident" | tee -a "$work/results"
}

silver() {
    local lake=$1 peers=$2
    rm -rf "$work/out" "$work/empty"; mkdir "$work/empty"
    measure moodlake "$moodlake" build-silver --full --lake "$work/empty" --timezone "$zone" \
        --history-path "$lake/bronze/listening_history_bronze" \
        --real-features-path "$lake/bronze/my_tracks_features_bronze" \
        --synthetic-features-path "$lake/bronze/my_tracks_features_bronze_synthetic" \
        --kaggle-features-path "$lake/bronze/kaggle_tracks_bronze" --out-path "$work/out"
    for peer in duckdb polars; do
        rm -rf "$work/out"
        measure "$peer-delta" "$python" "$peers/peer_$peer.py" silver --lake "$lake" --out "$work/out" --timezone "$zone" \
            --writer delta
    done
}

import() {
    rm -rf "$work/lake"
    local lake=(--lake "$work/lake" --timezone "$zone")
    cat >"$work/all" <<SCRIPT
set -e
"$moodlake" import "$1" ${lake[*]}
"$moodlake" import-catalog "$2" ${lake[*]}
"$moodlake" run ${lake[*]}
SCRIPT
    measure moodlake-all bash "$work/all"
    measure import-again "$moodlake" import "$1" "${lake[@]}"
    measure import-catalog-again "$moodlake" import-catalog "$2" "${lake[@]}"
}

for _ in $(seq "$runs"); do "$what" "$first" "$second"; done
echo
"$python" - "$work/results" <<'SCRIPT'
import statistics, sys
rows = {}
for line in open(sys.argv[1]):
    name, *figures = line.split()
    rows.setdefault(name, []).append([float(figure) for figure in figures])
base = statistics.median(run[0] for run in next(iter(rows.values())))
print("| command | runs | wall s, median (min–max) | CPU s, median | peak RSS MiB | wall, ratio to the first |")
print("| --- | --- | --- | --- | --- | --- |")
for name, runs in rows.items():
    wall = [run[0] for run in runs]
    print(f"| {name} | {len(runs)} | {statistics.median(wall):.2f} ({min(wall):.2f}–{max(wall):.2f}) "
          f"| {statistics.median(run[1] for run in runs):.2f} | {max(run[2] for run in runs) / 1024:.0f} "
          f"| {statistics.median(wall) / base:.2f} |")
SCRIPT
