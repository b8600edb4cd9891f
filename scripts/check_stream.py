#!/usr/bin/env python3
"""Shows that `moodlake stream` stores every message of a topic exactly once, whatever becomes of the processes that read it.

    python3 scripts/check_stream.py MOODLAKE [--events N] [--kills N] [--processes N] [--partitions N]
                                    [--broker HOST:PORT] [--kafka-config FILE]

(needs: pip install -r scripts/requirements.txt; npm and java, or a broker; MOODLAKE built with Kafka)

Without --broker a real Kafka runs on this machine (stream_checks/broker.py), and is gone afterwards. While `moodlake simulate` writes
events, a share of them late, and another client hostile messages, several processes read the topic into one lake. Of these

    one is killed (SIGKILL) at a random moment, again and again, and started again at once: half of the times in the middle of the
        group's finding together, half of the times later,
    one is stopped (SIGSTOP) and goes on after others have taken its partitions over, every 20 kills,
    one is asked to end (SIGTERM), and another one comes later, every 5 kills.

In the end a last process reads what is left, and the lake is held against the topic, as another client reads and other code judges it:
each event once with its fields, late where its partition has it late; each other message once among the dead letters with its reason
and its bytes; the windows as a recount; each play once in the listening history; each cold event once in the table of --cold. Prints what was done; exits 1 on any difference. `--events 30000 --kills 5` is the short form.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from lake_checks.program import Program, said
from stream_checks import truth
from stream_checks.broker import Broker, Given, Missing
from stream_checks.fleet import OVERTAKEN, REBALANCED, Fleet
from stream_checks.lake import all_differences, commits
from stream_checks.topic import make_topic, send_hostile

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
# What a thousand simulated listeners make in an hour.
EVENTS_AN_HOUR = 2_200
# Seconds between two kills: soon, so that the group is still finding together, or when messages flow again.
SOON, LATER = (0.1, 1.5), (3.0, 7.0)
PAUSE = (sum(SOON) + sum(LATER)) / 4
ZOMBIE_EVERY, STOP_EVERY, HOSTILE_MAX = 20, 5, 10
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "moodlake"


def settings_file(path, *settings):
    path.write_text("".join(f"{name}={value}\n" for own in settings for name, value in own.items()), encoding="utf-8")
    return path


def disturb(fleet, chance, kills, send):
    """Kills, one after the other, while events come."""
    portions = min(kills, HOSTILE_MAX)
    send()
    for number in range(kills):
        fleet.watch(chance.uniform(*(SOON if number % 2 else LATER)))
        if number * portions // kills != (number - 1) * portions // kills:
            send()
        if number % ZOMBIE_EVERY == 0 and not fleet.asleep:
            fleet.stall(chance)
        fleet.kill(chance)
        if number % STOP_EVERY == STOP_EVERY - 2:
            fleet.stop_one()
        else:
            fleet.fill()
    fleet.fill()


def carry_out(options, broker, work):
    program, chance = Program(options.moodlake), random.Random(options.seed)
    topic, lake = f"plays-{os.getpid()}-{time.time_ns() // 1_000_000}", work / "lake"
    producer = make_topic(broker, topic, options.partitions)
    writing = settings_file(work / "writer.conf", broker.settings)
    reading = settings_file(work / "reader.conf", broker.session, broker.settings)
    stream = ["stream", "--bootstrap-servers", broker.address, "--input-topic", topic, "--kafka-config", reading, "--land-every", "1s"]
    stream += ["--cold", work / "cold"]
    simulate = ["simulate", "--users", 1000, "--total", options.events, "--start", f"{START:%Y-%m-%dT%H:%M:%SZ}", "--seed", 7]
    rate = max(int(options.events / (options.kills * PAUSE + 5)), 1)
    simulate += ["--late", 0.05, "--late-by", "5m", "--rate", rate]
    simulate += ["--sink", f"kafka://{broker.address}/{topic}", "--kafka-config", writing]

    def send():
        # About the time that the simulated events are at, rather before it: what is ahead makes many of those late.
        events = min(max(time.monotonic() - began - 1, 0) * rate, options.events)
        send_hostile(producer, topic, chance, options.partitions, START + timedelta(hours=events / EVENTS_AN_HOUR))

    with open(work / "simulate.log", "wb") as log:
        began, writer = time.monotonic(), program.start(work / "none", *simulate, stdout=log, stderr=log)
    fleet = Fleet(program, lake, stream, work / "logs", options.processes)
    try:
        disturb(fleet, chance, options.kills, send)
        while writer.poll() is None:
            fleet.watch(0.2)
        if writer.returncode:
            raise SystemExit(f"simulate ended with {writer.returncode}: {said((work / 'simulate.log').read_bytes())}")
        fleet.settle()
    finally:
        writer.kill()
        fleet.abandon()
    code, _, err = program.run(lake, *stream, "--available-now", timeout=1200)
    if code:
        lines = [*fleet.wrong, *fleet.panics(), f"the last process ended with {code}: {said(err)}"]
        raise SystemExit("\n".join(["the stream check failed:", *lines]))
    wanted, messages = truth.of_topic(broker, topic)
    return fleet, wanted, messages, [*fleet.wrong, *fleet.panics(), *all_differences(lake, wanted)], lake


def summary(fleet, wanted, messages, lake, seconds):
    rows = {
        "messages": messages,
        "events": len(wanted.events["position"]),
        "late events": wanted.reasons["late"],
        **{f"dead letters, {reason}": number for reason, number in sorted(wanted.reasons.items())},
        "windows": len(wanted.windows),
        "plays in the history": len(wanted.plays),
        "cold events": len(wanted.cold),
        "processes killed": fleet.kills,
        "processes stalled": fleet.zombies,
        "processes asked to end": fleet.stops,
        "processes started": fleet.started,
        "assignments of partitions": fleet.said(REBALANCED),
        "batches left to another process": fleet.said(OVERTAKEN),
        "commits of events": commits(lake, "bronze/stream_events"),
        "commits of dead letters": commits(lake, "bronze/dead_letters"),
        "commits of windows": commits(lake, "gold/genre_plays_per_minute"),
        "seconds": round(seconds),
    }
    for what, number in rows.items():
        print(f"{what:32} {number:>12,}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("moodlake")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--partitions", type=int, default=6)
    parser.add_argument("--broker", metavar="HOST:PORT", help="a broker that runs already")
    parser.add_argument("--kafka-config", type=Path, help="a file of librdkafka's settings for that broker")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a new folder for the lake and the logs, else they are deleted")
    options = parser.parse_args()
    if options.processes < 2:
        parser.error("nobody takes over from one process: --processes has to be 2 at least")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="moodlake-stream-") as folder:
        work = options.keep or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        try:
            if options.broker:
                broker = Given(options.broker, options.kafka_config)
            else:
                broker = Broker(CACHE, Path(folder) / "broker", options.partitions)
        except Missing as error:
            print(f"skipped: {error}")
            return
        try:
            fleet, wanted, messages, wrong, lake = carry_out(options, broker, work)
            summary(fleet, wanted, messages, lake, time.monotonic() - began)
        finally:
            broker.stop()
    for what in wrong:
        print(f"FAILED  {what}")
    if wrong:
        sys.exit(f"the stream check failed: {len(wrong)} differences")
    print("the stream check passed")


if __name__ == "__main__":
    main()
