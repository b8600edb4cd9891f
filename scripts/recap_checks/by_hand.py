"""Tiny histories whose figures were counted by hand: they hold the computation itself to the document."""

from datetime import date, datetime, timedelta, timezone

from . import figures, items, plays, weeks
from .clocks import instant

MADRID, NEW_YORK = "Europe/Madrid", "America/New_York"


def row(at, title="One", artist="Ann", ms=60_000, zone=MADRID, **more):
    """A row of silver."""
    at = at if isinstance(at, datetime) else instant(zone, at, 12 * 3600)
    return {
        "user_id": "me", "played_at": at, "timezone": zone, "track_id": title and f"id-{title}", "track_name": title,
        "artist_name": artist, "album_name": "Album", "ms_played": ms, "ingested_at": at, "feature_source": None,
        "feature_provider": None, "valence": None, "energy": None, "track_genres": None, **more,
    }


def heard(*rows, **more):
    return plays.Listener("me", rows[0]["timezone"], list(map(plays.play, rows)), **more)


def with_features(valence, energy, source="kaggle", provider="kaggle"):
    return {"feature_source": source, "feature_provider": provider, "valence": valence, "energy": energy}


def utc(*of):
    return datetime(*of, tzinfo=timezone.utc)


def week_borders():
    """In Madrid the week 2025-W43 ends an hour later than seven days after its beginning."""
    ends = [utc(2025, 10, 19, 21, 59, 59), utc(2025, 10, 19, 22), utc(2025, 10, 26, 22, 59, 59), utc(2025, 10, 26, 23)]
    of = [figures.recap(heard(*map(row, ends)), week)["plays"] for week in ("2025-W42", "2025-W43", "2025-W44")]
    yield "plays about the ends of a week", of, [1, 2, 1]
    # 2:30 comes twice in that night, and in New York 2:30 does not come at all on 9 March.
    twice = figures.recap(heard(row(utc(2025, 10, 26, 0, 30)), row(utc(2025, 10, 26, 1, 30))), "2025-W43")["hours"][2]["plays"]
    yield "an hour that comes twice", twice, 2
    skipped = heard(row(utc(2025, 3, 9, 6, 59, 59), zone=NEW_YORK), row(utc(2025, 3, 9, 7), zone=NEW_YORK))
    yield "an hour that is left out", [play.hour for play in skipped.plays], [1, 3]
    yield "week 53", [weeks.monday("2020-W53"), weeks.name(date(2021, 1, 3))], [date(2020, 12, 28), "2020-W53"]


def usual_weeks():
    monday = weeks.monday("2025-W46")
    rows = [row(monday - number * weeks.WEEK) for number in (13, 5, 4, 2, 2, 2, 1)]
    of = figures.recap(heard(*rows), "2025-W46")["usual"]
    # Twelve weeks: 1 1 0 1 3 0 …: the silent ones count.
    yield "usual", of, {"weeks": 12, "plays": 0.0, "minutes": 0.0}
    gaps = frozenset({monday - 3 * weeks.WEEK, *(monday - (number * 7 - 6) * weeks.DAY for number in range(6, 13))})
    yield "usual without weeks in gaps", figures.recap(heard(*rows, gap_days=gaps), "2025-W46")["usual"], \
        {"weeks": 4, "plays": 1.0, "minutes": 1.0}
    yield "too few weeks", figures.recap(heard(*rows, gap_days=gaps | {monday - weeks.WEEK}), "2025-W46")["usual"], None
    silent = figures.recap(heard(*[row(monday - number * weeks.WEEK, ms=None) for number in (12, 11, 10, 9)]), "2025-W46")["usual"]
    yield "usual where no length is known", silent, {"weeks": 12, "plays": 0.0, "minutes": None}


