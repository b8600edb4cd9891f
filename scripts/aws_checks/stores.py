"""Where events of a stream go besides bronze: hot ones into DynamoDB, cold ones into a bucket, each once."""

import subprocess
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from deltalake import DeltaTable

from lake_checks.program import fault, said

from .kinesis import LATE, START, made, rows, succeeded

TABLE, BUCKET, MARKS = "now-playing", "cold-store", "#moodlake"
COLD = f"s3://{BUCKET}/events"
# The events are of a day long past.
KEEP_DAYS = 3_000
SHOWN = ["event_type", "status", "track_id", "track_name", "artist_name", "genre", "duration_listened"]
PLACE = ["source", "partition", "position"]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def simulate(service, stream, total, seed):
    """One in five is told up to twenty minutes late: most of these are cold."""
    arguments = ["simulate", "--sink", f"kinesis://{stream}", "--total", total, "--users", 40, "--start", START, "--seed", seed]
    return service.program.run(service.work / "none", *arguments, "--late", 0.2, "--late-by", "20m")


def reading(stream, *flags):
    stores = ["--hot", f"dynamodb://{TABLE}", "--hot-for", f"{KEEP_DAYS}d", "--cold", COLD]
    return ["stream", "--source", f"kinesis://{stream}", "--land-every", "300ms", *LATE, *stores, *flags]


def told(moment):
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def due_items(lake):
    """What the key-value store has to hold, told from bronze: {(listener, key): attributes}."""
    due = {}
    for row in rows(lake, "bronze/stream_events", [*PLACE, "event_id", "user_id", "event_at", "processing_path", *SHOWN]):
        if row["processing_path"] != "hot":
            continue
        expires = (row["event_at"] - EPOCH) // timedelta(seconds=1) + KEEP_DAYS * 86_400
        item = {name: row[name] for name in SHOWN if row[name] is not None}
        key = (row["user_id"], f"{told(row['event_at'])}#{row['event_id']}")
        due[key] = item | {"event_at": told(row["event_at"]), "expires_at": expires}
    return due


def items(table):
    found, start = {}, {}
    while True:
        page = table.scan(ConsistentRead=True, **start)
        for item in page["Items"]:
            values = {name: int(value) if isinstance(value, Decimal) else value for name, value in item.items()}
            found[values.pop("user_id"), values.pop("event_key")] = values
        if "LastEvaluatedKey" not in page:
            return {key: item for key, item in found.items() if key[0] != MARKS}
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def hot_differences(service, lake):
    due, there = due_items(lake), items(service.resource("dynamodb").Table(TABLE))
    wrong = [f"{len(due)} hot events, of which none can be missing"] if not due else []
    for what, some in (("are missing", due.keys() - there.keys()), ("should not be there", there.keys() - due.keys())):
        wrong += [f"{len(some)} items {what}, such as {min(some)}"] if some else []
    other = [key for key in due.keys() & there.keys() if due[key] != there[key]]
    return wrong + ([f"{len(other)} items differ, such as {there[other[0]]}, not {due[other[0]]}"] if other else [])


def cold_table(service):
    options = {
        "AWS_ENDPOINT_URL": service.endpoint(),
        "AWS_ALLOW_HTTP": "true",
        **{name: service.environment()[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")},
    }
    return DeltaTable(COLD, storage_options=options)


def cold_differences(service, lake):
    columns = [*PLACE, "event_id", "user_id", "event_at", "is_late", *SHOWN]
    order = lambda row: (row["partition"], row["position"])
    due = [row for row in rows(lake, "bronze/stream_events", [*columns, "processing_path"]) if row.pop("processing_path") == "cold"]
    table = cold_table(service)
    there = table.to_pyarrow_table(columns=columns).to_pylist()
    wrong = [] if table.metadata().partition_columns == ["user_id"] else ["the cold table is not partitioned by user_id"]
    wrong += [] if due else ["there are no cold events"]
    same = sorted(due, key=order) == sorted(there, key=order)
    return wrong + ([] if same else [f"the cold table holds {len(there)} events, not the {len(due)} of bronze"])


def differences(service, lake):
    return hot_differences(service, lake) + cold_differences(service, lake)


def shown(service, lake):
    """The newest plays of a listener are one question away, and items know when they end."""
    table, wrong = service.resource("dynamodb").Table(TABLE), []
    due = sorted(due_items(lake), key=lambda key: key[1])
    listener = due[-1][0]
    answer = table.query(
        KeyConditionExpression="user_id = :u", ExpressionAttributeValues={":u": listener}, ScanIndexForward=False, Limit=3
    )
    newest = [key for user, key in reversed(due) if user == listener][:3]
    if [item["event_key"] for item in answer["Items"]] != newest:
        wrong.append(f"the newest of {listener} are {[item['event_key'] for item in answer['Items']]}, not {newest}")
    ending = service.client("dynamodb").describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
    if ending != {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}:
        wrong.append(f"time to live is {ending}")
    return wrong


def refused(service, probe, stream):
    """A table of somebody else's, a bucket that is not there, addresses that are none."""
    service.client("dynamodb").create_table(
        TableName="another",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    cases = [
        ("a table with other keys", ["--hot", "dynamodb://another"], "another", 1),
        ("no store", ["--hot", "redis://localhost"], "key-value store", 2),
        ("no bucket", ["--cold", "s3://no-such-bucket-here/x"], "no-such-bucket-here", 1),
        ("no length of time", ["--hot", f"dynamodb://{TABLE}", "--hot-for", "long"], "--hot-for", 2),
    ]
    for what, flags, word, due in cases:
        arguments = ["stream", "--source", f"kinesis://{stream}", "--available-now", *LATE, *flags]
        code, _, err = service.program.run(service.work / "refused", *arguments, timeout=120)
        text = err.decode(errors="replace")
        wrong = [] if code == due and word in text else [f"it ended with {code}: {text[-300:]!r}"]
        probe(f"{what}: an error", wrong + [found for found in [fault(code, err)] if found])


def check(service, probe, chance, short):
    total, kills = (3_000, 4) if short else (40_000, 25)
    service.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": service.kinesis.meta.region_name})
    stream, lake = made(service, "stores"), service.work / "stores"
    wrong = succeeded(simulate(service, stream, total, 1))
    wrong += succeeded(service.program.run(lake, *reading(stream, "--available-now")))
    probe("hot events are in DynamoDB, cold ones in the bucket, each once", wrong or differences(service, lake))
    if wrong:
        return
    probe("the newest plays of a listener are one question away", shown(service, lake))
    version = cold_table(service).version()
    wrong = succeeded(service.program.run(lake, *reading(stream, "--available-now")))
    wrong += [] if cold_table(service).version() == version else ["the cold table has another version"]
    probe("a second time there is nothing to store", wrong or differences(service, lake))
    wrong = []
    for number in range(kills):
        wrong += succeeded(simulate(service, stream, total // 10, 100 + number))
        with open(service.work / "stores.log", "ab") as log:
            reader = service.program.start(lake, *reading(stream, "--available-now"), stdout=log, stderr=log)
            try:
                code = reader.wait(chance.uniform(0.3, 2.5))
                wrong += [] if code == 0 else [f"a reader ended with {code}: {said((service.work / 'stores.log').read_bytes())}"]
            except subprocess.TimeoutExpired:
                reader.kill()
                reader.wait()
    wrong += succeeded(service.program.run(lake, *reading(stream, "--available-now")))
    probe(f"{kills} kills while they are stored: each once", wrong or differences(service, lake))
    refused(service, probe, stream)
