"""What has to be in the lake, told from the topic itself: read by another client and judged by other code, in the order of the offsets."""

import json
import re
import time
from collections import Counter
from datetime import datetime, timedelta, timezone

import pyarrow as pa
from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Consumer, TopicPartition

LATE_BY_US = 120_000_000
MINUTE_US = 60_000_000
# So many seconds the broker may keep the next messages to itself.
PATIENCE = 60
AHEAD_US = 600_000_000
LISTENED_MAX_MS = 7 * 24 * 3_600_000
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TEXTS = ("event_id", "event_type", "user_id", "track_id", "track_uri", "track_name", "artist_name", "genre", "status", "timestamp", "processing_path")
TRUTHS = ("is_whole", "is_simulated")
ID = re.compile(r"[0-9A-Za-z]{22}")
# Told within so long a time it is fresh.
FRESH_US = 300_000_000
PLAY = "track_change"
TYPES = (PLAY, "track_started", "track_paused", "track_resumed", "track_stopped")
KNOWN = {*TEXTS, *TRUTHS, "duration_listened"}
PAIRS = {"partition": pa.int32(), "position": pa.int64()}
EVENTS = PAIRS | {
    **{name: pa.string() for name in TEXTS if name not in ("timestamp", "processing_path")},
    "event_at": pa.int64(),
    "duration_listened": pa.int64(),
    **{name: pa.bool_() for name in TRUTHS},
    "is_late": pa.bool_(),
}
DEAD = PAIRS | {"reason": pa.string(), "payload": pa.binary()}


class Pairs(list):
    """The fields of a JSON object, as often as they stand there."""


class Fault(Exception):
    pass


def constant(name):
    raise ValueError(f"{name} is no JSON")


READER = json.JSONDecoder(object_pairs_hook=Pairs, parse_constant=constant)


def fields_of(payload):
    try:
        fields = READER.decode(payload.decode())
    # Of thousands of brackets Python's reader says that they are too deep; they are not closed either.
    except (ValueError, RecursionError) as error:
        raise Fault("not_json") from error
    if not isinstance(fields, Pairs):
        raise Fault("wrong_fields")
    known = [name for name, _ in fields if name in KNOWN]
    if len(set(known)) < len(known):
        raise Fault("wrong_fields")
    return dict(fields)


def microseconds(text):
    if not TIME.fullmatch(text):
        raise Fault("wrong_fields")
    try:
        return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)
    except ValueError as error:
        raise Fault("wrong_fields") from error


def judged(payload, told_us):
    """(fields, when the play ended), or a Fault with its reason."""
    if payload is None:
        raise Fault("no_payload")
    fields = fields_of(payload)
    for name in TEXTS:
        if not isinstance(value := fields.get(name), str | None):
            raise Fault("wrong_fields")
    for name in TRUTHS:
        if not isinstance(fields.get(name), bool | None):
            raise Fault("wrong_fields")
    listened = fields.get("duration_listened")
    if listened is not None and (type(listened) is not int or not 0 <= listened <= LISTENED_MAX_MS):
        raise Fault("wrong_fields")
    kind, status = fields.get("event_type"), fields.get("status")
    if kind not in (None, *TYPES):
        raise Fault("other_event")
    if kind is None or not fields.get("user_id") or fields.get("timestamp") is None or status not in (None, "COMPLETED", "SKIPPED"):
        raise Fault("wrong_fields")
    # A play is of a track and was heard to its end or not; the player can also do something without either.
    if kind == PLAY and (status is None or fields.get("track_id") is None and fields.get("track_name") is None):
        raise Fault("wrong_fields")
    event_us = microseconds(fields["timestamp"])
    if event_us < 0:
        raise Fault("wrong_fields")
    if told_us is not None and event_us > told_us + AHEAD_US:
        raise Fault("in_the_future")
    if fields.get("processing_path") not in (None, "hot", "cold"):
        raise Fault("wrong_fields")
    return fields, event_us


