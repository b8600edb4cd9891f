"""What the listeners hear: songs of the bundled catalogue, songs that it does not know, and songs with something missing."""

import csv
import random
from dataclasses import dataclass, replace

from lake_checks.inputs import CATALOGUE, LETTERS

# Python and other languages have to agree on what lower case is.
SPELLINGS = (str.upper, str.lower, str.title, str.swapcase)
FOREIGN, UNKNOWN, LOCAL = 160, 160, 60


@dataclass(frozen=True)
class Song:
    id: str | None
    title: str | None
    artist: str | None
    album: str | None
    uri: str | None = None


def identity(chance):
    return "".join(chance.choices(LETTERS, k=22))


def invented(chance, count, title, artist):
    """Three songs an artist or so, two albums each."""
    names = [(f"{title} {number}", f"{artist} {number // 3}", f"{artist} {number // 3}, volume {number % 2}") for number in range(count)]
    return [Song(identity(chance), *name) for name in names]


class Songs:
    """The pools. Everything follows from the seed."""

    def __init__(self, seed):
        chance = random.Random(f"songs {seed}")
        with open(CATALOGUE, newline="", encoding="utf-8") as file:
            rows = {row["track_id"]: row for row in csv.DictReader(file)}
        known = [Song(track, row["track_name"], row["artists"].split(";")[0], row["album_name"]) for track, row in rows.items()
                 if row["track_name"] and row["artists"]]
        chance.shuffle(known)
        self.catalogue = known
        # The same songs under ids that the catalogue does not know: it is asked by name.
        self.by_name = [replace(song, id=identity(chance)) for song in known[:120]]
        self.foreign = invented(chance, FOREIGN, "Foreign", "Abroad")
        self.unknown = invented(chance, UNKNOWN, "Unheard", "Nobody")
        self.local = [Song(None, f"Tape {number}", f"Cellar {number // 4}", None, f"spotify:local:{number}") for number in range(LOCAL)]
        self.odd = odd(chance)
        first = known[:40] + self.foreign[:20]
        self.mixed = [song for group in zip(known[40:100], self.by_name, self.foreign, self.unknown, self.local) for song in group]
        self.spelled = [spelling for song in first for spelling in spellings(song, chance)]


def spellings(song, chance):
    """One song as different albums, ids and apps write it."""
    yield song
    for change in chance.sample(SPELLINGS, 2):
        own = song.id if chance.random() < 0.5 else identity(chance)
        yield replace(song, id=own, title=change(song.title), artist=change(song.artist), album=change(song.album))


def odd(chance):
    """Names or ids that are not there, and letters whose lower case is not obvious."""
    whole = invented(chance, 24, "Half", "Missing")
    lacking = [replace(song, artist=None) for song in whole[:8]] + [replace(song, title=None) for song in whole[8:12]]
    lacking += [replace(song, album=None) for song in whole[12:16]] + [replace(song, id=None) for song in whole[16:20]]
    # Told by its id once and by its names once: two tracks.
    lacking += [whole[0], whole[8], replace(whole[1], title=None)]
    # A file without any name is a play, and no track.
    lacking.append(Song(None, None, None, None, "spotify:local:::untitled:200"))
    letters = [("ΟΔΟΣ", "ΣΊΣΥΦΟΣ"), ("οδος", "σίσυφος"), ("Οδός", "Σίσυφος"), ("İstanbul", "IŞIK"), ("istanbul", "ışık"), ("STRASSE", "GROẞ"),
               ("Straße", "groß"), ("Ǆ", "ǅ"), ("Éire", "ÉIRE"), ("E\u0301ire", "éire"), ("💿 Disc", "\"Quoted\", with; marks"),
               ("Tab\tin it", "A \\ B"), ("<b>Bold</b>", "R&B | Co"), ("*star* _line_ [x](y)", "`code`")]
    return lacking + [Song(identity(chance), title, artist, f"{title} – album") for title, artist in letters]
