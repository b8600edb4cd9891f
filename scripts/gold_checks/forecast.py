"""Forecasts of daily valence, energy and plays, and the rolling backtest behind them."""

import re

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.tsa.holtwinters import SimpleExpSmoothing

from .compare import MILLIONTHS, ROUNDING
from .wellbeing import COVERAGE_MIN, SPANS

HORIZONS, WEEK = 14, 7
METHODS = ["seasonal_naive", "mean", "weekday_mean", "smoothing"]
BOUNDS = {"valence": (0, 1), "energy": (0, 1), "plays": (0, np.inf)}
# Values and days that a series needs; origins at most, and days that the first of them sees.
VALUES_MIN, DAYS_MIN, ORIGINS_MAX, TRAINING_DAYS = 28, 56, 365, 28
WEEKS_RECENT, WEEKS_SEARCHED, WEEKDAY_VALUES = 8, 26, 8
ALPHAS, SMOOTHED_MIN = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5], 14
# For intervals of 80 and 95 %: one error in so many lies beyond each end; days with errors that they need.
LEVELS = {"80": (10, 28), "95": (40, 56)}
ERRORS_MIN = 39
# Scored days that each half of the backtest needs.
HALF_DAYS_MIN = 28
# Kiefer and Vogelsang (2005), table 1, Bartlett kernel, nine chances in ten on one side.
CRITICAL_VALUE = np.polynomial.Polynomial([1.2816, 1.3040, 0.5135, -0.3386])
# Differences of means that are a millionth off.
ERRORS = 5 * MILLIONTHS
# Some in five thousand pairs may lie on the very end of an interval.
SHARE = 5e-4


def series_of(listening):
    """Each listener's days and daily series; what is not known is NaN."""
    for user, plays, days in listening.calendars():
        covered = plays[plays["is_covered"]]
        count, count_covered = (rows.groupby("local_date").size().reindex(days, fill_value=0) for rows in (plays, covered))
        weight = covered.groupby("local_date")["weight"].sum().reindex(days, fill_value=0)
        is_enough = (count_covered >= SPANS[""][1]) & (count_covered >= COVERAGE_MIN * count) & (weight > 0)
        in_gap = [(user, day) in listening.gap_days for day in days]
        for name in ("valence", "energy"):
            weighted = (covered[name] * covered["weight"]).groupby(covered["local_date"]).sum().reindex(days)
            yield user, name, days[-1], (weighted / weight).where(is_enough).to_numpy(float)
        yield user, "plays", days[-1], count.where(~np.array(in_gap)).to_numpy(float)


def same_weekday(past, ahead):
    """The values of the days that share their weekday with a coming one, the latest first."""
    return past[::-1][WEEK - 1 - ahead % WEEK :: WEEK]


def plain(past):
    """What the three methods that are means say of the coming week, twice over."""
    weekdays = [same_weekday(past, ahead) for ahead in range(WEEK)]
    recent = [same[:WEEKS_RECENT][~np.isnan(same[:WEEKS_RECENT])][:1] for same in weekdays]
    searched = [same[:WEEKS_SEARCHED][~np.isnan(same[:WEEKS_SEARCHED])][:WEEKDAY_VALUES] for same in weekdays]
    last = past[-WEEKS_RECENT * WEEK :]
    mean = last[~np.isnan(last)].mean() if (~np.isnan(last)).any() else np.nan
    naive, by_weekday = ([values.mean() if len(values) else np.nan for values in lists] for lists in (recent, searched))
    return np.array([naive * 2, [mean] * HORIZONS, by_weekday * 2])


def weekday_offsets(past):
    """What each weekday adds, shrunk as a random effect of a one-way analysis of variance; by day number modulo seven."""
    days = np.arange(max(0, len(past) - WEEK * WEEKS_SEARCHED), len(past))
    days = days[~np.isnan(past[days])]
    values, weekday = past[days], days % WEEK
    counts = np.bincount(weekday, minlength=WEEK)
    groups, total = (counts > 0).sum(), len(values)
    if groups < 2 or total <= groups:
        return np.zeros(WEEK)
    means = np.bincount(weekday, values, WEEK) / np.maximum(counts, 1)
    apart = np.where(counts > 0, means - values.mean(), 0)
    within = ((values - means[weekday]) ** 2).sum() / (total - groups)
    usual = (total - (counts**2).sum() / total) / (groups - 1)
    between = ((counts * apart**2).sum() / (groups - 1) - within) / usual
    return apart * counts * between / (counts * between + within) if between > 0 else np.zeros(WEEK)


def level(values, alpha):
    """Simple exponential smoothing that begins with the plain mean of 1 / alpha values."""
    first = min(len(values), int(1 / alpha + 1e-9))
    later = values[first:][::-1]
    weights = alpha * (1 - alpha) ** np.arange(len(later))
    return later @ weights + (1 - alpha) ** len(later) * values[:first].mean()


