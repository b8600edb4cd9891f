"""A simulated time for the program under test: its clock by a preloaded library, and the times of the files that it writes."""

import os
import shutil
import subprocess
import time
from pathlib import Path


class SimulatedTime:
    """Moments have to lie in the past, and to go on: what a run has just written then seems younger than it is, never older."""

    def __init__(self, work, lake):
        self.library, self.lake, self.folders = work / "clock.so", lake, set()
        source = Path(__file__).parent / "clock.c"
        if not shutil.which("cc"):
            raise SystemExit("a C compiler is needed: the clock of the program is set by a library of a few lines")
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", self.library, source, "-ldl"], check=True)

    def environment(self, moment):
        """For a process that is started at once."""
        return {"LD_PRELOAD": str(self.library), "CLOCK_OFF": str(int(moment.timestamp()) - int(time.time()))}

    def is_believed(self, program, moment):
        """Whether the program goes by it: one that is linked statically does not."""
        out = program.must(self.lake, "query", "--format", "csv", "SELECT now()", environment=self.environment(moment))
        return out.split()[-1][:10].decode() == moment.strftime("%Y-%m-%d")

    def stamp(self, moment):
        """Gives what was written since the last call this time: retention and time travel go by the times of files.

        Whatever adds, replaces or removes a file changes the time of its folder, so that only those are looked into."""
        seconds, waiting = moment.timestamp(), [str(self.lake)]
        waiting += self.folders
        seen = set()
        while waiting:
            folder = waiting.pop()
            if folder in seen:
                continue
            seen.add(folder)
            try:
                if os.stat(folder).st_mtime <= seconds:
                    continue
                entries = list(os.scandir(folder))
            except FileNotFoundError:
                seen.discard(folder)
                self.folders.discard(folder)
                continue
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    self.folders.add(entry.path)
                    waiting.append(entry.path)
                elif entry.stat().st_mtime > seconds:
                    os.utime(entry.path, (seconds, seconds))
            os.utime(folder, (seconds, seconds))
