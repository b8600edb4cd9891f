#!/usr/bin/env python3
"""Inputs of the benchmarks, made from a generated bronze layer:

    inputs.py export LAKE OUT.zip      the listening history of LAKE, as the ZIP of an extended streaming history
    inputs.py fifty NUMBER OUT.json    an export of 50 plays of songs that nobody knows, of another day for each number

(needs: pip install deltalake pyarrow)
"""

import json
import sys
import zipfile
from datetime import datetime, timedelta

ROWS_A_FILE = 16_000
FOLDER = "Spotify Extended Streaming History"


def row(ts, ms_played, track, artist, album, uri, **told):
    return {
        "ts": ts, "platform": "android", "ms_played": ms_played, "conn_country": "ES", "ip_addr": "203.0.113.7",
        "master_metadata_track_name": track, "master_metadata_album_artist_name": artist,
        "master_metadata_album_album_name": album, "spotify_track_uri": uri, "episode_name": None, "episode_show_name": None,
        "spotify_episode_uri": None, "audiobook_title": None, "audiobook_uri": None, "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None, "reason_start": "clickrow", "reason_end": "trackdone", "shuffle": False,
        "skipped": False, "offline": False, "offline_timestamp": None, "incognito_mode": False,
    } | told


def export(lake, out):
    from deltalake import DeltaTable
    columns = ["played_at", "ms_played", "duration_ms", "track_name", "artist_name", "album_name", "track_uri"]
    plays = DeltaTable(f"{lake}/bronze/listening_history_bronze").to_pyarrow_table(columns=columns).to_pylist()
    rows = [row(play["played_at"].strftime("%Y-%m-%dT%H:%M:%SZ"), play["ms_played"] or play["duration_ms"] or 0,
                play["track_name"], play["artist_name"], play["album_name"], play["track_uri"]) for play in plays]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, first in enumerate(range(0, len(rows), ROWS_A_FILE)):
            part = json.dumps(rows[first:first + ROWS_A_FILE], indent=2, ensure_ascii=False)
            archive.writestr(f"{FOLDER}/Streaming_History_Audio_2016-2026_{number}.json", part)


def fifty(number, out):
    start = datetime(2025, 6, 1) + timedelta(days=int(number))
    rows = [row((start + timedelta(minutes=4 * play)).strftime("%Y-%m-%dT%H:%M:%SZ"), 180_000, f"Song {play}", "Artist", "Album",
                f"spotify:track:{play:022d}") for play in range(50)]
    with open(out, "w", encoding="utf-8") as file:
        json.dump(rows, file)


if __name__ == "__main__":
    {"export": export, "fifty": fifty}[sys.argv[1]](*sys.argv[2:])
