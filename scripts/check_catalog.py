#!/usr/bin/env python3
"""Shows that a lake's catalogue is the CSV, field for field: python3 scripts/check_catalog.py dataset.csv[.gz] LAKE

Needs `pip install deltalake pyarrow` and a lake into which `moodlake import-catalog` brought that file and no other.
Python's own csv module reads the file once more. Rows meet by the CSV's unnamed index column, and every field has to be
equal: text byte for byte, numbers bit for bit, an empty field null and no other. No row stands twice, none is rejected,
and the awkward rows of the whole file are all there. Prints what was compared; exits 1 on any difference.
"""

import csv
import gzip
import struct
import sys
import unicodedata
from pathlib import Path

from deltalake import DeltaTable

TEXTS = ("track_id", "artists", "album_name", "track_name", "track_genre")
WHOLE = ("popularity", "duration_ms", "key", "mode", "time_signature")
DOUBLES = ("danceability", "energy", "loudness", "speechiness", "acousticness", "instrumentalness", "liveness",
           "valence", "tempo")
INDEX = "csv_index"
ROWS_OF_THE_WHOLE_FILE = 114_000
EXAMPLES = 5


def unnormalized(row):
    return any(unicodedata.normalize("NFC", row[name]) != row[name] for name in TEXTS)


def controlled(row):
    return any(unicodedata.category(letter) in ("Cc", "Cf") for name in TEXTS for letter in row[name])


# Kind of awkward row -> how to tell one, and how many the whole file holds.
AWKWARD = {
    "an empty field": (lambda row: "" in row.values(), 1),
    "an artist or title called true": (
        lambda row: any(row[name].lower() == "true" for name in ("artists", "track_name")), 7),
    "several artists, split by `;`": (lambda row: ";" in row["artists"], 30_075),
    "a quote inside a text": (lambda row: any('"' in row[name] for name in TEXTS), 2_298),
    "scientific notation": (lambda row: any("e" in row[name].lower() for name in DOUBLES), 26_780),
    "text that is not NFC": (unnormalized, 135),
    "control or format characters": (controlled, 14),
    "space at an end of a text": (lambda row: any(row[name] != row[name].strip() for name in TEXTS), 8),
}


def wanted(name, text):
    """The value that the table has to hold for a field of the CSV."""
    if text == "":
        return None
    if name in TEXTS:
        return text.encode()
    if name in DOUBLES:
        return struct.pack("d", float(text))
    return {"True": True, "False": False}[text] if name == "explicit" else int(text)


def comparable(value):
    if isinstance(value, str):
        return value.encode()
    return struct.pack("d", value) if isinstance(value, float) else value


def read_csv(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        header, *records = csv.reader(file, strict=True)
    header = [name or INDEX for name in header]
    ragged = [number for number, record in enumerate(records) if len(record) != len(header)]
    if set(header) != {INDEX, "explicit", *TEXTS, *WHOLE, *DOUBLES} or ragged:
        sys.exit(f"{path} is no catalogue: header {header}, ragged rows {ragged[:EXAMPLES]}")
    return [dict(zip(header, record)) for record in records]


def differences(rows, lake):
    table = DeltaTable(str(lake / "bronze" / "kaggle_tracks_bronze")).to_pyarrow_table(columns=list(rows[0]))
    stored = {row[INDEX]: row for row in table.to_pylist()}
    if not len(rows) == table.num_rows == len(stored):
        yield f"{len(rows)} rows in the CSV, {table.num_rows} in the table with {len(stored)} indexes"
    for row in rows:
        found = stored.get(int(row[INDEX]))
        if found is None:
            yield f"row {row[INDEX]} is not in the table"
            continue
        for name, text in row.items():
            if comparable(found[name]) != wanted(name, text):
                yield f"row {row[INDEX]}, {name}: {text!r} became {found[name]!r}"
    ids = len(set(table["track_id"].to_pylist()))
    if ids != len({row["track_id"] for row in rows}):
        yield f"{ids} distinct track ids in the table"
    if (rejected := lake / "bronze" / "rejected_rows").exists():
        yield f"{DeltaTable(str(rejected)).to_pyarrow_table().num_rows} rows were rejected"


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: check_catalog.py dataset.csv[.gz] LAKE")
    rows = read_csv(Path(sys.argv[1]))
    wrong = list(differences(rows, Path(sys.argv[2])))
    ids = {row["track_id"] for row in rows}
    print(f"{len(rows):,} rows, {len(ids):,} track ids, {len(rows) * len(rows[0]):,} fields compared")
    for kind, (tell, expected) in AWKWARD.items():
        count = sum(map(tell, rows))
        print(f"{count:>8,} rows with {kind}")
        if len(rows) == ROWS_OF_THE_WHOLE_FILE and count != expected:
            wrong.append(f"{count} rows with {kind}, not {expected}: is this the file that moodlake was built for?")
    for line in wrong[:EXAMPLES]:
        print(line)
    sys.exit(f"{len(wrong)} differences" if wrong else None)


if __name__ == "__main__":
    main()
