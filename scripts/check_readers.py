#!/usr/bin/env python3
"""Shows that every table of a lake means the same to every reader: python3 scripts/check_readers.py LAKE

Needs `pip install deltalake duckdb polars pyarrow` and a lake, for instance that of `moodlake demo --lake LAKE`. Each
Delta table below bronze/, silver/, gold/ and ops/ is read by

    deltalake     DeltaTable.to_pyarrow_table
    duckdb files  read_parquet over the files of the snapshot, which shows the types that are really in the files
    duckdb delta  the delta extension; skipped with a word where it can be neither loaded nor installed
    polars        scan_delta

and all have to agree: the contract's columns are there with the contract's types, and rows and nulls of every column
are equal in number. Then silver's values are looked at. Prints one line a table and reader; exits 1 on any mismatch.
"""

import sys
from pathlib import Path

import duckdb
import polars as pl
from deltalake import DeltaTable

# Type -> the columns that have it wherever they stand. A column that stands nowhere here is text.
TYPES = {
    "int32": "key mode time_signature popularity csv_index hour_of_day day_of_week cluster_id k",
    "int64": "duration_ms ms_played rows_read rows_kept rows_duplicate rows_rejected tracks plays",
    "double": "danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo distance "
              "silhouette stability",
    "bool": "explicit skipped is_weekend", "date": "date", "texts": "artists track_genres", "time": "played_at_local",
    "time UTC": "played_at ingested_at fetched_at generated_at from_at to_at detected_at",
}
KIND = {name: kind for kind, names in TYPES.items() for name in names.split()}
# What the readers call these types; all times are microseconds.
NAMES = {
    "string": "text", "large_string": "text", "string_view": "text", "VARCHAR": "text", "String": "text",
    "list<element: string>": "texts", "list<item: string>": "texts", "VARCHAR[]": "texts", "List(String)": "texts",
    "INTEGER": "int32", "Int32": "int32", "BIGINT": "int64", "Int64": "int64", "DOUBLE": "double", "Float64": "double",
    "BOOLEAN": "bool", "Boolean": "bool", "date32[day]": "date", "DATE": "date", "Date": "date",
    "timestamp[us, tz=UTC]": "time UTC", "TIMESTAMP WITH TIME ZONE": "time UTC",
    "Datetime(time_unit='us', time_zone='UTC')": "time UTC",
    "timestamp[us]": "time", "TIMESTAMP": "time", "Datetime(time_unit='us', time_zone=None)": "time",
}
FEATURES = ("danceability energy loudness speechiness acousticness instrumentalness liveness valence tempo "
            "key mode time_signature")
HISTORY = ("play_id user_id played_at date month track_id track_uri track_name artist_name artists album_name isrc "
           "source duration_ms ms_played time_basis context_uri skipped reason_start reason_end platform "
           "ingested_at run_id")
TRACK = "track_id track_name album_name popularity duration_ms explicit"
# The contract's columns of the contract's tables.
COLUMNS = {
    "listening_history_bronze": HISTORY,
    "my_tracks_features_bronze": f"{TRACK} artist_name isrc {FEATURES} source fetched_at",
    "my_tracks_features_bronze_synthetic": f"track_id {FEATURES} source generator_version generated_at",
    "kaggle_tracks_bronze": f"csv_index {TRACK} artists {FEATURES} track_genre",
    "import_ledger": "file rows_read rows_kept rows_duplicate rows_rejected",
    "history_gaps": "user_id from_at to_at detected_at closed_by",
    "listening_with_features": f"{HISTORY} {FEATURES} feature_source feature_provider feature_match track_genre "
                               "track_genres played_at_local hour_of_day day_of_week part_of_day is_weekend timezone",
    "mood_clusters": "track_id cluster_id mood distance feature_source plays model_id",
    "mood_cluster_profiles": "model_id cluster_id mood tracks plays k silhouette stability",
}
# What no row of silver may be; `history` is the table beside it.
NEVER = {
    "the play stands twice": "play_id IN (SELECT play_id FROM silver GROUP BY play_id HAVING count(*) > 1)",
    "the play is not in the history": "play_id NOT IN (SELECT play_id FROM history WHERE play_id IS NOT NULL)",
    "silver is longer than the history": "(SELECT count(*) FROM silver) > (SELECT count(*) FROM history)",
    "played_at_local is not played_at in the zone": "played_at_local IS DISTINCT FROM timezone(timezone, played_at)",
    "hour_of_day is not of played_at_local": "hour_of_day IS DISTINCT FROM hour(played_at_local)",
    "day_of_week is not of played_at_local": "day_of_week IS DISTINCT FROM isodow(played_at_local)",
    "feature_source is none of the three": "feature_source NOT IN ('real', 'synthetic', 'kaggle')",
    "there is a source without features, or the reverse":
        f"(feature_source IS NULL) <> (coalesce({FEATURES.replace(' ', ', ')}) IS NULL)",
}


