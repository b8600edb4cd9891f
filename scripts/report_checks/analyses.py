"""Drivers, forecast, backtest and recommendations, from gold."""

import re

import pandas as pd

from . import words

# Comparisons in the table, and days before a forecast.
COMPARISONS_MAX, HISTORY_DAYS = 40, 56
GOALS = ["more_of_the_same", "lift", "calm"]


def expected(lake):
    drivers = strongest(lake)
    return {**compared(drivers), **forecasts(lake), **{heading(goal): tracks(rows) for goal, rows in goals(lake)}}


def bases(lake, tables):
    found = {}
    if tables["drivers"]:
        found["chart-drivers"] = lake.basis(strongest(lake)[0])
    found |= {f"chart-{name}": words.basis(**lake.rests_on) for name in tables if re.fullmatch(r"forecast-\d+", name)}
    return found | {words.capital(words.plain(goal)): lake.basis(rows.iloc[0]) for goal, rows in goals(lake)}


def strongest(lake):
    """What was found first, then by how little chance explains it, then by its size."""
    def order(row):
        effect = row["effect"]
        size = (True, 0) if pd.isna(effect) else (False, -abs(effect))
        return not row["is_driver"], row["p_adjusted"], *size, row["stretch"], row["kind"], row["subject"]

    return sorted(lake.gold("mood_drivers").to_dict("records"), key=order)


def compared(rows):
    found = [row for row in rows if row["is_driver"]]
    tables = {
        "comparisons": [[words.counted(rows[0]["comparisons"], "comparison")], [words.count(len(found))]] if rows else [],
        "findings": [[words.capital(words.clean(row["words"])), f"effect {effect(row)}"] for row in found],
        "drivers": [],
    }
    shown = rows[:COMPARISONS_MAX]
    if any(pd.notna(row["effect"]) for row in shown):
        tables["drivers"] = [[
            words.plain(row["subject"]), words.plain(row["stretch"]),
            *(words.decimal(row[name], 2) for name in ("effect", "effect_low", "effect_high")),
            natural(row["mean_inside"]), natural(row["mean_outside"]),
            "< 0.001" if row["p_adjusted"] < 0.001 else words.decimal(row["p_adjusted"], 3), words.count(row["units"]),
            "found" if row["is_driver"] else "not told from chance",
        ] for row in shown]
    return tables


def effect(row):
    size, low, high = (row[name] for name in ("effect", "effect_low", "effect_high"))
    interval = "" if pd.isna(low) or pd.isna(high) else f" ({words.signed(low, 2)} to {words.signed(high, 2)})"
    return (words.NONE if pd.isna(size) else words.signed(size, 2)) + interval


def natural(value):
    """A value in its own unit: fewer decimals, the larger it is."""
    return words.decimal(value, 3 if abs(value) < 10 else 1)


def forecasts(lake):
    coming, tables = lake.gold("mood_forecast"), {"verdicts": []}
    if coming.empty:
        return tables
    for number, (target, rows) in enumerate(coming.sort_values("horizon_days").groupby("target"), 1):
        places, first = 1 if target == "plays" else 3, rows.iloc[0]
        badge = "Baseline" if first["is_baseline"] else "Beats the baseline"
        verdict = words.capital(words.clean(first["verdict"].replace("_", " ")))
        said = f"{badge} {verdict} Method shown: {words.plain(first['method'])}."
        tables["verdicts"].append([f"Daily {words.plain(target)}", said])
        tables[f"forecast-{number}"] = [
            [words.weekday_day(row.local_date), words.decimal(row.forecast, places),
             words.between(row.low_80, row.high_80, places, " to "), words.between(row.low_95, row.high_95, places, " to ")]
            for row in rows.itertuples()]
        tables[f"forecast-{number}-history"] = history(lake.days.tail(HISTORY_DAYS), target, places)
        tables[f"backtest-{number}"] = backtest(lake, target, 1 if target == "plays" else 4)
    return tables


def history(days, target, places):
    values = days[target] if target == "plays" else days[f"{target}_mean"]
    # How many plays there were is not known of a day on which some may be missing.
    known = values.where(~days["in_gap"].astype(bool)) if target == "plays" else values
    return [[words.weekday_day(date), words.decimal(value, places)] for date, value in zip(days["local_date"], known)]


def backtest(lake, target, places):
    rows = lake.gold("forecast_backtests")
    rows = rows[rows["target"] == target].assign(other=~rows["is_baseline"].astype(bool)).sort_values(["other", "mae", "method"])
    table = []
    for row in rows.itertuples():
        role = ", ".join(["baseline"] * row.is_baseline + ["shown"] * row.is_chosen)
        name = words.plain(row.method) + (f" ({role})" if role else "")
        table.append([name, words.decimal(row.mae, places), words.share(row.coverage_80), words.share(row.coverage_95),
                      words.count(row.forecasts)])
    return table


def goals(lake):
    rows = lake.gold("track_recommendations")
    for goal in GOALS if len(rows) else []:
        own = rows[rows["goal"] == goal].sort_values("rank")
        if len(own):
            yield goal, own


def heading(goal):
    return f"recommendations: {goal}"


def tracks(rows):
    table = []
    for row in rows.itertuples():
        is_id = re.fullmatch(r"[0-9A-Za-z]{22}", row.track_id)
        genre = "" if pd.isna(row.track_genre) else f"{words.clean(row.track_genre)} · "
        features = f"valence {words.decimal(row.valence, 2)} · energy {words.decimal(row.energy, 2)}"
        table.append([str(row.rank), words.clean(row.track_name), words.clean(row.artist_name),
                      f"https://open.spotify.com/track/{row.track_id}" if is_id else None,
                      words.capital(words.clean(row.reason)), f"{genre}{features} · similarity {words.share(row.similarity)}"])
    return table


def found(page):
    named = {words.capital(words.plain(goal)): heading(goal) for goal in GOALS}
    return {"comparisons": [[text] for text in page["comparisons"]], "findings": page["findings"], "verdicts": page["forecasts"],
            **{named.get(goal, goal): rows for goal, rows in page["goals"]}}
