#!/usr/bin/env python3
"""What a person would write in Python to begin with: an export and the catalogue as bronze Delta tables, in the shape that the peers read.

    land.py EXPORT.zip CATALOG.csv.gz LAKE

It does less than an import of moodlake: no rows are looked at one by one, nothing is compared with what the lake holds, keys are
hashes of 64 bits, and features of tracks that the catalogue does not have are numbers drawn from their ids. Polars and deltalake.
"""

import gzip
import json
import sys
import zipfile
from pathlib import Path

import polars as pl

FEATURES = ["danceability", "energy", "loudness", "speechiness", "acousticness", "instrumentalness", "liveness", "valence", "tempo"]
WHOLE = ["key", "mode", "time_signature"]
TEXT = pl.String
PLAY = {"ts": TEXT, "ms_played": pl.Int64, "platform": TEXT, "master_metadata_track_name": TEXT,
        "master_metadata_album_artist_name": TEXT, "master_metadata_album_album_name": TEXT, "spotify_track_uri": TEXT,
        "reason_start": TEXT, "reason_end": TEXT, "skipped": pl.Boolean}


def history(path):
    rows = []
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            rows += json.loads(archive.read(member))
    plays = pl.DataFrame(rows, schema=PLAY)
    at = pl.col("ts").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", time_zone="UTC")
    artist = pl.col("master_metadata_album_artist_name")
    return plays.select(
        pl.concat_str(["ts", "ms_played", "spotify_track_uri"], separator="|").hash().cast(TEXT).alias("play_id"),
        pl.lit("local").alias("user_id"), at.alias("played_at"), at.dt.date().alias("date"), at.dt.strftime("%Y-%m").alias("month"),
        pl.col("spotify_track_uri").str.split(":").list.last().alias("track_id"), pl.col("spotify_track_uri").alias("track_uri"),
        pl.col("master_metadata_track_name").alias("track_name"), artist.alias("artist_name"),
        pl.concat_list(artist).alias("artists"), pl.col("master_metadata_album_album_name").alias("album_name"),
        pl.lit(None, pl.Int64).alias("duration_ms"), "ms_played", pl.lit(None, TEXT).alias("isrc"),
        pl.lit("extended_export").alias("source"), pl.lit("end").alias("time_basis"), pl.lit(None, TEXT).alias("context_uri"),
        "skipped", "reason_start", "reason_end", "platform", pl.lit(None, pl.Datetime("us", "UTC")).alias("ingested_at"),
        pl.lit("bench").alias("run_id"),
    ).unique("play_id")


def catalogue(path):
    with gzip.open(path) as file:
        table = pl.read_csv(file.read())
    table = table.rename({table.columns[0]: "csv_index"})
    return table.with_columns(pl.col("csv_index", *WHOLE, "popularity").cast(pl.Int32), pl.col("explicit").cast(pl.Boolean))


def made_up(plays, known):
    tracks = plays.select("track_id").drop_nulls().unique().join(known, on="track_id", how="anti")
    share = [(pl.col("track_id").hash(seed) / 2**64).alias(name) for seed, name in enumerate(FEATURES + WHOLE)]
    drawn = tracks.with_columns(share).with_columns(
        (pl.col("loudness") * -30), (pl.col("tempo") * 120 + 60), (pl.col("key") * 11).cast(pl.Int32), pl.col("mode").round().cast(pl.Int32),
        pl.lit(4, pl.Int32).alias("time_signature"))
    return drawn.with_columns(pl.lit("synthetic").alias("source"))


def nobody_knows():
    """One row, of a track that nobody played: the peers read files, and an empty table has none."""
    names = {name: pl.Float64 for name in FEATURES} | {name: pl.Int32 for name in WHOLE}
    schema = {"track_id": TEXT, "source": TEXT} | names
    return pl.DataFrame(dict.fromkeys(schema, [None]) | {"track_id": ["nobody played this"]}, schema=schema)


def main(export, catalog, lake):
    bronze = Path(lake, "bronze")
    plays, tracks = history(export), catalogue(catalog)
    plays.write_delta(bronze / "listening_history_bronze", delta_write_options={"partition_by": ["month"]})
    tracks.write_delta(bronze / "kaggle_tracks_bronze")
    made_up(plays, tracks.select("track_id")).write_delta(bronze / "my_tracks_features_bronze_synthetic")
    nobody_knows().write_delta(bronze / "my_tracks_features_bronze")


if __name__ == "__main__":
    main(*sys.argv[1:])
