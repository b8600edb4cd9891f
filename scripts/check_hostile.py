#!/usr/bin/env python3
"""Shows that nothing in a person's input, and no query, gets further than it should: python3 scripts/check_hostile.py BINARY

(needs: pip install deltalake pyarrow)

    names      an export and a catalogue full of terminal escapes, control characters, quotes, SQL, formulas, HTML, bidi overrides
               and very long names go through the whole pipeline; no control character reaches a terminal from any command, the
               report's HTML holds no element or attribute of theirs, JSON, CSV and Parquet give the names back unchanged
    archives   members with paths that climb out, bombs, nested and cut archives: refused or read in bounded memory and time
    queries    files outside the lake, writes, settings, more than one statement: refused; huge ones end in an error, not a crash
    secrets    with umask 000 the files that hold secrets are private, and no secret stands in any output at the loudest level

Prints a line a probe; exits 1 when one fails. A line that begins with "told" states what the program does where nothing is promised.
"""

import csv
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

from lake_checks import hostile, inputs
from lake_checks.content import content
from lake_checks.program import Program, fault, said
from lake_checks.screen import FORMULA, STEERS, Page, Probe, on_a_terminal, steering
from lake_checks.sql import HUGE, REFUSED

NAMES_SQL = (
    "SELECT DISTINCT track_name, artist_name, album_name, platform FROM silver.listening_with_features ORDER BY 1, 2, 3, 4"
)


def names(program, probe, work):
    lake, said_raw = work / "lake", []
    export, catalogue = hostile.export(work / "export"), hostile.catalogue(work / "catalogue.csv")
    commands = [
        ["import", export],
        ["import", "--format", "json", export],
        ["import-catalog", catalogue],
        ["-vv", "run"],
        ["status"],
        ["--log-format", "json", "build-silver", "--full"],
        ["import", "--user", "\x1b[2Jevil", "--dry-run", export],
        ["import", work / "not\x1b[2Jthere\x07.json"],
        ["query", "SELECT '\x1b[2J\x07' AS \"\x1b]0;evil\x07\""],
        ["query", "SELECT \x1b[2J"],
        ["query", 'SELECT "\x1b[2Jevil" FROM silver.listening_with_features'],
        ["--timezone", "\x1b[2J", "status"],
        ["\x1b[2J"],
        ["query", "--format", "table", NAMES_SQL],
        ["query", "SELECT * FROM bronze.rejected_rows"],
        ["query", "SELECT file FROM ops.import_ledger"],
        ["report"],
        ["report", "--format", "text"],
        ["report", "--user", "\x1b[2Jevil"],
    ]
    wrong = []
    for command in commands:
        code, out, err = program.run(lake, *command)
        name = " ".join(str(word) for word in command)[:60]
        trouble = fault(code, err) if command != ["\x1b[2J"] else None
        said_raw += [f"{name!r}: {trouble}: {said(err)}"] * bool(trouble) + steering(f"{name!r} stderr", err)
        # Data for programs may hold anything that its format allows; JSON escapes by itself.
        said_raw += steering(f"{name!r} stdout", out)
    probe("names: no command sends a control character, through a pipe", said_raw)
    for command in (
        commands[:4]
        + [["query", "--format", kind, NAMES_SQL] for kind in ("table", "csv", "csv-exact", "json", "ndjson")]
        + [["report", "--format", "text"]]
    ):
        wrong += steering(f"{' '.join(map(str, command))[:40]!r}", on_a_terminal(program, lake, *command)[1], by_terminal=True)
    probe("names: no command sends a control character, to a terminal", wrong)
    expected = json.loads(program.must(lake, "query", "--format", "json", NAMES_SQL))
    lines = [json.loads(line) for line in program.must(lake, "query", "--format", "ndjson", NAMES_SQL).split(b"\n") if line]
    table = lambda kind: list(
        csv.DictReader(io.StringIO(program.must(lake, "query", "--format", kind, NAMES_SQL).decode(), newline=""))
    )
    rows = table("csv-exact")
    (work / "names.parquet").unlink(missing_ok=True)
    program.must(lake, "query", "--format", "parquet", "--output", work / "names.parquet", NAMES_SQL)
    in_parquet = [{k: v for k, v in row.items() if v is not None} for row in pq.read_table(work / "names.parquet").to_pylist()]

    def strip(table):
        # An empty text and a null are the same in CSV.
        return [{name: value for name, value in row.items() if value} for row in table]

    probe(
        "names: JSON, NDJSON, Parquet and exact CSV tell the same",
        [
            kind
            for kind, found in {"ndjson": lines, "parquet": in_parquet, "csv": rows}.items()
            if strip(found) != strip(expected)
        ],
    )
    kept = {name for row in expected for name in row.values()}
    probe("names: every name comes back unchanged", [repr(name[:40]) for name in hostile.NAMES if name and name not in kept])
    cells = [cell for row in table("csv") for cell in row.values()]
    probe("names: no cell of CSV begins like a formula, nor what a ; would make one", [cell[:40] for cell in cells if FORMULA.search(cell)])
    probe("names: no cell of CSV steers a terminal", [repr(cell[:40]) for cell in cells if STEERS.search(cell)])
    page = (lake / "report.html").read_text()
    probe("names: the report holds no element, handler or address of theirs", Page(page).wrong)
    probe("names: the report is about these names", [] if page.count("evil") > 20 else ["they do not appear in it"])
    probe.told(
        f"the report is {len(page) // 1024} KiB; control characters in it: {sorted({hex(ord(c[0])) for c in STEERS.findall(page)})}"
    )
    probe("names: tables are whole", content(lake)[1])


