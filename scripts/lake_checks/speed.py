"""How long commands take on two lakes, in turns, so that what else the machine does hits both."""

import resource
import shutil
import time
from collections import defaultdict
from statistics import median

from deltalake import DeltaTable

TURNS = 7
RATIO_MAX = 1.2
# Up to ten commits of each table are read one by one before the scheduler writes a checkpoint: nobody waits for that, but in a query
# of 30 ms it is a large part.
SECONDS_MORE = 0.020

QUERIES = {
    "plays by month": "SELECT month, count(*) AS plays FROM bronze.listening_history_bronze GROUP BY month ORDER BY month",
    "plays by part of day": "SELECT part_of_day, count(*) AS plays, avg(valence) AS valence FROM silver.listening_with_features "
    "GROUP BY part_of_day",
    "top tracks of a mood": "SELECT m.mood, s.track_name, count(*) AS plays FROM silver.listening_with_features s "
    "JOIN gold.mood_clusters m ON m.track_id = s.track_id GROUP BY m.mood, s.track_name ORDER BY plays DESC, 2 LIMIT 20",
}


def compare(program, old, fresh, work, environment, is_short):
    """Prints the medians; what takes too long on the old lake. What reads the record of runs is told and not judged: an old lake's is
    longer by right."""
    out = work / "timed"
    silver = ["build-silver", "--full", "--out-path", out]
    judged = {"build-silver": silver} | {f"query, {name}": ["query", sql] for name, sql in QUERIES.items()}
    told = {} if is_short else {"status": ["status"], "check": ["check"]}
    wrong = []
    for name, arguments in (judged | told).items():
        walls, processors = {old: [], fresh: []}, {old: [], fresh: []}
        for turn in range(TURNS + 1):
            for lake in (old, fresh) if turn % 2 else (fresh, old):
                shutil.rmtree(out, ignore_errors=True)
                before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
                program.must(lake, "--quiet", *arguments, environment=environment())
                # The first turn fills the caches.
                if turn:
                    walls[lake].append(time.monotonic() - started)
                    after = resource.getrusage(resource.RUSAGE_CHILDREN)
                    processors[lake].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        aged, new = median(walls[old]), median(walls[fresh])
        print(
            f"speed   {name:30} old {aged * 1000:7.0f} ms, fresh {new * 1000:7.0f} ms, ratio {aged / new:.2f}; "
            f"of a processor {median(processors[old]) * 1000:.0f} and {median(processors[fresh]) * 1000:.0f} ms",
            flush=True,
        )
        # On a busy machine the wall's clock tells mostly of the others, so the processor's has to agree.
        is_slower = all(
            median(times[old]) > max(RATIO_MAX * median(times[fresh]), median(times[fresh]) + SECONDS_MORE)
            for times in (walls, processors)
        )
        if name in judged and is_slower:
            wrong.append(f"{name} takes {aged / new:.2f} times as long")
    return wrong


def seconds(lake, part):
    """What the steps of the first and of the last runs took, as the lake's own record tells. Tables of one job share their time."""
    record = DeltaTable(str(lake / "ops/runs")).to_pyarrow_table(columns=["run_id", "command", "step", "seconds"]).to_pylist()
    runs = defaultdict(dict)
    for row in record:
        if row["command"] == "run":
            steps = runs[row["run_id"]]
            steps[row["step"]] = max(steps.get(row["step"], 0), row["seconds"])
    found = {}
    # A run id begins with its time.
    for what, chosen in (("first", sorted(runs)[:part]), ("last", sorted(runs)[-part:])):
        steps = defaultdict(list)
        for run in chosen:
            for step, took in runs[run].items():
                steps[step].append(took)
        found[f"{what} {len(chosen)} runs"] = steps
    return found
