#!/usr/bin/env python3
"""Shows that a lake does not age: python3 scripts/check_long_run.py BINARY [--runs 2000] [--seed S] [--retention DAYS]

(needs: pip install deltalake pyarrow, and a C compiler)

Two thousand runs of `moodlake schedule`, one every six hours, go by in simulated time: sixteen months in which a made-up listener
hears some 22 songs a day. The lake begins with an export of three months and the sample catalogue. Each run is the process that the
scheduler starts, `run --maintain`, against a Spotify on a local port; no other upkeep is done. Then the same plays come into a fresh
lake in one go, and

    content     silver and bronze of the old lake hold the rows of the fresh one, no key twice, exactly the plays that were heard;
                every table is readable by Python's deltalake, and `check` passes
    files       their number grows no more once the retention is over; no file lies there that no promised version needs
    speed       `build-silver` and queries take at most 1.2 times as long as on the fresh lake, or 20 ms more
    disk        the old lake has at most twice the bytes of the fresh one once old versions are given up
                (`maintain --retention 0s --shorten-time-travel`); with the retention its figures are told

`--runs 40 --retention 2` is the short form, in which speed is told and not judged. A retention of less than 30 days is nothing that `run` accepts: every tenth run is then
followed by `maintain --shorten-time-travel`. Where the lakes are is up to TMPDIR. With SIGUSR1 no more runs follow, and what there is by
then is compared. Prints what it finds; exits 1 when one of these does not hold.
"""

import argparse
import resource
import shutil
import signal
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

from lake_checks import inputs
from lake_checks.content import content, differences
from lake_checks.growth import census, files, growing, total, unexplained
from lake_checks.months import Months
from lake_checks.program import Program, fault, said
from lake_checks.simulated_time import SimulatedTime
from lake_checks.speed import compare, seconds

PROMISED_DAYS = 30
# An authorization ends after six months.
LOGIN_EVERY = 400
SHORT_UPKEEP_EVERY = 10
PAGE_MAX = 5_000


