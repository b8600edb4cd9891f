"""Asks the program for recaps, and holds what it says against what it has to say."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from lake_checks.program import fault

from . import compare, figures, formats, kept, plays, weeks

DOCUMENT = (Path(__file__).parents[2] / "docs/recap.md").read_text(encoding="utf-8")
# Every so many of the recaps are read as people read them, and asked for twice.
READ, AGAIN = 8, 5
# Of no other use.
FRESH = "2025-W41"
# An artist has no artist, and of these only a track has an id.
NO_SUCH_THING = {f"{of}.{name}" for name in ("artist", "track_id") for of in
                 ("top.artists[]", "top.genres[]", "discoveries.top_artists[]", "returns.top_artists[]")} | {"top.albums[].track_id"}


class Asker:
    """One lake."""

    def __init__(self, program, root, report):
        self.program, self.root, self.report = program, root, report
        # What was computed and what was said, by listener and week.
        self.expected, self.said = {}, {}

    def ask(self, user, week, form="json"):
        """What the program says, or nothing when it fails."""
        options = [*(("--user", user) if user else ()), *(("--week", week) if week else ())]
        code, out, err = self.program.run(self.root, "recap", *options, "--format", form)
        if code == 0:
            return out
        self.report.fault(f"{user} {week}", f"--format {form} ended with {code}: {err.decode(errors='replace').strip()}")
        return None

    def figures(self, people, listeners, of=None):
        for person in people:
            for week in of or person.weeks:
                expected = figures.recap(listeners[person.name], week)
                self.expected[person.name, week] = expected
                self.said[person.name, week] = out = self.ask(person.name, week)
                if out is not None:
                    self.report.compare(expected, json.loads(out), DOCUMENT)

    def defaults(self, listeners):
        """The last whole week of the one with the most plays, on the clock of silver and not on this machine's."""
        most = max(listeners.values(), key=lambda listener: len(listener.plays))
        today = datetime.now(ZoneInfo(most.zone)).date()
        week = weeks.name(today - weeks.WEEK)
        out = self.ask(None, None)
        self.expected[most.name, week] = figures.recap(most, week)
        self.said[most.name, week] = out
        if out is not None:
            self.report.compare(self.expected[most.name, week], json.loads(out), DOCUMENT)

    def refusals(self, people):
        """A week that there is not and a listener that nobody knows are told so."""
        for user, week in [(people[0].name, "2025-W53"), (people[0].name, "2025-W00"), (people[0].name, "2025-11-10"), ("nobody", None)]:
            code, _, err = self.program.run(self.root, "recap", "--user", user, *(("--week", week) if week else ()))
            if code == 0 or fault(code if code != 2 else 0, err):
                self.report.fault(f"{user} {week}", f"is not refused well: {code}, {err.decode(errors='replace').strip()}")

    def version(self):
        table = plays.table(self.root, "gold", "weekly_recaps")
        return table and table.version()

    def again(self, people, listeners):
        """From the same tables the same words, and nothing is written."""
        first = {}
        for person, form in zip(people, formats.FORMATS):
            # A week that nobody has asked for is made for these formats, too.
            first[person.name, FRESH, form] = self.ask(person.name, FRESH, form)
            self.figures([person], listeners, of=[FRESH])
        first |= {(*key, "json"): said for key, said in list(self.said.items())[::AGAIN]}
        before = self.version()
        for (user, week, form), said in first.items():
            self.report.count("asked again")
            now = self.ask(user, week, form)
            if now != said:
                self.report.fault(f"{user} {week}", f"--format {form} says something else when asked again: {otherwise(said, now)}")
        if self.version() != before:
            self.report.fault("gold/weekly_recaps", f"asked again it went from version {before} to {self.version()}")

    def formats(self):
        asked = list(self.expected.items())
        # Those that are special in any case: an empty week, a gap, and some of the others.
        special = [each for each in asked if not each[1]["plays"] or each[1]["gap_days"]]
        for (user, week), expected in special[::4] + asked[::READ]:
            for form in formats.FORMATS:
                out = self.ask(user, week, form)
                self.report.count("texts read")
                for what in formats.faults(expected, out.decode(), form) if out is not None else ():
                    self.report.fault(f"{user} {week}", f"--format {form} {what}")

    def table(self):
        """One row for each listener and week that was asked for, with the same figures."""
        rows = plays.rows(plays.table(self.root, "gold", "weekly_recaps"))
        keys = sorted((row["user_id"], row["iso_week"]) for row in rows)
        if keys != sorted(self.expected):
            self.report.fault("gold/weekly_recaps", f"has {len(keys)} rows, {len(set(keys))} different, for {len(self.expected)} recaps")
        for row in rows:
            key = row["user_id"], row["iso_week"]
            if self.said.get(key):
                self.report.count("rows kept")
                for what in kept.faults(self.expected[key], self.said[key], row):
                    self.report.fault(f"gold/weekly_recaps {' '.join(key)}", what)


def otherwise(one, other):
    """The first lines that differ."""
    lines = zip((one or b"").decode().splitlines(), (other or b"").decode().splitlines())
    return next((f"{left.strip()!r}, then {right.strip()!r}" for left, right in lines if left != right), "it ends earlier")


def never_told(recaps):
    """Fields that no recap has a value in, so that nothing was compared."""
    told, never = set(), set()
    for expected, _ in recaps:
        for path, value in compare.leaves(expected):
            if value in (None, [], {}):
                never.add(compare.field(path))
            else:
                steps = [compare.field(path[:end]) for end in range(1, len(path) + 1)]
                told.update(steps)
    return sorted(never - told - NO_SUCH_THING)
