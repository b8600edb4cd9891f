"""When a listener listens, how long at a stretch, and to what."""

import pandas as pd

from .compare import MILLIONTHS
from .source import basis_columns

# Plays with features that a mean needs.
COVERED_MIN = 5
# Tracks, artists and genres that are kept of a period.
RANK_MAX = 25
# A play counts as finished from this share of the track's length on, where the reason of the end is not known.
FINISHED = 0.95


def moods(plays, by):
    """Means weighted by listening time, where enough plays have features."""
    covered = plays[plays["is_covered"]]
    weighted = covered[["valence", "energy"]].mul(covered["weight"], axis=0).assign(weight=covered["weight"], covered=1)
    sums = weighted.groupby([covered[name] for name in by]).sum()
    usable = sums[(sums["covered"] >= COVERED_MIN) & (sums["weight"] > 0)]
    return usable[["valence", "energy"]].div(usable["weight"], axis=0).add_suffix("_mean").reset_index()


def temporal_patterns(listening, found, report):
    plays = listening.plays.copy()
    is_timed = plays["ms_played"].notna()
    skipped = plays["skipped"].astype("boolean")
    by_button = plays["reason_end"].isin(["fwdbtn", "backbtn"]).astype("boolean").where(plays["reason_end"].notna())
    plays["was_skipped"] = skipped.fillna(by_button).where(is_timed).astype(float)
    is_done = (plays["reason_end"] == "trackdone").astype("boolean").where(plays["reason_end"].notna())
    by_length = (plays["ms_played"] >= FINISHED * plays["duration_ms"]).astype("boolean").where(plays["duration_ms"] > 0)
    plays["was_finished"] = is_done.fillna(by_length).where(is_timed).astype(float)
    for grain, cell in [("hour", ["day_of_week", "hour_of_day"]), ("part", ["part_of_day", "is_weekend"])]:
        by = ["user_id", *cell]
        grouped = plays.groupby(by)
        expected = pd.DataFrame({
            "days_heard": grouped["local_date"].nunique(),
            "minutes_played": grouped["ms_played"].sum(min_count=1) / 60_000,
            "plays_timed": grouped["ms_played"].count(),
            "skip_rate": grouped["was_skipped"].mean(), "plays_skip_known": grouped["was_skipped"].count(),
            "finish_rate": grouped["was_finished"].mean(), "plays_finish_known": grouped["was_finished"].count(),
            **basis_columns(grouped),
        }).reset_index().merge(moods(plays, by), on=by, how="left")
        own = found[found["grain"] == grain].astype({name: expected[name].dtype for name in cell})
        tolerances = {"valence_mean": MILLIONTHS, "energy_mean": MILLIONTHS}
        report.frames("temporal_patterns", own, expected, by, tolerances=tolerances, label=f"{grain}: ")
        others = [name for name in ("day_of_week", "hour_of_day", "part_of_day", "is_weekend") if name not in cell]
        report.holds("temporal_patterns", f"{grain}: the other grain's columns null", own[others].isna().all(axis=1))
        report.equal("temporal_patterns", f"{grain}: cells add up to silver", int(own["plays"].sum()), len(plays))


def listening_sessions(listening, found, report):
    line = listening.timeline
    zone = line["timezone"].dropna().iloc[0] if line["timezone"].notna().any() else "UTC"
    by = ["user_id", "sitting"]
    grouped = line.groupby(by)
    started, ended = grouped["started"].min(), grouped["ended"].max()
    at = pd.to_datetime(started, unit="us", utc=True).dt.as_unit("us")
    track = line["track_id"].fillna(line["artist"] + " " + line["title"]).fillna(line["title"])
    expected = pd.DataFrame({
        "session_id": grouped["play_id"].first(), "started_at": at,
        "ended_at": pd.to_datetime(ended, unit="us", utc=True).dt.as_unit("us"),
        "started_at_local": at.dt.tz_convert(zone).dt.tz_localize(None), "local_date": grouped["local_date"].first(),
        "minutes": (ended - started) / 60e6,
        "minutes_played": grouped["ms_played"].sum(min_count=1) / 60_000, "plays_timed": grouped["ms_played"].count(),
        "tracks": track.groupby([line["user_id"], line["sitting"]]).nunique(),
        **basis_columns(grouped),
    }).reset_index().merge(moods(line, by), on=by, how="left").drop(columns="sitting")
    tolerances = {"valence_mean": MILLIONTHS, "energy_mean": MILLIONTHS}
    report.frames("listening_sessions", found, expected, ["user_id", "session_id"], tolerances=tolerances)
    report.equal("listening_sessions", "sittings add up to silver", int(found["plays"].sum()), len(line))
    in_order = found.sort_values(["user_id", "started_at"])
    before = in_order.groupby("user_id")["ended_at"].cummax().groupby(in_order["user_id"]).shift()
    pause = (in_order["started_at"] - before).dropna()
    report.holds("listening_sessions", "30 minutes of silence between", pause >= pd.Timedelta(minutes=30))


