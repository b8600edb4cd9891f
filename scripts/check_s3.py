#!/usr/bin/env python3
"""Shows that a lake in an S3 bucket is as good as one in a folder: python3 scripts/check_s3.py BINARY [--short] [PART...]

(needs: pip install -r scripts/requirements.txt)

moto's S3 server runs on a local port; s3_checks/server.py says what is added to it. Nothing leaves the machine.

    pipeline   import, catalogue, ingest, silver, gold, maintain, check, query in every format, status and report: the same as in a
               folder; deltalake, polars and (where its extensions can be had) DuckDB read the same
    at-once    two or three commands at once, with readers beside them: some serial order, no version written twice
    stranger   Python's deltalake commits to a table while commands write to it: neither's rows are lost
    killed     SIGKILL at random moments: tables readable, the next command takes the lease over and makes up for it
    refused    wrong or no credentials, no such bucket, no such server: soon an error with a hint; profiles and sessions work
    dying      the server dies in the middle of an import: an error; once it is back, the import is as if nothing had been

In the end no secret may stand in anything that was said or stored. `--short` does a little of each. Exits 1 when a probe fails.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from lake_checks import inputs
from lake_checks.screen import Probe
from s3_checks import kills, pipeline, refusals, together
from s3_checks.remote import Bucket

PARTS = ["pipeline", "at-once", "stranger", "killed", "refused", "dying"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; else all of them")
    parser.add_argument("--short", action="store_true", help="a little of each, for every change")
    parser.add_argument("--kills", type=int, help="how many writers are killed (20; 2 with --short)")
    parser.add_argument("--rounds", type=int, help=f"how many rounds at once ({len(together.ROUNDS)}; 1 with --short)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_intermixed_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    parts, short = options.parts or PARTS, options.short
    chance, probe = random.Random(options.seed), Probe()
    with tempfile.TemporaryDirectory(prefix="moodlake-s3-") as folder:
        bucket = Bucket(options.binary, Path(folder))
        try:
            carry_out(bucket, probe, chance, parts, options, 2_000 if short else 9_000)
            refusals.no_secret(bucket, probe)
        finally:
            bucket.stop()
    sys.exit(f"{probe.failed} probes failed" if probe.failed else None)


def carry_out(bucket, probe, chance, parts, options, number):
    short = options.short
    if "pipeline" in parts:
        plays = inputs.listening(number)
        spans = {"one": inputs.FIRST, "two": inputs.SECOND}
        exports = [inputs.export(bucket.work / name, plays, span) for name, span in spans.items()]
        pipeline.pipeline(bucket, probe, plays, exports)
    if parts == ["pipeline"]:
        return
    work = bucket.work / "rounds"
    work.mkdir()
    check = together.RemoteRounds(bucket, work, number)
    if "at-once" in parts:
        together.at_once(bucket, probe, chance, check, options.rounds or (1 if short else len(together.ROUNDS)))
    if "stranger" in parts:
        for command in ["import second"] if short else ["import second", "run", "build-silver"]:
            together.stranger(bucket, probe, check, command)
    if "killed" in parts:
        kills.killed(bucket, probe, chance, check, options.kills or (2 if short else 20))
    if "refused" in parts:
        remote = bucket.lake("refused", like=check.full)
        refusals.refused(bucket, probe, remote, check.commands["import second"][1], short)
        refusals.signed_in(bucket, probe, remote)
        if not short:
            refusals.named_oddly(bucket, probe, check.commands["import second"][1])
    if "dying" in parts:
        refusals.dying_server(bucket, probe, chance, check, 1 if short else 8)


if __name__ == "__main__":
    main()
