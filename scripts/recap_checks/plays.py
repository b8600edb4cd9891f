"""A listener's plays as silver has them, with the local day, what they are told by, and whether their features count.

Read row by row in plain Python and written from the definitions, not from the SQL of the program.
"""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from deltalake import DeltaTable

from .weeks import days_between

AUTHENTIC_PLAYS_MIN = 30
MADE_FROM = {
    "silver": ("silver", "listening_with_features"),
    "history_gaps": ("ops", "history_gaps"),
    "track_recommendations": ("gold", "track_recommendations"),
}
COLUMNS = ("user_id played_at played_at_local hour_of_day timezone track_id track_name artist_name album_name ms_played ingested_at "
           "feature_source feature_provider valence energy track_genres").split()


@dataclass
class Play:
    day: date
    hour: int
    ms: int | None
    track: str | None
    artist: str | None
    album: str | None
    genres: tuple
    # (track_id, title, artist, album) as silver spells them.
    told: tuple
    scale: str | None
    is_authentic: bool
    valence: float | None
    energy: float | None
    ingested_at: datetime
    is_covered: bool = False
    weight: int = 1


class Listener:
    def __init__(self, name, zone, plays, gap_days=frozenset(), recommendations=(), versions=None):
        self.name, self.zone, self.plays, self.gap_days = name, zone, plays, gap_days
        self.recommendations, self.versions = recommendations, versions
        self.weigh()

    def weigh(self):
        """Whose features count, and how much each play does."""
        self.basis = basis(Counter(play.scale for play in self.plays if play.scale))
        known = [play.ms for play in self.plays if play.ms is not None]
        usual = sum(known) / len(known) if known else 1
        for play in self.plays:
            play.is_covered = play.scale is not None and play.scale == self.basis
            play.weight = math.floor((usual if play.ms is None else play.ms) + 0.5)

    def between(self, first, last):
        return [play for play in self.plays if first <= play.day <= last]


def play(row):
    """A row of silver."""
    at = row["played_at"].astimezone(ZoneInfo(row["timezone"]))
    title, artist, album = row["track_name"], row["artist_name"], row["album_name"]
    return Play(
        day=at.date(),
        hour=at.hour,
        ms=row["ms_played"],
        track=row["track_id"] if artist is None or title is None else both(artist, title),
        artist=None if artist is None else artist.lower(),
        album=None if artist is None or album is None else both(artist, album),
        genres=tuple(sorted(set(row["track_genres"] or ()))),
        told=(row["track_id"], title, artist, album),
        scale=scale(row),
        is_authentic=row["feature_source"] in ("real", "kaggle"),
        valence=row["valence"],
        energy=row["energy"],
        ingested_at=row["ingested_at"],
    )


def both(artist, title):
    """A tab is before all that is printed, so this sorts as the two of them do."""
    return f"{artist.lower()}\t{title.lower()}"


def scale(row):
    """On whose scale the features of a play are; the catalogue's are Spotify's."""
    if row["feature_source"] is None or row["valence"] is None or row["energy"] is None:
        return None
    if row["feature_source"] == "synthetic":
        return "synthetic"
    return "spotify" if row["feature_provider"] == "kaggle" else row["feature_provider"]


def basis(counts):
    """The authentic scale of most plays, where it has 30; else synthetic; else the authentic one of most plays."""
    authentic = sorted((-plays, name) for name, plays in counts.items() if name != "synthetic")
    enough = [name for plays, name in authentic if -plays >= AUTHENTIC_PLAYS_MIN]
    if enough:
        return enough[0]
    return "synthetic" if counts["synthetic"] else authentic[0][1] if authentic else None


def strays(row):
    """Whether silver's local columns are another moment than `played_at` is on the clock of its zone."""
    at = row["played_at"].astimezone(ZoneInfo(row["timezone"])).replace(tzinfo=None)
    return at != row["played_at_local"] or at.hour != row["hour_of_day"]


def table(lake, layer, name):
    path = f"{lake}/{layer}/{name}"
    return DeltaTable(path) if DeltaTable.is_deltatable(path) else None


def rows(table, columns=None):
    return [] if table is None else table.to_pyarrow_table(columns=columns).to_pylist()


def identity(name, table):
    """What a recap tells of a table that it is made from."""
    return table and {"table": "/".join(MADE_FROM[name]), "id": str(table.metadata().id), "version": table.version()}


def gap_days(gaps, zone):
    """The local days that the open gaps of each listener touch."""
    days = defaultdict(set)
    for gap in gaps:
        if gap["closed_by"] is None:
            first, last = (gap[end].astimezone(ZoneInfo(zone)).date() for end in ("from_at", "to_at"))
            days[gap["user_id"]].update(days_between(first, last))
    return days


def read(lake):
    """(listeners by name, rows of silver, those of them whose local columns are wrong)."""
    tables = {name: table(lake, layer, of) for name, (layer, of) in MADE_FROM.items()}
    silver, gaps, recommended = tables.values()
    versions = {name: identity(name, of) for name, of in tables.items()}
    every = [row for row in rows(silver, COLUMNS) if row["played_at"] is not None]
    (zone,) = {row["timezone"] for row in every}
    plays, touched, lists = defaultdict(list), gap_days(rows(gaps), zone), defaultdict(list)
    for row in every:
        plays[row["user_id"]].append(play(row))
    for row in rows(recommended):
        lists[row["user_id"]].append(row)
    listeners = {user: Listener(user, zone, of, frozenset(touched[user]), lists[user], versions) for user, of in plays.items()}
    return listeners, len(every), sum(map(strays, every))
