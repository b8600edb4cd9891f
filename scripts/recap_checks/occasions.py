"""The weeks that are asked for, and what is special about them: borders, clock changes, silences, equal days, gaps."""

from datetime import timedelta

from . import weeks
from .clocks import CHANGES, around, instant
from .songs import Song, identity

# The ordinary week, which gaps lie about; a week without a play; one with equal days; one with just enough plays; one after everything.
USUAL, EMPTY, AFTER_EMPTY, TWINS, FEW, LAST = "2025-W46", "2025-W25", "2025-W26", "2025-W47", "2025-W48", "2025-W52"
NEW_YEAR = ("2020-W53", "2021-W01")
# Plays with authentic features among made-up ones: one too few, and just enough.
AUTHENTIC = {4: 29, 14: 30}
SECOND = timedelta(seconds=1)
HOUR = 3600


def add(self, chance, pool, songs, spans):
    first = spans[0][0]
    inner = [week for week in asked(self.number, self.zone, spans) if weeks.monday(week) > first]
    self.weeks = sorted({weeks.name(first), *inner})
    if self.number % 5 == 0:
        # The week before there was anything.
        self.weeks.insert(0, weeks.name(first - weeks.WEEK))
    if self.number % 3 != 2:
        for week in inner:
            borders(self, chance, pool, weeks.monday(week))
    if self.number % 2 == 0:
        for moment in CHANGES[self.zone].values():
            for end in around(moment):
                self.hear(end, chance.choice(pool))
        silences(self, chance)
    for _ in range(AUTHENTIC.get(self.number, 0)):
        self.hear(instant(self.zone, weeks.monday(USUAL), chance.randrange(7 * 24 * HOUR)), chance.choice(songs.catalogue))
    empty = self.within(weeks.monday(EMPTY), weeks.monday(EMPTY) + 6 * weeks.DAY)
    self.plays = [heard for heard in self.plays if not empty(heard)]
    if TWINS in self.weeks:
        twins(self, pool)
        few(self, pool)
    self.gaps = list(gaps(self.number, self.zone))


def asked(number, zone, spans):
    """The first week to make discoveries in, or the last without; clock changes; the others above."""
    first = spans[0][0]
    yield weeks.name(first - timedelta(days=first.weekday()) + 4 * weeks.WEEK)
    yield from CHANGES[zone]
    yield from (USUAL, EMPTY)
    # After months of silence, or after one week of it.
    yield weeks.name(spans[-1][0]) if number % 3 != 1 else AFTER_EMPTY
    if number % 3 == 0:
        yield from NEW_YEAR
    if number % 8 == 5:
        yield from (TWINS, FEW)
    if number % 4 == 2:
        yield LAST


def borders(self, chance, pool, monday):
    """The first and the last second of the week, and those just outside."""
    for day in (monday, monday + weeks.WEEK):
        for seconds in (-1, 0):
            self.hear(instant(self.zone, day, seconds), chance.choice(pool))


def silences(self, chance):
    """Songs that come back after ninety days before the Monday, and after ninety-one."""
    for days in (90, 91):
        song = Song(identity(chance), f"Silent for {days} days", f"Silent {days}", None)
        for day in (-days, 2, 4):
            self.hear(instant(self.zone, weeks.monday(USUAL) + day * weeks.DAY, 20 * HOUR), song)


def alone(self, monday):
    """Takes all plays out of a week."""
    week = self.within(monday, monday + 6 * weeks.DAY)
    self.plays = [heard for heard in self.plays if not week(heard)]


def twins(self, pool):
    """Two days, and two hours of each, with the very same plays: they are equally strong."""
    monday = weeks.monday(TWINS)
    alone(self, monday)
    for day in (1, 3):
        for hour in (10, 20):
            for place, song in enumerate(pool[:6]):
                self.hear(instant(self.zone, monday + day * weeks.DAY, hour * HOUR + place * 300), song, 100_000 + 1000 * place)


def few(self, pool):
    """As many plays as a week, a day and an hour need for a mood, or one less."""
    monday = weeks.monday(FEW)
    alone(self, monday)
    for day, count in enumerate((5, 4, 5, 6 if self.number % 16 == 5 else 5)):
        for place, song in enumerate(pool[:count]):
            self.hear(instant(self.zone, monday + day * weeks.DAY, (9 + day) * HOUR + place * 300), song, 90_000 + 7000 * place)


def gaps(number, zone):
    """(from, to, whether it is open), about the ordinary week and the clock change of autumn."""
    monday = weeks.monday(USUAL)

    def at(day, seconds=0):
        return instant(zone, monday + day * weeks.DAY, seconds)

    change = list(CHANGES[zone].values())[1]
    yield from {
        1: [(at(1, 10 * HOUR), at(2, 9 * HOUR), True), (at(2, 8 * HOUR), at(2, 12 * HOUR), True)],
        # The first touches Monday by a second, the second Sunday by its last one.
        2: [(at(-1, 12 * HOUR), at(0, 1), True), (at(7, -1), at(9), True)],
        3: [(at(0), at(6, 12 * HOUR), False)],
        4: [(at(-5, 3 * HOUR), at(-4, 3 * HOUR), True)],
        # Too few of the twelve weeks before are known.
        5: [(at(-66), at(10), True)],
        # It ends a microsecond before Monday, another begins with the Monday after.
        6: [(at(-2), at(0) - timedelta(microseconds=1), True), (at(7), at(8), True)],
        7: [(change - timedelta(minutes=40), change + timedelta(minutes=20), True)],
        # A moment at midnight is of the day that begins.
        8: [(at(3), at(3), True)],
        9: [(at(-8 * 7 - 3), at(-8 * 7 - 2), True), (at(4, 5 * HOUR), at(4, 6 * HOUR), False), (at(-3 * 7), at(-3 * 7, 1), True)],
    }.get(number % 10, [])
