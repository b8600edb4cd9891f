"""Lakes in the server's bucket, and what a program has to be told to reach them."""

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lake_checks import inputs
from lake_checks.program import Program

from .server import PEOPLE, REGION

BUCKET = "some-lakes"
KEY = "AKIAFORCHECKS"
SECRET = PEOPLE[KEY][0]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class AnyProgram(Program):
    """Tells a command on a remote lake where that one's state is, and remembers what all commands said."""

    heard = b""

    def run(self, lake, *arguments, **options):
        code, out, err = super().run(lake, *arguments, **options)
        AnyProgram.heard += out + err
        return code, out, err

    def start(self, lake, *arguments, environment=None, **options):
        own = lake.settings() if isinstance(lake, Remote) else {}
        return super().start(lake, *arguments, environment=own | (environment or {}), **options)


class Bucket:
    """A server of its own with one bucket in it."""

    def __init__(self, binary, work):
        self.work, self.port, self.log = work, free_port(), work / "requests"
        self.log.touch()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "s3_checks.server", str(self.port), self.log],
            cwd=Path(__file__).parents[1],
            stdout=subprocess.DEVNULL,
            stderr=open(work / "server-said", "wb"),
        )
        self.spotify = inputs.Spotify()
        self.program = AnyProgram(binary, self.spotify.environment() | self.environment())
        self.s3 = boto3.client(
            "s3",
            endpoint_url=self.endpoint(),
            region_name=REGION,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )
        self.wait_for()

    def wait_for(self):
        for _ in range(300):
            try:
                self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
                return
            except ClientError as error:
                raise SystemExit(f"the S3 server makes no bucket: {error}") from error
            except BotoCoreError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        raise SystemExit(f"the S3 server did not start: {(self.work / 'server-said').read_text()[-600:]}")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def endpoint(self, port=None):
        return f"http://127.0.0.1:{port or self.port}"

    def environment(self, port=None, key=KEY):
        return {
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": PEOPLE[key][0],
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint(port),
            # Whoever runs this may have a cloud of his own.
            "AWS_SHARED_CREDENTIALS_FILE": str(self.work / "no-credentials"),
            "AWS_CONFIG_FILE": str(self.work / "no-config"),
            "XDG_STATE_HOME": str(self.work / "state"),
        } | ({"AWS_SESSION_TOKEN": PEOPLE[key][1]} if PEOPLE[key][1] else {})

    def lake(self, prefix, like=None):
        """An empty lake, or one with the tables of a local one: Delta's paths are relative, so tables can be moved."""
        remote = Remote(self, prefix)
        remote.clear()
        if like:
            for file in sorted(path for path in like.glob("*/*/**/*") if path.is_file()):
                self.s3.put_object(Bucket=BUCKET, Key=f"{prefix}/{file.relative_to(like)}", Body=file.read_bytes())
        remote.since = len(self.requests())
        return remote

    def everything(self, prefix=""):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def requests(self):
        """(method, path, status) of every request so far."""
        return [line.rsplit(" ", 1)[0].split(" ", 1) + [line.rsplit(" ", 1)[1]] for line in self.log.read_text().splitlines()]


class Remote:
    """A lake in the bucket. As text it is its address."""

    def __init__(self, bucket, prefix):
        self.bucket, self.prefix = bucket, prefix
        self.state = bucket.work / "states" / (prefix or "bucket")
        self.options = {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": bucket.endpoint(),
            "AWS_ALLOW_HTTP": "true",
        }

    def __str__(self):
        return f"s3://{BUCKET}/{self.prefix}".rstrip("/")

    def objects(self):
        within = f"{self.prefix}/" if self.prefix else ""
        return [name[len(within) :] for name in self.bucket.everything(within)]

    def clear(self):
        for name in self.objects():
            self.bucket.s3.delete_object(Bucket=BUCKET, Key=f"{self.prefix}/{name}".lstrip("/"))
        shutil.rmtree(self.state, ignore_errors=True)
        self.bucket.spotify.log_in(self.state)

    def tables(self):
        """Addresses by name, of the tables that have a version."""
        found = {name.split("/_delta_log/")[0] for name in self.objects() if "/_delta_log/" in name and name.endswith(".json")}
        return {name: f"{self}/{name}" for name in sorted(found)}

    def settings(self):
        """What a command needs to know of this lake alone."""
        return {"MOODLAKE_STATE_DIR": str(self.state)}
