"""What is in a lake, read by Python's deltalake, and how two lakes differ."""

import json
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

# The key of each table, as docs/tables.md has it; a table that is not here has none.
KEYS = {
    "listening_history_bronze": "play_id",
    "my_tracks_features_bronze": "track_id",
    "my_tracks_features_bronze_synthetic": "track_id",
    "kaggle_tracks_bronze": "row_id",
    "rejected_rows": "reject_id",
    "player_events": "event_id",
    "play_events": "event_id",
    "stream_events": "source partition position",
    "dead_letters": "source partition position",
    "genre_plays_per_minute": "window_start genre",
    "listening_with_features": "play_id",
    "catalog_tracks": "track_id",
    "mood_clusters": "track_id",
    "mood_cluster_profiles": "model_id cluster_id",
    "play_moods": "play_id",
    "mood_circumplex": "user_id centre quadrant",
    "temporal_patterns": "user_id grain day_of_week hour_of_day part_of_day is_weekend",
    "listening_sessions": "session_id",
    "listening_streaks": "user_id from_date",
    "top_items": "user_id period period_start kind rank",
    "wellbeing_indicators": "user_id local_date",
    "mood_drivers": "user_id stretch kind subject",
    "mood_forecast": "user_id target local_date",
    "forecast_backtests": "user_id target method",
    "track_recommendations": "user_id goal rank",
    "weekly_recaps": "user_id iso_week",
    "dim_track": "track_key",
    "dim_artist": "artist_key",
    "dim_album": "album_key",
    "dim_date": "date_key",
    "dim_time": "time_key",
    "fact_play": "play_id",
}
# These tell when and by which command a row was written, which no two lakes share.
OF_THE_RUN = {
    "run_id",
    "ingested_at",
    "fetched_at",
    "generated_at",
    "imported_at",
    "rejected_at",
    "fitted_at",
    "detected_at",
    "asked_at",
    "missed_at",
}
# A journal of commands: it has rows more for every command. The ledger tells of every import, so a repeated one counts twice.
JOURNALS = {"runs", "import_ledger", "check_results"}


def tables(lake):
    """The folders or addresses of the lake's tables by name. A lake that is no folder knows them itself, and how to reach them."""
    if not isinstance(lake, Path):
        return lake.tables()
    return {f"{log.parent.parent.name}/{log.parent.name}": log.parent for log in sorted(lake.glob("*/*/_delta_log"))}


def read(path, version=None, options=None):
    """The table's rows less the columns of the run, sorted by its key. Raises whatever makes it unreadable."""
    table = DeltaTable(str(path), version=version, storage_options=options).to_pyarrow_table()
    table = table.select([name for name in table.column_names if name not in OF_THE_RUN])
    if "closed_by" in table.column_names:
        # The run that closed a gap: what two lakes share is whether it is closed.
        place = table.column_names.index("closed_by")
        table = table.set_column(place, "closed_by", pc.is_valid(table["closed_by"]))
    key = KEYS.get(str(path).rsplit("/", 1)[-1], "").split()
    if not key:
        # Few rows, and lists cannot be sorted.
        return pa.Table.from_pylist(sorted(table.to_pylist(), key=repr), schema=table.schema)
    return table.sort_by([(name, "ascending") for name in key])


def content(lake):
    """(tables by name, what is wrong with them). A table without a version yet is none."""
    found, wrong = {}, []
    for name, path in tables(lake).items():
        if isinstance(path, Path) and not any((path / "_delta_log").glob("*.json")):
            continue
        try:
            found[name] = read(path, options=getattr(lake, "options", None))
        except Exception as error:  # Whatever the reader raises, the table is not readable.
            wrong.append(f"{name} cannot be read: {str(error).splitlines()[0]}")
            continue
        wrong += [f"{name}: {what}" for what in duplicates(name.split("/")[1], found[name])]
    return found, wrong


def duplicates(name, table):
    key = KEYS.get(name, "").split()
    if key:
        different = table.select(key).group_by(key).aggregate([]).num_rows
        if different != table.num_rows:
            yield f"{table.num_rows - different} rows repeat a key"
    if name == "import_ledger":
        kept = pc.add(pc.add(table["rows_kept"], table["rows_duplicate"]), table["rows_rejected"])
        if not pc.all(pc.equal(table["rows_read"], kept)).as_py():
            yield "its counts do not add up"


def named(path):
    """The data files that a version of the table names: the newest one, and those whose commits are still in the log."""
    names = set()
    for version in (path / "_delta_log").glob("*.json"):
        actions = (json.loads(line) for line in version.read_text().splitlines())
        names |= {unquote(action["add"]["path"]) for action in actions if "add" in action}
    # Upkeep deletes commits that a checkpoint stands for.
    newest = DeltaTable(str(path)).get_add_actions()["path"].to_pylist() if names else []
    return names | {unquote(name) for name in newest}


def data_files(path):
    return (file for file in path.rglob("*.parquet*") if "_delta_log" not in file.parts)


def orphans(lake):
    """Data files that no version names: what writes that did not become a version have left behind."""
    for path in (folder for folder in lake.glob("*/*") if folder.is_dir()):
        names = named(path)
        yield from (file for file in data_files(path) if str(file.relative_to(path)) not in names)


def differences(wanted, found):
    """How two lakes' contents differ, table by table; the journals are not compared."""
    for name in sorted(wanted.keys() | found.keys()):
        if name.split("/")[1] in JOURNALS:
            continue
        one, other = wanted.get(name), found.get(name)
        if one is None or other is None:
            yield f"{name} is {'missing' if other is None else 'too much'}"
        elif one.schema != other.schema:
            yield f"{name} has other columns"
        elif one.num_rows != other.num_rows:
            yield f"{name} has {other.num_rows} rows, not {one.num_rows}"
        elif not one.equals(other):
            columns = [column for column in one.column_names if not one[column].equals(other[column])]
            yield f"{name} differs in {', '.join(columns[:6])}{' …' if len(columns) > 6 else ''}: {example(one, other, columns[0])}"


def example(one, other, column):
    for row, (left, right) in enumerate(zip(one[column].to_pylist(), other[column].to_pylist())):
        if left != right:
            return f"row {row}, {column}: {right!r}, not {left!r}"
    return "only in how nulls or NaN are written"
