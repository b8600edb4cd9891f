"""At a glance, when one listens, and what was played most: as counted in silver and as gold says."""

import re

import pandas as pd

from . import words

# A year of weeks, and the one that is not over.
CALENDAR_DAYS = 53 * 7
# Shorter histories are in the calendar of days as a whole.
MONTHS_MIN = 14
PARTS = ["night", "morning", "afternoon", "evening"]
LISTED = 15
KINDS = {"genre": "a genre", "artist": "an artist", "track": "a track"}


def expected(lake):
    days = lake.days
    parts = parts_of_day(lake)
    return {
        "headline": glance(lake), "span": [[span(lake)]], "numbers in the warnings": [warnings(lake)],
        "calendar": calendar(days.tail(CALENDAR_DAYS)), "calendar-months": months(days),
        "hours-plays": hours_in_silver(lake.plays), "hours-plays in gold": hours(lake, "plays", words.count, "0"),
        "hours-valence": means(lake, "valence_mean"), "hours-energy": means(lake, "energy_mean"),
        "parts-of-day": parts, **most_played(lake), **most_played_in_silver(lake.plays),
    }


def bases(lake, tables):
    on = lake.rests_on
    alone = words.basis(on["plays"], gap_days=on["gap_days"])
    hourly = words.basis(**{**on, "note": "an hour’s mean needs five plays with features"})
    found = {"headline": words.basis(**on)}
    for name in ["calendar", "calendar-months"]:
        if tables[name]:
            found[f"chart-{name}"] = alone
    if tables["hours-plays"]:
        found |= {"chart-weekday-hour": hourly, "listening": hourly}
    return found | {f"chart-top-{kind}s": basis for kind, basis in top_bases(lake)}


def glance(lake):
    plays, sittings, streaks = lake.plays, lake.gold("listening_sessions"), lake.gold("listening_streaks")
    heard, timed = plays["played_at_local"].dt.normalize().nunique(), plays["ms_played"].count()
    rows = [["plays", words.count(len(plays)), f"on {words.count(heard)} days"]]
    if timed:
        of = None if timed == len(plays) else f"of {words.count(timed)} plays; the others do not tell for how long"
        rows.append(["listened", f"{words.count(words.whole(plays['ms_played'].sum() / 3_600_000))} h", of])
    if len(sittings):
        usual = f"usually {sittings['minutes'].median():.0f} minutes long"
        rows.append(["sittings", words.count(len(sittings)), usual])
    if len(streaks):
        longest = streaks.sort_values(["days", "from_date"]).iloc[-1]
        days = f"{longest['days']} {'day' if longest['days'] == 1 else 'days'}"
        rows.append(["longest streak", days, f"{longest['from_date']:%Y-%m-%d} to {longest['to_date']:%Y-%m-%d}"])
    authentic = f"{100 * lake.rests_on['authentic']:.0f} %"
    return [*rows, ["authentic", authentic, "of the plays have measured or catalogue features"]]


def span(lake):
    dates = lake.plays["played_at_local"]
    zone = lake.plays["timezone"].dropna().iloc[0]
    return f"{words.day(dates.min())} to {words.day(dates.max())}, days and hours in {words.clean(zone)}"


def warnings(lake):
    """The share of plays with features where it is low, and the days on which plays may be missing."""
    on = lake.rests_on
    few = [f"{100 * on['covered'] / on['plays']:.0f}"] if 0 < 2 * on["covered"] < on["plays"] else []
    return few + [str(on["gap_days"])] * (on["gap_days"] > 0)


def numbers(texts):
    return [[number for text in texts for number in re.findall(r"\d+", text)]]


def calendar(days):
    shown = {row.local_date: words.count(row.plays) + "*" * bool(row.in_gap) for row in days.itertuples()}
    first, last = days["local_date"].min(), days["local_date"].max()
    mondays = pd.date_range(first - pd.Timedelta(days=first.weekday()), last, freq="7D")
    return [[words.day(monday), *(shown.get(monday + pd.Timedelta(days=day), "") for day in range(7))] for monday in mondays]


