"""The mood of a week: means of valence and energy, weighted by listening time, where enough plays have them."""

import math

from . import weeks

WEEK_MIN, PART_MIN = 20, 5
CENTRE, NEUTRAL = 0.5, 0.15
NONE = (None, None)


def millionths(value):
    return math.floor(value * 1e6 + 0.5)


def means(plays, covered_min):
    """Means of valence and energy. They are sums of whole numbers, so that the order of rows cannot show."""
    covered = [play for play in plays if play.is_covered]
    weight = sum(play.weight for play in covered)
    if len(covered) < covered_min or 2 * len(covered) < len(plays) or not weight:
        return NONE
    return tuple(sum(millionths(getattr(play, name)) * play.weight for play in covered) / weight / 1e6 for name in ("valence", "energy"))


def means_of_part(plays):
    """Those of a day or an hour."""
    return means(plays, PART_MIN)


def strength(valence, energy):
    return None if valence is None else math.hypot(valence - CENTRE, energy - CENTRE)


def quadrant(valence, energy):
    if valence is None:
        return None
    if strength(valence, energy) < NEUTRAL:
        return "neutral"
    if valence >= CENTRE:
        return "happy" if energy >= CENTRE else "calm"
    return "tense" if energy >= CENTRE else "sad"


def figures(plays, valence, energy):
    return {
        "plays_covered": sum(play.is_covered for play in plays),
        "valence": valence,
        "energy": energy,
        "strength": strength(valence, energy),
        "quadrant": quadrant(valence, energy),
    }


def strongest(name, parts):
    """The part whose means are the farthest from the centre; of equal ones `max` takes the first."""
    rows = [{name: part, **figures(plays, *means_of_part(plays))} for part, plays in parts]
    return max((row for row in rows if row["strength"] is not None), key=lambda row: row["strength"], default=None)


def mood(listener, monday, plays, before):
    valence, energy = means(before, WEEK_MIN)
    by_day = ((day.isoformat(), [play for play in plays if play.day == day]) for day in weeks.days_of(monday))
    by_hour = ((hour, [play for play in plays if play.hour == hour]) for hour in range(24))
    return {
        **figures(plays, *means(plays, WEEK_MIN)),
        "authentic_share": sum(play.is_authentic for play in plays) / len(plays) if plays else None,
        "feature_basis": listener.basis,
        "before": None if valence is None else {"valence": valence, "energy": energy},
        "strongest_day": strongest("date", by_day),
        "strongest_hour": strongest("hour", by_hour),
    }
