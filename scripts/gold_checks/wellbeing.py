"""Wellbeing indicators: each local day, the 7 and the 28 days that end with it."""

import warnings

import numpy as np
import pandas as pd
from scipy import stats

from .compare import MILLIONTHS
from .source import REST_MAX

# Days of each span and the plays that an indicator over them needs.
SPANS = {"": (1, 5), "_7d": (7, 20), "_28d": (28, 60)}
COVERAGE_MIN = 0.5
# Days of the last week and of the baseline, and how many of them need a mean.
SHIFT_WEEK, SHIFT_BASELINE = (7, 4), (56, 28)
DAILY_SD = (28, 7)
REST_USUAL = (30, 10)
PERSISTENCE_WEEKS, PERSISTENCE_PAIRS_MIN = 26, 8
# A spread below this is rounding.
FLAT = 1e-9
# A quotient of millionths by a spread of some hundredths.
QUOTIENT = 1e-4


def wellbeing_indicators(listening, found, report):
    expected = pd.concat([of_listener(listening, *calendar) for calendar in listening.calendars()], ignore_index=True)
    inexact = [name for name in expected if name.startswith(("valence_", "energy_"))]
    tolerances = {name: QUOTIENT if name.endswith("_shift") else MILLIONTHS for name in inexact}
    report.frames("wellbeing_indicators", found, expected, ["user_id", "local_date"], tolerances=tolerances)
    in_calendar = sum(len(plays) for _, plays, _ in listening.calendars())
    report.equal("wellbeing_indicators", "days add up to silver", int(found["plays"].sum()), in_calendar)
    steps = found.sort_values(["user_id", "local_date"]).groupby("user_id")["local_date"].diff().dropna()
    report.holds("wellbeing_indicators", "a row for every day", steps == pd.Timedelta(days=1))


def of_listener(listening, user, plays, days):
    plays = plays.sort_values("local_date", kind="stable")
    rows = pd.DataFrame({"user_id": user, "local_date": days})
    rows["in_gap"] = [(user, day) in listening.gap_days for day in days]
    columns, ends = arrays(plays), np.searchsorted(plays["local_date"], days, side="right")
    for suffix, (length, least) in SPANS.items():
        begins = np.concatenate([np.zeros(length), ends[:-length]])[: len(days)].astype(int)
        windows = [window({name: values[at] for name, values in columns.items()}, least)
                   for at in map(slice, begins, ends)]
        rows = rows.join(pd.DataFrame(windows).add_suffix(suffix))
    add_sources(rows, plays)
    add_sittings(rows, plays)
    add_gaps_and_days(rows)
    add_trends(rows)
    add_rests(rows, plays)
    rows["feature_basis"] = plays["feature_basis"].iloc[0]
    return rows.drop(columns=["repetitiveness", "diversity"])


def arrays(plays):
    # A song with neither both names nor an id is told by its title; without an artist's name it is an artist of its own.
    song = plays["song"].fillna(plays["title"])
    return {
        "covered": plays["is_covered"].to_numpy(), "authentic": plays["is_authentic"].to_numpy(),
        "valence": plays["valence"].to_numpy(), "energy": plays["energy"].to_numpy(), "weight": plays["weight"].to_numpy(),
        "late": (plays["hour_of_day"] < 5).to_numpy(),
        "song": pd.factorize(song)[0], "artist": pd.factorize(plays["artist"].fillna(song).where(song.notna()))[0],
    }


def window(plays, least):
    """The figures of some plays; what rests on too few of them is not there."""
    count, covered = len(plays["covered"]), plays["covered"]
    row = {"plays": count, "plays_covered": int(covered.sum()), "authentic_share": plays["authentic"].mean() if count else np.nan}
    weight = plays["weight"][covered]
    is_enough = covered.sum() >= least and covered.mean() >= COVERAGE_MIN and weight.sum() > 0
    low = np.ones(int(covered.sum()), dtype=bool)
    for name in ("valence", "energy"):
        values = plays[name][covered]
        mean = np.average(values, weights=weight) if is_enough else np.nan
        row[f"{name}_mean"] = mean
        row[f"{name}_sd"] = np.sqrt(np.average((values - mean) ** 2, weights=weight)) if is_enough else np.nan
        low &= values < 0.5
    row["sad_share"] = low.mean() if is_enough else np.nan
    row["late_night_share"] = plays["late"].mean() if count >= least else np.nan
    songs, artists = plays["song"][plays["song"] >= 0], plays["artist"][plays["song"] >= 0]
    has_mix = len(songs) >= least
    row["repetitiveness"] = 1 - len(np.unique(songs)) / len(songs) if has_mix else np.nan
    row["diversity"] = evenness(artists) if has_mix else np.nan
    return row