def by_deltalake(path, _):
    table = DeltaTable(path).to_pyarrow_table()
    nulls = {name: table[name].null_count for name in table.column_names}
    return {field.name: str(field.type) for field in table.schema}, table.num_rows, nulls


def by_duckdb(relation, db):
    kinds = {row[0]: row[1] for row in db.execute(f"DESCRIBE FROM {relation}").fetchall()}
    counts = ", ".join(f'count(*) - count("{name}")' for name in kinds)
    rows, *nulls = db.execute(f"SELECT count(*), {counts} FROM {relation}").fetchone()
    return kinds, rows, dict(zip(kinds, nulls))


def by_polars(path, _):
    frame = pl.scan_delta(path).collect()
    nulls = frame.null_count().row(0, named=True)
    return {name: str(kind) for name, kind in frame.schema.items()}, frame.height, nulls


def files(path):
    return f"read_parquet({DeltaTable(path).file_uris()!r}, hive_partitioning = true, hive_types_autocast = false)"


def faults(table, found, first):
    """How a reader's (types, rows, nulls) differ from the contract, and from those of the first reader."""
    for name in COLUMNS.get(table, "").split():
        wanted = "text" if (table, name) == ("kaggle_tracks_bronze", "artists") else KIND.get(name, "text")
        kind = found[0].get(name, "missing")
        if NAMES.get(kind, kind) != wanted:
            yield f"{name} is {NAMES.get(kind, kind)}, not {wanted}"
    if found[1] != first[1]:
        yield f"{found[1]} rows, not {first[1]}"
    for name, count in first[2].items():
        if found[2].get(name) != count:
            yield f"{name} has {found[2].get(name)} nulls, not {count}"


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_readers.py LAKE")
    folders = [log.parent for log in sorted(Path(sys.argv[1]).absolute().glob("*/*/_delta_log"))]
    tables = {folder.name: str(folder) for folder in folders}
    readers = {"deltalake": by_deltalake, "duckdb files": lambda path, db: by_duckdb(files(path), db),
               "duckdb delta": lambda path, db: by_duckdb(f"delta_scan('{path}')", db), "polars": by_polars}
    db, wrong = duckdb.connect(), 0
    db.execute("SET TimeZone = 'UTC'")
    try:
        db.execute("INSTALL delta; LOAD delta")
    except duckdb.Error as error:
        print(f"duckdb delta skipped: {str(error).splitlines()[0]}")
        del readers["duckdb delta"]
    for table, path in tables.items():
        first = None
        for reader, read in readers.items():
            try:
                found = read(path, db)
                first = first or found
                rows, wrongs = f"{found[1]:,} rows", list(faults(table, found, first))
            except Exception as error:  # Whatever a reader raises, the table is not read.
                rows, wrongs = "-", [f"cannot read it: {str(error).splitlines()[0]}"]
            wrong += len(wrongs)
            print(f"{table:36} {reader:12} {rows:>16}  {'; '.join(wrongs) or 'ok'}")
    if {"listening_with_features", "listening_history_bronze"} <= set(tables):
        db.execute(f"CREATE VIEW silver AS FROM {files(tables['listening_with_features'])}")
        db.execute(f"CREATE VIEW history AS FROM {files(tables['listening_history_bronze'])}")
        for what, sql in NEVER.items():
            count = db.execute(f"SELECT count(*) FROM silver WHERE {sql}").fetchone()[0]
            wrong += count > 0
            print(f"{'listening_with_features':36} {'values':12} {count:>11} rows  in which {what}")
    sys.exit(f"{wrong} mismatches" if wrong else None if tables else f"{sys.argv[1]}: there is no table")


if __name__ == "__main__":
    main()
