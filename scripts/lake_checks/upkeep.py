"""A lake whose tables need all of upkeep's parts, and what upkeep promises of it. See docs/maintenance.md."""

import json
import os
import shutil
import time
from datetime import timedelta

from deltalake import DeltaTable

from . import inputs
from .content import content, data_files, differences, orphans, read, tables
from .program import fault, said

DAY = 86400
# The program's own: whatever was the newest version within so many days can be read.
RETENTION = 30 * DAY


def aged(path, days):
    when = time.time() - days * DAY
    os.utime(path, (when, when))


def commits(path):
    return sorted((path / "_delta_log").glob("*.json"))


def neglected(program, lake, work, plays):
    """Makes many small files, versions from before and within the retention, and files that belong to none."""
    for number in range(24):
        start = inputs.FIRST[1] + timedelta(days=number)
        export = inputs.export(work / f"day-{number}", plays, (start, start + timedelta(days=1)))
        program.must(lake, "import", export)
        if number % 8 == 0:
            program.must(lake, "run")
        if number == 11:
            # Its checkpoints are what lets the commits before them go.
            program.must(lake, "maintain")
    for path in tables(lake).values():
        log = commits(path)
        checkpoints = [int(file.name[:20]) for file in (path / "_delta_log").glob("*.checkpoint*.parquet")]
        # Up to the checkpoint, else half of them, are from before the retention.
        old = max(checkpoints) + 2 if checkpoints else (len(log) + 1) // 2
        for place, commit in enumerate(log):
            days = 90 - place if place < old else 20 - 19 * place / len(log)
            added = [json.loads(line).get("add") for line in commit.read_text().splitlines()]
            files = [path / add["path"] for add in added if add]
            for file in [*(path / "_delta_log").glob(f"{commit.stem}.*"), *files]:
                if file.exists():
                    aged(file, days)
        # Two writes that were killed long ago, one of them in the middle of a file.
        if example := next(iter(sorted(data_files(path))), None):
            for name in ("part-00000-left-over.parquet", "part-00000-unfinished.parquet#1"):
                shutil.copy(example, example.with_name(name))
                aged(example.with_name(name), 45)
    planned = json.loads(program.must(lake, "maintain", "--dry-run", "--format", "json"))["tables"]
    for part in ("checkpoint", "log_files_deleted", "data_files_deleted"):
        if not any(table[part] for table in planned):
            raise SystemExit(f"the lake for maintain is too tidy: no table has work in {part}: {planned}")
    if not any(table["files_after"] < table["files_before"] - 3 for table in planned):
        raise SystemExit(f"the lake for maintain is too tidy: nothing is to be put together: {planned}")


class Promise:
    """Every version that was the newest one at some moment of the retention: its files, and of the oldest one its rows."""

    def __init__(self, lake):
        self.versions, self.oldest = {}, {}
        for name, path in tables(lake).items():
            log = commits(path)
            old = sum(commit.stat().st_mtime <= time.time() - RETENTION for commit in log)
            kept = [int(commit.stem) for commit in log[max(old - 1, 0) :]]
            self.versions |= {(name, version): files(path, version) for version in kept}
            self.oldest[name] = (kept[0], read(path, kept[0]))

    def broken(self, lake):
        paths = tables(lake)
        for (name, version), wanted in self.versions.items():
            try:
                # Data files are written once: one of the same name and size holds the same rows.
                if files(paths[name], version) != wanted:
                    yield f"version {version} of {name} has other files"
                elif self.oldest[name][0] == version and not read(paths[name], version).equals(self.oldest[name][1]):
                    yield f"version {version} of {name} has other rows"
            except Exception as error:  # Whatever the reader raises, the version is not readable.
                yield f"version {version} of {name} cannot be read: {str(error).splitlines()[0]}"


def files(path, version):
    """The files of a version, by what the disk has of them."""
    names = DeltaTable(str(path), version=version).get_add_actions()["path"].to_pylist()
    return {name: (path / name).stat().st_size for name in names}


def tidied(program, lake, wanted):
    """What is wrong after upkeep of a lake whose leftovers have become old: with time, no file stays that no version names."""
    left = list(orphans(lake))
    for file in left:
        aged(file, 45)
    code, _, err = program.run(lake, "maintain")
    if code:
        return [f"maintain ended with {code} ({fault(code, err) or said(err)})"]
    found, wrong = content(lake)
    stayed = [str(file.relative_to(lake)) for file in orphans(lake)]
    return (
        wrong
        + [f"after maintain: {what}" for what in differences(wanted, found)]
        + [f"maintain left {file}, which no version names" for file in stayed]
    )


def emptied(program, lake, wanted):
    """What is wrong after upkeep that keeps the newest versions alone: nothing but their files may be left."""
    code, _, err = program.run(lake, "maintain", "--retention", "0s", "--shorten-time-travel")
    if code:
        return [f"maintain --retention 0s ended with {code} ({fault(code, err) or said(err)})"]
    found, wrong = content(lake)
    wrong += [f"after maintain --retention 0s: {what}" for what in differences(wanted, found)]
    for name, path in tables(lake).items():
        needed = set(DeltaTable(str(path)).get_add_actions()["path"].to_pylist())
        extra = [str(file.relative_to(path)) for file in data_files(path) if str(file.relative_to(path)) not in needed]
        wrong += [f"{name}: maintain --retention 0s left {len(extra)} files, such as {extra[0]}"] if extra else []
    return wrong
