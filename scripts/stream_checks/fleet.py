"""Processes that read one topic into one lake, and what is done to them."""

import signal
import time

from lake_checks.program import PANIC

# How long a stopped process sleeps: longer than its group waits for it.
ASLEEP = 15.0
# What processes say of themselves.
REBALANCED = "partitions of kafka:"
OVERTAKEN = "another process has read on"


class Fleet:
    def __init__(self, program, lake, arguments, logs, size):
        self.program, self.lake, self.arguments, self.logs, self.size = program, lake, arguments, logs, size
        self.members, self.started, self.wrong = [], 0, []
        self.kills = self.zombies = self.stops = 0
        self.asleep = self.wakes_at = None
        logs.mkdir()
        for _ in range(size):
            self.add()

    def add(self):
        self.started += 1
        with open(self.logs / f"{self.started:04}", "wb") as log:
            self.members.append(self.program.start(self.lake, *self.arguments, stdout=log, stderr=log))

    def awake(self):
        return [member for member in self.members if member is not self.asleep]

    def watch(self, seconds):
        """Lets them read. Nobody is to end by himself."""
        until = time.monotonic() + seconds
        while True:
            for member in [member for member in self.members if member.poll() is not None]:
                self.wrong.append(f"a process ended by itself with {member.returncode}: {self.last_words()}")
                self.members.remove(member)
                self.add()
            if self.asleep and time.monotonic() >= self.wakes_at:
                self.wake()
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.1))

    def kill(self, chance):
        member = chance.choice(self.awake())
        member.kill()
        member.wait()
        self.members.remove(member)
        self.kills += 1
        self.add()

    def stall(self, chance):
        """Stops one as a machine does that has no time for it: it does not know how long it was away."""
        self.asleep = chance.choice(self.members)
        self.asleep.send_signal(signal.SIGSTOP)
        self.wakes_at = time.monotonic() + ASLEEP
        self.zombies += 1

    def wake(self):
        self.asleep.send_signal(signal.SIGCONT)
        self.asleep = None

    def end_one(self, member, patience=60):
        member.terminate()
        until = time.monotonic() + patience
        # Who sleeps may have the lake's lock, and nobody ends before he has counted: sleepers wake in their time.
        while member.poll() is None and time.monotonic() < until:
            if self.asleep and time.monotonic() >= self.wakes_at:
                self.wake()
            time.sleep(0.05)
        code = member.poll()
        if code is None:
            self.wrong.append(f"a process did not end within {patience} s of SIGTERM: {self.last_words()}")
            member.kill()
            member.wait()
        elif code != 0:
            self.wrong.append(f"a process that was asked to end did so with {code}: {self.last_words()}")
        self.members.remove(member)
        self.stops += 1

    def stop_one(self):
        """The oldest: one that has only begun does not listen to signals yet, and simply dies of them."""
        self.end_one(self.awake()[0])

    def fill(self):
        while len(self.members) < self.size:
            self.add()

    def settle(self):
        """Waits for who sleeps, lets him find out what has become of his partitions, and ends all of them."""
        if self.asleep:
            self.watch(max(self.wakes_at - time.monotonic(), 0))
        self.watch(5)
        for member in list(self.members):
            self.end_one(member)

    def abandon(self):
        for member in self.members:
            member.kill()
            member.wait()

    def texts(self):
        return {log.name: log.read_text(errors="replace") for log in sorted(self.logs.iterdir())}

    def last_words(self):
        """The last errors in any of their logs."""
        lines = [f"log {name}: {line}" for name, text in self.texts().items() for line in text.splitlines()]
        return " / ".join([line for line in lines if "rror" in line or "panicked" in line][-2:]) or "no error was said"

    def said(self, words):
        return sum(text.count(words) for text in self.texts().values())

    def panics(self):
        return [f"log {name}: it panicked" for name, text in self.texts().items() if any(word in text for word in PANIC)]
