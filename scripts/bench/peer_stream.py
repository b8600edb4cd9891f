#!/usr/bin/env python3
"""A stream's way into bronze as it is written in Python, the peer of `moodlake stream --available-now`:

    peer_stream.py BOOTSTRAP TOPIC OUT_DIR [--kafka-config FILE] [--group NAME]      (needs: pip install -r scripts/requirements.txt)

Reads a topic from its beginning to its present end, holds each message against the same rules (but for a field that stands there
twice, of which Python keeps the last), and appends 200,000 rows at a time to the Delta tables OUT_DIR/stream_events and
OUT_DIR/dead_letters; while one batch is written by another thread, the next one is read. Offsets are told to the broker behind each
commit: a kill in between stores a batch twice. There are no windows. orjson reads the events where it is installed. Prints events,
seconds from the first message to the last commit, and events a second.
"""

import argparse
import base64
import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

import pyarrow as pa
from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Consumer, KafkaError, TopicPartition
from deltalake import write_deltalake

try:
    from orjson import loads
except ImportError:
    loads = json.loads

ROWS_A_COMMIT = 200_000
LATE_BY_US, AHEAD_US, FRESH_US = 120_000_000, 600_000_000, 300_000_000
LISTENED_MAX_MS = 7 * 24 * 3_600_000
TYPES = {"track_change", "track_started", "track_paused", "track_resumed", "track_stopped"}
TEXTS = ("event_id", "event_type", "user_id", "track_id", "track_name", "artist_name", "genre", "status", "processing_path")
KNOWN = {*TEXTS, "timestamp", "duration_listened"}
INSTANT = pa.timestamp("us", "UTC")
PLACE = [("source", pa.string()), ("partition", pa.int32()), ("position", pa.int64()), ("told_at", INSTANT)]
EVENTS = pa.schema(
    PLACE
    + [(name, pa.string()) for name in ("event_id", "event_type", "user_id")]
    + [("event_at", INSTANT)]
    + [(name, pa.string()) for name in ("track_id", "track_name", "artist_name", "genre", "status")]
    + [("duration_listened", pa.int64()), ("processing_path", pa.string()), ("other_fields", pa.string())]
    + [("is_late", pa.bool_()), ("ingested_at", INSTANT), ("run_id", pa.string())]
)
TEXT = [(name, pa.string()) for name in ("reason", "detail", "payload", "payload_base64")]
DEAD = pa.schema(PLACE + TEXT + [("payload_bytes", pa.int64()), ("rejected_at", INSTANT), ("run_id", pa.string())])


class Fault(Exception):
    """A message is no event: reason and detail."""


def parsed(payload, told_us):
    """The fields of a message in the order of EVENTS, from `event_id` to `other_fields`."""
    if payload is None:
        raise Fault("no_payload", "the message has a key and no value")
    try:
        fields = loads(payload)
    except (ValueError, RecursionError) as error:
        raise Fault("not_json", str(error)) from error
    if type(fields) is not dict:
        raise Fault("wrong_fields", "it is no JSON object")
    get = fields.get
    texts = event_id, kind, user, track, name, artist, genre, status, path = [get(field) for field in TEXTS]
    for text in texts:
        if text is not None and type(text) is not str:
            raise Fault("wrong_fields", f"{text!r} is no text")
    # Half of a letter, which Python reads and Arrow does not take, can only come as an escape.
    if b"\\u" in payload and any("\ud800" <= letter <= "\udfff" for text in texts if text for letter in text):
        raise Fault("wrong_fields", "a text has half of a letter")
    if kind not in TYPES:
        raise Fault("wrong_fields", "event_type is missing") if kind is None else Fault("other_event", f"event_type is {kind!r}")
    if not user or status not in ("COMPLETED", "SKIPPED", None):
        raise Fault("wrong_fields", "user_id or status is missing or wrong")
    if kind == "track_change" and (status is None or (track is None and name is None)):
        raise Fault("wrong_fields", "status, or track_id and track_name, are missing")
    listened = get("duration_listened")
    if listened is not None and (type(listened) is not int or not 0 <= listened <= LISTENED_MAX_MS):
        raise Fault("wrong_fields", f"duration_listened is {listened!r}")
    try:
        at = datetime.fromisoformat(fields["timestamp"])
    except (KeyError, TypeError, ValueError) as error:
        raise Fault("wrong_fields", f"timestamp: {error}") from error
    if at.tzinfo is None:
        raise Fault("wrong_fields", "timestamp has no zone")
    event_us = round(at.timestamp() * 1_000_000)
    if event_us < 0:
        raise Fault("wrong_fields", "timestamp is before 1970")
    if told_us is not None and event_us > told_us + AHEAD_US:
        raise Fault("in_the_future", "timestamp is more than ten minutes after it was told")
    if path is None:
        path = "hot" if told_us is None or told_us - event_us <= FRESH_US else "cold"
    elif path not in ("hot", "cold"):
        raise Fault("wrong_fields", f"processing_path is {path!r}")
    other = None
    if not fields.keys() <= KNOWN:
        rest = {name: value for name, value in fields.items() if name not in KNOWN}
        other = json.dumps(rest)
    return event_id, kind, user, event_us, track, name, artist, genre, status, listened, path, other


