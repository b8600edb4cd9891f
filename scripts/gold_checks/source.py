"""Silver as gold reads it: which features count for a listener, plays on a line of time, sittings, days, gaps.

Written from the definitions and not from the SQL of the program, so that a mistake would have to be made twice.
"""

from functools import cached_property

import numpy as np
import pandas as pd
from deltalake import DeltaTable

# Plays with features of one authentic scale from which on a listener's figures rest on these alone.
AUTHENTIC_PLAYS_MIN = 30
# So much silence begins a new sitting.
SITTING_PAUSE = 30 * 60 * 1_000_000
# A pause of a day or more is a day without music and no rest.
REST_MAX = 86_400 * 1_000_000
# No calendar has more days.
DAYS_MAX = 36_525
FEATURES = ["valence", "energy", "danceability", "acousticness", "instrumentalness", "liveness", "speechiness", "loudness", "tempo"]


class Lake:
    """Reads tables; a listening history is made once for each way of using synthetic features."""

    def __init__(self, root):
        self.root = root
        self.silver = self.table("silver", "listening_with_features")
        self.histories = {}

    def at(self, layer, name):
        path = f"{self.root}/{layer}/{name}"
        return DeltaTable(path) if DeltaTable.is_deltatable(path) else None

    def table(self, layer, name):
        """The newest rows, or none where there is no such table."""
        table = self.at(layer, name)
        if table is None:
            return None
        frame = table.to_pyarrow_table().to_pandas(date_as_object=False)
        for column in frame.select_dtypes(["datetime", "datetimetz"]):
            frame[column] = frame[column].dt.as_unit("us")
        return frame

    def note(self, name):
        """What the newest commit of a gold table says of its inputs and parameters."""
        return self.at("gold", name).history(1)[0].get("moodlake", {})

    def silver_version(self):
        return self.at("silver", "listening_with_features").version()

    def listening(self, name):
        """The history that a gold table was made from."""
        parameters = self.note(name).get("parameters", {})
        options = parameters["plays"] if isinstance(parameters.get("plays"), dict) else parameters
        include, allow = options.get("include_synthetic", False), options.get("allow_synthetic", True)
        if (include, allow) not in self.histories:
            self.histories[include, allow] = Listening(self, include, allow)
        return self.histories[include, allow]


class Listening:
    """All listeners' plays."""

    def __init__(self, lake, include, allow):
        self.lake, self.include, self.allow = lake, include and allow, allow
        self.silver = lake.silver.assign(user_id=lake.silver["user_id"].fillna("unknown"))
        self.plays = self._plays(self.silver[self.silver["played_at"].notna()])

    def _plays(self, silver):
        plays = silver.reset_index(drop=True)
        scale = scales(plays)
        usable = scale if self.allow else scale.where(scale != "synthetic")
        self.basis = {user: basis(of_user.dropna()) for user, of_user in usable.groupby(plays["user_id"])}
        own = plays["user_id"].map(self.basis)
        covered = scale.notna() & ((scale == own) | (self.include & (scale == "synthetic")))
        is_mixed = self.include & own.notna() & (own != "synthetic")
        plays["feature_basis"] = own.where(~is_mixed, own + "+synthetic")
        plays["is_covered"] = covered.fillna(False).astype(bool)
        plays["is_authentic"] = plays["feature_source"].isin(["real", "kaggle"])
        plays["local_date"] = plays["played_at_local"].dt.normalize()
        usual = plays.groupby("user_id")["ms_played"].transform("mean")
        plays["weight"] = np.floor(plays["ms_played"].fillna(usual).fillna(1) + 0.5)
        plays[FEATURES] = plays[FEATURES].where(plays["is_covered"])
        plays["artist"], plays["title"] = lower(plays["artist_name"]), lower(plays["track_name"])
        # One song has many ids; it is told by its names, and by its id only where it lacks one of them.
        plays["song"] = (plays["artist"] + "\t" + plays["title"]).fillna(plays["track_id"])
        return plays

    @cached_property
    def timeline(self):
        """Plays in order, with when each began and ended, the silence before it, and the number of its sitting."""
        line = self.plays.copy()
        length = line["ms_played"].fillna(line["duration_ms"]).fillna(0).astype("int64") * 1000
        at = line["played_at"].astype("int64")
        line["started"] = at.where(line["time_basis"] == "start", at - length)
        line["ended"] = line["started"] + length
        line = line.sort_values(["user_id", "started", "ended", "play_id"], ignore_index=True)
        silent_since = line.groupby("user_id")["ended"].cummax().groupby(line["user_id"]).shift()
        line["silence"] = (line["started"] - silent_since).clip(lower=0)
        line["begins"] = silent_since.isna() | (line["started"] - silent_since >= SITTING_PAUSE)
        line["sitting"] = line.groupby("user_id")["begins"].cumsum()
        return line

    @cached_property
    def gap_days(self):
        """Local days on which plays may be missing, as pairs of listener and day."""
        gaps = self.lake.table("ops", "history_gaps")
        if gaps is None:
            return set()
        open_gaps = gaps[gaps["closed_by"].isna() & gaps["from_at"].notna() & (gaps["to_at"] >= gaps["from_at"])]
        zone, days = self.plays["timezone"].dropna().iloc[0], set()
        for gap in open_gaps.itertuples():
            first, last = (at.tz_convert(zone).tz_localize(None).normalize() for at in (gap.from_at, gap.to_at))
            user = "unknown" if pd.isna(gap.user_id) else gap.user_id
            days |= {(user, day) for day in pd.date_range(first, last)[: DAYS_MAX + 1]}
        return days

    def calendars(self):
        """Each listener with the plays in order of days, and every day from the first to the last."""
        for user, plays in self.timeline.groupby("user_id"):
            days = pd.date_range(plays["local_date"].min(), plays["local_date"].max(), unit="us")[:DAYS_MAX]
            yield user, plays[plays["local_date"] <= days[-1]], days

    def totals(self):
        """What a row that speaks of all plays of a listener rests on."""
        grouped = self.plays.groupby("user_id")
        return pd.DataFrame(basis_columns(grouped)).reset_index()


