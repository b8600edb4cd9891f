"""Every figure of a weekly recap, from a listener's plays and docs/recap.md alone."""

from datetime import timedelta
from statistics import median

from . import items, mood, weeks

USUAL_WEEKS, USUAL_WEEKS_MIN = 12, 4
GOALS = ("more_of_the_same", "lift", "calm")
RECOMMENDATIONS = 5


def recap(listener, week):
    monday = weeks.monday(week)
    sunday, first_day = monday + timedelta(days=6), min(play.day for play in listener.plays)
    plays = listener.between(monday, sunday)
    before = listener.between(monday - weeks.WEEK, monday - weeks.DAY)
    return {
        "listener": listener.name,
        "week": week,
        "from": monday.isoformat(),
        "to": sunday.isoformat(),
        "timezone": listener.zone,
        "history": {
            "first_day": first_day.isoformat(),
            "last_day": max(play.day for play in listener.plays).isoformat(),
            "known_until": max(play.ingested_at for play in listener.plays),
        },
        **totals(plays),
        "days_heard": len({play.day for play in plays}),
        "tracks": len({play.track for play in plays} - {None}),
        "artists": len({play.artist for play in plays} - {None}),
        "albums": len({play.album for play in plays} - {None}),
        "gap_days": [day.isoformat() for day in weeks.days_of(monday) if day in listener.gap_days],
        "before": None if monday <= first_day else {
            "week": weeks.name(monday - weeks.WEEK),
            **totals(before),
            "gap_days": gap_days(listener, monday - weeks.WEEK),
        },
        "usual": usual(listener, monday, first_day),
        "days": [day_row(listener, day) for day in weeks.days_of(monday)],
        "hours": [hour_row(plays, hour) for hour in range(24)],
        "top": items.top(plays, before),
        "discoveries": items.discoveries(listener, monday, first_day, plays, before),
        "returns": items.returns(listener, monday, plays, before),
        "mood": mood.mood(listener, monday, plays, before),
        "streak": streak(listener, monday, sunday),
        "recommendations": recommendations(listener),
        "made_from": dict(listener.versions or {}),
    }


def minutes(plays):
    known = [play.ms for play in plays if play.ms is not None]
    return sum(known) / 60_000 if known else None


def totals(plays):
    return {"plays": len(plays), "minutes": minutes(plays), "plays_timed": sum(play.ms is not None for play in plays)}


def gap_days(listener, monday):
    return sum(day in listener.gap_days for day in weeks.days_of(monday))


def usual(listener, monday, first_day):
    """Medians over the weeks before that are wholly known."""
    starts = [monday - number * weeks.WEEK for number in range(1, USUAL_WEEKS + 1)]
    starts = [start for start in starts if start >= first_day and not gap_days(listener, start)]
    if len(starts) < USUAL_WEEKS_MIN:
        return None
    each = [listener.between(start, start + timedelta(days=6)) for start in starts]
    heard = [minutes(plays) if plays else 0 for plays in each]
    return {
        "weeks": len(starts),
        "plays": float(median(map(len, each))),
        "minutes": None if None in heard else float(median(heard)),
    }


def day_row(listener, day):
    plays = listener.between(day, day)
    valence, energy = mood.means_of_part(plays)
    return {
        "date": day.isoformat(),
        "plays": len(plays),
        "minutes": minutes(plays),
        "in_gap": day in listener.gap_days,
        "valence": valence,
        "energy": energy,
    }


def hour_row(plays, hour):
    plays = [play for play in plays if play.hour == hour]
    valence, energy = mood.means_of_part(plays)
    return {"hour": hour, "plays": len(plays), "valence": valence, "energy": energy}


def streak(listener, monday, sunday):
    heard = {play.day for play in listener.plays if play.day <= sunday}
    runs = [{"from": first.isoformat(), "to": last.isoformat(), "days": (last - first).days + 1}
            for first, last in weeks.runs(heard)]
    return {
        "current": runs[-1] if runs and runs[-1]["to"] >= monday.isoformat() else None,
        # Of equal ones `max` takes the first.
        "longest": max(runs, key=lambda run: run["days"], default=None),
    }


def turn(row):
    """The first of each goal in turn, then the second of each."""
    return row["rank"], GOALS.index(row["goal"])


def recommendations(listener):
    """A track of two goals is taken at its first turn, and the other turn passes."""
    chosen = {}
    for row in sorted(listener.recommendations, key=turn):
        chosen.setdefault(row["track_id"], row)
    columns = ("track_id", "track_name", "artist_name", "goal", "reason")
    return [{column: row[column] for column in columns} for row in list(chosen.values())[:RECOMMENDATIONS]]
