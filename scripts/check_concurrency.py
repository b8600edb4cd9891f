#!/usr/bin/env python3
"""Shows that commands at the same time on one lake come out as if one had followed the other.

    python3 scripts/check_concurrency.py BINARY [--rounds N] [--seed S]      (needs: pip install deltalake pyarrow)

A round starts two or three writing commands at once on a copy of a lake, in a random order and a few milliseconds apart, with
`query`, `status` and `report` asked over and over beside them. Then

    every command succeeded or said in two lines what is wrong; none panicked,
    every answer beside them was a whole one: the plays that the query counts never grow fewer,
    every table is readable by Python's deltalake and repeats no key,
    and after one more quiet `run` the lake holds what it holds after some order of the same commands, one by one.

What is left out of the comparison: see check_kills.py. Prints a line a round; exits 1 on any fault. `--rounds 4` is the short form.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from lake_checks import inputs
from lake_checks.program import Program
from lake_checks.rounds import Rounds

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
    ("maintain", "import second"),
    ("maintain", "run"),
    ("maintain", "build-gold"),
    ("maintain", "import second", "run"),
    ("maintain", "maintain"),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance, ways, failed = random.Random(options.seed), Counter(), 0
    with tempfile.TemporaryDirectory(prefix="moodlake-concurrency-") as folder:
        spotify = inputs.Spotify()
        check = Rounds(Program(options.binary, spotify.environment()), spotify, Path(folder))
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
