#!/usr/bin/env python3
"""Shows that a killed command harms no lake.

    python3 scripts/check_kills.py BINARY [--kills N] [--seed S] [--only COMMAND] [--signal TERM]

(needs: pip install deltalake pyarrow)

Each command is killed (SIGKILL) again and again on a fresh copy of a lake that it has work to do in: half of the times at a
random moment of its run, half of the times right after one of its changes to the lake's files. After every kill

    every table is readable by Python's deltalake and repeats no key,
    the same command, run again, ends well,
    and the lake then holds what an undisturbed lake holds, table by table and row by row.

Left out of the comparison are the columns that tell when and by which run a row was written, and the two journals `ops/runs`
and `ops/import_ledger`, which tell of every command that was run; of the ledger the counts have to add up. `ingest` and `run`
ask a fake Spotify on a local port. Prints a line a command; exits 1 on any difference. `--kills 12` is the short form.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lake_checks import inputs
from lake_checks.content import content, differences, orphans
from lake_checks.program import Program, fault, said


def prepare(program, spotify, work):
    """Lakes with work to do in them, by command: (lake, arguments, what Spotify tells meanwhile)."""
    plays = inputs.listening(9_000)
    first, second = (
        inputs.export(work / name, plays, span) for name, span in (("first", inputs.FIRST), ("second", inputs.SECOND))
    )
    pages = [inputs.page(plays, until) for until in inputs.PAGES]
    lines = inputs.CATALOGUE.read_text().splitlines(keepends=True)
    (work / "half.csv").write_text("".join(lines[: len(lines) // 2]))

    def lake(name, *commands, like=None, page=pages[0]):
        path = work / name
        if like:
            shutil.copytree(like, path)
        else:
            spotify.log_in(path)
        spotify.page = page
        for command in commands:
            program.must(path, *command)
        return path

    # First a lake that has everything, then news that it has not heard of yet.
    full = lake("full", ["import-catalog", work / "half.csv"], ["import", first], ["run"])
    news = lake("news", ["import", second], like=full)
    with_gap = lake("gap", ["ingest", "--history-only"], like=full, page=pages[1])
    empty = lake("empty")
    imported = lake("imported", ["import", first], ["import-catalog", inputs.CATALOGUE], like=empty)
    return {
        "import": (with_gap, ["import", second], pages[1]),
        "import (empty lake)": (empty, ["import", first], pages[0]),
        "import-catalog": (full, ["import-catalog", inputs.CATALOGUE], pages[0]),
        "ingest": (full, ["ingest"], pages[1]),
        "generate-synthetic": (news, ["generate-synthetic"], pages[0]),
        "populate-missing": (news, ["populate-missing"], pages[0]),
        "build-silver": (news, ["build-silver"], pages[0]),
        "build-silver (first)": (imported, ["build-silver"], pages[0]),
        "build-gold": (lake("silver", ["build-silver"], like=news), ["build-gold"], pages[0]),
        "build-gold (first)": (lake("first-silver", ["build-silver"], like=imported), ["build-gold"], pages[0]),
        "run": (news, ["run"], pages[1]),
        "run (first)": (imported, ["run"], pages[1]),
    }


def changes(lake):
    """Names and sizes of the lake's files: what is different is a change. A file may go while we look."""
    found = set()
    for folder, _, names in os.walk(lake):
        for name in names:
            try:
                found.add((folder, name, os.stat(os.path.join(folder, name)).st_size > 0))
            except FileNotFoundError:
                pass
    return found


class AfterSeconds:
    def __init__(self, number, sent):
        self.number, self.sent = number, sent

    def __str__(self):
        return f"killed after {self.number:.3f} s"

    def __call__(self, process, lake):
        try:
            process.wait(self.number)
        except subprocess.TimeoutExpired:
            process.send_signal(self.sent)


class AfterChanges(AfterSeconds):
    def __str__(self):
        return f"killed after {self.number} changes"

    def __call__(self, process, lake):
        before, seen = changes(lake), 0
        while process.poll() is None and seen < self.number:
            now = changes(lake)
            seen += len(now ^ before)
            before = now
        process.send_signal(self.sent)


class Tally:
    def __init__(self):
        self.kills = self.hits = self.checked = self.orphans = 0
        self.wrong = []


def disturb(program, base, arguments, kill, wanted, lake, tally):
    shutil.rmtree(lake, ignore_errors=True)
    shutil.copytree(base, lake)
    with program.start(lake, *arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        kill(process, lake)
    tally.kills += 1
    # A command that hears the signal ends with 1 and a word, one that cannot hear it dies of it.
    tally.hits += process.returncode != 0
    after_kill, wrong = content(lake)
    tally.orphans += sum(1 for _ in orphans(lake)) - sum(1 for _ in orphans(base))
    tally.checked += len(after_kill)
    if not wrong:
        code, _, err = program.run(lake, *arguments)
        if code != 0:
            wrong = [f"run again it ended with {code} ({fault(code, err) or said(err)})"]
        else:
            found, wrong = content(lake)
            tally.checked += len(found)
            wrong += differences(wanted, found)
    tally.wrong += [(kill, what) for what in wrong]
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="this command alone, such as 'import' or 'build-gold (first)'")
    parser.add_argument("--signal", default="KILL", choices=["KILL", "TERM", "INT"])
    parser.add_argument("--keep", type=Path, help="a folder for the first lake of each command that differed")
    options = parser.parse_args()
    chance, spotify = random.Random(options.seed), inputs.Spotify()
    program = Program(options.binary, spotify.environment())
    failed, sent = 0, signal.Signals[f"SIG{options.signal}"]
    with tempfile.TemporaryDirectory(prefix="moodlake-kills-") as folder:
        work = Path(folder)
        commands = prepare(program, spotify, work)
        if options.only:
            commands = {options.only: commands[options.only]}
        for place, (name, (base, arguments, page)) in enumerate(commands.items()):
            spotify.page = page
            calm, tally = work / "calm", Tally()
            shutil.rmtree(calm, ignore_errors=True)
            shutil.copytree(base, calm)
            before, started = changes(calm), time.monotonic()
            program.must(calm, *arguments)
            seconds, steps = time.monotonic() - started, len(changes(calm) ^ before)
            # What a second, undisturbed run adds belongs to the picture: the killed command is run twice as well.
            program.must(calm, *arguments)
            wanted, wrong = content(calm)
            tally.wrong += [("undisturbed", what) for what in wrong]
            kills = options.kills // len(commands) + (place < options.kills % len(commands))
            for number in range(kills):
                kill = (
                    AfterChanges(chance.randint(1, max(steps, 1)), sent)
                    if number % 2
                    else AfterSeconds(chance.uniform(0, seconds), sent)
                )
                if disturb(program, base, arguments, kill, wanted, work / "lake", tally) and options.keep:
                    shutil.copytree(work / "lake", options.keep / name.replace(" ", "-"), dirs_exist_ok=True)
            print(
                f"{name:22} {seconds:5.2f} s  {tally.kills:4} kills, {tally.hits:4} hit while it ran, {tally.checked:6} tables "
                f"checked, {len(tally.wrong)} differences, "
                f"{tally.orphans} data files left over",
                flush=True,
            )
            for when, what in tally.wrong[:8]:
                print(f"    {when}: {what}", flush=True)
            failed += len(tally.wrong)
    sys.exit(f"{failed} differences" if failed else None)


if __name__ == "__main__":
    main()
