#!/usr/bin/env bash
# Times moodlake beside its peers, in turn, and prints medians with their spread:
#
#   scripts/bench.sh silver LAKE PEERS [RUNS]     the silver of a generated lake, beside DuckDB and Polars writing Delta
#   scripts/bench.sh import EXPORT CATALOG [RUNS] a person's export, the catalogue, silver and moods from an empty lake
#   scripts/bench.sh follow LAKE USER [RUNS]      `build-silver` and `run` after 50 new plays of USER, each beside a full silver
#
# LAKE holds bronze/ as PEERS/generate.py makes it; PEERS is the folder of peer_duckdb.py and peer_polars.py; EXPORT and CATALOG are
# files. PYTHON names the interpreter that has the peers' packages, MOODLAKE the binary. Needs GNU time. Run it on a quiet machine.
set -euo pipefail

what=${1:?silver, import or follow}; first=${2:?}; second=${3:?}; runs=${4:-3}
python=${PYTHON:-python3}
moodlake=${MOODLAKE:-moodlake}
zone=Europe/Madrid
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

done_or_checked() {
    "$@" || (($? == 4))
}

# measure NAME COMMAND…: one line of name, wall seconds, CPU seconds, peak resident KiB
measure() {
    local name=$1; shift
    # Checks may fail (4): a generated listener may hear songs tomorrow.
    if ! done_or_checked /usr/bin/time -q -o "$work/time" -f '%e %U %S %M' "$@" >"$work/log" 2>&1; then
        echo "$name failed:" >&2; tail -5 "$work/log" >&2; return 1
    fi
    read -r wall user system resident < <(tail -1 "$work/time")
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

# fifty NUMBER: an export of 50 plays, of another day for each number
fifty() {
    "$python" - "$1" >"$work/Streaming_History_Audio_$1.json" <<'SCRIPT'
import json, sys
from datetime import datetime, timedelta
start = datetime(2025, 6, 1) + timedelta(days=int(sys.argv[1]))
print(json.dumps([{
    "ts": (start + timedelta(minutes=4 * play)).strftime("%Y-%m-%dT%H:%M:%SZ"), "ms_played": 180000, "platform": "x",
    "master_metadata_track_name": f"Song {play}", "master_metadata_album_artist_name": "Artist",
    "master_metadata_album_album_name": "Album", "spotify_track_uri": f"spotify:track:{play:022d}",
    "reason_start": "trackdone", "reason_end": "trackdone", "skipped": False} for play in range(50)]))
SCRIPT
}

follow() {
    local lake=$work/lake options=(--lake "$work/lake" --timezone "$zone")
    if [ ! -d "$lake" ]; then
        cp -r "$1" "$lake"
        done_or_checked "$moodlake" run "${options[@]}" --quiet 2>"$work/log"
    fi
    round=$((${round:-0} + 2))
    for number in $((round - 1)) $round; do
        fifty "$number"
        "$moodlake" import "$work/Streaming_History_Audio_$number.json" --user "$2" "${options[@]}" --quiet >"$work/import"
        if ((number % 2)); then
            measure build-silver-after-50 "$moodlake" build-silver "${options[@]}"
        else
            measure run-after-50 "$moodlake" run "${options[@]}"
        fi
    done
    measure build-silver-full "$moodlake" build-silver --full "${options[@]}"
    done_or_checked "$moodlake" run "${options[@]}" --quiet 2>"$work/log"
    measure run-with-nothing-new "$moodlake" run "${options[@]}"
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