def ranks():
    monday = weeks.monday("2025-W46")
    rows = [row(monday, "b"), row(monday, "a"), row(monday, "c", ms=61_000), row(monday, "d", ms=None), row(monday, "B", "ANN")]
    top = items.top(heard(*rows).plays, [])
    yield "ties", [[each["name"], each["plays"], each["minutes"]] for each in top["tracks"]], \
        [["b", 2, 2.0], ["c", 1, 61 / 60], ["a", 1, 1.0], ["d", 1, None]]
    yield "spellings", [top["tracks"][0]["track_id"], top["artists"][0]["name"]], ["id-B", "Ann"]


def new_and_old():
    monday = weeks.monday("2025-W46")
    rows = [row(monday - days * weeks.DAY, f"{days} days", f"{days}") for days in (91, 90, 28)]
    rows += [row(monday + weeks.DAY, f"{days} days", f"{days}") for days in (91, 90, 0)]
    of = figures.recap(heard(*rows), "2025-W46")
    yield "returns", [of["returns"]["tracks"], of["returns"]["top_tracks"][0]["last_heard"]], [1, "2025-08-11"]
    yield "discoveries", [of["discoveries"]["artists"], of["discoveries"]["top_artists"][0]["name"]], [1, "0"]
    young = [heard(row(monday - days * weeks.DAY), row(monday)) for days in (27, 28)]
    yield "days of history", [figures.recap(each, "2025-W46")["discoveries"] is None for each in young], [True, False]


def moods():
    monday = weeks.monday("2025-W46")
    loud = [row(monday, ms=1000, **with_features(0.9, 0.9))] * 19 + [row(monday, ms=21_000, **with_features(0.4, 0.9))]
    synthetic = [row(monday, **with_features(0.1, 0.1, "synthetic", "synthetic"))] * 20
    few = figures.recap(heard(*loud, *synthetic), "2025-W46")["mood"]
    # Thirty plays of a provider make its scale the basis.
    yield "too few authentic ones", [few["feature_basis"], few["plays_covered"], few["authentic_share"]], ["synthetic", 20, 0.5]
    earlier = [row(monday - 20 * weeks.WEEK, **with_features(0.5, 0.5))] * 10
    own = figures.recap(heard(*loud, *synthetic, *earlier), "2025-W46")["mood"]
    # (19 · .9 + 21 · .4) / 40
    yield "means", [own["feature_basis"], own["plays_covered"], round(own["valence"], 12), own["quadrant"]], ["spotify", 20, 0.6375, "happy"]
    less = figures.recap(heard(*loud, *synthetic, synthetic[0], *earlier), "2025-W46")["mood"]
    yield "less than half", [less["valence"], less["plays_covered"]], [None, 20]


def days_in_a_row():
    days = [date(2025, 11, number) for number in (3, 4, 5, 9, 10, 11, 15, 16, 17, 18)]
    of = figures.recap(heard(*map(row, days)), "2025-W46")["streak"]
    yield "streak", of, {"current": {"from": "2025-11-15", "to": "2025-11-16", "days": 2},
                         "longest": {"from": "2025-11-03", "to": "2025-11-05", "days": 3}}
    yield "a week before all", figures.recap(heard(row(date(2025, 11, 10))), "2025-W45")["streak"], {"current": None, "longest": None}


def gaps():
    of = [{"user_id": "me", "from_at": utc(2025, 11, 9, 12), "to_at": to, "closed_by": closed} for to, closed in
          [(utc(2025, 11, 9, 22, 59, 59, 999_999), None), (utc(2025, 11, 9, 23), None), (utc(2025, 11, 20), "a run")]]
    found = [len(plays.gap_days([gap], MADRID)["me"]) for gap in of]
    yield "days of gaps", found, [1, 2, 0]


def differ():
    """What the computation says otherwise than a count by hand."""
    for check in (week_borders, usual_weeks, ranks, new_and_old, moods, days_in_a_row, gaps):
        for what, found, expected in check():
            if found != expected:
                yield f"{what}: {found}, by hand {expected}"
