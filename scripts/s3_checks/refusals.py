"""What cannot work: who may not, what is not there, and a server that dies. Each ends soon, says why, and tells no secret."""

import shutil
import socket
import threading
import time

from lake_checks.content import content, differences
from lake_checks.program import fault, said

from .proxy import Proxy
from .remote import BUCKET, KEY, REGION, SECRET, free_port
from .server import PEOPLE

SOON = 75
COUNT = ["query", "SELECT count(*) FROM listening_history_bronze"]
SECRETS = [text for person in PEOPLE.values() for text in person if text] + ["a-wrong-secret", "an-access-token", "a-refresh-token"]


class Silent:
    """A server that takes every connection and never says a word."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]


# Kept: a listener that nobody holds is closed at once.
SILENT = Silent()

# Known to be wrong before anything is asked of the network.
SETTINGS_WRONG = (
    "half of the credentials",
    "a profile that is not there",
    "a name that no server has",
    "an endpoint that is no address",
)


def settings(bucket):
    """What is wrong, and the environment that makes it so; None takes a setting away."""
    return {
        "a wrong secret": {"AWS_SECRET_ACCESS_KEY": "a-wrong-secret"},
        "an unknown key": {"AWS_ACCESS_KEY_ID": "AKIANOBODY"},
        "a bucket that is not there": {"BUCKET": "no-such-bucket"},
        "an endpoint where nobody is": {"AWS_ENDPOINT_URL": bucket.endpoint(free_port())},
        "no credentials": {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
        "half of the credentials": {"AWS_SECRET_ACCESS_KEY": None},
        "an old session": {
            "AWS_ACCESS_KEY_ID": "ASIAFORCHECKS",
            "AWS_SECRET_ACCESS_KEY": PEOPLE["ASIAFORCHECKS"][0],
            "AWS_SESSION_TOKEN": "an-old-session-token",
        },
        "a profile that is not there": {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_PROFILE": "nobody"},
        "a name that no server has": {"AWS_ENDPOINT_URL": "http://s3.invalid:9000"},
        "an endpoint that is no address": {"AWS_ENDPOINT_URL": "not an address"},
        "an endpoint that says nothing": {"AWS_ENDPOINT_URL": bucket.endpoint(SILENT.port)},
    }


def refused(bucket, probe, remote, export, short):
    cases = settings(bucket)
    for what in list(cases)[: 6 if short else None]:
        changed = dict(cases[what])
        lake = str(remote).replace(BUCKET, changed.pop("BUCKET", BUCKET))
        wrong, told, slowest = [], set(), 0.0
        for command in (COUNT,) if short else (COUNT, ["import", export], ["-vv", "status"]):
            # An empty setting is none, as everywhere.
            environment = {name: value or "" for name, value in changed.items()} | remote.settings()
            started = time.monotonic()
            code, out, err = bucket.program.run(lake, *command, environment=environment, timeout=SOON + 60)
            seconds = time.monotonic() - started
            slowest = max(slowest, seconds)
            trouble = "not within two minutes" if code == "timeout" else fault(code, err)
            wrong += [f"{command[0]}: {trouble}: {err.decode(errors='replace')[-300:]!r}"] if trouble else []
            wrong += [f"{command[0]} took {seconds:.0f} s"] if seconds > SOON else []
            wrong += [f"{command[0]} ended with {code}"] if code not in (2 if what in SETTINGS_WRONG else 1, "timeout") else []
            told.add(said(err))
        probe(f"refused: {what}, within {slowest:.1f} s: {' | '.join(sorted(told))[:300]}", wrong)


def signed_in(bucket, probe, remote):
    """Ways to say who one is that have to work."""
    credentials, config = bucket.work / "credentials", bucket.work / "config"
    credentials.write_text(f"[listener]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
    config.write_text(f"[profile listener]\nregion = {REGION}\n")
    nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_REGION": ""}
    ways = {
        "a session token": bucket.environment(key="ASIAFORCHECKS"),
        "a profile of the two files": nobody
        | {"AWS_PROFILE": "listener", "AWS_SHARED_CREDENTIALS_FILE": str(credentials), "AWS_CONFIG_FILE": str(config)},
        "AWS_DEFAULT_REGION and AWS_ENDPOINT_URL_S3": {
            "AWS_REGION": "",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": "",
            "AWS_ENDPOINT_URL_S3": bucket.endpoint(),
        },
    }
    for what, environment in ways.items():
        code, _, err = bucket.program.run(remote, *COUNT, environment=environment)
        probe(f"signed in: with {what}", [f"{code}: {said(err) or err[-200:]}"] if code else [])


def named_oddly(bucket, probe, export):
    """Prefixes that have to be written otherwise in an address, and a bucket without any."""
    for prefix in ("a space/and é", "a+b & c=d", "deep/er/than/most", ""):
        remote = bucket.lake(prefix)
        code, _, err = bucket.program.run(remote, "import", export)
        wrong = [f"import: {code} {said(err)}"] if code else content(remote)[1]
        code, out, err = bucket.program.run(remote, *COUNT)
        wrong += [f"query: {code} {said(err)}"] if code else []
        wrong += [] if any(name.startswith("bronze/") for name in remote.objects()) else ["its objects stand elsewhere"]
        probe(f"named: s3://{BUCKET}/{prefix}", wrong)
        remote.clear()


def dying_server(bucket, probe, chance, check, times):
    """The server dies at some request of an import and is back afterwards, or after a moment."""
    local = bucket.work / "after-death"
    shutil.copytree(check.full, local)
    arguments = check.commands["import second"]
    for _ in range(2):
        bucket.program.must(local, *arguments)
    wanted = content(local)[0]
    remote = bucket.lake("died", like=check.full)
    asked = len(bucket.requests())
    code, _, err = bucket.program.run(remote, *arguments)
    if code:
        return probe("dying server: the undisturbed import", [said(err)])
    requests = len(bucket.requests()) - asked
    for number in range(times):
        proxy, back = Proxy(bucket.port), None
        remote = bucket.lake("died", like=check.full)
        after = chance.randint(1, max(requests - 1, 1))
        proxy.die_after(after)
        if number % 2:
            back = threading.Timer(3, lambda proxy=proxy: proxy.is_dead() and proxy.come_back())
            back.start()
        started = time.monotonic()
        environment = {"AWS_ENDPOINT_URL": bucket.endpoint(proxy.port)}
        code, _, err = bucket.program.run(remote, *arguments, environment=environment, timeout=SOON + 60)
        seconds = time.monotonic() - started
        trouble = "it did not end" if code == "timeout" else fault(code, err)
        wrong = [f"{trouble}: {err.decode(errors='replace')[-300:]!r}"] if trouble else []
        wrong += [f"it took {seconds:.0f} s"] if seconds > SOON else []
        told = said(err)[:200]
        if back:
            back.join()
        elif not proxy.is_dead() or code == 0:
            wrong.append(f"it ended with {code} though the server {'died' if proxy.is_dead() else 'never died'}")
        wrong += content(remote)[1]
        if proxy.is_dead():
            proxy.come_back()
        again, _, err = bucket.program.run(remote, *arguments, environment=environment)
        wrong += [f"once it was back, the import ended with {again}: {said(err)}"] if again else []
        found, unreadable = content(remote)
        wrong += unreadable + list(differences(wanted, found))
        proxy.die()
        how = "for 3 s" if back else "for good"
        probe(f"dying server: dead {how} at request {after} of {requests}: exit {code} after {seconds:.0f} s {told}", wrong)


def no_secret(bucket, probe):
    heard = bucket.program.heard
    probe(
        f"secrets: none is in {len(heard) >> 10:,} KiB that the commands said",
        [text for text in SECRETS if text.encode() in heard],
    )
    leaks = [
        f"{name} holds {text}"
        for name in bucket.everything()
        for text in SECRETS
        if text.encode() in bucket.s3.get_object(Bucket=BUCKET, Key=name)["Body"].read()
    ]
    probe("secrets: none is in the bucket", leaks)