def basis_columns(grouped):
    """The columns that say what a row rests on."""
    return {
        "plays": grouped.size(),
        "plays_covered": grouped["is_covered"].sum(),
        "authentic_share": grouped["is_authentic"].mean(),
        "feature_basis": grouped["feature_basis"].first(),
    }


def scales(plays):
    """On whose scale a play's features are measured; none without valence and energy."""
    source, provider = plays["feature_source"], plays["feature_provider"]
    scale = provider.fillna("unknown").replace({"kaggle": "spotify"}).where(source != "synthetic", "synthetic")
    return scale.where(source.notna() & plays["valence"].notna() & plays["energy"].notna())


def basis(scale):
    """The scale that counts: the authentic one of most plays; synthetic where no authentic one has enough."""
    counts = scale.value_counts()
    authentic = counts.drop("synthetic", errors="ignore")
    enough = authentic[authentic >= AUTHENTIC_PLAYS_MIN]
    if enough.empty and "synthetic" in counts:
        return "synthetic"
    of = authentic if enough.empty else enough
    return min(of.index, key=lambda name: (-of[name], name), default=None)


def lower(texts):
    return texts.map(str.lower, na_action="ignore")


def rests_on(listening, table, found, report):
    """What every row with these columns has to say of what it rests on."""
    if not {"plays", "plays_covered", "authentic_share", "feature_basis"} <= set(found.columns):
        return
    counted = found["plays"].notna() & (found["plays_covered"] >= 0) & (found["plays_covered"] <= found["plays"])
    share = found["authentic_share"]
    report.holds(table, "plays, plays_covered are there", counted)
    report.holds(table, "authentic_share is there, 0 to 1", share.between(0, 1) | ((found["plays"] == 0) & share.isna()))
    names = listening.plays.groupby("user_id")["feature_basis"].first()
    report.values(table, "feature_basis is the listener's", found["feature_basis"], found["user_id"].map(names))
    scale = scales(listening.plays)
    authentic = scale[scale != "synthetic"].groupby([listening.plays["user_id"], scale]).size().groupby("user_id").max()
    poor = found["user_id"].map(authentic).fillna(0) < AUTHENTIC_PLAYS_MIN
    report.holds(table, "synthetic only where authentic is few", (found["feature_basis"] != "synthetic") | poor)
