#!/usr/bin/env python3
"""Shows that a killed command harms no lake.

    python3 scripts/check_kills.py BINARY [--kills N] [--seed S] [--only COMMAND] [--signal TERM]

(needs: pip install deltalake pyarrow)

Each command is killed (SIGKILL) again and again on a fresh copy of a lake that it has work to do in: half of the times at a
random moment of its run, half of the times right after one of its changes to the lake's files. After every kill

    every table is readable by Python's deltalake and repeats no key,
    the same command, run again, ends well,
    the lake then holds what an undisturbed lake holds, table by table and row by row,
    and once what was left behind is old, `maintain` deletes all of it.

`maintain` is killed in a lake with many small files, old versions and files of killed writes. Every version of the retention has to
stay readable, with its rows; with `--retention 0s` nothing but the newest versions' files may be left.

Left out of the comparison are the columns that tell when and by which run a row was written, and the journals `ops/runs`,
`ops/import_ledger` and `ops/check_results`, which tell of every command that was run; of the ledger the counts have to add up.
`ingest` and `run` ask a fake Spotify on a local port. Prints a line a command; exits 1 on any difference. `--kills 13 --plays 3000`
is the short form: one each.
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
from collections import Counter
from pathlib import Path

from lake_checks import inputs, upkeep
from lake_checks.content import content, differences, orphans
from lake_checks.kill_lakes import prepare
from lake_checks.program import Program, fault, said


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


class Case:
    """A command with a lake to do its work in, what an undisturbed run makes of it, and what kills have shown."""

    def __init__(self, program, work, base, arguments):
        self.program, self.lake, self.base, self.arguments = program, work / "lake", base, arguments
        self.kills = self.hits = self.checked = self.orphans = 0
        self.promise = upkeep.Promise(base) if arguments == ["maintain"] else None
        calm = work / "calm"
        shutil.rmtree(calm, ignore_errors=True)
        shutil.copytree(base, calm)
        before, started = changes(calm), time.monotonic()
        program.must(calm, *arguments)
        self.seconds, self.steps = time.monotonic() - started, len(changes(calm) ^ before)
        # What a second, undisturbed run adds belongs to the picture: the killed command is run twice as well.
        program.must(calm, *arguments)
        self.wanted, wrong = content(calm)
        self.wrong = [("undisturbed", what) for what in wrong]

    def disturb(self, kill):
        shutil.rmtree(self.lake, ignore_errors=True)
        shutil.copytree(self.base, self.lake)
        with self.program.start(self.lake, *self.arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            kill(process, self.lake)
        self.kills += 1
        # A command that hears the signal ends with 1 and a word, one that cannot hear it dies of it.
        self.hits += process.returncode != 0
        wrong = self.after_kill() or self.after_rerun()
        self.wrong += [(kill, what) for what in wrong]
        return wrong

    def after_kill(self):
        found, wrong = content(self.lake)
        self.checked += len(found)
        if wrong:
            return wrong
        self.orphans += sum(1 for _ in orphans(self.lake)) - sum(1 for _ in orphans(self.base))
        return list(self.promise.broken(self.lake)) if self.promise else []

    def after_rerun(self):
        code, _, err = self.program.run(self.lake, *self.arguments)
        if code != 0:
            return [f"run again it ended with {code} ({fault(code, err) or said(err)})"]
        found, wrong = content(self.lake)
        self.checked += len(found)
        wrong += differences(self.wanted, found)
        wrong += upkeep.tidied(self.program, self.lake, found)
        if self.promise:
            wrong += self.promise.broken(self.lake)
            wrong += upkeep.emptied(self.program, self.lake, found)
        return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--plays", type=int, default=9_000, help="how many plays the lakes are made of")
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
        commands = prepare(program, spotify, work, inputs.listening(options.plays))
        if options.only:
            commands = {options.only: commands[options.only]}
        for place, (name, (base, arguments, page)) in enumerate(commands.items()):
            spotify.page = page
            case = Case(program, work, base, arguments)
            kills = options.kills // len(commands) + (place < options.kills % len(commands))
            for number in range(kills):
                kill = (
                    AfterChanges(chance.randint(1, max(case.steps, 1)), sent)
                    if number % 2
                    else AfterSeconds(chance.uniform(0, case.seconds), sent)
                )
                if case.disturb(kill) and options.keep:
                    shutil.copytree(case.lake, options.keep / name.replace(" ", "-"), dirs_exist_ok=True)
            print(
                f"{name:22} {case.seconds:5.2f} s  {case.kills:4} kills, {case.hits:4} hit while it ran, {case.checked:6} tables "
                f"checked, {len(case.wrong)} differences, "
                f"{case.orphans} data files left over",
                flush=True,
            )
            first = {what: when for when, what in reversed(case.wrong)}
            for what, times in Counter(what for _, what in case.wrong).most_common(20):
                print(f"    {first[what]}{f' and {times - 1} times more' if times > 1 else ''}: {what}", flush=True)
            failed += len(case.wrong)
    sys.exit(f"{failed} differences" if failed else None)


if __name__ == "__main__":
    main()
