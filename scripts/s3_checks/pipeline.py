"""The whole pipeline on a lake in a bucket and on one in a folder: the same lake, to this program and to others."""

import json
import shutil
import time

import duckdb
import polars as pl
import pyarrow.parquet as pq

from lake_checks import inputs
from lake_checks.content import content, differences
from lake_checks.program import fault, said

from .remote import KEY, REGION, SECRET

QUERY = (
    "SELECT play_id, played_at, played_at_local, track_name, artists, valence, is_weekend "
    "FROM silver.listening_with_features ORDER BY play_id"
)


def steps(exports):
    """Each with the page of Spotify's at that time."""
    first, second = exports
    return [
        (["import", first], 0),
        (["import-catalog", inputs.CATALOGUE], 0),
        (["ingest"], 0),
        (["populate-missing"], 0),
        (["build-silver"], 0),
        (["build-gold"], 0),
        (["import", second], 1),
        (["run"], 1),
        (["maintain"], 1),
        (["check"], 1),
        (["status"], 1),
    ]


def build(bucket, lake, plays, exports):
    """(exit codes, seconds) of all steps."""
    codes, started = [], time.monotonic()
    for command, page in steps(exports):
        bucket.spotify.page = inputs.page(plays, inputs.PAGES[page])
        code, _, err = bucket.program.run(lake, *command)
        # `check` may have findings.
        codes.append((command[0], code if code in (0, 4) and not fault(code, err) else f"{code}: {said(err)}"))
    return codes, time.monotonic() - started


def pipeline(bucket, probe, plays, exports):
    local, remote = bucket.work / "local", bucket.lake("all/of-it")
    shutil.rmtree(local, ignore_errors=True)
    bucket.spotify.log_in(local)
    here, seconds = build(bucket, local, plays, exports)
    asked = len(bucket.requests())
    there, longer = build(bucket, remote, plays, exports)
    pairs = [(name, other, code) for (name, other), (_, code) in zip(here, there)]
    wrong = [f"{name} ended with {code}, in a folder with {other}" for name, other, code in pairs if code != other]
    wrong += [f"{name} ended with {code}" for name, code in there if not isinstance(code, int)]
    wanted, found = content(local), content(remote)
    wrong += found[1] + list(differences(wanted[0], found[0]))
    probe(
        f"pipeline: {len(here)} commands, {seconds:.1f} s in a folder, {longer:.1f} s and {len(bucket.requests()) - asked:,} "
        f"requests in a bucket: {len(found[0])} tables, the same rows",
        wrong,
    )
    others(bucket, probe, remote, found[0])
    answers(bucket, probe, local, remote)


def answers(bucket, probe, local, remote):
    wrong, outs = [], []
    for style in ("table", "csv", "json", "ndjson", "parquet"):
        told = []
        for name, lake in (("local", local), ("remote", remote)):
            out = bucket.work / f"{name}.{style}"
            code, _, err = bucket.program.run(lake, "query", "--format", style, "-o", out, QUERY)
            wrong += [f"query --format {style}, {name}: {code} {said(err)}"] if code else []
            told.append(out.read_bytes() if out.exists() and style != "parquet" else out.exists() and pq.read_table(out))
        same = told[0].equals(told[1]) if style == "parquet" and all(told) else told[0] == told[1]
        wrong += [] if same else [f"query --format {style} answers otherwise"]
    probe("answers: query in five formats, to the byte or the value", wrong)
    wrong = []
    for arguments in (["status", "--format", "json"], ["check", "--format", "json"], ["maintain", "--dry-run", "--format", "json"]):
        code, out, err = bucket.program.run(remote, *arguments)
        try:
            wrong += [] if code in (0, 4) and json.loads(out) else [f"{' '.join(arguments)}: {code} {said(err)}"]
        except ValueError:
            wrong.append(f"{' '.join(arguments)} writes no JSON: exit {code} {out[:80]!r} {said(err)}")
    for name, lake in (("local", local), ("remote", remote)):
        out = bucket.work / f"{name}.html"
        code, _, err = bucket.program.run(lake, "report", "-o", out)
        wrong += [f"report, {name}: {code} {said(err)}"] if code else []
        outs.append(out.stat().st_size if out.exists() else 0)
    wrong += [f"the reports have {outs} bytes"] if abs(outs[0] - outs[1]) > outs[0] // 50 else []
    # By default it is written somewhere, and says where.
    code, _, err = bucket.program.run(remote, "report")
    wrong += [f"report: {fault(code, err)}"] if fault(code, err) else []
    probe.told(f"report without --output: exit {code} {err.decode(errors='replace').strip().splitlines()[-1:]}")
    probe("answers: status, check and maintain as JSON, and the report", wrong)
    asked = len(bucket.requests())
    code, _, err = bucket.program.run(remote, "run")
    written = [path for method, path, _ in bucket.requests()[asked:] if method == "PUT" and "/_delta_log/" in path]
    built = [path for path in written if "/ops/" not in path]
    probe("answers: a second run builds nothing anew", [said(err)] * bool(code) + built)


def others(bucket, probe, remote, tables):
    wrong = []
    for name, address in remote.tables().items():
        height = pl.scan_delta(address, storage_options=remote.options).select(pl.len()).collect().item()
        wrong += [] if height == tables[name].num_rows else [f"{name} has {height} rows, not {tables[name].num_rows}"]
    probe(f"other readers: deltalake and polars see the same of {len(tables)} tables", wrong)
    db = duckdb.connect()
    try:
        db.execute("INSTALL httpfs; LOAD httpfs; INSTALL delta; LOAD delta")
    except duckdb.Error as error:
        return print(f"skipped DuckDB: {str(error).splitlines()[0]}")
    db.execute(
        f"CREATE SECRET (TYPE s3, KEY_ID '{KEY}', SECRET '{SECRET}', REGION '{REGION}', URL_STYLE 'path', "
        f"USE_SSL false, ENDPOINT '127.0.0.1:{bucket.port}')"
    )
    counts = {
        name: db.execute(f"SELECT count(*) FROM delta_scan('{address}')").fetchone()[0]
        for name, address in remote.tables().items()
    }
    probe(
        "other readers: DuckDB",
        [f"{name} has {count} rows" for name, count in counts.items() if count != tables[name].num_rows],
    )
