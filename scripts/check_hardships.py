#!/usr/bin/env python3
"""Shows what a lake goes through on a bad day, and that it gets over it:

    python3 scripts/check_hardships.py BINARY [--short] [HARDSHIP...]

(needs: pip install deltalake pyarrow; the full disk and the read-only lake need rights to mount, the clock a C compiler)

    full disk       the lake lies on a tmpfs that is filled up to ever fewer free bytes, then emptied: every command that fails says
                    so in two lines, every table stays readable, and with space again the same command ends well
    read-only       on a file system that is mounted read-only, and for a user who may only read: writing commands say why they
                    cannot, reading ones answer
    clock           the machine's clock stands two years back or forth for one run, or jumps while it runs; then it is right again
    future          plays dated in the year 2099 are stored, and neither a report nor a day-by-day table takes for ever
    as-of           `--as-of` means the same in a lake and in a copy, by number and by time, also where the copy's files are all new
    copied          the lake is copied file by file while commands write: the copy is readable, or says what is wrong and how to mend

Except for `future` and `as-of` the lake must hold what an undisturbed lake holds in the end (see check_kills.py for what is left out).
Prints a line a hardship; what cannot be done here is skipped with a word.
`--short` takes fewer sizes, clocks and copies. Exits 1 when one fails.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lake_checks import inputs
from lake_checks.content import content, differences, orphans
from lake_checks.program import Program, fault, said

YEARS = 2 * 365 * 86400
# How many KiB of the full disk are free. Where it is full decides which write fails.
FREE = (0, 16, 80, 200, 300, 450, 800, 1300, 1600, 2500)


def only_of_the_future(code, err):
    """Whether the run's own check found plays that are dated later than its clock, and nothing else."""
    broken = re.search(r"severity error broken: (.*)", said(err).split(" / ")[0])
    return code == 4 and broken and all(rule.endswith(" not_future") for rule in broken[1].split(", "))


class Check:
    def __init__(self, binary, work, short):
        self.program, self.work, self.failed, self.short = Program(binary), work, 0, short
        plays = inputs.listening(9_000)
        self.first, self.second = (
            inputs.export(work / name, plays, span) for name, span in (("first", inputs.FIRST), ("second", inputs.SECOND))
        )
        self.commands = [["import-catalog", inputs.CATALOGUE], ["import", self.second], ["run"]]
        self.base, self.calm = work / "base", work / "calm"
        for command in (["import", self.first], ["run"]):
            self.program.must(self.base, *command)
        shutil.copytree(self.base, self.calm)
        for command in self.commands:
            self.program.must(self.calm, *command)
        self.wanted = content(self.calm)[0]

    def tell(self, what, wrong):
        self.failed += bool(wrong)
        print(f"{'FAILED' if wrong else 'ok    '}  {what}", flush=True)
        for text in wrong[:8]:
            print(f"          {text}", flush=True)

    def recovered(self, lake):
        """What is still wrong after the commands were run again in peace."""
        wrong = []
        for command in self.commands:
            code, _, err = self.program.run(lake, *command)
            wrong += [f"{command[0]} in peace ended with {code}: {said(err)}"] if code else []
        found, broken = content(lake)
        return wrong + broken + list(differences(self.wanted, found))


def mounted(path, options, what):
    if not shutil.which("mount"):
        return print(f"skipped  {what}: there is no mount")
    path.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path], capture_output=True, text=True)
    if done.returncode:
        print(f"skipped  {what}: a tmpfs cannot be mounted here ({' '.join(done.stderr.split())})", flush=True)
    return done.returncode == 0


def full_disk(check):
    disk = check.work / "disk"
    if not mounted(disk, "size=24m", "full disk"):
        return
    try:
        messages = set()
        for free in (0, 16, 800) if check.short else FREE:
            lake, wrong, failed = disk / "lake", [], 0
            shutil.rmtree(lake, ignore_errors=True)
            shutil.copytree(check.base, lake)
            room = os.statvfs(disk)
            filler = disk / "filler"
            with open(filler, "wb") as file:
                file.write(b"x" * max(room.f_bavail * room.f_bsize - free * 1024, 0))
            for command in check.commands:
                code, _, err = check.program.run(lake, *command)
                failed += code != 0
                messages.add(said(err)) if code else None
                trouble = fault(code, err)
                wrong += [f"{command[0]}: {trouble}, then: {said(err)[:150]}"] if trouble else []
                wrong += content(lake)[1]
            for command in (["query", "SELECT count(*) FROM listening_history_bronze"], ["status"]):
                code, _, err = check.program.run(lake, *command)
                wrong += [f"{command[0]} on a full disk ended with {code}: {said(err)}"] if code else []
            shutil.rmtree(disk / "new", ignore_errors=True)
            code, _, err = check.program.run(disk / "new", "import", check.first)
            failed += code != 0
            wrong += [f"import into a new lake: {fault(code, err)}"] if fault(code, err) else []
            new = list(orphans(disk / "new"))
            wrong += [f"in a new lake {len(new)} data files of a failed import stayed, such as {new[0].name}"] if new else []
            shutil.rmtree(disk / "new", ignore_errors=True)
            filler.unlink()
            # On a full disk every file too many counts: the next try would have even less space.
            known = set(orphans(check.base))
            stayed = [file for file in orphans(lake) if check.base / file.relative_to(lake) not in known]
            if stayed:
                wrong.append(
                    f"{len(stayed)} data files of failed writes stayed, {sum(file.stat().st_size for file in stayed) >> 10} KiB"
                )
            check.tell(
                f"full disk, {free} KiB free: {failed} of {len(check.commands) + 1} commands failed, then space again",
                wrong + check.recovered(lake),
            )
        for message in sorted(messages):
            print(f"told    {message}")
    finally:
        subprocess.run(["umount", disk], check=False)


