"""One listener's rows of a lake, and the page's figures held against what they give.

Every section's module says what its tables and its words have to be, as rows of texts; `compare` holds the page against that, text
by text. What is added up here is added up from the tables anew, not taken from the program's queries.
"""

from functools import cached_property
from itertools import zip_longest

import pandas as pd
from deltalake import DeltaTable

from . import words

SILVER = ["user_id", "played_at", "played_at_local", "timezone", "day_of_week", "hour_of_day", "ms_played", "feature_source",
          "artist_name", "track_name", "track_id", "track_genres"]
GOLD = ["forecast_backtests", "listening_sessions", "listening_streaks", "mood_circumplex", "mood_cluster_profiles",
        "mood_clusters", "mood_drivers", "mood_forecast", "play_moods", "temporal_patterns", "top_items",
        "track_recommendations", "wellbeing_indicators"]


class Lake:
    """The rows of the listener whom the page names."""

    def __init__(self, root, shown):
        self.root, self.shown = root, shown
        self.tables = {}
        self.missing = [name for name in GOLD if not DeltaTable.is_deltatable(f"{root}/gold/{name}")]

    @cached_property
    def listener(self):
        users = self._read("gold", "temporal_patterns")["user_id"].unique()
        return next((user for user in users if words.clean(user) == self.shown), None)

    def _read(self, layer, name, columns=None):
        table = DeltaTable(f"{self.root}/{layer}/{name}").to_pyarrow_table(columns=columns)
        frame = table.to_pandas(date_as_object=False)
        for column in frame.select_dtypes(["datetime", "datetimetz"]):
            frame[column] = frame[column].dt.as_unit("us")
        return frame

    def gold(self, name):
        """The listener's rows; all rows of a table that knows no listeners."""
        if name not in self.tables:
            rows = self._read("gold", name)
            if "user_id" in rows:
                rows = rows[rows["user_id"] == self.listener].reset_index(drop=True)
            self.tables[name] = rows
        return self.tables[name]

    @cached_property
    def days(self):
        return self.gold("wellbeing_indicators").sort_values("local_date", ignore_index=True)

    @cached_property
    def plays(self):
        """The listener's plays as silver has them."""
        silver = self._read("silver", "listening_with_features", SILVER)
        return silver[(silver["user_id"].fillna("unknown") == self.listener) & silver["played_at"].notna()]

    @cached_property
    def rests_on(self):
        """What the page as a whole rests on."""
        days = self.days
        bases = days["feature_basis"].dropna()
        return {
            "plays": len(self.plays), "covered": int(days["plays_covered"].sum()),
            "authentic": self.plays["feature_source"].isin(["real", "kaggle"]).mean(), "gap_days": int(days["in_gap"].sum()),
            "note": note(bases.max() if len(bases) else None),
        }

    def basis(self, row):
        """What a table's row says that it rests on."""
        authentic, gap_days = row["authentic_share"], self.rests_on["gap_days"]
        return words.basis(row["plays"], row["plays_covered"], authentic, gap_days, note(row["feature_basis"]))


def note(basis):
    """What the features of a basis are, where they are not simply authentic."""
    if basis is None or pd.isna(basis) or basis == "spotify":
        return None
    if basis == "synthetic":
        return "all features are made up from track ids: they say nothing of the music"
    if basis.endswith("+synthetic"):
        return "features that are made up count too, as was asked for"
    return f"features are {basis}’s, whose scales differ from Spotify’s"


def compare(found, expected, check):
    """Holds rows of texts by their names against each other; prints how many texts were compared, and how many differ."""
    compared = wrong = 0
    for name in dict.fromkeys([*found, *expected]):
        pairs = list(texts(found.get(name, []), expected.get(name, [])))
        differ = [(where, page, lake) for where, page, lake in pairs if page != lake]
        compared, wrong = compared + len(pairs), wrong + len(differ)
        if pairs:
            print(f"lake: {name:28} {len(pairs):>6} compared, {len(differ)} differ")
        for where, page, lake in differ[:3]:
            check.that(False, f"{name}, {where}: the page says {page!r}, the lake {lake!r}")
        check.that(len(differ) <= 3, f"{name}: {len(differ) - 3} more differ")
    print(f"lake: {compared} compared, {wrong} differ")


def texts(found, expected):
    """The texts of both sides, place by place; places that are empty on both are passed over."""
    for number, rows in enumerate(zip_longest(found, expected, fillvalue=[]), 1):
        for place, (page, lake) in enumerate(zip_longest(*rows)):
            if page or lake:
                yield f"row {number} ({(rows[0] or rows[1])[0]}), place {place}", page, lake
