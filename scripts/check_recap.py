#!/usr/bin/env python3
"""Shows that every figure of a weekly recap is what its definition says, computed again in Python from the Delta tables.

    python3 scripts/check_recap.py MOODLAKE [--listeners 50] [--short] [--seed N] [--keep FOLDER]
                                    (needs: pip install deltalake pyarrow)

Makes two lakes, one on Madrid's clock and one on New York's, from invented exports: heavy and light listeners, years with a week 53,
clock changes, silences, weeks that are empty or lie in gaps, equal ranks, names in several spellings, features of several providers,
made up or none, and plays of unknown length. For each listener six to ten weeks are asked for. Checked:

    figures    every field of the JSON against plain Python over silver, `ops.history_gaps` and `gold.track_recommendations`
               (docs/recap.md): numbers that are whole, texts and truths exactly, others within 1e-9; no field more or less;
    defaults   without --user and --week it is the listener with the most plays, and the last whole week;
    formats    text, Markdown and HTML tell the same plays, time and first track, an empty week and missing days;
    again      the same words, byte by byte, and no new version of `gold.weekly_recaps`, which has one row a listener and week;
    itself     the computation against histories counted by hand; that a false figure of every field would be seen; and, but for
               `--short`, that every wrong reading of a definition would make some figure another.

Prints what differs, then one line. Exits 1 when anything does. `--short` asks ten listeners, in below a minute.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from lake_checks.program import Program
from recap_checks import asking, by_hand, compare, lake, listeners, misreadings, plays
from recap_checks.songs import Songs

# So many of a kind are told; the rest is counted.
TOLD = 100


class Report:
    def __init__(self, readings):
        self.recaps, self.figures, self.wrong = [], 0, []
        self.counts, self.unnamed = {}, set()
        # Wrong readings of the definitions, none of which may be left in the end.
        self.readings = readings

    def fault(self, where, what):
        self.wrong.append(f"{where}: {what}")
        if len(self.wrong) <= TOLD:
            print(f"FAIL {self.wrong[-1]}", flush=True)

    def compare(self, expected, found, document):
        where = f"{expected['listener']} {expected['week']}"
        self.recaps.append((expected, found))
        self.figures += sum(1 for _ in compare.leaves(expected))
        # How it is computed is the program's own matter; that it is told is not.
        expected["made_from"]["computed"] = found.get("made_from", {}).get("computed") or {}
        for path, wanted, told in compare.differences(expected, found):
            self.fault(where, f"{'.'.join(map(str, path))}: expected {wanted!r}, found {told!r}")
        self.unnamed |= compare.undocumented(found, document)

    def count(self, what, number=1):
        self.counts[what] = self.counts.get(what, 0) + number


def check_zone(program, root, zone, people, songs, report):
    """Makes a lake and asks it for everything."""
    lake.prepare(program, root, zone, people, songs)
    asker = asking.Asker(program, root, report)
    # Before there are gaps and recommendations there are recaps.
    asker.figures(people[:1], plays.read(root)[0], of=people[0].weeks[-2:])
    lake.finish(program, root, zone, people)
    found, rows, strays = plays.read(root)
    report.count("plays read", rows)
    if strays:
        report.fault(zone, f"{strays} plays of silver have another local time than their own")
    asker.figures(people, found)
    asker.defaults(found)
    asker.refusals(people)
    asker.again(people, found)
    asker.formats()
    asker.table()
    if report.readings:
        report.readings = misreadings.unseen(found, list(asker.expected.values()), report.readings)


def check_itself(report):
    """That the check would see what it looks for."""
    for what in by_hand.differ():
        report.fault("by hand", what)
    tried, unseen = compare.mistakes(report.recaps)
    report.count("mistakes seen", tried - len(unseen))
    for what in unseen:
        report.fault("itself", f"a mistake of {what} would not be seen")
    for reading in report.readings:
        report.fault("itself", f"no figure would be another with {misreadings.name(reading)}")
    for name in sorted(report.unnamed):
        report.fault("docs/recap.md", f"does not name the field {name}")
    for name in asking.never_told(report.recaps):
        report.fault("itself", f"{name} is null or empty in all recaps: nothing was compared")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("moodlake", type=Path)
    arguments.add_argument("--listeners", type=int, default=50)
    arguments.add_argument("--short", action="store_true")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--keep", type=Path, help="a new folder for the lakes, which stay")
    given = arguments.parse_args()
    program, songs, report = Program(given.moodlake), Songs(given.seed), Report([] if given.short else misreadings.READINGS)
    people = listeners.people(given.listeners, given.seed, songs, given.short)
    with tempfile.TemporaryDirectory() as folder:
        root = given.keep or Path(folder)
        root.mkdir(parents=True, exist_ok=not given.keep)
        for zone in listeners.ZONES:
            own = [person for person in people if person.zone == zone]
            if own:
                check_zone(program, root / zone.split("/")[1].lower(), zone, own, songs, report)
    check_itself(report)
    print(", ".join(f"{number:,} {what}" for what, number in report.counts.items()))
    if len(report.wrong) > TOLD:
        print(f"and {len(report.wrong) - TOLD:,} more")
    print(f"{len(people)} listeners, {len(report.recaps)} recaps, {report.figures:,} figures compared, {len(report.wrong):,} differ")
    sys.exit(1 if report.wrong else 0)


if __name__ == "__main__":
    main()
