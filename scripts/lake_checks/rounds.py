"""Rounds of commands at once on one lake, readers beside them, and the serial orders that each is held against."""

import itertools
import shutil
import threading
import time

from . import inputs, upkeep
from .content import content, differences
from .program import fault, said

COUNT = "SELECT count(*) FROM bronze.listening_history_bronze"


class Beside(threading.Thread):
    """Reads while others write, until it is told to stop."""

    def __init__(self, program, lake):
        super().__init__(daemon=True)
        self.program, self.lake, self.stop = program, lake, threading.Event()
        self.wrong, self.asked = [], 0

    def run(self):
        plays = 0
        while not self.stop.is_set():
            code, out, err = self.program.run(self.lake, "--quiet", "query", "--format", "csv", COUNT)
            # Before the first import there is no such table, which the program has to say.
            if code == 0:
                count = int(out.split()[-1])
                if count < plays:
                    self.wrong.append(f"the query counted {count} plays after {plays}")
                plays = count
            elif plays or fault(code, err):
                self.wrong.append(f"query: {fault(code, err) or said(err)}")
            for reader in (["status"], ["report", "--format", "text"]):
                code, out, err = self.program.run(self.lake, "--quiet", *reader)
                # What is not built yet cannot be reported.
                if fault(code, err) or (code != 0 and plays and reader == ["status"]):
                    self.wrong.append(f"{reader[0]} ended with {code}: {fault(code, err) or said(err)}")
            self.asked += 3


class Rounds:
    def __init__(self, program, spotify, work, number=9_000):
        self.spotify, self.program, self.work, self.orders = spotify, program, work, {}
        self.plays = plays = inputs.listening(number)
        self.spotify.page = inputs.page(plays, inputs.PAGES[0])
        exports = {
            name: inputs.export(work / name, plays, span) for name, span in (("first", inputs.FIRST), ("second", inputs.SECOND))
        }
        lines = inputs.CATALOGUE.read_text().splitlines(keepends=True)
        (work / "half.csv").write_text("".join(lines[: len(lines) // 2]))
        self.commands = {
            name: [name] for name in "run build-silver build-gold generate-synthetic populate-missing ingest maintain".split()
        }
        self.commands |= {f"import {name}": ["import", path] for name, path in exports.items()}
        self.commands["import-catalog"] = ["import-catalog", inputs.CATALOGUE]
        # Rounds of two imports begin with an empty lake, the others with one that has everything but the second export.
        self.empty, self.full, self.worn = (work / name for name in ("empty", "full", "worn"))
        self.spotify.log_in(self.empty)
        shutil.copytree(self.empty, self.full)
        for command in (["import-catalog", work / "half.csv"], ["import", exports["first"]], ["run"]):
            self.program.must(self.full, *command)
        self.spotify.page = inputs.page(plays, inputs.PAGES[1])

    def base(self, names):
        if "maintain" not in names:
            return self.empty if "import first" in names else self.full
        if not self.worn.exists():
            shutil.copytree(self.full, self.worn)
            upkeep.neglected(self.program, self.worn, self.work, self.plays)
        return self.worn

    def fresh(self, names, path):
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.base(names), path)
        return path

    def place(self, names):
        """The lake that the commands of a round share."""
        return self.fresh(names, self.work / "lake")

    def serially(self, order):
        """What the lake holds after these commands one by one and a quiet run."""
        if order not in self.orders:
            lake = self.fresh(order, self.work / "serial")
            for name in order:
                # Silver without plays says so and changes nothing: in a serial order, too.
                self.program.run(lake, *self.commands[name])
            self.program.must(lake, "run")
            self.orders[order] = content(lake)[0]
        return self.orders[order]

    def round(self, names, chance):
        lake = self.place(names)
        names = chance.sample(names, len(names))
        beside = Beside(self.program, lake)
        beside.start()
        started, ends, wrong = time.monotonic(), [], []
        processes = []
        for name in names:
            processes.append(self.program.start(lake, *self.commands[name]))
            time.sleep(chance.choice([0, 0, 0.01, 0.05, 0.2]))
        for name, process in zip(names, processes):
            _, err = process.communicate()
            trouble = fault(process.returncode, err)
            if trouble:
                wrong.append(f"{name}: {trouble}: {err.decode(errors='replace').strip()[-300:]}")
            ends.append(f"{name} {process.returncode}" + (f" ({said(err)})" if process.returncode else ""))
        beside.stop.set()
        beside.join()
        wrong += beside.wrong + content(lake)[1]
        code, _, err = self.program.run(lake, "run")
        if code != 0:
            return ends, wrong + [f"the quiet run ended with {code}: {said(err)}"], 0, beside.asked
        found, broken = content(lake)
        wrong += broken
        closest = None
        for order in itertools.permutations(names):
            differing = list(differences(self.serially(order), found))
            if closest is None or len(differing) < len(closest):
                closest = differing
            if not differing:
                break
        wrong += closest
        return ends, wrong, time.monotonic() - started, beside.asked
