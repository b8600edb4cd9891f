"""Messages beside those of simulated listeners: no events at all, events with mistakes, and events that only look like mistakes."""

import json
from datetime import timedelta

from lake_checks.hostile import NAMES

LARGE = 900_000
NO_JSON = [
    b"",
    b" ",
    b"{",
    b"{} {}",
    b"not json at all",
    b"{'user_id': 'ana'}",
    b'{"user_id": NaN}',
    b"\xff\xfe\x00binary\x80",
    b"\x00\x00\x00\x00\x07a framed message",
    b'{"user_id": "\xc3\x28"}',
    b'\xef\xbb\xbf{"user_id": "ana"}',
    b'{"a":' * 2_000,
    b'{"user_id":"ana","event_type":"track_cha',
]
NO_EVENT = [b"null", b"7", b"[]", b'"track_change"', b"{}", b'{"event_type":"track_change","event_type":"track_change"}']
# A field, and what it must not be. LACKING takes it away.
LACKING = object()
WRONG = [
    ("user_id", LACKING),
    ("user_id", 5),
    ("user_id", ""),
    ("user_id", None),
    ("event_type", LACKING),
    ("event_type", "track_skipped"),
    ("event_type", ["track_change"]),
    ("status", LACKING),
    ("status", "DONE"),
    ("status", "completed"),
    ("duration_listened", "201"),
    ("duration_listened", -1),
    ("duration_listened", 1.5),
    ("duration_listened", True),
    ("duration_listened", 10**30),
    ("timestamp", LACKING),
    ("timestamp", "yesterday"),
    ("timestamp", "2026-02-30T00:00:00Z"),
    ("timestamp", "2026-03-01T00:00:00"),
    ("timestamp", "1969-12-31T23:59:59Z"),
    ("timestamp", 1_772_323_200),
    ("processing_path", "warm"),
    ("track_name", {"name": "a"}),
    ("genre", ["pop", "rock"]),
]
# What is as it may be, odd as it is.
RIGHT = [
    {"device": {"name": 'a "b"', "volume": 1.50}, "new\nfield": [1, None]},
    {"nested": json.loads("[" * 200 + "]" * 200)},
    {"event_id": None, "genre": None},
    {"genre": ""},
    {"duration_listened": None, "processing_path": None},
    {"track_id": None, "artist_name": None},
    {"event_type": "track_paused", "status": None, "track_id": None, "track_name": None, "progress_ms": 7},
    {"event_type": "track_stopped", "status": "SKIPPED"},
    {"processing_path": "cold", "status": "SKIPPED", "duration_listened": 0},
]


def event(chance, at):
    return {
        "artist_name": "Someone Else",
        "duration_listened": chance.randrange(600_000),
        "event_id": f"{chance.getrandbits(128):032x}",
        "event_type": "track_change",
        "genre": chance.choice(["pop", "jazz", "tango"]),
        "processing_path": "hot",
        "status": "COMPLETED",
        "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "track_id": "4uLU6hMCjMI75M1A2tKUQC",
        "track_name": "Río",
        "user_id": "somebody",
    }


def messages(chance, at):
    """(payload, when it was told) of one message of each kind, about events of this time."""
    payloads = [None, *NO_JSON, *NO_EVENT]
    for name, value in WRONG:
        fields = event(chance, at) | {name: value}
        payloads.append(text({key: other for key, other in fields.items() if other is not LACKING}))
    payloads += [text(event(chance, at) | change) for change in RIGHT]
    payloads.append(text(event(chance, at) | {"track_id": None, "track_name": None}))
    payloads.append(text(event(chance, at) | {"timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.123456789+00:00")}))
    payloads.append(text(event(chance, at) | {"timestamp": (at + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M:%S+05:00")}))
    payloads.append(text(event(chance, at - timedelta(days=3))))
    payloads.append(text(event(chance, at)).replace(b'"user_id"', b'"user\\u005fid"'))
    payloads.append(text(event(chance, at))[:-1] + b',"half of a letter":"\\ud800"}')
    payloads.append(text(event(chance, at))[:-1] + b',"user_id":"twice"}')
    name, other = chance.sample(NAMES, 2)
    payloads.append(text(event(chance, at) | {"track_name": name, "genre": other}))
    payloads.append(text(event(chance, at) | {"large": "x" * LARGE}))
    payloads.append(b"x" * LARGE)
    chance.shuffle(payloads)
    yield from ((payload, at) for payload in payloads)
    # Told before it was over; a broker that keeps no times cannot know.
    yield text(event(chance, at)), at - timedelta(minutes=11)


def text(fields):
    return json.dumps(fields, ensure_ascii=False).encode()
