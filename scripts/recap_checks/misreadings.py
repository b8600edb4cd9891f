"""Wrong readings of the definitions. Each has to change some figure of the recaps: where none does, the plays do not tell the right
reading from the wrong one, and the check would hold whichever the program follows."""

from statistics import mean
from unittest.mock import patch

from . import compare, figures, items, mood, plays, weeks

def none_in_gaps(listener, monday):
    return 0


def unrounded(value):
    return value * 1e6


def plainly(of, covered_min):
    """Means in which every play counts the same."""
    covered = [play for play in of if play.is_covered]
    if len(covered) < covered_min or 2 * len(covered) < len(of):
        return mood.NONE
    return tuple(mean(getattr(play, name) for play in covered) for name in ("valence", "energy"))


def uncovered(of, covered_min):
    """Means of the plays that are covered, however many are not."""
    return RIGHT_MEANS([play for play in of if play.is_covered], covered_min)


def goal_by_goal(row):
    return figures.GOALS.index(row["goal"]), row["rank"]


def by_plays_alone(row, key):
    return -row["plays"], key


def null_first(row, key):
    return -row["plays"], row["minutes"] is not None, -(row["minutes"] or 0), key


RIGHT_MEANS = mood.means
READINGS = [
    *((figures, "USUAL_WEEKS", number) for number in (11, 13)),
    *((figures, "USUAL_WEEKS_MIN", number) for number in (3, 5)),
    *((figures, "RECOMMENDATIONS", number) for number in (4, 6)),
    *((items, "LISTED", number) for number in (4, 6)),
    *((items, "HISTORY_DAYS_MIN", number) for number in (27, 29)),
    *((items, "SILENCE_DAYS", number) for number in (89, 91)),
    *((mood, "WEEK_MIN", number) for number in (19, 21)),
    *((mood, "PART_MIN", number) for number in (4, 6)),
    *((mood, "NEUTRAL", number) for number in (0.145, 0.155)),
    *((plays, "AUTHENTIC_PLAYS_MIN", number) for number in (29, 31)),
    (figures, "median", mean),
    (figures, "gap_days", none_in_gaps),
    (figures, "turn", goal_by_goal),
    (items, "order", by_plays_alone),
    (items, "order", null_first),
    (mood, "means", plainly),
    (mood, "means", uncovered),
    (mood, "millionths", unrounded),
]


def unseen(listeners, recaps, readings):
    """Those that would change no figure. `listeners` by name, `recaps` as they should be."""
    left = []
    for reading in readings:
        with patch.object(*reading):
            for listener in listeners.values():
                listener.weigh()
            if not any(differs(figures.recap(listeners[right["listener"]], right["week"]), right) for right in recaps):
                left.append(reading)
    for listener in listeners.values():
        listener.weigh()
    return left


def name(reading):
    module, attribute, value = reading
    return f"{module.__name__.rpartition('.')[2]}.{attribute} as {value if isinstance(value, (int, float)) else value.__name__}"


def differs(one, right):
    return any(path[0] != "made_from" for path, *_ in compare.differences(right, stamped(one)))


def stamped(figures_of):
    """An instant as the program writes it."""
    history = figures_of["history"] | {"known_until": figures_of["history"]["known_until"].isoformat()}
    return figures_of | {"history": history}
