"""The mood map, the quadrants, the moods, mood over time and the wellbeing indicators, from gold."""

import numpy as np
import pandas as pd

from . import words

BINS = 25
QUADRANTS = ["happy", "tense", "sad", "calm", "neutral"]
# Days that are shown one by one, weeks that are shown at most, and days of the indicators' small lines.
DAYS_MAX, WEEKS_MAX, YEAR_DAYS = 750, 1_100, 365

# An indicator's column, its name, and how it is written.
INDICATORS = [
    ("valence_mean_28d", "Valence", lambda value: f"{value:.2f}"),
    ("energy_mean_28d", "Energy", lambda value: f"{value:.2f}"),
    ("valence_shift", "Valence shift", lambda value: f"{value:+.2f} sd"),
    ("sad_share_28d", "Low-valence, low-energy share", lambda value: f"{100 * value:.1f} %"),
    ("sad_share_persistence", "Its persistence", lambda value: f"{value:+.2f}"),
    ("repetitiveness_28d", "Repetitiveness", lambda value: f"{100 * value:.1f} %"),
    ("diversity_28d", "Diversity", lambda value: f"{value:.2f}"),
    ("late_night_share_28d", "Late-night share", lambda value: f"{100 * value:.1f} %"),
    ("longest_gap_minutes", "Longest pause", lambda value: f"{words.whole(value) // 60} h {words.whole(value) % 60:02} min"),
    ("longest_gap_deviation_minutes", "Against the usual pause", lambda value: f"{words.whole(value):+} min"),
    ("sessions_per_day_28d", "Sittings a day", lambda value: f"{value:.1f}"),
]


def expected(lake):
    tables = {"quadrants": quadrants(lake), "moods": moods(lake), "mood-map": cells(lake), "mood-over-time": over_time(lake.days)}
    if not tables["mood-map"]:
        # Without the map its section says why, and nothing else.
        tables |= {"quadrants": [], "moods": []}
    return tables | {"indicators": cards(lake.days), **sparks(lake.days)}


def bases(lake, tables):
    found = {f"chart-{name}": words.basis(**lake.rests_on) for name in ("mood-map", "mood-over-time") if tables[name]}
    last = lake.days.iloc[-1]
    found["wellbeing"] = words.basis(last["plays_28d"], last["plays_covered_28d"], last["authentic_share_28d"],
                                     int(last["gap_days_28d"]), "the last 28 days")
    return found


def placed(lake):
    """The plays that have a place on the map."""
    plays = lake.gold("play_moods")
    return plays[plays["quadrant"].notna()] if len(plays) else plays


def cells(lake):
    plays = placed(lake)
    if plays.empty:
        return []
    bins = (np.minimum(np.floor(plays[feature] * BINS), BINS - 1).astype(int) for feature in ("energy", "valence"))
    counted = plays.groupby(list(bins)).size()
    return [[f"{energy / BINS:.2f}", *(words.count(counted[energy, valence]) if (energy, valence) in counted.index else ""
                                       for valence in range(BINS))] for energy in reversed(range(BINS))]


def quadrants(lake):
    rows = lake.gold("mood_circumplex")
    if rows.empty:
        return []
    shares = rows.set_index(["quadrant", "centre"])["share"]
    return [[words.capital(name), *(words.share(shares.get((name, centre), 0.0)) for centre in ("fixed", "own"))]
            for name in QUADRANTS]


def moods(lake):
    plays, profiles, clusters = placed(lake), lake.gold("mood_cluster_profiles"), lake.gold("mood_clusters")
    if plays.empty or profiles.empty or clusters.empty:
        return []
    current = profiles[profiles["model_id"].isin(clusters["model_id"])]
    centres = current[["cluster_id", "centroid_valence", "centroid_energy"]]
    counted = plays.dropna(subset="cluster_id").merge(centres, on="cluster_id")
    counted = counted.groupby(["mood", "centroid_valence", "centroid_energy"]).size().rename("plays").reset_index()
    counted = counted.sort_values(["plays", "mood"], ascending=[False, True])
    total = counted["plays"].sum()
    return [[words.clean(row.mood), words.count(row.plays), words.share(row.plays / total),
             words.decimal(row.centroid_valence, 3), words.decimal(row.centroid_energy, 3)] for row in counted.itertuples()]


def over_time(days):
    step = 1 if len(days) <= DAYS_MAX else max(7, -(-len(days) // WEEKS_MAX))
    rows, some = [], False
    for end in range(len(days), 0, -step):
        span, last = days.iloc[max(0, end - step):end], days.iloc[end - 1]
        cells = [words.count(span["plays"].sum())]
        for feature in ("valence", "energy"):
            middle, deviation = last[f"{feature}_mean_28d"], last[f"{feature}_daily_sd_28d"]
            band = words.between(max(middle - deviation, 0.0), min(middle + deviation, 1.0), 3)
            if pd.isna(middle) or pd.isna(deviation):
                band = words.NONE
            cells += [words.decimal(span[f"{feature}_mean"].mean(), 3), words.decimal(middle, 3), band]
        some = some or any(cell != words.NONE for cell in cells[1:])
        rows.append([words.day(last["local_date"]) + "*" * bool(span["in_gap"].any()), *cells])
    return rows[::-1] if some else []


def cards(days):
    rows = []
    for column, name, written in INDICATORS:
        last = days[column].iloc[-1]
        # The middle day of the last year, and no mean of two.
        year = sorted(days[column].tail(YEAR_DAYS).dropna())
        usual = f"usual {written(year[len(year) // 2])}" if year else None
        rows.append([name, "No value" if pd.isna(last) else written(last), usual])
    return rows


def sparks(days):
    tables = {}
    for number, (column, _, _) in enumerate(INDICATORS, 1):
        # Every seventh day, counted back from the last.
        weeks = list(days[column].tail(YEAR_DAYS))[::-1][::7]
        if sum(pd.notna(value) for value in weeks) >= 2:
            named = [[weeks_ago(week), short(value)] for week, value in enumerate(weeks)]
            tables[f"indicator-{number}"] = named[::-1]
    return tables


def short(value):
    """Fewer decimals, the larger it is."""
    return words.decimal(value, 2 if pd.isna(value) or abs(value) < 10 else int(abs(value) < 100))


def weeks_ago(weeks):
    return "Newest week" if weeks == 0 else f"{words.counted(weeks, 'week')} before"


def found(page):
    return {"indicators": page["cards"]}
