#!/usr/bin/env bash
# Times `moodlake export postgres` into an empty database beside `psql \copy` of the same rows, keys, indexes and statistics, in turn, and
# prints medians as a Markdown table:
#
#   scripts/bench/export.sh LAKE [ROUNDS]
#
# LAKE is a lake with a star schema (`moodlake build-gold star`). A PostgreSQL of its own (Debian's package) serves both, each round (5) a
# new database. `\copy` reads CSV files that lie there already, in one transaction, and makes keys and indexes behind the rows. PYTHON
# names an interpreter with scripts/requirements.txt, MOODLAKE the binary, WORK a folder. Needs GNU time. Run it on a quiet machine.
set -euo pipefail

usage() { sed -n '2,/^set /{/^set /!s/^# \?//p}' "$0" >&2; exit 2; }
[ $# -ge 1 ] || usage
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lake=$1 rounds=${2:-5}
python=${PYTHON:-python3}
moodlake=$(command -v "${MOODLAKE:-moodlake}")
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
work=$(mktemp -d ${WORK:+-p "$WORK"})
port=$((20000 + RANDOM % 20000))
as=()
if [ "$(id -u)" = 0 ]; then
    as=(runuser -u postgres --)
    chown postgres "$work"
fi
stop() { (cd / && "${as[@]}" "$bin/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1) || true; rm -rf "$work"; }
trap stop EXIT
(
    cd /
    "${as[@]}" "$bin/initdb" -D "$work/data" -U bench --auth=trust -E UTF8 --locale=C >/dev/null
    # As a server is set up that is used; the same for both.
    "${as[@]}" "$bin/pg_ctl" -D "$work/data" -l "$work/data/log" -w start >/dev/null \
        -o "-p $port -h 127.0.0.1 -k $work -c max_wal_size=4GB -c shared_buffers=512MB -c maintenance_work_mem=256MB"
)
export PGHOST=127.0.0.1 PGPORT=$port PGUSER=bench
tables=(dim_artist dim_album dim_track dim_date dim_time fact_play)

# shellcheck source=scripts/bench/measure.sh
source "$here/measure.sh"

export_into() { "$bin/createdb" "$1"; measure "moodlake export postgres" "$moodlake" export postgres --lake "$lake" --url "postgres://bench@127.0.0.1:$port/$1" --no-progress; }

# What `\copy` is to load: the first export's own rows, as PostgreSQL writes them, and its own definitions.
export_into first
: >"$work/results"
"$bin/pg_dump" -d first -n moodlake --section=pre-data >"$work/before.sql"
"$bin/pg_dump" -d first -n moodlake --section=post-data >"$work/after.sql"
{
    cat "$work/before.sql"
    for table in "${tables[@]}"; do echo "\\copy moodlake.$table from '$work/$table.csv' (format csv)"; done
    cat "$work/after.sql"
    for table in "${tables[@]}"; do echo "ANALYZE moodlake.$table;"; done
} >"$work/load.sql"
for table in "${tables[@]}"; do
    "$bin/psql" -q -d first -c "\\copy moodlake.$table to '$work/$table.csv' (format csv)"
done
for round in $(seq "$rounds"); do
    export_into "ours$round"
    "$bin/createdb" "theirs$round"
    measure "psql, copy" "$bin/psql" -q -1 -v ON_ERROR_STOP=1 -d "theirs$round" -f "$work/load.sql"
    for query in "count(*), sum(ms_played), sum(track_key::numeric), sum(date_key::bigint)"; do
        ours=$("$bin/psql" -At -d "ours$round" -c "SELECT $query FROM moodlake.fact_play")
        theirs=$("$bin/psql" -At -d "theirs$round" -c "SELECT $query FROM moodlake.fact_play")
        [ "$ours" = "$theirs" ] || { echo "the two differ: $ours and $theirs" >&2; exit 1; }
    done
    "$bin/dropdb" "ours$round" && "$bin/dropdb" "theirs$round"
done
echo "$ours" >&2
"$python" "$here/tables.py" "$work/results"
