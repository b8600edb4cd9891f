"""Lakes in which each writing command has work to do."""

import shutil

from . import inputs, upkeep


def prepare(program, spotify, work, plays):
    """Lakes with work to do in them, by command: (lake, arguments, what Spotify tells meanwhile)."""
    first, second = (
        inputs.export(work / name, plays, span) for name, span in (("first", inputs.FIRST), ("second", inputs.SECOND))
    )
    pages = [inputs.page(plays, until) for until in inputs.PAGES]
    lines = inputs.CATALOGUE.read_text().splitlines(keepends=True)
    (work / "half.csv").write_text("".join(lines[: len(lines) // 2]))

    def lake(name, *commands, like=None, page=pages[0]):
        path = work / name
        if like:
            shutil.copytree(like, path)
        else:
            spotify.log_in(path)
        spotify.page = page
        for command in commands:
            program.must(path, *command)
        return path

    # First a lake that has everything, then news that it has not heard of yet.
    full = lake("full", ["import-catalog", work / "half.csv"], ["import", first], ["run"])
    news = lake("news", ["import", second], like=full)
    with_gap = lake("gap", ["ingest", "--history-only"], like=full, page=pages[1])
    empty = lake("empty")
    imported = lake("imported", ["import", first], ["import-catalog", inputs.CATALOGUE], like=empty)
    neglected = lake("neglected", like=full)
    upkeep.neglected(program, neglected, work, plays)
    # A short form gives every command its kill before it gives any a second lake.
    return {
        "import": (with_gap, ["import", second], pages[1]),
        "import-catalog": (full, ["import-catalog", inputs.CATALOGUE], pages[0]),
        "ingest": (full, ["ingest"], pages[1]),
        "generate-synthetic": (news, ["generate-synthetic"], pages[0]),
        "populate-missing": (news, ["populate-missing"], pages[0]),
        "build-silver": (news, ["build-silver"], pages[0]),
        "build-gold": (lake("silver", ["build-silver"], like=news), ["build-gold"], pages[0]),
        "run": (news, ["run"], pages[1]),
        "maintain": (neglected, ["maintain"], pages[0]),
        "import (empty lake)": (empty, ["import", first], pages[0]),
        "build-silver (first)": (imported, ["build-silver"], pages[0]),
        "build-gold (first)": (lake("first-silver", ["build-silver"], like=imported), ["build-gold"], pages[0]),
        "run (first)": (imported, ["run"], pages[1]),
    }
