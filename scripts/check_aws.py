#!/usr/bin/env python3
"""Shows that Amazon's services are used rightly: python3 scripts/check_aws.py MOODLAKE [--short] [PART...]

(needs: pip install -r scripts/requirements.txt; MOODLAKE built with `--features aws`)

moto's server runs on a local port; aws_checks/server.py says what is corrected of it. Nothing leaves the machine.

    kinesis   `simulate` sends each event once, a key's in order; `stream` stores each once, whatever becomes of the process, the
              shards (split, merged) and the service (throttled, refused, silent); what is no event is a dead letter; what cannot
              work is an error with a hint
    stores    `stream --hot dynamodb://… --cold s3://…`: hot events in DynamoDB, cold ones in a table in a bucket, each once, whatever
              becomes of the process

`--short` does a little of each. Exits 1 when a probe fails.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from aws_checks import kinesis, stores
from aws_checks.service import Service
from lake_checks.screen import Probe

PARTS = {"kinesis": kinesis.check, "stores": stores.check}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("moodlake")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; else all of them")
    parser.add_argument("--short", action="store_true", help="a little of each, for every change")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a new folder for the lakes and the logs, else they are deleted")
    options = parser.parse_intermixed_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    chance, probe = random.Random(options.seed), Probe()
    with tempfile.TemporaryDirectory(prefix="moodlake-aws-") as folder:
        work = options.keep or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        service = Service(options.moodlake, work)
        try:
            for part in options.parts or PARTS:
                PARTS[part](service, probe, chance, options.short)
        finally:
            service.stop()
    sys.exit(f"{probe.failed} probes failed" if probe.failed else None)


if __name__ == "__main__":
    main()
