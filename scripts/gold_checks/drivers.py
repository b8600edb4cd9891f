"""What differs where and when: paired t tests over weeks and over days in weeks, and the recent week against the weeks before it."""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.multitest import multipletests

from .compare import MILLIONTHS, ROUNDING
from .source import FEATURES

PARTS = ["night", "morning", "afternoon", "evening"]
# Genres, and artists, that are looked at, and the share of all plays that they need.
SUBJECTS_MAX, SHARE_MIN = 10, 0.01
# Plays on either side that a day, a weekend and a week need; days a week on which a share has to be heard.
PART_PLAYS_MIN, WEEKEND_PLAYS_MIN, WEEK_PLAYS_MIN, DAYS_HEARD_MIN = 2, 5, 10, 2.0
UNITS_MIN = 8
# Weeks that are looked back over, and those that one is compared with.
WEEKS_MAX, BASE = 26, (4, 8)
# Anscombe's 3/8.
PULL = 0.375
LEVEL = 0.05
# Squares of features are added up in millionths, and spreads of some hundredths divided by.
STANDARDIZED = 1e-4
# A difference that is a millionth off moves a p value by as much as its quotient by the standard error.
PROBABILITY = 1e-5
# Decimal exponents of p values.
EXPONENT = 1e-3


def mood_drivers(listening, found, report):
    rows = []
    for user, plays in listening.plays.groupby("user_id"):
        own = pd.DataFrame([row for subject in subjects(plays) for row in comparisons(plays, *subject)])
        if len(own):
            own["p_adjusted"] = multipletests(own["p_value"], LEVEL, method="holm")[1]
            rows.append(own.assign(user_id=user, comparisons=len(own)))
    if not rows:
        return report.equal("mood_drivers", "rows where nothing can be compared", len(found), 0)
    keys = ["user_id", "dimension", "stretch", "kind", "subject"]
    expected = pd.concat(rows, ignore_index=True).merge(listening.totals(), on="user_id")
    exact = {"plays", "authentic_share"}
    tolerances = {name: STANDARDIZED if "effect" in name else MILLIONTHS for name in expected if name not in exact}
    tolerances |= {"p_value": PROBABILITY, "p_adjusted": PROBABILITY * len(expected)}
    sides = report.frames("mood_drivers", found, expected, keys, tolerances=tolerances)
    small = [np.log10(sides[name].clip(lower=1e-300)) for name in ("p_value found", "p_value")]
    report.values("mood_drivers", "p_value, decimal exponent", *small, EXPONENT, sides[keys])
    corrected = found.groupby("user_id")["p_value"].transform(lambda own: multipletests(own, method="holm")[1])
    report.values("mood_drivers", "p_adjusted of the stored p", found["p_adjusted"], corrected, ROUNDING)
    report.holds("mood_drivers", "is_driver where p_adjusted <= 0.05", found["is_driver"] == (found["p_adjusted"] <= LEVEL))
    report.holds("mood_drivers", "low <= difference <= high", found["difference"].between(found["difference_low"], found["difference_high"]))
    report.holds("mood_drivers", "the unit is a week", found["unit"] == "week")
    report.holds("mood_drivers", "words say which way and how much", [says(row) for row in found.itertuples()])


def says(row):
    factor, digits = (1, 3) if row.kind == "feature" else (100, 1)
    if row.subject in ("loudness", "tempo") and row.kind == "feature":
        digits = 1
    ways = ("higher", "lower") if row.kind == "feature" else ("heard more", "heard less")
    way = ways[0] if row.difference > 0 else ways[1]
    return row.subject in row.words and way in row.words and f"{abs(row.difference) * factor:.{digits}f}" in row.words


def subjects(plays):
    """Each subject with a value for every play that has one, and the spread of single plays."""
    for name in FEATURES:
        values = plays[name].dropna()
        if len(values):
            yield "feature", name, values, values.std(ddof=0)
    lists = {"genre": plays["track_genres"].dropna(), "artist": plays["artist_name"].dropna().map(lambda name: [name])}
    for kind, known in lists.items():
        counts = known.explode().value_counts().rename_axis("name").reset_index(name="plays")
        counts = counts.sort_values(["plays", "name"], ascending=[False, True]).head(SUBJECTS_MAX)
        for name in counts.loc[counts["plays"] >= SHARE_MIN * len(plays), "name"]:
            values = known.map(lambda names, name=name: float(name in names))
            if days_heard_a_week(plays, values) >= DAYS_HEARD_MIN:
                share = values.mean()
                yield kind, name, values, np.sqrt(share * (1 - share))


def weeks_of(dates):
    """The Monday of each date's ISO week."""
    return dates - pd.to_timedelta(dates.dt.dayofweek, unit="D")


def days_heard_a_week(plays, values):
    days = values.groupby(plays["local_date"]).agg(["sum", "count"])
    weeks = weeks_of(days.index.to_series()).nunique()
    return min((days["sum"] > 0).sum(), (days["sum"] < days["count"]).sum()) / weeks


