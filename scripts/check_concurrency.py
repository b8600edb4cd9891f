#!/usr/bin/env python3
"""Shows that commands at the same time on one lake come out as if one had followed the other.

    python3 scripts/check_concurrency.py BINARY [--rounds N] [--seed S]      (needs: pip install deltalake pyarrow)

A round starts two or three writing commands at once on a copy of a lake, in a random order and a few milliseconds apart, with
`query` and `status` asked over and over beside them. Then

    every command succeeded or said in two lines what is wrong; none panicked,
    every answer beside them was a whole one: the plays that the query counts never grow fewer,
    every table is readable by Python's deltalake and repeats no key,
    and after one more quiet `run` the lake holds what it holds after some order of the same commands, one by one.

What is left out of the comparison: see check_kills.py. Prints a line a round; exits 1 on any fault. `--rounds 4` is the short form.
"""

import argparse
import itertools
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from lake_checks import inputs
from lake_checks.content import content, differences
from lake_checks.program import Program, fault, said

ROUNDS = [
    ("import first", "import second"),
    ("import first", "import second", "build-silver"),
    ("import second", "run"),
    ("run", "run"),
    ("build-silver", "build-gold"),
    ("run", "build-gold", "import second"),
    ("generate-synthetic", "import second"),
    ("generate-synthetic", "run", "import second"),
    ("ingest", "import second"),
    ("ingest", "ingest", "run"),
    ("populate-missing", "generate-synthetic"),
    ("import-catalog", "run", "import second"),
]
COUNT = "SELECT count(*) FROM bronze.listening_history_bronze"


class Beside(threading.Thread):
    """Reads while others write, until it is told to stop."""

    def __init__(self, program, lake):
        super().__init__(daemon=True)
        self.program, self.lake, self.stop = program, lake, threading.Event()
        self.wrong, self.asked = [], 0

    def run(self):
        plays = 0
        while not self.stop.is_set():
            code, out, err = self.program.run(self.lake, "--quiet", "query", "--format", "csv", COUNT)
            # Before the first import there is no such table, which the program has to say.
            if code == 0:
                count = int(out.split()[-1])
                if count < plays:
                    self.wrong.append(f"the query counted {count} plays after {plays}")
                plays = count
            elif plays or fault(code, err):
                self.wrong.append(f"query: {fault(code, err) or said(err)}")
            code, out, err = self.program.run(self.lake, "--quiet", "status")
            if code != 0 and (plays or fault(code, err)):
                self.wrong.append(f"status ended with {code}: {fault(code, err) or said(err)}")
            self.asked += 2


class Check:
    def __init__(self, binary, work):
        self.spotify = inputs.Spotify()
        self.program = Program(binary, self.spotify.environment())
        self.work, self.orders = work, {}
        plays = inputs.listening(9_000)
        self.spotify.page = inputs.page(plays, inputs.PAGES[0])
        exports = {
            name: inputs.export(work / name, plays, span) for name, span in (("first", inputs.FIRST), ("second", inputs.SECOND))
        }
        lines = inputs.CATALOGUE.read_text().splitlines(keepends=True)
        (work / "half.csv").write_text("".join(lines[: len(lines) // 2]))
        self.commands = {
            name: [name] for name in "run build-silver build-gold generate-synthetic populate-missing ingest".split()
        }
        self.commands |= {f"import {name}": ["import", path] for name, path in exports.items()}
        self.commands["import-catalog"] = ["import-catalog", inputs.CATALOGUE]
        # Rounds of two imports begin with an empty lake, the others with one that has everything but the second export.
        self.empty, self.full = work / "empty", work / "full"
        self.spotify.log_in(self.empty)
        shutil.copytree(self.empty, self.full)
        for command in (["import-catalog", work / "half.csv"], ["import", exports["first"]], ["run"]):
            self.program.must(self.full, *command)
        self.spotify.page = inputs.page(plays, inputs.PAGES[1])

    def fresh(self, names, path):
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.empty if "import first" in names else self.full, path)
        return path

    def serially(self, order):
        """What the lake holds after these commands one by one and a quiet run."""
        if order not in self.orders:
            lake = self.fresh(order, self.work / "serial")
            for name in order:
                # Silver without plays says so and changes nothing: in a serial order, too.
                self.program.run(lake, *self.commands[name])
            self.program.must(lake, "run")
            self.orders[order] = content(lake)[0]
        return self.orders[order]

    def round(self, names, chance):
        lake = self.fresh(names, self.work / "lake")
        names = chance.sample(names, len(names))
        beside = Beside(self.program, lake)
        beside.start()
        started, ends, wrong = time.monotonic(), [], []
        processes = []
        for name in names:
            processes.append(self.program.start(lake, *self.commands[name]))
            time.sleep(chance.choice([0, 0, 0.01, 0.05, 0.2]))
        for name, process in zip(names, processes):
            _, err = process.communicate()
            trouble = fault(process.returncode, err)
            if trouble:
                wrong.append(f"{name}: {trouble}: {err.decode(errors='replace').strip()[-300:]}")
            ends.append(f"{name} {process.returncode}" + (f" ({said(err)})" if process.returncode else ""))
        beside.stop.set()
        beside.join()
        wrong += beside.wrong + content(lake)[1]
        code, _, err = self.program.run(lake, "run")
        if code != 0:
            return ends, wrong + [f"the quiet run ended with {code}: {said(err)}"], 0, beside.asked
        found, broken = content(lake)
        wrong += broken
        closest = None
        for order in itertools.permutations(names):
            differing = list(differences(self.serially(order), found))
            if closest is None or len(differing) < len(closest):
                closest = differing
            if not differing:
                break
        wrong += closest
        return ends, wrong, time.monotonic() - started, beside.asked


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance, ways, failed = random.Random(options.seed), Counter(), 0
    with tempfile.TemporaryDirectory(prefix="moodlake-concurrency-") as folder:
        check = Check(options.binary, Path(folder))
        # A short form takes its rounds from the whole list, not from its beginning.
        rounds = chance.sample(ROUNDS, len(ROUNDS))
        for number in range(options.rounds):
            names = rounds[number % len(rounds)]
            ends, wrong, seconds, asked = check.round(names, chance)
            ways.update(ends)
            print(f"round {number + 1:3}  {' | '.join(ends):70} {asked:3} answers beside, {len(wrong)} faults", flush=True)
            for what in wrong[:8]:
                print(f"    {what}", flush=True)
            failed += len(wrong)
    print("how the commands ended:")
    for end, count in sorted(ways.items()):
        print(f"  {count:4} × {end}")
    sys.exit(f"{failed} faults" if failed else None)


if __name__ == "__main__":
    main()