def evenness(artists):
    _, counts = np.unique(artists, return_counts=True)
    return stats.entropy(counts) / np.log(len(counts)) if len(counts) > 1 else 0.0


def by_day(rows, series):
    return rows["local_date"].map(series).fillna(0)


def add_sources(rows, plays):
    for source in ("real", "kaggle", "synthetic"):
        of_source = plays[plays["feature_source"] == source]
        rows[f"plays_{source}"] = by_day(rows, of_source.groupby("local_date").size()).astype("int64")
    timed = plays[plays["ms_played"].notna()].groupby("local_date")["ms_played"]
    rows["minutes_played"] = rows["local_date"].map(timed.sum()) / 60_000
    rows["plays_timed"] = by_day(rows, timed.size()).astype("int64")


def add_sittings(rows, plays):
    """A sitting belongs to the day on which it began."""
    grouped = plays.groupby("sitting")
    sittings = pd.DataFrame({"day": grouped["local_date"].min(), "length": grouped["ended"].max() - grouped["started"].min()})
    count = by_day(rows, sittings.groupby("day").size())
    length = by_day(rows, sittings.groupby("day")["length"].sum())
    rows["sessions"] = count.astype("int64")
    for suffix, (days, _) in SPANS.items():
        sums = count.rolling(days, min_periods=1).sum()
        rows[f"session_minutes_mean{suffix}"] = length.rolling(days, min_periods=1).sum() / sums.where(sums > 0) / 60e6
        if suffix:
            rows[f"sessions_per_day{suffix}"] = count.rolling(days, min_periods=1).mean()


def add_gaps_and_days(rows):
    for suffix, (days, _) in list(SPANS.items())[1:]:
        rows[f"days{suffix}"] = (rows["plays"] > 0).rolling(days, min_periods=1).sum().astype("int64")
        rows[f"gap_days{suffix}"] = rows["in_gap"].rolling(days, min_periods=1).sum().astype("int64")


def spread(daily, days, least):
    deviation = daily.rolling(days, min_periods=least).std()
    return deviation.where(~(deviation < FLAT), 0)


def add_trends(rows):
    for name in ("valence", "energy"):
        daily = rows[f"{name}_mean"]
        week, usual = daily.rolling(SHIFT_WEEK[0], min_periods=SHIFT_WEEK[1]).mean(), daily.rolling(
            SHIFT_BASELINE[0], min_periods=SHIFT_BASELINE[1]).mean()
        deviation = spread(daily, *SHIFT_BASELINE)
        rows[f"{name}_shift"] = (week - usual) / deviation.where(deviation > 0)
        rows[f"{name}_daily_sd_28d"] = spread(daily, *DAILY_SD)
    there = rows["valence_mean"].notna()
    rows["shift_days_7d"] = there.rolling(SHIFT_WEEK[0], min_periods=1).sum().astype("int64")
    rows["shift_days_56d"] = there.rolling(SHIFT_BASELINE[0], min_periods=1).sum().astype("int64")
    weekly = rows["sad_share_7d"].to_numpy()
    persistence = [persistence_of(weekly[at::-7][:PERSISTENCE_WEEKS]) for at in range(len(weekly))]
    rows[["sad_share_persistence", "persistence_weeks"]] = pd.DataFrame(persistence, index=rows.index).astype({1: "int64"})


def persistence_of(weeks):
    """The correlation of each week's share with the week's before, the latest first."""
    later, before = weeks[:-1], weeks[1:]
    both = ~np.isnan(later) & ~np.isnan(before)
    count = int((~np.isnan(weeks)).sum())
    if both.sum() < PERSISTENCE_PAIRS_MIN:
        return np.nan, count
    with warnings.catch_warnings():
        # Of shares that are all the same there is none, which is what both programs say.
        warnings.simplefilter("ignore", stats.ConstantInputWarning)
        return stats.pearsonr(later[both], before[both]).statistic, count


def add_rests(rows, plays):
    """The longest silence that ended on a day, beside the median of the 30 days before it."""
    silence = plays.loc[plays["silence"] < REST_MAX].groupby("local_date")["silence"].max() / 60e6
    longest = rows["local_date"].map(silence)
    usual = longest.rolling(REST_USUAL[0], min_periods=REST_USUAL[1]).median().shift()
    rows["longest_gap_minutes"], rows["longest_gap_usual_minutes"] = longest, usual
    rows["longest_gap_deviation_minutes"] = longest - usual
