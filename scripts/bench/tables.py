#!/usr/bin/env python3
"""Medians of measured rounds, as a table for a reader and for docs/benchmarks.md:

    tables.py RESULTS.tsv                          prints the table
    tables.py RESULTS.tsv --docs FILE NAME TEXT    and puts it in FILE between <!-- measured: NAME --> and <!-- end -->

A line of RESULTS is a round's name, wall seconds, CPU seconds and peak resident KiB, by tabs. Rounds come in turn, so that the ratio of
a program to the first one is taken round by round where there are as many of both. TEXT is the command; date, machine and versions are added.
"""

import os
import platform
import re
import statistics
import subprocess
import sys
from datetime import date
from importlib import metadata
from pathlib import Path

PEERS = ["duckdb", "polars", "pyspark", "deltalake", "scikit-learn"]


def read(path):
    rows = {}
    for line in Path(path).read_text().splitlines():
        name, *figures = line.split("\t")
        rows.setdefault(name, []).append([float(figure) for figure in figures])
    return rows


def spread(values, digits=2):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def table(rows):
    base = [run[0] for run in next(iter(rows.values()))]
    lines = ["| command | rounds | wall s, median (min–max) | CPU s, median | peak RSS MiB | wall, ratio to the first |",
             "| --- | --- | --- | --- | --- | --- |"]
    for name, runs in rows.items():
        wall, cpu = [run[0] for run in runs], statistics.median(run[1] for run in runs)
        if len(wall) == len(base):
            ratio = spread([one / other for one, other in zip(wall, base)])
        else:
            ratio = f"{statistics.median(wall) / statistics.median(base):.2f}"
        resident = max(run[2] for run in runs) / 1024
        lines.append(f"| {name} | {len(runs)} | {spread(wall)} | {cpu:.2f} | {resident:,.0f} | {ratio} |")
    return "\n".join(lines)


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())[1]) / 2**20
    return f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), {memory:.0f} GiB"


def versions():
    moodlake = subprocess.run([os.environ.get("MOODLAKE", "moodlake"), "--version"], capture_output=True, text=True, check=True)
    found = [moodlake.stdout.strip()]
    for peer in PEERS:
        try:
            found.append(f"{peer} {metadata.version(peer)}")
        except metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def put(docs, name, text):
    path = Path(docs)
    old = path.read_text()
    begin, end = f"<!-- measured: {name} -->", "<!-- end -->"
    block = f"{begin}\n{text}\n{end}"
    place = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    new = place.sub(lambda _: block, old) if place.search(old) else f"{old.rstrip()}\n\n## {name}\n\n{block}\n"
    path.write_text(new)


def main(results, *docs):
    text = table(read(results))
    print(text)
    if docs:
        _, file, name, command = docs
        put(file, name, f"`{command}`, {date.today()}: {machine()}; {versions()}.\n\n{text}")


if __name__ == "__main__":
    main(*sys.argv[1:])
