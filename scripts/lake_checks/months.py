"""Months of one listener, in steps of six hours: the past that an export tells of, then what is heard between two runs."""

import random
from datetime import datetime, timedelta, timezone

from . import inputs

# The first run. It lies in the past of every machine, so that a new file never seems older than the simulated moment.
BEGIN = datetime(2020, 1, 6, tzinfo=timezone.utc)
STEP = timedelta(hours=6)
PAST = timedelta(days=90)
# The mean number of plays in the night, the morning, the afternoon and the evening of a day with music.
USUAL = (0.4, 7, 10, 11.5)
MOST = 12
SILENT_DAYS = 0.08


class Months:
    """Everything follows from the seed."""

    def __init__(self, seed):
        self.chance, self.songs = random.Random(seed), inputs.tracks()
        self.plays, self.now, self.silent = [], BEGIN - PAST, False
        while self.now < BEGIN:
            self.six_hours()
        self.exported, self.told_from = len(self.plays), None

    def six_hours(self):
        """Goes on to the end of the next six hours; tells how many plays there were in them."""
        part = self.now.hour // 6
        if part == 0:
            self.silent = self.chance.random() < SILENT_DAYS
        usual = 0 if self.silent else USUAL[part]
        count = min(round(self.chance.gauss(usual, usual / 2)), MOST)
        # The end of a play in a second of its own, not at the very moment of a run.
        seconds = sorted(self.chance.sample(range(60, int(STEP.total_seconds()) - 60), max(count, 0)))
        for second in seconds:
            # Some songs are heard often, most of them hardly ever.
            song = self.songs[min(int(self.chance.expovariate(1 / 250)), len(self.songs) - 1)]
            self.plays.append((self.now + timedelta(seconds=second), song, self.chance.randrange(30_000, 240_000)))
        self.now += STEP
        return len(seconds)

    def export(self, path):
        return inputs.export(path, self.plays[: self.exported], (BEGIN - PAST, BEGIN))

    def page(self):
        """What Spotify answers now: the first answer reaches back into the export."""
        if self.told_from is None:
            self.told_from = max(len(self.plays) - 50, 0)
        return inputs.page(self.plays[-50:], self.now)

    def told(self):
        """The plays that Spotify has ever told of."""
        return self.plays[self.told_from :]
