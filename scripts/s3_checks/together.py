"""Commands at once on a lake in a bucket, and a program of somebody else's that commits in between."""

import re
import threading
from collections import Counter

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from lake_checks.content import content
from lake_checks.program import fault, said
from lake_checks.rounds import Rounds

ROUNDS = [
    ("import second", "run"),
    ("import first", "import second"),
    ("run", "build-gold", "import second"),
    ("maintain", "import second"),
    ("generate-synthetic", "import second"),
    ("run", "run"),
    ("import first", "import second", "build-silver"),
    ("maintain", "run"),
]
COMMIT = re.compile(r"/(.*)/_delta_log/(\d{20})\.json")


class RemoteRounds(Rounds):
    """The lake that commands share lies in the bucket; those that they follow each other in are folders."""

    def __init__(self, bucket, work, number):
        super().__init__(bucket.program, bucket.spotify, work, number)
        self.bucket = bucket

    def place(self, names):
        self.shared = self.bucket.lake("shared", like=self.base(names))
        return self.shared


def versions(bucket, remote):
    """What is wrong with the versions of a lake's tables: each is written once since the lake is there, and none is left out."""
    puts = Counter()
    for method, path, status in bucket.requests()[remote.since :]:
        if (found := COMMIT.fullmatch(path)) and method in ("PUT", "POST") and status == "200":
            puts[found[1], int(found[2])] += 1
    wrong = [f"version {version} of {table} was written {times} times" for (table, version), times in puts.items() if times > 1]
    for name, address in remote.tables().items():
        log = sorted(int(found[2]) for path in remote.objects() if (found := COMMIT.fullmatch(f"/{path}")) and found[1] == name)
        wrong += [] if log == list(range(log[0], log[-1] + 1)) else [f"the log of {address} has holes: {log}"]
    return wrong


def at_once(bucket, probe, chance, check, rounds):
    for names in ROUNDS[:rounds]:
        ends, wrong, seconds, beside = check.round(names, chance)
        wrong += versions(bucket, check.shared)
        probe(f"at once: {' | '.join(ends)}, {beside} answers beside, {seconds:.0f} s with the quiet run", wrong)


class Stranger(threading.Thread):
    """Appends plays to a table until it is told to stop, and remembers those whose commit went well."""

    def __init__(self, remote, table):
        super().__init__(daemon=True)
        self.address, self.options, self.stop = f"{remote}/{table}", remote.options, threading.Event()
        self.done, self.refused, self.wrong = [], 0, []
        self.row = DeltaTable(self.address, storage_options=self.options).to_pyarrow_table().slice(0, 1)

    def run(self):
        number = 0
        while not self.stop.is_set():
            number += 1
            name = f"of-a-stranger-{number}"
            row = self.row.set_column(self.row.column_names.index("play_id"), "play_id", pa.array([name]))
            try:
                write_deltalake(self.address, row, mode="append", storage_options=self.options)
                self.done.append(name)
            except DeltaError:
                self.refused += 1
            except Exception as error:  # Whatever else it raises, it could not write to a table of ours.
                self.wrong.append(f"deltalake cannot append: {str(error).splitlines()[0]}")
            self.stop.wait(0.05)


def stranger(bucket, probe, check, command):
    """`check` is the rounds' preparation: a lake that has everything but the second export."""
    remote = bucket.lake("with-a-stranger", like=check.full)
    other = Stranger(remote, "bronze/listening_history_bronze")
    other.start()
    ends, wrong = [], []
    for arguments in (check.commands[command], ["build-silver"], ["maintain"]):
        code, _, err = bucket.program.run(remote, *arguments)
        ends.append(f"{arguments[0]} {code}" + (f" ({said(err)})" if code else ""))
        wrong += [f"{arguments[0]}: {fault(code, err)}"] if fault(code, err) else []
    other.stop.set()
    other.join()
    # Who lost against the stranger does its work now.
    for arguments in (check.commands[command], ["run"]):
        code, _, err = bucket.program.run(remote, *arguments)
        wrong += [f"{arguments[0]} in peace ended with {code}: {said(err)}"] if code else []
    found, broken = content(remote)
    wrong += other.wrong[:3] + broken + versions(bucket, remote)
    wrong += [] if other.done else ["the stranger never came to write anything"]
    calm = check.serially((command,))["bronze/listening_history_bronze"]["play_id"].to_pylist()
    there = found["bronze/listening_history_bronze"]["play_id"].to_pylist() if not broken else []
    missing, extra = {*calm, *other.done} - {*there}, {*there} - {*calm, *other.done}
    wrong += [f"{len(missing)} plays are missing, such as {min(missing)}"] if missing else []
    wrong += [f"{len(extra)} plays too much, such as {min(extra)}"] if extra else []
    probe(f"stranger: {len(other.done)} commits of deltalake's, {other.refused} refused, beside {' | '.join(ends)}", wrong)