def comparisons(plays, kind, name, values, usual_sd):
    rows = plays.loc[values.index, ["local_date", "part_of_day"]].assign(value=values)
    rows["week"], is_weekend = weeks_of(rows["local_date"]), rows["local_date"].dt.dayofweek >= 5
    stretches = [("part_of_day", part, rows["part_of_day"] == part, "local_date", PART_PLAYS_MIN) for part in PARTS]
    stretches.append(("weekend", "weekend", is_weekend, "week", WEEKEND_PLAYS_MIN))
    for dimension, stretch, inside, unit, least in stretches:
        apart = differences(rows, inside, unit, least)
        effect = in_weeks(apart) if unit == "local_date" else paired(apart)
        if effect:
            yield row_of((dimension, stretch, kind, name), effect, usual_sd, rows[inside], rows[~inside])
    last = plays["local_date"].max()
    back = (last - rows["local_date"]).dt.days // 7
    weeks = rows.groupby(back)["value"].agg(["mean", "count"])
    weeks = weeks[weeks["count"] >= WEEK_PLAYS_MIN]
    effect = against_weeks(weeks, is_share=kind != "feature") if 0 in weeks.index else None
    if effect:
        yield row_of(("recent_week", "last 7 days", kind, name), effect, usual_sd, rows[back == 0], rows[back.between(1, WEEKS_MAX)])


def differences(rows, inside, unit, least):
    """The mean inside less the mean outside of each day or week with enough plays on both sides."""
    sides = rows.groupby([unit, inside.rename("inside")])["value"].agg(["mean", "count"])
    means = sides["mean"].where(sides["count"] >= least).unstack().reindex(columns=[False, True])
    return (means[True] - means[False]).dropna()


def in_weeks(apart):
    """As `paired` for days, those of one week depending on each other: statsmodels' cluster-robust error of their mean.

    Days together are worth n² / Σ nᵢ² weeks; that number less one are the degrees of freedom, and the correction for few weeks."""
    weeks = weeks_of(apart.index.to_series()).to_numpy()
    if len(set(weeks)) < UNITS_MIN:
        return None
    days, mean = len(apart), apart.mean()
    worth = days ** 2 / (pd.Series(weeks).value_counts() ** 2).sum()
    fit = OLS(apart.to_numpy(), np.ones(days)).fit(cov_type="cluster", cov_kwds={"groups": weeks, "use_correction": False})
    error = fit.bse[0] * np.sqrt(worth / (worth - 1))
    reach = stats.t.ppf(0.975, worth - 1) * error
    if error < ROUNDING:
        return mean, mean, mean, float(mean == 0), len(set(weeks))
    return mean, mean - reach, mean + reach, 2 * stats.t.sf(abs(mean / error), worth - 1), len(set(weeks))


def paired(apart):
    """Difference, ends of its interval, p value and units of a one-sample t test."""
    if len(apart) < UNITS_MIN:
        return None
    if apart.max() == apart.min():
        mean = apart.iloc[0]
        return mean, mean, mean, float(mean == 0), len(apart)
    test = stats.ttest_1samp(apart, 0)
    interval = test.confidence_interval(0.95)
    return apart.mean(), interval.low, interval.high, test.pvalue, len(apart)


def against_weeks(weeks, is_share):
    """The recent week less the mean of some before it, held against the same contrasts of earlier weeks."""
    weeks = weeks.head(WEEKS_MAX + 1)
    before = len(weeks) - 1
    if before < BASE[0] + UNITS_MIN:
        return None
    size, counts = int(np.clip(before // 3, *BASE)), weeks["count"].to_numpy()
    values = weeks["mean"].to_numpy()
    if is_share:
        values = np.arcsin(np.sqrt((values * counts + PULL) / (counts + 2 * PULL)))
    contrasts = np.array([values[at] - values[at + 1 : at + 1 + size].mean() for at in range(len(values) - size)])
    past, base = len(contrasts) - 1, values[1 : size + 1].mean()
    fewer = max(1, stats.hmean(counts[1:]) / counts[0])
    error = np.sqrt(np.mean(contrasts[1:] ** 2) * fewer)
    if not error > 0:
        return None
    ends = contrasts[0] + stats.t.ppf(0.975, past) * error * np.array([0, -1, 1])
    if is_share:
        turned = np.sin(np.clip(np.append(base + ends, base), 0, np.pi / 2)) ** 2
        shares = np.clip((turned * (counts[0] + 2 * PULL) - PULL) / counts[0], 0, 1)
        ends = shares[:3] - shares[3]
    return *ends, 2 * stats.t.sf(abs(contrasts[0]) / error, past), past


def row_of(keys, effect, usual_sd, inside, outside):
    difference, low, high, p_value, units = effect
    row = dict(zip(["dimension", "stretch", "kind", "subject"], keys))
    row |= {"difference": difference, "difference_low": low, "difference_high": high, "p_value": p_value, "units": units}
    scaled = usual_sd if usual_sd > 0 else np.nan
    row |= {"effect": difference / scaled, "effect_low": low / scaled, "effect_high": high / scaled}
    for side, plays in [("inside", inside), ("outside", outside)]:
        row |= {f"mean_{side}": plays["value"].mean() if len(plays) else 0.0, f"plays_{side}": len(plays)}
    return row
