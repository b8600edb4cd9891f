"""The program under test: how it is started, and what of its output must never be seen."""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

# What stands in a person's settings must not steer a check.
STEERING = ("MOODLAKE_", "SPOTIFY_", "CLIENT_", "RUST_", "AWS_", "SMTP_")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(STEERING)}
PANIC = ("panicked at", "RUST_BACKTRACE", "stack backtrace")
# Settings are read from `.env` where the program is started: a folder without one.
ELSEWHERE = tempfile.mkdtemp(prefix="moodlake-check-")
atexit.register(shutil.rmtree, ELSEWHERE, ignore_errors=True)
# A check that is stopped cleans up as one that is interrupted does: folders, and what is mounted.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))


class Program:
    def __init__(self, binary, environment=None):
        self.binary = str(Path(binary).absolute())
        self.environment = CLEAN | {"MOODLAKE_TIMEZONE": "Europe/Madrid"} | (environment or {})

    def start(self, lake, *arguments, before=(), environment=None, **options):
        command = [*before, self.binary, "--lake", str(lake), "--no-progress", *map(str, arguments)]
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "cwd": ELSEWHERE} | options
        return subprocess.Popen(command, env=self.environment | (environment or {}), **options)

    def run(self, lake, *arguments, timeout=600, **options):
        """(exit code, stdout, stderr), both as bytes."""
        with self.start(lake, *arguments, **options) as process:
            try:
                out, err = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                return "timeout", b"", b""
        return process.returncode, out, err

    def must(self, lake, *arguments, **options):
        """Runs a command that has to succeed."""
        code, out, err = self.run(lake, *arguments, **options)
        if code != 0:
            raise SystemExit(f"{' '.join(map(str, arguments))} ended with {code}: {err.decode(errors='replace').strip()}")
        return out


def fault(code, err):
    """What is wrong with how a command ended, or None: it succeeds or says in two lines what failed and what to do."""
    text = err.decode(errors="replace")
    if any(word in text for word in PANIC) or code == 101:
        lines = text.splitlines()
        place = next((number for number, line in enumerate(lines) if "panicked at" in line), 0)
        return f"it panicked: {' '.join(lines[place : place + 2])}"
    if code not in (0, 1, 2, 3, 4):
        return f"it ended with {code}"
    if code and not ("error: " in text and "\n  hint: " in text):
        return "its error has no first line that says what failed, or no hint"
    return None


def said(err):
    """The first line of an error and its hint, for a summary."""
    lines = [line.strip() for line in err.decode(errors="replace").splitlines() if line.startswith(("error:", "  hint:"))]
    return " / ".join(lines[:2])
