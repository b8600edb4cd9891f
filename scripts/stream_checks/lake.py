"""Holds the tables of a stream against what has to be in them."""

import base64
from collections import Counter
from datetime import timezone

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from .truth import DEAD, EVENTS, MINUTE_US, READER

ORDER = [("partition", "ascending"), ("position", "ascending")]


def read(lake, name, columns=None):
    return DeltaTable(str(lake / name)).to_pyarrow_table(columns=columns)


def commits(lake, name):
    return DeltaTable(str(lake / name)).version()


def differences(name, wanted, found):
    """How two tables of messages differ, both in the order of their places."""
    due, there = Counter(pairs_of(wanted)), Counter(pairs_of(found))
    lost, more = due - there, there - due
    again, alien = [pair for pair in more if pair in due], [pair for pair in more if pair not in due]
    for what, some in (("are missing", lost), ("are there again", again), ("should not be there", alien)):
        if some:
            yield f"{name}: {len(some):,} rows {what}, such as partition {min(some)[0]}, offset {min(some)[1]}"
    if lost or more:
        return
    for column in wanted.column_names:
        if not wanted[column].equals(found[column]):
            rows = zip(pairs_of(wanted), wanted[column].to_pylist(), found[column].to_pylist())
            other = [(pair, left, right) for pair, left, right in rows if left != right]
            (partition, offset), left, right = other[0]
            example = f"partition {partition}, offset {offset}: {str(right)[:80]!r}, not {str(left)[:80]!r}"
            yield f"{name}: {column} differs in {len(other):,} rows, such as {example}"


def pairs_of(table):
    return zip(table["partition"].to_pylist(), table["position"].to_pylist())


def events(lake, wanted, truth):
    found = read(lake, "bronze/stream_events", [*EVENTS, "other_fields"]).sort_by(ORDER)
    place = found.column_names.index("event_at")
    found = found.set_column(place, "event_at", found["event_at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()))
    yield from differences("stream_events", wanted, found.select(wanted.column_names))
    odd = found.filter(pc.is_valid(found["other_fields"]))
    others = {pair: dict(READER.decode(text)) for pair, text in zip(pairs_of(odd), odd["other_fields"].to_pylist())}
    if others != truth.others:
        wrong = [pair for pair in others.keys() | truth.others.keys() if others.get(pair) != truth.others.get(pair)]
        yield f"stream_events: other_fields differs in {len(wrong)} rows, such as partition {min(wrong)[0]}, offset {min(wrong)[1]}"


def dead(lake, wanted):
    found = read(lake, "bronze/dead_letters", [*DEAD, "payload_base64", "payload_bytes"]).sort_by(ORDER)
    texts = zip(found["payload"].to_pylist(), found["payload_base64"].to_pylist())
    whole = [base64.b64decode(coded) if coded is not None else None if text is None else text.encode() for text, coded in texts]
    found = found.set_column(found.column_names.index("payload"), "payload", pa.array(whole, pa.binary()))
    yield from differences("dead_letters", wanted, found.select(wanted.column_names))
    if found["payload_bytes"].to_pylist() != [None if payload is None else len(payload) for payload in whole]:
        yield "dead_letters: payload_bytes does not tell how long the payload is"


def windows(lake, wanted):
    found = read(lake, "gold/genre_plays_per_minute").to_pylist()
    micros = lambda moment: round(moment.astimezone(timezone.utc).timestamp()) * 1_000_000
    counted = {(micros(row["window_start"]), row["genre"]): row["count"] for row in found}
    if len(counted) < len(found):
        yield f"genre_plays_per_minute: {len(found) - len(counted)} rows repeat a window and genre"
    wrong = [key for key in counted.keys() | wanted.keys() if counted.get(key) != wanted.get(key)]
    if wrong:
        key = min(wrong, key=str)
        told = f"{key} has {counted.get(key)}, not {wanted.get(key)}"
        yield f"genre_plays_per_minute: {len(wrong):,} of {len(wanted):,} windows differ, such as {told}"
    for row in found:
        start = row["window_start"].astimezone(timezone.utc)
        if micros(row["window_end"]) - micros(start) != MINUTE_US or row["window_date"] != f"{start:%Y-%m-%d}":
            yield f"genre_plays_per_minute: the window of {start} has another end or date"
            return


def history(lake, wanted):
    names = ["play_id", "user_id", "source", "played_at", "track_uri", "artist_name", "track_name", "ms_played"]
    found = read(lake, "bronze/listening_history_bronze", names)
    keys = found["play_id"].to_pylist()
    if len(set(keys)) < len(keys):
        yield f"listening_history_bronze: {len(keys) - len(set(keys)):,} plays are there twice"
    columns = {name: found[name].to_pylist() for name in names if name != "played_at"}
    ended = found["played_at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_pylist()
    plays = {
        (user, source, at, uri, None if uri else (artist, track), listened)
        for user, source, at, uri, artist, track, listened in zip(
            columns["user_id"], columns["source"], ended, columns["track_uri"], columns["artist_name"], columns["track_name"], columns["ms_played"]
        )
    }
    for what, some in (("are missing", wanted - plays), ("should not be there", plays - wanted)):
        if some:
            yield f"listening_history_bronze: {len(some):,} plays {what}, such as {min(some, key=str)}"


def cold(place, wanted):
    if not place.exists():
        if wanted:
            yield f"{len(wanted):,} cold events are not in their table"
        return
    table = DeltaTable(str(place))
    if table.metadata().partition_columns != ["user_id"]:
        yield f"the table of cold events is partitioned by {table.metadata().partition_columns}"
    found = table.to_pyarrow_table(columns=["partition", "position", "user_id"])
    pairs = list(pairs_of(found))
    if len(set(pairs)) < len(pairs):
        yield f"{len(pairs) - len(set(pairs)):,} cold events are there twice"
    if dict(zip(pairs, found["user_id"].to_pylist())) != wanted:
        yield f"the table of cold events has {len(pairs):,} rows, not the {len(wanted):,} that the topic has"


def all_differences(lake, truth):
    wanted_events, wanted_dead = truth.tables()
    yield from events(lake, wanted_events, truth)
    yield from dead(lake, wanted_dead)
    yield from windows(lake, truth.windows)
    yield from history(lake, truth.plays)
    yield from cold(lake.parent / "cold", truth.cold)
