"""ISO weeks and local days."""

from datetime import date, timedelta

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def monday(week):
    """The first day of a week such as 2026-W46."""
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def name(day):
    """The week that a day lies in: around New Year its year is not always the day's."""
    year, number, _ = day.isocalendar()
    return f"{year:04}-W{number:02}"


def days_of(first):
    return [first + number * DAY for number in range(7)]


def days_between(first, last):
    """Every day from the first to the last, both included."""
    return [first + number * DAY for number in range((last - first).days + 1)]


def runs(days):
    """The runs of days in a row, the earliest first, as (first, last)."""
    found = []
    for day in sorted(days):
        if found and day - found[-1][1] == DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found