def measured(program, lake, *arguments, timeout=120):
    """(exit code, stderr, seconds, peak MiB). The peak is asked of /proc: what wait4 tells begins with the size of this script."""
    started, peak = time.monotonic(), 0
    with (
        open(lake.parent / "stderr", "w+b") as stderr,
        program.start(lake, *arguments, stdout=subprocess.DEVNULL, stderr=stderr) as process,
    ):
        while process.poll() is None and time.monotonic() - started < timeout:
            try:
                status = Path(f"/proc/{process.pid}/status").read_text()
                peak = max(peak, int(re.search(r"VmHWM:\s*(\d+)", status)[1]) // 1024)
            except (OSError, TypeError):  # It has just ended.
                pass
            time.sleep(0.01)
        process.kill()
        code = process.wait()
        stderr.seek(0)
        seconds = time.monotonic() - started
        return ("timeout" if seconds >= timeout else code), stderr.read(), seconds, peak


def archives(program, probe, work, size):
    lake = work / "zips"
    row = json.dumps(
        [
            {
                "ts": "2026-01-01T00:00:00Z",
                "ms_played": 1000,
                "master_metadata_track_name": "t",
                "master_metadata_album_artist_name": "a",
                "spotify_track_uri": "spotify:track:" + "a" * 22,
            }
        ]
    )
    inner = hostile.archive(work / "inner.zip", {"Streaming_History_Audio_0.json": row}).read_bytes()
    climbing = {
        f"{path}Streaming_History_Audio_{number}.json": row
        for number, path in enumerate(("../../../../../tmp/evil-", "/tmp/evil-", "..\\..\\evil-", "C:\\evil-", "a/../../evil/"))
    }
    probes = {
        "members that climb out": hostile.archive(work / "climb.zip", climbing),
        "a ZIP in a ZIP": hostile.archive(
            work / "nested.zip", {"Streaming_History_Audio_0.zip": inner, "Streaming_History_Audio_0.json": inner}
        ),
        "20,000 members": hostile.archive(work / "many.zip", {f"Streaming_History_Audio_{n}.json": "[]" for n in range(20_000)}),
        "JSON 100,000 deep": hostile.archive(
            work / "deep.zip", {"Streaming_History_Audio_0.json": "[" * 100_000 + "]" * 100_000}
        ),
        "a row 100,000 deep": hostile.archive(
            work / "deeprow.zip", {"Streaming_History_Audio_0.json": '[{"ts":' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "}]"}
        ),
        f"a bomb of {size >> 20:,} MiB": hostile.bomb(work / "bomb.zip", size, hostile.spaces),
        f"a slow bomb of {size >> 20:,} MiB": hostile.bomb(work / "slow.zip", size, hostile.rows_and_spaces),
        "a catalogue bomb": hostile.bomb(work / "csv.zip", size // 4, hostile.spaces, "dataset.csv"),
    }
    line = probes["a catalogue that is one line"] = work / "line.csv"
    with open(line, "wb") as file:
        file.truncate(64 << 20)
    cut = work / "cut.zip"
    cut.write_bytes(inner[: len(inner) // 2])
    probes["a ZIP cut in half"] = cut
    for what, path in probes.items():
        command = "import-catalog" if "catalogue" in what else "import"
        code, err, seconds, peak = measured(program, lake, command, path)
        trouble = fault(code, err) if code != "timeout" else "it did not end within 120 s"
        wrong = [f"{trouble}: {said(err)}"] if trouble else []
        wrong += [f"it needed {peak} MiB"] if peak > 512 else []
        # A person has to be able to read it.
        wrong += [f"it said {len(err):,} bytes"] if len(err) > 4000 else []
        probe(
            f"archives: {what}: exit {code}, {seconds:.1f} s, {peak} MiB, packed {path.stat().st_size >> 10:,} KiB {said(err)[:160]}",
            wrong + steering("stderr", err),
        )
    escaped = [str(path) for folder in (Path("/tmp"), work, work.parent, Path.cwd()) for path in folder.glob("evil*")]
    probe("archives: nothing is unpacked", escaped)


# Each of these queries is answered or refused within seconds; a busy machine may take longer.
PATIENCE = 120


def queries(program, probe, work):
    lake, out = work / "lake", work / "written.csv"
    before = {path: path.stat().st_mtime_ns for path in lake.rglob("*")}
    wrong = []
    for sql in REFUSED:
        code, text, err = program.run(lake, "query", "--format", "csv", sql.format(out=out))
        if code not in (1, 2) or text:
            wrong.append(f"{sql}: exit {code}, said {text[:80]!r} {said(err)}")
        elif fault(code, err):
            wrong.append(f"{sql}: {fault(code, err)}: {err.decode(errors='replace').strip()[:150]}")
    probe(f"queries: {len(REFUSED)} that write, set or reach outside are refused", wrong)
    after = {path: path.stat().st_mtime_ns for path in lake.rglob("*")}
    probe("queries: nothing was written", [str(path) for path in before.keys() ^ after.keys()] + [str(out)] * out.exists())
    for what, sql in HUGE.items():
        (work / "query.sql").write_text(sql)
        with open(work / "query.sql", "rb") as file:
            started = time.monotonic()
            # Bounded, so that a query that asks for all memory harms the query and not the machine.
            prlimit = ["prlimit", f"--as={12 << 30}"] if shutil.which("prlimit") else []
            code, _, err = program.run(lake, "query", "--format", "csv", "-", stdin=file, timeout=PATIENCE, before=prlimit)
        trouble = f"not within {PATIENCE} s" if code == "timeout" else fault(code, err)
        probe(
            f"queries: {what}: exit {code}, {time.monotonic() - started:.1f} s {said(err)[:120]}",
            [f"{trouble}: {err.decode(errors='replace').strip()[:150]!r}"] if trouble else [],
        )
    passwd = program.run(lake, "query", "--as-of", "../../etc/passwd", "SELECT count(*) FROM gold.mood_clusters")
    probe("queries: --as-of that is no version", [str(passwd)] if fault(passwd[0], passwd[2]) or passwd[0] == 0 else [])


def secrets(binary, probe, work):
    lake, spotify = work / "private", inputs.Spotify(inputs.page(inputs.listening(500), inputs.PAGES[0]))
    program = Program(binary, spotify.environment() | {"SPOTIFY_CLIENT_SECRET": "the-app-secret"})
    old = os.umask(0)
    try:
        spotify.log_in(lake, hours=-1)
        (lake / ".spotify_tokens.json").chmod(0o666)
        heard = b"".join(
            part
            for command in (
                ["-vv", "ingest"],
                ["-vv", "--log-format", "json", "run"],
                ["-vv", "auth", "status"],
                ["-vv", "status"],
            )
            for part in program.run(lake, *command)[1:]
        )
        program.must(lake, "report")
        program.must(lake, "query", "--format", "csv", "-o", work / "open.csv", "SELECT 1")
    finally:
        os.umask(old)
    modes = {path.relative_to(lake): stat.S_IMODE(path.stat().st_mode) for path in lake.rglob("*") if path.is_file()}

    def private(path):
        return (
            "token" in path.name or "raw_responses" in path.parts or path.suffix == ".html" or path.name.startswith(".spotify")
        )

    probe(
        "secrets: tokens, states, raw answers and reports are 0600 with umask 000",
        [f"{path} is {mode:04o}" for path, mode in modes.items() if private(path) and mode & 0o077],
    )
    token = (lake / ".spotify_tokens.json").read_text()
    probe("secrets: the token was renewed", [] if "a-new-access-token" in token else [token[:60]])
    probe(
        "secrets: none is in any output at the loudest level",
        [word for word in ("access-token", "refresh-token", "the-app-secret") if word.encode() in heard],
    )
    others = sorted({f"{mode:04o}" for path, mode in modes.items() if not private(path)})
    probe.told(
        f"other files of the lake follow the umask: {', '.join(others)} with umask 000; a query's output is {stat.S_IMODE((work / 'open.csv').stat().st_mode):04o}"
    )
    leaks = [
        str(path)
        for path in lake.rglob("*")
        if path.is_file() and "tokens" not in path.name and re.search(rb"(access|refresh)-token", path.read_bytes())
    ]
    probe("secrets: no other file of the lake holds a token", leaks)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: check_hostile.py BINARY [BOMB_MIB]")
    size, probe = int(sys.argv[2] if len(sys.argv) == 3 else 2048) << 20, Probe()
    with tempfile.TemporaryDirectory(prefix="moodlake-hostile-") as folder:
        work, program = Path(folder), Program(sys.argv[1])
        names(program, probe, work)
        queries(program, probe, work)
        secrets(sys.argv[1], probe, work)
        archives(program, probe, work, size)
    sys.exit(f"{probe.failed} probes failed" if probe.failed else None)


if __name__ == "__main__":
    main()