def months(days):
    plays = days.groupby([days["local_date"].dt.year, days["local_date"].dt.month])["plays"].sum()
    if len(plays) < MONTHS_MIN:
        return []
    years = sorted({year for year, _ in plays.index})
    shown = {month: words.count(count) for month, count in plays.items()}
    return [[str(year), *(shown.get((year, month), "") for month in range(1, 13))] for year in years]


def week(shown, missing):
    return [[name, *(shown.get((weekday, hour), missing) for hour in range(24))] for weekday, name in enumerate(words.WEEKDAYS, 1)]


def hours_in_silver(plays):
    counted = plays.groupby(["day_of_week", "hour_of_day"]).size()
    return week({place: words.count(count) for place, count in counted.items()}, "0")


def hours(lake, column, shown, missing):
    cells = lake.gold("temporal_patterns")
    cells = cells[cells["grain"] == "hour"]
    return week({(row.day_of_week, row.hour_of_day): shown(getattr(row, column)) for row in cells.itertuples()}, missing)


def means(lake, column):
    rows = hours(lake, column, lambda value: words.decimal(value, 3), words.NONE)
    return rows if any(cell != words.NONE for row in rows for cell in row[1:]) else []


def parts_of_day(lake):
    cells = lake.gold("temporal_patterns")
    cells = cells[cells["grain"] == "part"].set_index(["part_of_day", "is_weekend"])
    rows = []
    for part, is_weekend in [(part, is_weekend) for part in PARTS for is_weekend in (False, True)]:
        if (part, is_weekend) in cells.index:
            cell = cells.loc[(part, is_weekend)]
            rows.append([f"{words.capital(part)}, {'weekend' if is_weekend else 'weekdays'}", words.count(cell["plays"]),
                         words.decimal(cell["valence_mean"], 3), words.decimal(cell["energy_mean"], 3),
                         words.share(cell["skip_rate"]), words.share(cell["finish_rate"])])
    return rows


def top(lake, kind):
    rows = lake.gold("top_items")
    rows = rows[(rows["period"] == "all") & (rows["kind"] == kind) & (rows["rank"] <= LISTED)]
    return rows.sort_values("rank")


def most_played(lake):
    tables = {}
    for kind in KINDS:
        tables[f"top-{kind}s"] = rows = []
        for row in top(lake, kind).itertuples():
            artist = [] if kind != "track" else ["" if pd.isna(row.artist_name) else words.clean(row.artist_name)]
            rows.append([words.clean(row.name), *artist, words.count(row.plays), words.minutes(row.minutes_played)])
    return tables


def top_bases(lake):
    for kind, what in KINDS.items():
        for row in top(lake, kind).head(1).itertuples():
            unnamed = row.plays_in_period - row.plays_named
            note = f"{words.count(unnamed)} plays without {what} are left out" if unnamed else None
            yield kind, words.basis(row.plays_in_period, gap_days=lake.rests_on["gap_days"], note=note)


def most_played_in_silver(plays):
    """How many plays each of the most played has. Names are compared in small letters; a song without them is told by its id."""
    artist, title = lower(plays["artist_name"]), lower(plays["track_name"])
    named = {"genre": plays["track_genres"].explode(), "artist": artist,
             "track": (artist + "\t" + title).fillna(plays["track_id"])}
    return {f"top-{kind}s in silver": [[words.count(count)] for count in names.value_counts().head(LISTED)]
            for kind, names in named.items()}


def lower(texts):
    return texts.map(str.lower, na_action="ignore")


def found(tables, page):
    """What the page says of all this outside of its tables."""
    counted = {f"{name} in silver": [[row[-2]] for row in rows] for name, rows in tables.items() if name.startswith("top-")}
    return {"headline": page["figures"], "span": [[page["span"]]], "numbers in the warnings": numbers(page["warnings"]),
            "hours-plays in gold": tables.get("hours-plays", []), **counted}