def smoothing(series):
    """The forecasts after each day, with the weight that had the least error until then; and the last day's level twice."""
    size = len(series)
    forecasts, made = np.full((size, HORIZONS), np.nan), {}
    errors = np.zeros(len(ALPHAS))
    for day in range(size):
        if not np.isnan(series[day]):
            for before in range(max(0, day - HORIZONS), day):
                if before in made:
                    levels, offsets = made[before]
                    errors += np.abs(series[day] - offsets[day % WEEK] - levels)
        past = series[: day + 1]
        there = np.flatnonzero(~np.isnan(past))
        if len(there) >= SMOOTHED_MIN:
            offsets = weekday_offsets(past)
            values = past[there] - offsets[there % WEEK]
            made[day] = np.array([level(values, alpha) for alpha in ALPHAS]), offsets
            best = np.argmin(errors)
            forecasts[day] = made[day][0][best] + offsets[(day + 1 + np.arange(HORIZONS)) % WEEK]
    peer = statsmodels_level(values, ALPHAS[best]) if made else np.nan
    return forecasts, (made[size - 1][0][best] if made else np.nan, peer)


def statsmodels_level(values, alpha):
    first = int(1 / alpha + 1e-9)
    if len(values) <= first:
        return values.mean()
    model = SimpleExpSmoothing(values[first:], initialization_method="known", initial_level=values[:first].mean())
    return model.fit(smoothing_level=alpha, optimized=False).level[-1]


