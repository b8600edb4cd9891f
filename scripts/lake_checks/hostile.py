"""Names that break what does not escape, measure or clean them, in an export and a catalogue; archives that lie."""

import csv
import json
import os
import random
import zipfile
from datetime import timedelta

from . import inputs

# Those that reach a terminal raw steer it; the last ones reorder what is shown or are no characters at all.
NAMES = [
    "\x1b]0;evil title\x07",
    "\x1b[2J\x1b[H evil screen",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x9b31mevil C1",
    "bell\x07 back\x08\x08 del\x7f nul\x00 evil",
    "evil\nsecond line\r\nthird\rover",
    "evil\tt\vv\ff",
    "evil'; DROP TABLE silver; --",
    "\"evil\" 'quotes' `ticks` \\ %s {} $(touch evil)",
    "=cmd|' /C evil'!A0",
    "+1+evil",
    "-1-evil",
    "@SUM(evil)",
    "\t=evil",
    "\r=evil",
    "<script>evil()</script>",
    '"><img src=x onerror=evil()>',
    "</title></style></script><x-evil>",
    "' onmouseover='evil()",
    "]]><!--evil",
    "evil&lt;script&gt;&#60;b&#62;",
    "javascript:evil()",
    "evil " + "long" * 5000,
    "evil" + "\u0301" * 2000,
    "\u202eevil reversed\u202c",
    "\u2066evil\u2069\u200e\u200f\u061c",
    "evil\u2028line\u2029paragraph",
    "\ufeffevil\u200b\u00ad",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16") + " evil",
    "\ufffeevil\uffff",
    "",
    " ",
    "null",
    "NaN",
    "\U000e0041evil tags",
]


def tracks():
    with open(inputs.CATALOGUE, newline="", encoding="utf-8") as file:
        ids = list(dict.fromkeys(row["track_id"] for row in csv.DictReader(file)))
    # Every name stands alone as a title, an artist, an album and a genre, since one hostile name may hide another.
    turn = lambda number, step: NAMES[(number * step + step) % len(NAMES)]
    return [(track, turn(place, 1), turn(place, 3), turn(place, 7), turn(place, 11)) for place, track in enumerate(ids)]


def catalogue(path):
    """The sample catalogue with these names. A CSV cannot hold NUL everywhere, so there it is a space."""
    names = {track: rest for track, *rest in tracks()}
    with open(inputs.CATALOGUE, newline="", encoding="utf-8") as source, open(path, "w", newline="", encoding="utf-8") as target:
        rows = csv.DictReader(source)
        writer = csv.DictWriter(target, rows.fieldnames)
        writer.writeheader()
        for row in rows:
            title, artist, album, genre = (name.replace("\x00", " ") for name in names[row["track_id"]])
            writer.writerow(row | {"track_name": title, "artists": artist, "album_name": album, "track_genre": genre})
    return path


def export(path, plays=4000):
    """An extended export, most of whose plays are of the first songs; its last file has a name that steers terminals."""
    chance, songs, rows = random.Random(3), tracks(), []
    for number in range(plays):
        track, title, artist, album, other = songs[min(int(chance.expovariate(1 / 60)), 400)]
        end = inputs.FIRST[0] + timedelta(minutes=31 * number)
        rows.append(
            {
                "ts": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "ms_played": 150_000,
                "platform": other,
                "reason_start": other,
                "reason_end": other,
                "skipped": False,
                "master_metadata_track_name": title,
                "conn_country": "ES",
                "master_metadata_album_artist_name": artist,
                "master_metadata_album_album_name": album,
                "spotify_track_uri": f"spotify:track:{track}",
            }
        )
    # Local files have no id: their names are all there is of them. Rows that are no plays go to the rejects with their text.
    rows += [dict(rows[place], spotify_track_uri=f"spotify:local:{place}") for place in range(0, plays, 50)]
    rows += [{"ts": name, "spotify_track_uri": name, "master_metadata_track_name": name, "ms_played": -1} for name in NAMES]
    path.mkdir(parents=True)
    (path / "Streaming_History_Audio_0.json").write_text(json.dumps(rows[:2000]))
    (path / "Streaming_History_Audio_\x1b]0;evil\x07\x1b[2J.json").write_text(json.dumps(rows[2000:]))
    return path


def bomb(path, size, row, member="Streaming_History_Audio_0.json"):
    """A ZIP with one member of this size, made of `row()` again and again. It is written in pieces."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(member, "w", force_zip64=True) as file,
    ):
        file.write(b"[")
        written = 1
        while written < size:
            piece = row()
            file.write(piece)
            written += len(piece)
        file.write(b"0]")
    return path


def spaces():
    return b" " * (1 << 20)


def rows_and_spaces():
    """A row with text that cannot be packed, and as much space that the whole stays below the ratio that gives a bomb away."""
    return b'{"ts":"x","a":"' + os.urandom(4096).hex().encode() + b'"},' + b" " * (900 << 10)


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in members.items():
            file.writestr(name, text)
    return path
