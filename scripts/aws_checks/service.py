"""A server of Amazon's services on this machine, its clients, and what the program has to be told to reach it."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from lake_checks.program import Program

REGION, KEY, SECRET = "eu-west-3", "AKIAFORCHECKS", "the-secret-of/checks+1"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Service:
    """The server; `program` is told of it by its environment alone."""

    def __init__(self, binary, work):
        self.work, self.port, self.mischief = work, free_port(), work / "mischief.json"
        self.behave()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "aws_checks.server", str(self.port), self.mischief],
            cwd=Path(__file__).parents[1],
            stdout=subprocess.DEVNULL,
            stderr=open(work / "server-said", "wb"),
        )
        self.program = Program(binary, self.environment())
        self.kinesis = self.client("kinesis")
        self.wait_for()

    def client(self, name):
        """boto3's client of a service."""
        return boto3.client(
            name,
            endpoint_url=self.endpoint(),
            region_name=REGION,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def resource(self, name):
        """boto3's view of a service as objects."""
        return boto3.resource(
            name, endpoint_url=self.endpoint(), region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=SECRET
        )

    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def environment(self):
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint(),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_SHARED_CREDENTIALS_FILE": str(self.work / "no-credentials"),
            "AWS_CONFIG_FILE": str(self.work / "no-config"),
        }

    def wait_for(self):
        for _ in range(300):
            try:
                self.kinesis.list_streams()
                return
            except BotoCoreError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        raise SystemExit(f"the server did not start: {(self.work / 'server-said').read_text()[-600:]}")

    def misbehave(self, **shares):
        self.mischief.write_text(json.dumps(shares))

    def behave(self):
        self.mischief.write_text("{}")

    def pause(self):
        """Takes requests and answers none."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        self.resume()
        self.process.terminate()
        self.process.wait()