class Backtest:
    """Forecasts from every origin, their errors, the choice of a method."""

    def __init__(self, series, bounds):
        self.first = np.flatnonzero(~np.isnan(series))[0] if (~np.isnan(series)).any() else len(series)
        series = series[self.first :]
        self.values, size = int((~np.isnan(series)).sum()), len(series)
        self.is_enough = self.values >= VALUES_MIN and size >= DAYS_MIN
        if not self.is_enough:
            return
        smoothed, self.levels = smoothing(series)
        self.days = np.arange(max(size - ORIGINS_MAX - 1, TRAINING_DAYS - 1), size)
        said = np.array([np.vstack([plain(series[: day + 1]), smoothed[day]]) for day in self.days]).clip(*bounds)
        said[np.isnan(said).any(axis=1)[:, None, :].repeat(len(METHODS), axis=1)] = np.nan
        self.ahead, said, self.days = said[-1], said[:-1], self.days[:-1]
        came = np.pad(series, (0, HORIZONS), constant_values=np.nan)[self.days[:, None] + 1 + np.arange(HORIZONS)]
        self.errors = came[:, None, :] - said
        self.scored = ~np.isnan(self.errors[:, 0, :])
        self.choose()

    def mae(self, pairs):
        return [np.abs(self.errors[:, method][pairs]).mean() if pairs.any() else np.nan for method in range(len(METHODS))]

    def choose(self):
        due = self.days[:, None] + 1 + np.arange(HORIZONS)
        meeting = self.days[len(self.days) // 2]
        older, newer = self.scored & (due <= meeting), self.scored & (self.days >= meeting)[:, None]
        self.all, self.older, self.newer = self.mae(self.scored), self.mae(older), self.mae(newer)
        is_long = min(len(np.unique(due[half])) for half in (older, newer)) >= HALF_DAYS_MIN
        candidate = int(np.argmin(self.older)) if is_long else 0
        self.skill = self.sure = np.nan
        if candidate and self.newer[0] > 0:
            gains = np.abs(self.errors[:, 0]) - np.abs(self.errors[:, candidate])
            gains = np.nansum(np.where(newer, gains, np.nan), axis=1)[newer.any(axis=1)]
            lags = min(2 * HORIZONS, len(gains))
            mean = sm.OLS(gains, np.ones(len(gains))).fit(cov_type="HAC", cov_kwds={"maxlags": lags - 1})
            self.sure = mean.params[0] - CRITICAL_VALUE(lags / len(gains)) * mean.bse[0]
            self.skill = 1 - self.newer[candidate] / self.newer[0]
        self.chosen = candidate if self.sure > 0 else 0
        self.words = "too short" if not is_long else METHODS[candidate] if candidate else "no method did better"

    def known(self, method):
        """For each origin and for the end: the errors known by then, by horizon, and on how many days they fell."""
        errors, origins = self.errors[:, method], len(self.days)
        fell = [any(at > h and self.scored[at - h - 1, h] for h in range(HORIZONS)) for at in range(origins + 1)]
        for at, days in enumerate(np.cumsum(fell)):
            own = [errors[: max(0, at - h), h] for h in range(HORIZONS)]
            yield [values[~np.isnan(values)] for values in own], days

    def intervals(self, method):
        """The intervals of the days ahead, and how often values lay within those that were made on the way."""
        within = {name: [] for name in LEVELS}
        for at, (errors, days) in enumerate(self.known(method)):
            is_end, ends = at == len(self.days), np.full((len(LEVELS), 2, HORIZONS), np.nan)
            for h in range(HORIZONS):
                if days >= min(least for _, least in LEVELS.values()) and (is_end or self.scored[at, h]):
                    pool = pooled(errors, h)
                    for place, (name, (tail, least)) in enumerate(LEVELS.items()):
                        beyond = (len(pool) + 1) // tail
                        if days >= least and beyond:
                            ends[place, :, h] = pool[beyond - 1], pool[-beyond]
                            if not is_end:
                                within[name].append(pool[beyond - 1] <= self.errors[at, method, h] <= pool[-beyond])
        return dict(zip(LEVELS, ends)), {name: np.mean(each) if each else np.nan for name, each in within.items()}


def pooled(errors, horizon):
    """The errors of a horizon, and of its nearest neighbours while they are too few."""
    for reach in range(HORIZONS):
        pool = np.concatenate(errors[max(0, horizon - reach) : horizon + reach + 1])
        if len(pool) >= ERRORS_MIN:
            break
    return np.sort(pool)


def computed(listening):
    """Expected rows of both tables, the words of each verdict, and levels beside those of statsmodels; made once."""
    if hasattr(listening, "forecasts"):
        return listening.forecasts
    forecasts, backtests, words, levels = [], [], {}, []
    for user, target, last_day, series in series_of(listening):
        test = Backtest(series, BOUNDS[target])
        if not test.is_enough:
            continue
        levels.append(test.levels)
        words[user, target] = test.words, test.chosen, test.skill
        for method, name in enumerate(METHODS):
            ends, coverage = test.intervals(method)
            is_chosen = method == test.chosen
            backtests.append({
                "user_id": user, "target": target, "method": name, "is_baseline": method == 0, "is_chosen": is_chosen,
                "mae": test.all[method], "mae_selection": test.older[method], "mae_judgement": test.newer[method],
                "coverage_80": coverage["80"], "coverage_95": coverage["95"],
                "origins": len(test.days), "forecasts": int(test.scored.sum())})
            if is_chosen:
                forecasts += rows_ahead(test, method, ends, coverage, (user, target, last_day))
    listening.forecasts = pd.DataFrame(forecasts), pd.DataFrame(backtests), words, levels
    return listening.forecasts


def rows_ahead(test, method, ends, coverage, keys):
    user, target, last_day = keys
    mae, naive = (test.newer[which] if not np.isnan(test.newer[which]) else test.all[which] for which in (method, 0))
    for h in np.flatnonzero(~np.isnan(test.ahead[method])):
        value = test.ahead[method, h]
        row = {"user_id": user, "target": target, "horizon_days": int(h) + 1, "forecast": value,
               "local_date": last_day + pd.Timedelta(days=int(h) + 1), "last_day": last_day, "method": METHODS[method],
               "is_baseline": method == 0, "mae": mae, "mae_baseline": naive, "days_used": test.values}
        for name, each in ends.items():
            low, high = (value + each[:, h]).clip(*BOUNDS[target])
            row |= {f"low_{name}": low, f"high_{name}": high, f"coverage_{name}": coverage[name]}
        yield row


TOLERANCES = {"coverage_80": SHARE, "coverage_95": SHARE, "authentic_share": ROUNDING}


def mood_forecast(listening, found, report):
    expected, _, words, _ = computed(listening)
    if expected.empty:
        return report.equal("mood_forecast", "rows where history is too short", len(found), 0)
    expected = expected.merge(in_calendars(listening), on="user_id")
    report.frames("mood_forecast", found, expected, ["user_id", "target", "horizon_days"], ERRORS, TOLERANCES)
    for level_80, level_95 in [("low_95", "low_80"), ("high_80", "high_95")]:
        both = found[[level_80, level_95]].dropna()
        report.holds("mood_forecast", f"{level_80} <= {level_95}", both[level_80] <= both[level_95])
    said = [says(row, *words.get((row.user_id, row.target), ("?", 0, np.nan))) for row in found.itertuples()]
    report.holds("mood_forecast", "verdict says what the backtest says", said)


def says(row, words, chosen, skill):
    """The verdict names the method; of one that was better it says by how much."""
    percent = re.search(r"(-?\d+) %", row.verdict)
    return words in row.verdict and (not chosen or (percent is not None and abs(int(percent[1]) - 100 * skill) < 0.51))


def forecast_backtests(listening, found, report):
    _, expected, _, levels = computed(listening)
    if expected.empty:
        return report.equal("forecast_backtests", "rows where history is too short", len(found), 0)
    report.frames("forecast_backtests", found, expected, ["user_id", "target", "method"], ERRORS, TOLERANCES)
    own, peer = zip(*levels)
    report.values("forecast_backtests", "smoothed level of statsmodels", own, peer, ROUNDING)
    chosen = found[found["is_chosen"]].groupby(["user_id", "target"]).size()
    report.holds("forecast_backtests", "one method chosen a target", chosen == 1)


def in_calendars(listening):
    """What a forecast rests on: all plays of the calendar."""
    rows = pd.concat([plays for _, plays, _ in listening.calendars()])
    grouped = rows.groupby("user_id")
    return pd.DataFrame({"plays": grouped.size(), "plays_covered": grouped["is_covered"].sum(),
                         "authentic_share": grouped["is_authentic"].mean(),
                         "feature_basis": grouped["feature_basis"].first()}).reset_index()