class Aging:
    def __init__(self, options, work):
        self.work, self.options, self.failed = work, options, 0
        self.months = Months(options.seed)
        # Spotify does not know every song.
        unknown = [track for number, (track, *_) in enumerate(self.months.songs) if number % 10 == 9]
        self.spotify = inputs.Spotify(unknown=unknown)
        self.program = Program(options.binary, self.spotify.environment())
        self.old, self.fresh = work / "old", work / "fresh"
        self.time = SimulatedTime(work, self.old)
        self.export = self.months.export(work / "export")
        self.walls, self.processors, self.news, self.marks, self.is_enough = [], [], [], {}, False
        signal.signal(signal.SIGUSR1, self.enough)

    def enough(self, *_):
        self.is_enough = True

    def tell(self, what, wrong):
        self.failed += bool(wrong)
        print(f"{'FAILED' if wrong else 'ok    '}  {what}", flush=True)
        for text in wrong[:20]:
            print(f"          {text}", flush=True)

    def must(self, lake, *arguments):
        out = self.program.must(lake, *arguments, environment=self.time.environment(self.months.now))
        if lake == self.old:
            self.time.stamp(self.months.now)
        return out

    def begin(self):
        if not self.time.is_believed(self.program, self.months.now):
            sys.exit("the program does not go by the simulated time: is it linked statically?")
        self.must(self.old, "import", self.export)
        self.must(self.old, "import-catalog", inputs.CATALOGUE)

    def run(self, number):
        self.news.append(self.months.six_hours())
        self.spotify.page = self.months.page()
        if number % LOGIN_EVERY == 0:
            self.spotify.log_in(self.old, hours=1, now=self.months.now)
        environment = self.time.environment(self.months.now)
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        code, _, err = self.program.run(self.old, "--quiet", "run", "--format", "json", "--maintain", environment=environment)
        self.walls.append(time.monotonic() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.processors.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        self.time.stamp(self.months.now)
        if code != 0:
            sys.exit(f"run {number + 1}, at {self.months.now:%Y-%m-%d %H:%M}, ended with {code}: {fault(code, err) or ''} {said(err)}")
        if self.options.retention < PROMISED_DAYS and (number + 1) % SHORT_UPKEEP_EVERY == 0:
            self.must(self.old, "maintain", "--retention", f"{self.options.retention}d", "--shorten-time-travel")

    def age(self):
        for number in range(self.options.runs):
            self.run(number)
            done = number + 1
            if done % 100 == 0 or done == self.options.runs or self.is_enough:
                last = slice(-100, None)
                print(
                    f"{done:5} runs, {self.months.now:%Y-%m-%d}: median {median(self.walls[last]):.2f} s, "
                    f"{median(self.processors[last]):.2f} s of a processor; {sum(self.news[last])} plays",
                    flush=True,
                )
            is_last = done == self.options.runs or self.is_enough
            is_quarter = done in (self.options.runs * quarter // 4 for quarter in range(1, 5))
            if done % max(self.options.runs // 20, 1) == 0 or is_quarter or is_last:
                self.marks[done] = census(self.old)
            if is_quarter or is_last:
                table(f"files and bytes after {done} runs", self.marks[done])
            if is_last:
                return

    def pace(self):
        part = min(100, len(self.walls) // 2)
        for what, is_of in (("with news", bool), ("without news", lambda news: not news)):
            for name, span in ((f"first {part}", slice(0, part)), (f"last {part}", slice(-part, None))):
                chosen = [
                    (wall, processor)
                    for wall, processor, news in zip(self.walls[span], self.processors[span], self.news[span])
                    if is_of(news)
                ]
                if chosen:
                    wall, processor = (median(column) for column in zip(*chosen))
                    print(f"time    {name} runs, {what}: median {wall:.2f} s, {processor:.2f} s of a processor ({len(chosen)})")

        for part, steps in seconds(self.old, part).items():
            print(f"steps   {part}: " + ", ".join(f"{step} {median(took):.2f} s" for step, took in steps.items()))

    def begin_afresh(self):
        self.must(self.fresh, "import", self.export)
        self.must(self.fresh, "import-catalog", inputs.CATALOGUE)
        told = self.months.told()
        self.spotify.log_in(self.fresh, now=self.months.now)
        # An answer of many thousand plays would be taken for none.
        for until in range(PAGE_MAX, len(told) + PAGE_MAX, PAGE_MAX):
            self.spotify.page = inputs.page(told[:until], self.months.now, PAGE_MAX)
            self.must(self.fresh, "ingest")
        self.must(self.fresh, "run")

    def same_content(self):
        (wanted, broken), (found, wrong) = content(self.fresh), content(self.old)
        layers = lambda held: {name: rows for name, rows in held.items() if name.startswith(("bronze/", "silver/"))}  # noqa: E731
        wrong += broken + list(differences(layers(wanted), layers(found)))
        history = found["bronze/listening_history_bronze"]
        heard = self.months.exported + len(self.months.told())
        if history.num_rows != heard:
            wrong.append(f"bronze has {history.num_rows} plays, {heard} were told of")
        self.tell(f"content: {len(found)} tables are read, bronze has {history.num_rows} plays, as it is in a fresh lake", wrong)
        code, _, err = self.program.run(self.old, "check", environment=self.time.environment(self.months.now))
        self.time.stamp(self.months.now)
        self.tell("content: `check` passes", [] if code == 0 else [said(err)])

    def few_files(self):
        wrong = []
        done = max(self.marks)
        # Also when it ended early.
        quarters = [min(self.marks, key=lambda runs: abs(runs - done * quarter / 4)) for quarter in range(1, 5)]
        for runs in quarters[1:3]:
            wrong += growing(self.marks[runs], self.marks[done], runs)
        since = self.months.now - timedelta(days=self.options.retention)
        wrong += unexplained(self.old, since.timestamp())
        counts = ", ".join(f"{files(total(self.marks[runs]))} after {runs}" for runs in quarters)
        self.tell(f"files: {counts} runs", wrong)

    def disk(self):
        new, standing = census(self.fresh), census(self.old)
        self.must(self.old, "maintain", "--retention", "0s", "--shorten-time-travel")
        bare = census(self.old)
        sizes = [total(found).bytes for found in (new, standing, bare)]
        print(f"disk    {'table':42} {'fresh':>12} {'old':>12} {'old, no past':>12}")
        for name in sorted(standing, key=lambda name: -standing[name].bytes):
            held = (found[name].bytes if name in found else 0 for found in (new, standing, bare))
            print(f"        {name:42} " + " ".join(f"{size:12,}" for size in held))
        print(f"        {'total':42} " + " ".join(f"{size:12,}" for size in sizes))
        print(
            f"disk    with {self.options.retention} days of old versions {sizes[1] / sizes[0]:.2f} times the fresh lake, "
            f"without {sizes[2] / sizes[0]:.2f}"
        )
        wrong = [f"{sizes[2]:,} bytes are more than twice {sizes[0]:,}"] if sizes[2] > 2 * sizes[0] else []
        self.tell("disk: without old versions at most twice the fresh lake", wrong)

    def speed(self):
        environment = lambda: self.time.environment(self.months.now)  # noqa: E731
        is_short = self.options.retention < PROMISED_DAYS
        wrong = compare(self.program, self.old, self.fresh, self.work, environment, is_short)
        if is_short:
            # A lake of a few days has not aged, and other work on the machine decides.
            return print("told    speed: judged by the long form alone", *wrong, sep="\n          ")
        self.tell("speed: at most 1.2 times the fresh lake's, or 20 ms more", wrong)


def table(title, found):
    print(f"{title}:\n        {'table':42} {'data':>6} {'log':>6} {'others':>6} {'bytes':>12}")
    for name, size in [*sorted(found.items()), ("total", total(found))]:
        print(f"        {name:42} {size.data:6} {size.log:6} {size.others:6} {size.bytes:12,}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--retention", type=int, default=PROMISED_DAYS, metavar="DAYS")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where both lakes are left for a look at them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="moodlake-long-run-") as folder:
        aging = Aging(options, Path(folder))
        aging.begin()
        aging.age()
        aging.pace()
        aging.begin_afresh()
        if options.keep:
            for lake in (aging.old, aging.fresh):
                shutil.copytree(lake, options.keep / lake.name)
        aging.few_files()
        aging.same_content()
        aging.speed()
        aging.disk()
    sys.exit(f"{aging.failed} of what was asked does not hold" if aging.failed else None)


if __name__ == "__main__":
    main()
