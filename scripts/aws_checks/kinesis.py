"""Kinesis: what is sent is there, and what is there is in the lake, each once."""

import json
import signal
import subprocess
import time
from collections import Counter, defaultdict

from deltalake import DeltaTable

from lake_checks.program import fault, said
from s3_checks.proxy import Proxy

from .player import Player

START = "2026-03-01T00:00:00Z"
LATE = ["--watermark", "365d"]


def everything(service, stream):
    """The records of every shard in their order: {shard number: [(key, data)]}."""
    found = {}
    for shard in service.kinesis.list_shards(StreamName=stream)["Shards"]:
        name, records = shard["ShardId"], []
        at = service.kinesis.get_shard_iterator(StreamName=stream, ShardId=name, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while at:
            page = service.kinesis.get_records(ShardIterator=at, Limit=10_000)
            records += [(record["PartitionKey"], record["Data"]) for record in page["Records"]]
            at = page.get("NextShardIterator") if page["Records"] else None
        found[int(name.removeprefix("shardId-"))] = records
    return found


def rows(lake, table, columns):
    return DeltaTable(str(lake / table)).to_pyarrow_table(columns=columns).to_pylist()


def differences(service, stream, lake):
    """How the lake differs from the stream: every event once, at its place, and nothing else."""
    due, dead = Counter(), Counter()
    for shard, records in everything(service, stream).items():
        for offset, (_, data) in enumerate(records):
            try:
                due[(shard, offset, json.loads(data)["event_id"])] += 1
            except (ValueError, KeyError, TypeError):
                dead[(shard, offset)] += 1
    events = rows(lake, "bronze/stream_events", ["partition", "position", "event_id"])
    there = Counter((row["partition"], row["position"], row["event_id"]) for row in events)
    letters = rows(lake, "bronze/dead_letters", ["partition", "position"]) if dead else []
    buried = Counter((row["partition"], row["position"]) for row in letters)
    wrong = []
    for what, one, two in (("events", due, there), ("dead letters", dead, buried)):
        lost, more = one - two, two - one
        wrong += [f"{sum(lost.values())} {what} are missing, such as {min(lost)}"] if lost else []
        wrong += [f"{sum(more.values())} {what} are too many, such as {min(more)}"] if more else []
    return wrong


def simulate(service, stream, total, *flags, **options):
    arguments = ["simulate", "--sink", f"kinesis://{stream}", "--total", total, "--users", 300, "--start", START, *flags]
    return service.program.run(service.work / "none", *arguments, **options)


def read(service, stream, lake, *flags):
    arguments = ["stream", "--source", f"kinesis://{stream}", "--available-now", "--land-every", "1s", *LATE, *flags]
    return service.program.run(lake, *arguments)


def start_reading(service, stream, lake, log):
    arguments = ["stream", "--source", f"kinesis://{stream}", "--land-every", "300ms", *LATE]
    return service.program.start(lake, *arguments, stdout=log, stderr=log)


def succeeded(outcome):
    code, _, err = outcome
    return [] if code == 0 else [f"it ended with {code}: {said(err)}"]


def made(service, stream, shards=3):
    service.kinesis.create_stream(StreamName=stream, ShardCount=shards)
    return stream


def sent(service, probe, stream, total):
    """All records are there, each once, and those of a key in the order of their times."""
    wrong = succeeded(simulate(service, stream, total))
    records = everything(service, stream)
    ids, times = Counter(), defaultdict(list)
    for key, data in (record for shard in records.values() for record in shard):
        event = json.loads(data)
        ids[event["event_id"]] += 1
        times[key].append(event["timestamp"])
        wrong += [] if key == event["user_id"] else [f"{key} is not the key of {event['user_id']}"]
    wrong += [] if len(ids) == total == sum(ids.values()) else [f"{sum(ids.values())} records, {len(ids)} events, not {total}"]
    wrong += [f"the records of {key} are out of order" for key, those in times.items() if those != sorted(those)]
    wrong += [f"only {len(records)} shards"] if not all(records.values()) else []
    probe(f"simulate sends {total:,} events into {len(records)} shards, each key's in order", wrong)


def is_read(service, probe, stream, lake):
    wrong = succeeded(read(service, stream, lake))
    probe("stream --available-now stores each event once", wrong + differences(service, stream, lake))
    before = DeltaTable(str(lake / "bronze/stream_events")).version()
    wrong = succeeded(read(service, stream, lake))
    version = DeltaTable(str(lake / "bronze/stream_events")).version()
    probe("a second time there is nothing to store", wrong + ([] if version == before else ["there is another commit"]))


def malformed(service, probe, stream, lake):
    for data in (b"no JSON", b"\xff\xfe", b"", b'{"event_type": "nothing"}'):
        service.kinesis.put_record(StreamName=stream, Data=data, PartitionKey=f"key {data!r}")
    wrong = succeeded(read(service, stream, lake))
    probe("what is no event is a dead letter", wrong + differences(service, stream, lake))


def resharded(service, probe, stream, lake, total):
    """A shard is split and two are merged while a process reads; their children are read behind them."""
    log = service.work / "resharded.log"
    with open(log, "wb") as out:
        reader = start_reading(service, stream, lake, out)
        try:
            wrong = succeeded(simulate(service, stream, total, "--seed", 21))
            shards = service.kinesis.list_shards(StreamName=stream)["Shards"]
            low, high = (int(shards[0]["HashKeyRange"][end]) for end in ("StartingHashKey", "EndingHashKey"))
            name = shards[0]["ShardId"]
            service.kinesis.split_shard(StreamName=stream, ShardToSplit=name, NewStartingHashKey=str((low + high) // 2))
            time.sleep(2)
            wrong += succeeded(simulate(service, stream, total, "--seed", 22))
            one, two = (shard["ShardId"] for shard in shards[1:3])
            service.kinesis.merge_shards(StreamName=stream, ShardToMerge=one, AdjacentShardToMerge=two)
            wrong += succeeded(simulate(service, stream, total, "--seed", 23))
            time.sleep(3)
            reader.send_signal(signal.SIGTERM)
            code = reader.wait(60)
        finally:
            reader.kill()
            reader.wait()
    wrong += [] if code == 0 else [f"the reader ended with {code}: {said(log.read_bytes())}"]
    wrong += succeeded(read(service, stream, lake)) + differences(service, stream, lake)
    parts = {row["partition"] for row in rows(lake, "bronze/stream_events", ["partition"])}
    wrong += [] if parts == set(range(6)) else [f"events are of the shards {sorted(parts)}"]
    probe("a split and a merge while it reads: each event once", wrong)


def killed(service, probe, chance, stream, lake, kills, total):
    """SIGKILL at random instants while events come."""
    writing = ["simulate", "--sink", f"kinesis://{stream}", "--total", total, "--users", 300, "--start", START, "--seed", 31]
    rate = max(total // (2 * kills + 1), 100)
    wrong = []
    with open(service.work / "killed.log", "wb") as log:
        writer = service.program.start(service.work / "none", *writing, "--rate", rate, stdout=log, stderr=log)
        try:
            for _ in range(kills):
                reader = start_reading(service, stream, lake, log)
                try:
                    code = reader.wait(chance.uniform(0.2, 3.5))
                    wrong.append(f"a reader ended with {code} by itself")
                except subprocess.TimeoutExpired:
                    reader.kill()
                    reader.wait()
            wrong += [] if writer.wait(120) == 0 else ["the writer failed"]
        finally:
            writer.kill()
            writer.wait()
    wrong += succeeded(read(service, stream, lake)) + differences(service, stream, lake)
    probe(f"{kills} kills while it reads: each event once", wrong)


def overtaken(service, probe, stream, lake, total):
    """A second process, which nobody should start, loses nothing and stores nothing twice."""
    wrong, logs = [], [service.work / f"together-{number}.log" for number in range(2)]
    readers = [start_reading(service, stream, lake, open(log, "wb")) for log in logs]
    try:
        wrong += succeeded(simulate(service, stream, total, "--rate", total // 8, "--seed", 35))
        time.sleep(2)
        for reader in readers:
            reader.send_signal(signal.SIGTERM)
        codes = [reader.wait(60) for reader in readers]
    finally:
        for reader in readers:
            reader.kill()
            reader.wait()
    wrong += [f"a reader ended with {code}: {said(log.read_bytes())}" for code, log in zip(codes, logs) if code]
    wrong += succeeded(read(service, stream, lake)) + differences(service, stream, lake)
    times = sum(log.read_text(errors="replace").count("another process has read on") for log in logs)
    probe(f"two processes at once, overtaken {times} times: each event once", wrong)


def troubled(service, probe, stream, lake, total):
    """Requests are throttled, records refused, iterators expire, and for some seconds nobody answers."""
    service.misbehave(refused=0.3, throttled=0.1, expired=0.2)
    wrong = succeeded(simulate(service, stream, total, "--seed", 41)) + succeeded(read(service, stream, lake))
    service.behave()
    probe("throttling, refused records and expired iterators lose nothing", wrong + differences(service, stream, lake))
    log = service.work / "away.log"
    with open(log, "wb") as out:
        reader = start_reading(service, stream, lake, out)
        writing = ["simulate", "--sink", f"kinesis://{stream}", "--total", total, "--rate", total // 6, "--start", START, "--seed", 42]
        writer = service.program.start(service.work / "none", *writing, stdout=out, stderr=out)
        try:
            for _ in range(2):
                time.sleep(1.5)
                service.pause()
                time.sleep(4)
                service.resume()
            wrong = [] if writer.wait(120) == 0 else ["the writer failed"]
            time.sleep(2)
            reader.send_signal(signal.SIGTERM)
            code = reader.wait(60)
        finally:
            service.resume()
            for process in (reader, writer):
                process.kill()
                process.wait()
    wrong += [] if code == 0 else [f"the reader ended with {code}: {said(log.read_bytes())}"]
    wrong += succeeded(read(service, stream, lake)) + differences(service, stream, lake)
    probe("nobody answers for a while: each event once", wrong)


def unreachable(service, probe, stream, lake, total):
    """The way to the service is cut, twice: in the middle of an answer, and for longer than the client tries by itself."""
    proxy, log = Proxy(service.port), service.work / "unreachable.log"
    away = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{proxy.port}"}
    writing = ["simulate", "--sink", f"kinesis://{stream}", "--total", total, "--rate", total // 15, "--start", START, "--seed", 43]
    reading = ["stream", "--source", f"kinesis://{stream}", "--land-every", "300ms", *LATE]
    with open(log, "wb") as out:
        reader = service.program.start(lake, *reading, environment=away, stdout=out, stderr=out)
        writer = service.program.start(service.work / "none", *writing, environment=away, stdout=out, stderr=out)
        try:
            for _ in range(2):
                time.sleep(2)
                proxy.die_after(3)
                time.sleep(10)
                proxy.come_back()
            wrong = [] if writer.wait(120) == 0 else ["the writer failed"]
            time.sleep(12)
            reader.send_signal(signal.SIGTERM)
            code = reader.wait(60)
        finally:
            for process in (reader, writer):
                process.kill()
                process.wait()
            proxy.die()
    text = log.read_text(errors="replace")
    wrong += [] if code == 0 else [f"the reader ended with {code}: {said(log.read_bytes())}"]
    wrong += [f"{word!r} is not in what they said" for word in ("WARN Kinesis: ", "Kinesis answers again") if word not in text]
    ids = Counter(json.loads(data)["event_id"] for shard in everything(service, stream).values() for _, data in shard)
    wrong += [] if len(ids) == total else [f"{len(ids)} events are in the stream, not {total}"]
    wrong += succeeded(read(service, stream, lake)) + differences(service, stream, lake)
    probe(f"the way is cut: no event is lost, {sum(ids.values()) - total} were sent again, each record is read once", wrong)


def gives_up(service, probe, stream):
    """Who simulates does not wait for more than a minute."""
    proxy = Proxy(service.port)
    away = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{proxy.port}"}
    writing = ["simulate", "--sink", f"kinesis://{stream}", "--total", 100_000, "--rate", 1_000, "--start", START]
    writer = service.program.start(service.work / "none", *writing, environment=away)
    time.sleep(2)
    began = time.monotonic()
    proxy.die()
    _, err = writer.communicate(timeout=120)
    seconds = time.monotonic() - began
    wrong = [found for found in [fault(writer.returncode, err)] if found]
    wrong += [] if writer.returncode == 1 and 50 < seconds < 80 else [f"it ended with {writer.returncode} after {seconds:.0f} s"]
    probe(f"simulate gives up after {seconds:.0f} s", wrong)


def watched(service, probe, stream, lake):
    """A watcher begins while nobody can be reached, and tells everything later."""
    player, proxy, home = Player(), Proxy(service.port), service.work / "watched"
    player.log_in(home)
    proxy.die()
    away = player.environment() | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{proxy.port}"}
    watching = ["watch", "--interval", "1s", "--completed-after", "3s", "--sink", f"stdout,kinesis://{stream}", "--for", "20s"]
    watcher = service.program.start(home, *watching, environment=away)
    time.sleep(9)
    proxy.come_back()
    out, err = watcher.communicate(timeout=120)
    proxy.die()
    wrong = [] if watcher.returncode == 0 else [f"it ended with {watcher.returncode}: {said(err)}"]
    told = [json.loads(line) for line in out.splitlines()]
    sent = [json.loads(data) for shard in everything(service, stream).values() for _, data in shard]
    names = lambda events: [(event["event_type"], event["track_name"]) for event in events]
    wrong += [] if len(told) > 5 and names(told) == names(sent) else [f"it told {names(told)} and sent {names(sent)}"]
    wrong += succeeded(read(service, stream, lake)) + differences(service, stream, lake)
    probe(f"a watcher tells {len(told)} events, also those while nobody could be reached", wrong)


def refused(service, probe):
    """What cannot work is an error with a hint, soon."""
    nowhere, program = service.work / "nowhere", service.program
    stream = ["stream", "--source", "kinesis://no-such-stream", "--available-now"]
    made(service, "there", 1)
    there = ["stream", "--source", "kinesis://there", "--available-now"]
    send = ["simulate", "--sink", "kinesis://no-such-stream", "--total", "10"]
    cases = [
        ("no such stream to read", stream, {}, "no-such-stream", 1),
        ("no such stream to write", send, {}, "no-such-stream", 1),
        ("no region", there, {"AWS_REGION": ""}, "AWS_REGION", 2),
        ("plain http to elsewhere", there, {"AWS_ENDPOINT_URL": "http://kinesis.example.org"}, "http", 2),
        ("half a key", there, {"AWS_SECRET_ACCESS_KEY": ""}, "AWS_SECRET_ACCESS_KEY", 2),
        ("no keys", there, {"AWS_SECRET_ACCESS_KEY": "", "AWS_ACCESS_KEY_ID": ""}, "AWS_ACCESS_KEY_ID", 1),
        ("nobody there", there, {"AWS_ENDPOINT_URL_KINESIS": "http://127.0.0.1:1"}, "AWS_ENDPOINT_URL", 1),
        ("a group", [*there, "--group", "a"], {}, "--group", 2),
        ("two sources", [*there, "--input-topic", "a", "--bootstrap-servers", "b:1"], {}, "--source", 2),
        ("no source", ["stream"], {}, "--source", 2),
    ]
    for what, arguments, environment, word, due in cases:
        began = time.monotonic()
        code, _, err = program.run(nowhere, *arguments, environment=environment, timeout=60)
        text, seconds = err.decode(errors="replace"), time.monotonic() - began
        wrong = [] if code == due and word in text else [f"it ended with {code}: {text[-300:]!r}"]
        is_clap = what in ("two sources", "no source")
        wrong += [found for found in [fault(code, err)] if found and not is_clap]
        wrong += [f"it took {seconds:.0f} s"] if seconds > 30 else []
        probe(f"{what}: an error ({seconds:.1f} s)", wrong)


def born_again(service, probe, lake):
    """A stream that was made again under its name is another one."""
    stream = made(service, "again", 1)
    simulate(service, stream, 500, "--seed", 51)
    wrong = succeeded(read(service, stream, lake))
    service.kinesis.delete_stream(StreamName=stream)
    time.sleep(1.1)
    made(service, stream, 1)
    simulate(service, stream, 300, "--seed", 52)
    wrong += succeeded(read(service, stream, lake, "--checkpoint-location", lake / "other"))
    sources = Counter(row["source"] for row in rows(lake, "bronze/stream_events", ["source"]))
    wrong += [] if sorted(sources.values()) == [300, 500] else [f"the events are of {dict(sources)}"]
    probe("a stream made again under its name is read from its beginning", wrong)


def check(service, probe, chance, short):
    total = 20_000
    stream, lake = made(service, "plays"), service.work / "plays"
    sent(service, probe, stream, total)
    is_read(service, probe, stream, lake)
    malformed(service, probe, stream, lake)
    killed(service, probe, chance, stream, lake, 4 if short else 25, 4_000 if short else 20_000)
    overtaken(service, probe, stream, lake, 2_000)
    resharded(service, probe, stream, lake, 1_000 if short else 5_000)
    troubled(service, probe, made(service, "troubled"), service.work / "troubled", 3_000)
    unreachable(service, probe, made(service, "unreachable"), service.work / "unreachable", 6_000)
    watched(service, probe, made(service, "watched"), service.work / "seen")
    if not short:
        gives_up(service, probe, made(service, "given-up"))
    born_again(service, probe, service.work / "again")
    refused(service, probe)