def play_of(fields, event_us):
    """What makes a play of the history that play and no other; none of what names no track."""
    track_id = fields.get("track_id")
    if track_id is not None and not ID.fullmatch(track_id):
        track_id = None
    uri = fields.get("track_uri") if track_id is None else f"spotify:track:{track_id}"
    names = (fields.get("artist_name"), fields.get("track_name"))
    if uri is None and names[1] is None:
        return None
    source = "simulated" if fields.get("is_simulated") else "now_playing"
    listened = None if fields.get("is_whole") is False else fields.get("duration_listened")
    return fields["user_id"], source, event_us, uri, None if uri else names, listened


class Truth:
    """The rows of the two tables in the order of partition and offset, and the windows."""

    def __init__(self):
        self.events, self.dead = {name: [] for name in EVENTS}, {name: [] for name in DEAD}
        self.others, self.windows, self.reasons, self.newest = {}, Counter(), Counter(), {}
        self.plays, self.cold = set(), {}

    def add(self, message):
        partition, position, payload = message.partition(), message.offset(), message.value()
        kind, told_ms = message.timestamp()
        try:
            fields, at = judged(payload, None if kind == TIMESTAMP_NOT_AVAILABLE else told_ms * 1000)
        except Fault as fault:
            return self.add_dead(partition, position, str(fault), payload)
        newest = self.newest.get(partition, 0)
        is_late = at < newest - LATE_BY_US
        self.newest[partition] = max(newest, at)
        own = {"partition": partition, "position": position, "event_at": at, "is_late": is_late}
        for name, column in self.events.items():
            column.append(own[name] if name in own else fields.get(name))
        if others := {name: value for name, value in fields.items() if name not in KNOWN}:
            self.others[partition, position] = others
        if fields["event_type"] == PLAY and (play := play_of(fields, at)) is not None:
            self.plays.add(play)
        fresh = kind == TIMESTAMP_NOT_AVAILABLE or told_ms * 1000 - at <= FRESH_US
        if (fields.get("processing_path") or ("hot" if fresh else "cold")) == "cold":
            self.cold[partition, position] = fields["user_id"]
        if is_late:
            return self.add_dead(partition, position, "late", payload)
        if fields["event_type"] != PLAY:
            return None
        genre = fields.get("genre")
        self.windows[at // MINUTE_US * MINUTE_US, "unknown" if genre is None else genre] += 1
        return None

    def add_dead(self, partition, position, reason, payload):
        self.reasons[reason] += 1
        for column, value in zip(self.dead.values(), (partition, position, reason, payload)):
            column.append(value)

    def tables(self):
        order = [("partition", "ascending"), ("position", "ascending")]
        made = lambda columns, types: pa.table(
            [pa.array(columns[name], kind) for name, kind in types.items()], names=list(types)
        ).sort_by(order)
        return made(self.events, EVENTS), made(self.dead, DEAD)


def of_topic(broker, topic):
    """Reads the topic to its present end, from every partition's beginning."""
    own = {"group.id": "moodlake-check", "enable.auto.commit": False}
    reader, truth, read = Consumer(broker.client() | own), Truth(), 0
    partitions = reader.list_topics(topic, timeout=30).topics[topic].partitions
    ends = {partition: reader.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)[1] for partition in partitions}
    reader.assign([TopicPartition(topic, partition, 0) for partition in ends])
    left = {partition for partition, end in ends.items() if end > 0}
    until = time.monotonic() + PATIENCE
    while left:
        some = reader.consume(10_000, timeout=0.5)
        if some:
            until = time.monotonic() + PATIENCE
        elif time.monotonic() > until:
            raise SystemExit(f"the broker gives no more messages of {topic}, though {len(left)} partitions are not read to their end")
        for message in some:
            if message.error() is None:
                truth.add(message)
                read += 1
                if message.offset() + 1 >= ends[message.partition()]:
                    left.discard(message.partition())
    reader.close()
    return truth, read
