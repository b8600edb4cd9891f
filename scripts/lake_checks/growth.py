"""What a lake consists of on the disk, and whether the upkeep that docs/maintenance.md promises explains it."""

import json
from collections import namedtuple
from urllib.parse import unquote

from deltalake import DeltaTable

from .content import tables

# The scheduler deletes what has expired when so many files of a table's log have,
EXPIRED_MIN = 10
# and puts small files together when there are more of them than this.
SMALL_FILES_MAX = 32
# A commit adds a file to the log, and mostly one of data.
FILES_BETWEEN = 2 * (EXPIRED_MIN + 1) + SMALL_FILES_MAX

Size = namedtuple("Size", "data log others bytes")


def census(lake):
    """What lies in the folder of each table, and under `-` what belongs to none."""
    folders, found = {path: name for name, path in tables(lake).items()}, {}
    for file in lake.rglob("*"):
        if not file.is_file():
            continue
        name = next((folders[parent] for parent in file.parents if parent in folders), None)
        if name is None:
            place = file.relative_to(lake).parts
            name = f"{place[0]}/{place[1]} (no table)" if len(place) > 2 else "-"
        kind = 1 if "_delta_log" in file.parts else 0 if file.suffix == ".parquet" else 2
        counts = list(found.get(name, Size(0, 0, 0, 0)))
        counts[kind] += 1
        counts[3] += file.stat().st_size
        found[name] = Size(*counts)
    return found


def total(found):
    return Size(*map(sum, zip(*found.values())))


def files(size):
    return size.data + size.log + size.others


def growing(earlier, later, runs):
    """Tables with more files than a fifth above what they had, and what may gather between two visits of the upkeep."""
    for name, size in later.items():
        before = files(earlier.get(name, Size(0, 0, 0, 0)))
        if files(size) > 1.2 * before + FILES_BETWEEN:
            yield f"{name} has {files(size)} files, {before} after {runs} runs"


def unexplained(lake, since):
    """Files that no promise needs: data that no listed version names, and a log that reaches too far back.

    `since` is the beginning of the retention. The log is cut at a checkpoint that is older, and some commits later; a run makes up to
    five of them in one table."""
    for name, path in tables(lake).items():
        named = {unquote(file) for file in DeltaTable(str(path)).file_uris()}
        named = {file.split(f"{path.name}/", 1)[-1] for file in named}
        commits = sorted((path / "_delta_log").glob("*.json"))
        for commit in commits:
            for line in commit.read_text().splitlines():
                action = json.loads(line)
                named |= {unquote(action[kind]["path"]) for kind in ("add", "remove") if kind in action}
        stray = [
            file
            for file in path.rglob("*.parquet*")
            if "_delta_log" not in file.parts and str(file.relative_to(path)) not in named
        ]
        if stray:
            yield f"{name}: {len(stray)} data files belong to no version that the log lists"
        old = sum(commit.stat().st_mtime < since for commit in commits)
        if old > 5 * EXPIRED_MIN:
            yield f"{name}: {old} commits of its log are older than the retention"