WRITING = [["import"], ["run"], ["build-silver", "--full"], ["build-gold"], ["generate-synthetic"], ["ingest"]]
READING = [["query", "SELECT count(*) FROM listening_with_features"], ["status"], ["report", "--format", "text"]]


def refuses_and_answers(check, what, lake, before=()):
    wrong = []
    for command in WRITING + READING:
        arguments = [*command, check.second] if command == ["import"] else command
        code, _, err = check.program.run(lake, *arguments, before=before)
        trouble = fault(code, err)
        if trouble or (code == 0) != (command in READING):
            wrong.append(f"{' '.join(command)}: exit {code} {trouble or ''} {err.decode(errors='replace').strip()[-300:]}")
        elif code:
            print(f"told    {what}, {command[0]}: {said(err)}")
    check.tell(f"{what}: writing commands say why they cannot, reading ones answer", wrong)


def read_only(check):
    disk = check.work / "read-only"
    if mounted(disk, "size=64m", "read-only file system"):
        try:
            shutil.copytree(check.base, disk / "lake")
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            refuses_and_answers(check, "read-only file system", disk / "lake")
        finally:
            subprocess.run(["umount", disk], check=False)
    if os.geteuid() or not shutil.which("setpriv"):
        return print("skipped  a user who may only read: only root can become one, with setpriv")
    # Every folder on the way has to let the other user in.
    check.work.chmod(0o755)
    check.base.chmod(0o755)
    refuses_and_answers(
        check, "a user who may only read", check.base, before=["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    )


def clock(check):
    source, library = Path(__file__).parent / "lake_checks/clock.c", check.work / "clock.so"
    if not shutil.which("cc") or subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"]).returncode:
        return print("skipped  the clock: there is no C compiler")
    jumps = {
        "two years back": {"CLOCK_OFF": -YEARS},
        "two years ahead": {"CLOCK_OFF": YEARS},
        "in 1970": {"CLOCK_OFF": -int(time.time()) + 5},
        "jumps back a day as it runs": {"CLOCK_JUMP": -86400, "CLOCK_JUMP_AFTER": 12},
        "jumps ahead a year as it runs": {"CLOCK_JUMP": 365 * 86400, "CLOCK_JUMP_AFTER": 12},
    }
    for what, settings in list(jumps.items())[:: 2 if check.short else 1]:
        lake, wrong = check.work / "clock", []
        shutil.rmtree(lake, ignore_errors=True)
        shutil.copytree(check.base, lake)
        environment = {"LD_PRELOAD": str(library)} | {name: str(value) for name, value in settings.items()}
        for command in (*check.commands, ["status"], ["report"], ["query", "SELECT now()"]):
            code, _, err = check.program.run(lake, *command, environment=environment)
            # Plays are of the future to a clock that stands before them, which a run has to tell.
            expected = code == 0 or only_of_the_future(code, err)
            wrong += [] if expected else [f"{command[0]}: exit {code} {fault(code, err) or ''} {said(err)}"]
        year = (
            check.program.run(lake, "query", "--format", "csv", "SELECT max(started_at) FROM ops.runs")[1]
            .split()[-1][:10]
            .decode()
        )
        for command in (["status"], ["report"]):
            code, _, err = check.program.run(lake, *command)
            wrong += [f"{command[0]} with the clock right again: exit {code} {said(err)}"] if code else []
        check.tell(f"the clock {what} (newest run in the record: {year}), then it is right again", wrong + check.recovered(lake))


def future(check):
    lake, export = check.work / "future", check.work / "in-2099"
    export.mkdir()
    row = (
        '{"ts":"2099-12-31T23:59:%02dZ","ms_played":100000,"spotify_track_uri":"spotify:track:%s","master_metadata_track_name":"T",'
        '"master_metadata_album_artist_name":"A"}'
    )
    (export / "endsong_0.json").write_text(
        "[" + ",".join(row % (second, inputs.tracks()[second][0]) for second in range(10)) + "]"
    )
    shutil.copytree(check.base, lake)
    wrong, slowest = [], 0.0
    for command in (["import", export], ["run"], ["report"], ["status"], ["check"]):
        started = time.monotonic()
        code, _, err = check.program.run(lake, *command, timeout=120)
        slowest = max(slowest, time.monotonic() - started)
        # `check`, and that of `run`, have to say that there are such plays.
        told = only_of_the_future(code, err) if command in (["run"], ["check"]) else code == 0
        wrong += [] if told else [f"{command[0]}: exit {code} {fault(code, err) or ''} {said(err)}"]
    found, broken = content(lake)
    days = found["gold/wellbeing_indicators"].num_rows if "gold/wellbeing_indicators" in found else "no"
    size = (lake / "report.html").stat().st_size >> 10 if (lake / "report.html").exists() else 0
    check.tell(f"plays in 2099: slowest command {slowest:.1f} s, {days} days in gold, a report of {size:,} KiB", wrong + broken)


def copied(check):
    copies = 4 if check.short else 12
    lake, chance = check.work / "busy", random.Random(5)
    broken, wrong, hits = [], [], 0
    for number in range(copies):
        shutil.rmtree(lake, ignore_errors=True)
        shutil.copytree(check.base, lake)
        copy = check.work / f"copy-{number}"
        command = check.commands[number % 3]
        with check.program.start(lake, *command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(chance.uniform(0, 0.6 if command == ["run"] else 0.2))
            hits += process.poll() is None
            # cp may find that a file has gone meanwhile; the rest is copied all the same.
            subprocess.run(["cp", "-r", lake, copy], stderr=subprocess.DEVNULL, check=False)
        unreadable = content(copy)[1]
        broken += [f"copy {number} ({command[0]}): {text}" for text in unreadable]
        still = check.recovered(copy)
        wrong += [
            f"copy {number} ({command[0]}), {'readable' if not unreadable else 'unreadable'} at first: {text}" for text in still
        ]
        shutil.rmtree(copy)
    check.tell(
        f"copied {copies} times, {hits} while a command ran: {len(broken)} tables of copies unreadable; the same commands on the copy make up for it",
        wrong,
    )
    for text in broken[:6]:
        print(f"told    {text}")


def as_of_in_a_copy(check):
    """A copy has the versions of its original, by number and by time, whether it was made with the times of the files or not."""
    lake, count = check.work / "original", "SELECT count(*) FROM bronze.listening_history_bronze"

    def plays(path, *as_of):
        code, out, err = check.program.run(path, "query", "--format", "csv", *as_of, count)
        return out.split()[-1].decode() if code == 0 else f"exit {code} {said(err)}"

    shutil.copytree(check.base, lake)
    first = plays(lake)
    check.program.must(lake, "import", check.second)
    then = plays(lake)
    time.sleep(1.1)
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    time.sleep(1.1)
    # Neither the first version nor the newest is the one of that moment.
    check.program.must(lake, "import", check.second, "--user", "another")
    places = {"original": lake, "cp -a": check.work / "kept", "cp -r": check.work / "young"}
    for how in ("cp -a", "cp -r"):
        subprocess.run([*how.split(), lake, places[how]], check=True)
    for what, as_of, wanted in (("a moment between two imports", moment, then), ("a version", "0", first)):
        told = {name: plays(path, "--as-of", as_of) for name, path in places.items()}
        wrong = [f"{name} says {found}, not {wanted}" for name, found in told.items() if found != wanted]
        wrong += [] if len({first, then, plays(lake)}) == 3 else ["an import brought nothing"]
        check.tell(f"--as-of {what}, in copies: {told}", wrong)


def main():
    arguments = [text for text in sys.argv[1:] if text != "--short"]
    if not arguments:
        sys.exit("usage: check_hardships.py BINARY [--short] [HARDSHIP...]")
    hardships = {
        "full-disk": full_disk,
        "read-only": read_only,
        "clock": clock,
        "future": future,
        "copied": copied,
        "as-of": as_of_in_a_copy,
    }
    with tempfile.TemporaryDirectory(prefix="moodlake-hardships-") as folder:
        check = Check(arguments[0], Path(folder), len(arguments) < len(sys.argv) - 1)
        for name in arguments[1:] or hardships:
            hardships[name](check)
    sys.exit(f"{check.failed} hardships failed" if check.failed else None)


if __name__ == "__main__":
    main()
