"""Local moments as the exports tell them: in UTC, to the second."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

# Weeks with a clock change in 2025, and the moment of it.
CHANGES = {
    "Europe/Madrid": {
        "2025-W13": datetime(2025, 3, 30, 1, tzinfo=timezone.utc),
        "2025-W43": datetime(2025, 10, 26, 1, tzinfo=timezone.utc),
    },
    "America/New_York": {
        "2025-W10": datetime(2025, 3, 9, 7, tzinfo=timezone.utc),
        "2025-W44": datetime(2025, 11, 2, 6, tzinfo=timezone.utc),
    },
}
SECOND = timedelta(seconds=1)


def instant(zone, day, seconds=0):
    """A time on the clock of a day, in seconds since its 0:00; below 0 it is the evening before."""
    # Additions to a local time move the hands of the clock, whatever the night is like.
    return (datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(seconds=seconds)).astimezone(timezone.utc)


def around(moment):
    """Plays around a clock change: enough on both sides for each hour to have means."""
    ends = [moment - SECOND, moment, moment + SECOND]
    return ends + [moment + timedelta(minutes=minutes) for minutes in (-50, -40, -30, -20, -10, 10, 20, 30, 40, 50, 70, 80)]
