#!/usr/bin/env python3
"""Draws data/sample/catalog.csv from the full catalogue: python3 scripts/make_sample.py dataset.csv[.gz]

The draw is a function of the input's bytes alone: within a stratum, tracks come in the order of SHA-256(SALT + track id).
Rows are copied byte for byte, in the order of the original. Three rounds:

1. the awkward cases a reader of the catalogue has to survive, a few tracks of each (CASES, and every writing system);
2. TRACKS_PER_GENRE tracks of every genre, those of round one included;
3. one more track a genre, in the order of the digest, while the file stays under BYTES_MAX.

A track is kept with the first of its rows that was drawn; those drawn for a case about several rows keep all their rows.
Only the one row without artist, album and title is never drawn.
"""

import csv
import gzip
import hashlib
import io
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

OUTPUT = Path(__file__).resolve().parent.parent / "data" / "sample" / "catalog.csv"
SALT = "moodlake-sample/1\0"
TRACKS_PER_GENRE = 9
TRACKS_PER_SCRIPT = 4
BYTES_MAX = 198_000

# Case -> how many tracks of it, and whether all rows of such a track are kept.
CASES = {
    "doubled quote": (8, False),
    "comma in a field": (8, False),
    "three artists or more": (8, False),
    "combining mark": (2, False),
    "symbol": (3, False),
    "tempo 0": (2, False),
    "time signature 0": (1, False),
    "several genres": (24, True),
    "several popularities": (4, True),
    "same genre twice": (2, True),
}
# Letters whose Unicode name does not begin with the name of a writing system.
NOT_SCRIPTS = {"MASCULINE", "FEMININE", "MICRO", "MODIFIER", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: make_sample.py dataset.csv[.gz]")
    header, rows = read(Path(sys.argv[1]))
    drawn = draw(rows, len(header))
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_bytes(header + b"".join(rows[at]["raw"] for at in sorted(drawn)))
    tracks = {rows[at]["track_id"] for at in drawn}
    print(f"{OUTPUT}: {len(drawn)} rows, {len(tracks)} tracks, {OUTPUT.stat().st_size} bytes")


def read(path: Path) -> tuple[bytes, list[dict]]:
    """The header line and the records, each with its own bytes under `raw`."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    header, *lines = io.BytesIO(data).readlines()
    names = next(csv.reader([header.decode()]))
    rows = []
    for line in lines:
        fields = next(csv.reader([line.decode()]))
        if len(fields) != len(names):
            sys.exit(f"row {len(rows) + 1} of {path} has {len(fields)} fields: a record must be one line")
        rows.append(dict(zip(names, fields), raw=line))
    return header, rows


def draw(rows: list[dict], size: int) -> set[int]:
    """The positions of the rows of the sample; `size` grows from the bytes of the header."""
    of_track = defaultdict(list)
    for at, row in enumerate(rows):
        if row["track_name"]:
            of_track[row["track_id"]].append(at)
    order = sorted(of_track, key=digest)
    drawn, tracks, per_genre = set(), set(), Counter()

    def keep(track: str, places: list[int]) -> None:
        nonlocal size
        size += sum(len(rows[at]["raw"]) for at in places if at not in drawn)
        drawn.update(places)
        if track not in tracks:
            per_genre[rows[places[0]]["track_genre"]] += 1
        tracks.add(track)

    left = {case: count for case, (count, _) in CASES.items()}
    for track in order:
        places = of_track[track]
        for case in cases([rows[at] for at in places]):
            if left.setdefault(case, TRACKS_PER_SCRIPT) > 0:
                left[case] -= 1
                keep(track, places if CASES.get(case, (0, False))[1] else places[:1])

    for quota in (TRACKS_PER_GENRE, TRACKS_PER_GENRE + 1):
        for track in order:
            if track in tracks:
                continue
            at = min(of_track[track], key=lambda at: per_genre[rows[at]["track_genre"]])
            full = quota > TRACKS_PER_GENRE and size + len(rows[at]["raw"]) > BYTES_MAX
            if per_genre[rows[at]["track_genre"]] < quota and not full:
                keep(track, [at])
    return drawn


def digest(track: str) -> bytes:
    return hashlib.sha256((SALT + track).encode()).digest()


def cases(rows: list[dict]) -> list[str]:
    """What is awkward about a track, given all its rows."""
    first = rows[0]
    text = first["artists"] + first["album_name"] + first["track_name"]
    foreign = [letter for letter in text if ord(letter) > 127]
    names = {unicodedata.name(letter, "?").split()[0] for letter in foreign if unicodedata.category(letter)[0] == "L"}
    kinds = {unicodedata.category(letter) for letter in foreign}
    genres = [row["track_genre"] for row in rows]
    found = {
        "doubled quote": b'""' in first["raw"],
        "comma in a field": "," in text,
        "three artists or more": first["artists"].count(";") >= 2,
        "combining mark": "Mn" in kinds,
        "symbol": "So" in kinds,
        "tempo 0": float(first["tempo"]) == 0,
        "time signature 0": first["time_signature"] == "0" and float(first["tempo"]) > 0,
        "several genres": len(set(genres)) > 1,
        "several popularities": len({row["popularity"] for row in rows}) > 1,
        "same genre twice": len(set(genres)) < len(genres),
    }
    return [case for case, holds in found.items() if holds] + sorted(names - NOT_SCRIPTS)


if __name__ == "__main__":
    main()