class Batch:
    """Rows under way to one commit. The newest time of each partition is handed on to the next batch."""

    def __init__(self, newest):
        self.newest, self.events, self.dead, self.offsets = newest, [], [], {}

    def add(self, message):
        partition, offset, payload = message.partition(), message.offset(), message.value()
        kind, told_ms = message.timestamp()
        told_us = None if kind == TIMESTAMP_NOT_AVAILABLE else told_ms * 1000
        self.offsets[partition] = offset + 1
        try:
            event = parsed(payload, told_us)
        except Fault as fault:
            self.dead.append((partition, offset, told_us, *fault.args, payload))
            return
        event_us, newest = event[3], self.newest.get(partition, 0)
        is_late = event_us < newest - LATE_BY_US
        if event_us > newest:
            self.newest[partition] = event_us
        if is_late:
            self.dead.append((partition, offset, told_us, "late", f"the newest time before it was {newest}", payload))
        self.events.append((partition, offset, told_us, *event, is_late))

    def store(self, folder, source, run):
        now = datetime.now(timezone.utc)
        if self.events:
            append(folder / "stream_events", EVENTS, source, list(zip(*self.events)), now, run)
        if self.dead:
            rows = [(*row[:5], *content(row[5])) for row in self.dead]
            append(folder / "dead_letters", DEAD, source, list(zip(*rows)), now, run)
        return self.offsets


def content(payload):
    """(payload, payload_base64, payload_bytes)"""
    if payload is None:
        return None, None, None
    try:
        return payload.decode(), None, len(payload)
    except UnicodeDecodeError:
        return None, base64.b64encode(payload).decode(), len(payload)


def append(path, schema, source, columns, now, run):
    rows = len(columns[0])
    same = [pa.repeat(pa.scalar(value, kind), rows) for value, kind in ((source, pa.string()), (now, INSTANT), (run, pa.string()))]
    own = [pa.array(column, field.type) for column, field in zip(columns, list(schema)[1:-2], strict=True)]
    write_deltalake(str(path), pa.table([same[0], *own, *same[1:]], schema=schema), mode="append")


def consume(options, settings):
    own = {"bootstrap.servers": options.bootstrap, "group.id": options.group, "enable.auto.commit": False, "log_level": 2}
    reader = Consumer(own | settings)
    partitions = reader.list_topics(options.topic, 30).topics[options.topic].partitions
    ends = {number: reader.get_watermark_offsets(TopicPartition(options.topic, number), 30)[1] for number in partitions}
    reader.assign([TopicPartition(options.topic, number, 0) for number in ends])
    left = {number for number, end in ends.items() if end > 0}
    source, run, read, events, began = f"kafka:{options.bootstrap}/{options.topic}", uuid.uuid4().hex, 0, 0, None
    batch, under_way = Batch({}), None
    with ThreadPoolExecutor(1) as writer:

        def stored():
            if under_way:
                places = [TopicPartition(options.topic, number, offset) for number, offset in under_way.result().items()]
                reader.commit(offsets=places, asynchronous=True)

        while left:
            # A consumer waits until it has all of them, so that it is not to wait for long.
            for message in reader.consume(10_000, 0.1):
                began = began or time.monotonic()
                if error := message.error():
                    if error.code() != KafkaError._PARTITION_EOF:
                        raise SystemExit(f"the broker says: {error}")
                    continue
                batch.add(message)
                read += 1
                if message.offset() + 1 >= ends[message.partition()]:
                    left.discard(message.partition())
            if len(batch.events) + len(batch.dead) >= ROWS_A_COMMIT or not left:
                events += len(batch.events)
                stored()
                under_way, batch = writer.submit(batch.store, options.out, source, run), Batch(batch.newest)
        stored()
    seconds = time.monotonic() - (began or time.monotonic())
    reader.close()
    return read, events, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bootstrap")
    parser.add_argument("topic")
    parser.add_argument("out", type=Path)
    parser.add_argument("--kafka-config", type=Path)
    parser.add_argument("--group", default="peer")
    options = parser.parse_args()
    lines = options.kafka_config.read_text().splitlines() if options.kafka_config else []
    settings = dict(line.strip().split("=", 1) for line in lines if line.strip() and not line.startswith("#"))
    options.out.mkdir(parents=True, exist_ok=True)
    read, events, seconds = consume(options, settings)
    rate, reader = events / max(seconds, 1e-9), loads.__module__.split(".")[0]
    print(f"{events:,} events of {read:,} messages in {seconds:.2f} s, {rate:,.0f} a second (by {reader})")


if __name__ == "__main__":
    main()
