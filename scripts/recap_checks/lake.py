"""Makes the lake of one zone's listeners with the program under test."""

import random
from datetime import datetime, timezone

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from lake_checks.inputs import CATALOGUE

from . import exports

INSTANT = pa.timestamp("us", tz="UTC")
GAPS = pa.schema([("user_id", pa.string()), ("from_at", INSTANT), ("to_at", INSTANT), ("detected_at", INSTANT), ("closed_by", pa.string())])
HISTORY = "bronze/listening_history_bronze"
TRACKS = "bronze/my_tracks_features_bronze"
FEATURES = ("danceability", "energy", "speechiness", "acousticness", "instrumentalness", "liveness", "valence")


def prepare(program, lake, zone, people, songs):
    """Up to silver; neither gaps nor recommendations."""
    clock = ("--quiet", "--timezone", zone)
    for person in people:
        folder = exports.write(lake.with_name(f"{lake.name}-exports") / f"{person.number:02}", person)
        if folder:
            program.must(lake, *clock, "import", folder, "--user", person.name)
    program.must(lake, *clock, "import-catalog", CATALOGUE)
    add_untimed(lake, people)
    add_features(lake, songs.foreign)
    program.must(lake, *clock, "populate-missing")
    program.must(lake, *clock, "build-silver")


def finish(program, lake, zone, people):
    """Gaps, and all that gold has to add."""
    rows = [
        {"user_id": person.name, "from_at": first, "to_at": last, "detected_at": last, "closed_by": None if is_open else "an-import"}
        for person in people for first, last, is_open in person.gaps
    ]
    write_deltalake(lake / "ops/history_gaps", pa.Table.from_pylist(rows, schema=GAPS), mode="append")
    program.must(lake, "--quiet", "--timezone", zone, "build-gold", "recommendations")


def add_untimed(lake, people):
    rows = [row for person in people for row in exports.bronze_rows(person)]
    if rows:
        schema = DeltaTable(lake / HISTORY).to_pyarrow_table().schema
        write_deltalake(lake / HISTORY, pa.Table.from_pylist(rows, schema=schema), mode="append")


def add_features(lake, songs):
    """Features of another provider, for tracks that the catalogue does not know."""
    table = DeltaTable(lake / TRACKS).to_pyarrow_table()
    rows, told = table.to_pylist(), {song.id for song in songs}
    for row in rows:
        if row["track_id"] in told:
            chance = random.Random(row["track_id"])
            # Some with more digits than the millionths that count.
            row |= {name: round(chance.random(), chance.choice((3, 9))) for name in FEATURES}
            row |= {"key": 5, "mode": 1, "loudness": -7.5, "tempo": 120.5, "source": "reccobeats"}
            row["fetched_at"] = datetime(2026, 1, 1, tzinfo=timezone.utc)
    write_deltalake(lake / TRACKS, pa.Table.from_pylist(rows, schema=table.schema), mode="overwrite")