def listening_streaks(listening, found, report):
    heard = listening.plays.groupby(["user_id", "local_date"]).size().rename("plays").reset_index()
    new = heard.groupby("user_id")["local_date"].diff() != pd.Timedelta(days=1)
    heard["run"] = new.cumsum()
    grouped = heard.groupby(["user_id", "run"])
    expected = pd.DataFrame({
        "from_date": grouped["local_date"].min(), "to_date": grouped["local_date"].max(),
        "days": grouped.size(), "plays": grouped["plays"].sum(),
    }).reset_index().drop(columns="run")
    expected["is_open"] = expected["to_date"] == expected.groupby("user_id")["to_date"].transform("max")
    report.frames("listening_streaks", found, expected, ["user_id", "from_date"])
    covered = [(row.user_id, day) for row in found.itertuples() for day in pd.date_range(row.from_date, row.to_date)]
    days = set(zip(heard["user_id"], heard["local_date"]))
    report.equal("listening_streaks", "each day with plays in one run", (len(covered), set(covered) == days), (len(days), True))
    report.equal("listening_streaks", "runs add up to silver", int(found["plays"].sum()), len(listening.plays))


def named(plays):
    """The tracks, artists and genres that were heard: one row a play and name."""
    columns = ["user_id", "local_date", "ms_played"]
    tracks = plays[columns + ["artist_name", "track_id"]].assign(
        item=plays["song"], name=plays["track_name"].fillna(plays["track_id"]))
    artists = plays[columns].assign(item=plays["artist"], name=plays["artist_name"])
    genres = plays[columns].assign(item=plays["track_genres"]).explode("item")
    kinds = {"track": tracks, "artist": artists, "genre": genres.assign(name=genres["item"])}
    for kind, rows in kinds.items():
        for name in ("artist_name", "track_id"):
            rows[name] = rows[name] if name in rows else None
        yield kind, rows[rows["item"].notna()]


def ranked(rows):
    by = ["user_id", "period_start"]
    grouped = rows.groupby([*by, "item"], dropna=False)
    counted = pd.DataFrame({
        "plays": grouped.size(), "ms_played": grouped["ms_played"].sum(min_count=1), "plays_timed": grouped["ms_played"].count(),
        "name": grouped["name"].max(), "artist_name": grouped["artist_name"].max(), "track_id": grouped["track_id"].min(),
    }).reset_index()
    counted = counted.sort_values([*by, "plays", "ms_played", "item"], ascending=[True, True, False, False, True])
    counted["rank"] = counted.groupby(by, dropna=False).cumcount() + 1
    counted["minutes_played"] = counted["ms_played"] / 60_000
    return counted[counted["rank"] <= RANK_MAX].drop(columns=["item", "ms_played"])


def period_start(dates, period):
    if period == "all":
        return pd.Series(pd.NaT, index=dates.index, dtype=dates.dtype)
    return dates.dt.to_period(period[0].upper()).dt.start_time.dt.as_unit("us")


def top_items(listening, found, report):
    plays = listening.plays
    known = {"track": plays["song"], "artist": plays["artist_name"], "genre": plays["track_genres"]}
    by, parts = ["user_id", "period_start"], []
    for period in ("all", "year", "month"):
        dated = plays.assign(period_start=period_start(plays["local_date"], period))
        for kind, rows in named(plays):
            grouped = dated.assign(named=known[kind].notna()).groupby(by, dropna=False)
            total = pd.DataFrame({"plays_in_period": grouped.size(), "plays_named": grouped["named"].sum()}).reset_index()
            part = ranked(rows.assign(period_start=period_start(rows["local_date"], period))).merge(total, on=by)
            parts.append(part.assign(period=period, kind=kind, share=part["plays"] / part["plays_in_period"]))
    by = ["period", "kind", *by]
    report.frames("top_items", found, pd.concat(parts, ignore_index=True), [*by, "rank"])
    steps = found.sort_values([*by, "rank"]).groupby(by, dropna=False)[["rank", "plays"]].diff().dropna()
    report.holds("top_items", "ranks 1 to n, plays fall", (steps["rank"] == 1) & (steps["plays"] <= 0))
    report.holds("top_items", "ranks begin with 1", found.groupby(by, dropna=False)["rank"].min() == 1)
