"""Amazon's services for checks: moto's, made to behave as the real ones do, and to fail as they do.

    python3 -m aws_checks.server PORT MISCHIEF

moto's Kinesis moves the records of a split shard into its children, never ends a closed shard, sends records on into a closed one, and
counts sequence numbers from 1. Here a closed shard keeps its records and ends behind them, telling its children, and sequence numbers
have 56 digits. MISCHIEF is a JSON file that is read at each request: shares of what fails ("refused" records of a request, "throttled"
requests, "expired" iterators).
"""

import json
import random
import sys
import threading
from pathlib import Path

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.kinesis import models, responses
from moto.kinesis.exceptions import InvalidArgumentError
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

FIRST = 49590338271490256608559692538361571095921575989136588898
MISCHIEF, CHANCE = Path(sys.argv[2]) if len(sys.argv) > 2 else None, random.Random(1)


def strikes(what):
    try:
        share = json.loads(MISCHIEF.read_text()).get(what, 0)
    except (OSError, ValueError):
        share = 0
    return CHANCE.random() < share


class Shard:
    def put_record(self, partition_key, data, explicit_hash_key):
        number = max(self.get_max_sequence_number(), FIRST) + 1 + CHANCE.randrange(1_000)
        self.records[number] = models.Record(partition_key, data, number, explicit_hash_key)
        return str(number)

    def get_max_sequence_number(self):
        return next(reversed(self.records)) if self.records else 0


LOOKUP = models.Stream.get_shard_for_key


class Stream:
    def get_shard_for_key(self, partition_key, explicit_hash_key):
        every, self.shards = self.shards, {name: shard for name, shard in self.shards.items() if shard.is_open}
        try:
            return LOOKUP(self, partition_key, explicit_hash_key)
        finally:
            self.shards = every

    def split_shard(self, shard_to_split, new_starting_hash_key):
        parent, middle = self.shards[shard_to_split], int(new_starting_hash_key)
        self.born(parent.starting_hash, middle - 1, parent)
        self.born(middle, parent.ending_hash, parent)
        parent.is_open = False

    def merge_shards(self, shard_to_merge, adjacent_shard_to_merge):
        one, two = self.shards[shard_to_merge], self.shards[adjacent_shard_to_merge]
        if one.ending_hash + 1 != two.starting_hash:
            raise InvalidArgumentError(adjacent_shard_to_merge)
        self.born(one.starting_hash, two.ending_hash, one, two)
        one.is_open = two.is_open = False

    def born(self, low, high, *parents):
        names = [parent.shard_id for parent in parents] + [None]
        shard = models.Shard(max(shard._shard_id for shard in self.shards.values()) + 1, low, high, names[0], names[1])
        self.shards[shard.shard_id] = shard


class Response:
    def put_records(self):
        if strikes("throttled"):
            raise JsonRESTError("ProvisionedThroughputExceededException", "Rate exceeded for the check.")
        name, records = self._get_param("StreamName"), self._get_param("Records")
        # What is refused begins somewhere and goes on to the end, as it does when a shard is full.
        taken = CHANCE.randrange(len(records)) if strikes("refused") else len(records)
        said = self.kinesis_backend.put_records(None, name, records[:taken])
        refused = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "Rate exceeded for the check."}
        said["FailedRecordCount"] = len(records) - taken
        said["Records"] += [refused] * (len(records) - taken)
        return ActionResult(said)

    def get_records(self):
        if strikes("throttled"):
            raise JsonRESTError("ProvisionedThroughputExceededException", "Rate exceeded for the check.")
        if strikes("expired"):
            raise JsonRESTError("ExpiredIteratorException", "Iterator expired for the check.")
        iterator = self._get_param("ShardIterator")
        following, records, behind = self.kinesis_backend.get_records(None, iterator, self._get_param("Limit"))
        name, shard_id, last = models.decompose_shard_iterator(following)
        stream = self.kinesis_backend.describe_stream(stream_arn=None, stream_name=name)
        shard = stream.get_shard(shard_id)
        said = {"Records": [record.to_json() for record in records], "MillisBehindLatest": behind}
        if shard.is_open or int(last) < shard.get_max_sequence_number():
            said["NextShardIterator"] = following
        else:
            children = [child for child in stream.shards.values() if shard_id in (child.parent, child.adjacent_parent)]
            said["ChildShards"] = [self.child(child) for child in children]
        return ActionResult(said)

    @staticmethod
    def child(shard):
        parents = [parent for parent in (shard.parent, shard.adjacent_parent) if parent]
        hashes = {"StartingHashKey": str(shard.starting_hash), "EndingHashKey": str(shard.ending_hash)}
        return {"ShardId": shard.shard_id, "ParentShards": parents, "HashKeyRange": hashes}


class Alone:
    """moto's backends are not made for several threads at once."""

    def __init__(self, application):
        self.application, self.alone = application, threading.Lock()

    def __call__(self, environ, start_response):
        with self.alone:
            return list(self.application(environ, start_response))


class Handler(MotoRequestHandler):
    # Connections are kept, as Amazon keeps them.
    protocol_version = "HTTP/1.1"

    def log(self, *_):
        """Says nothing."""


def corrected():
    """moto's classes, with the methods of those above."""
    models.KinesisBackend._send_stream_metrics = lambda *_, **__: None
    for ours, theirs in ((Shard, models.Shard), (Stream, models.Stream), (Response, responses.KinesisResponse)):
        for name, method in vars(ours).items():
            if not name.startswith("__"):
                setattr(theirs, name, method)


if __name__ == "__main__":
    corrected()
    application = Alone(DomainDispatcherApplication(create_backend_app))
    run_simple("127.0.0.1", int(sys.argv[1]), application, threaded=True, request_handler=Handler)
