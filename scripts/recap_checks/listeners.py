"""Who listens, to what and when. Everything follows from the seed."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from . import occasions, weeks
from .clocks import CHANGES, instant
from .songs import Song

ZONES = tuple(CHANGES)
# Ten listeners that differ as much as ten can.
SHORT = ((0, 4, 6, 7, 9), (1, 2, 5, 8, 13))
# Both repeat after some listeners, at different paces.
PLAYS_A_WEEK = (110, 25, 60, 7, 170)
POOLS = "catalogue spelled mixed catalogue unknown foreign catalogue local mixed odd".split()
# With lengths all the same, rows are equal in plays and in minutes.
LENGTHS, EQUAL = (0, 0, 8_000, 31_000, 154_321, 187_000, 200_000, 242_777, 601_003), 180_000
HOURS = (8, 13, 18, 19, 21, 22, 23)
# Times of listening are not known of some plays, and of none.
PARTLY_TIMED, UNTIMED = (2, 12, 20), (6,)


@dataclass
class Heard:
    end: datetime
    song: Song
    ms: int | None


@dataclass
class Person:
    number: int
    zone: str
    plays: list = field(default_factory=list)
    gaps: list = field(default_factory=list)
    weeks: list = field(default_factory=list)

    @property
    def name(self):
        # A name may hold anything.
        of = "Zoë O'Neill <b>; " if self.number == 8 else ""
        return f"{of}{self.zone.split('/')[1].lower()}-{self.number:02}"

    def hear(self, end, song, ms=EQUAL):
        self.plays.append(Heard(end, song, ms))

    def within(self, first, last):
        """Whether a play is of these days."""
        begin, end = instant(self.zone, first), instant(self.zone, last + weeks.DAY)
        return lambda heard: begin <= heard.end < end


def people(count, seed, songs, is_short):
    """As many listeners as asked for, half of them in each zone."""
    if is_short:
        return [person(zone, number, seed, songs) for zone, numbers in zip(ZONES, SHORT) for number in numbers]
    return [person(ZONES[place % 2], place // 2, seed, songs) for place in range(count)]


def person(zone, number, seed, songs):
    self = Person(number, zone)
    chance = random.Random(f"{seed} {self.name}")
    pool = getattr(songs, POOLS[number % len(POOLS)])
    pool = pool if len(pool) < 200 else chance.sample(pool, 150)
    spans = list(stretches(number))
    for first, last in spans:
        # The first day is a day with music, so that what counts from it is where it is meant to be.
        self.hear(instant(zone, first, 12 * 3600), pool[0])
        for day in weeks.days_between(first, last):
            listen(self, chance, pool, day)
    occasions.add(self, chance, pool, songs, spans)
    self.plays.sort(key=lambda heard: heard.end)
    for heard in self.plays:
        if number in UNTIMED or (number in PARTLY_TIMED and chance.random() < 0.4):
            heard.ms = None
    return self


def stretches(number):
    """Months with music: of years ago for every third; the first months of 2025, for most a silence, and the last ones."""
    shift = timedelta(days=number % 7)
    if number % 3 == 0:
        yield date(2020, 9, 28) + shift, date(2021, 1, 31)
    spring = date(2024, 12, 30) + shift
    if number % 3 == 1:
        yield spring, date(2025, 12, 7)
    else:
        yield spring, date(2025, 4, 20) + shift
        yield date(2025, 8, 1) + shift, date(2025, 12, 7) - shift


def listen(self, chance, pool, day):
    """A day: some songs are heard often, and which ones changes over the weeks."""
    usual = PLAYS_A_WEEK[self.number % len(PLAYS_A_WEEK)] / 7
    count = max(0, round(chance.gauss(usual, usual / 2)))
    if chance.random() < (0.5 if usual < 3 else 0.15):
        return
    moved = day.toordinal() // 7 * 2
    for _ in range(count):
        song = pool[(moved + int(chance.expovariate(1 / 12))) % len(pool)]
        hour = chance.choice(HOURS) if chance.random() < 0.8 else chance.randrange(24)
        ms = EQUAL if self.number % 4 == 1 else chance.choice(LENGTHS)
        self.hear(instant(self.zone, day, hour * 3600 + chance.randrange(3600)), song, ms)
