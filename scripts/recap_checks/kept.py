"""The row of `gold.weekly_recaps` that a recap is kept as (docs/tables.md)."""

import json
from datetime import date

from . import compare

# Text that the program chose; it is compared with what it said.
OF_THE_PROGRAM = ("recap", "made_from")


def row(expected):
    """The columns, in their order."""
    before, usual = expected["before"] or {}, expected["usual"] or {}
    new, returned, mood = expected["discoveries"] or {}, expected["returns"], expected["mood"]
    current = expected["streak"]["current"] or {}
    return {
        "user_id": expected["listener"],
        "iso_week": expected["week"],
        "from_date": date.fromisoformat(expected["from"]),
        "to_date": date.fromisoformat(expected["to"]),
        "timezone": expected["timezone"],
        "days_heard": expected["days_heard"],
        "gap_days": len(expected["gap_days"]),
        "minutes_played": expected["minutes"],
        "plays_timed": expected["plays_timed"],
        "plays_before": before.get("plays"),
        "minutes_before": before.get("minutes"),
        "weeks_usual": usual.get("weeks"),
        "plays_usual": usual.get("plays"),
        "minutes_usual": usual.get("minutes"),
        "new_tracks": new.get("tracks"),
        "new_artists": new.get("artists"),
        "returned_tracks": returned["tracks"],
        "returned_artists": returned["artists"],
        "valence_mean": mood["valence"],
        "energy_mean": mood["energy"],
        "quadrant": mood["quadrant"],
        "streak_days": current.get("days"),
        "recap": None,
        "words_by": None,
        "words": None,
        "made_from": None,
        "plays": expected["plays"],
        "plays_covered": mood["plays_covered"],
        "authentic_share": mood["authentic_share"],
        "feature_basis": mood["feature_basis"],
    }


def faults(expected, said, kept):
    """What the kept row says otherwise. Counts its columns, too."""
    wanted = row(expected)
    if list(wanted) != list(kept):
        yield f"its columns are {', '.join(kept)}"
        return
    for path, one, other in compare.differences(wanted, kept | {name: None for name in OF_THE_PROGRAM}):
        yield f"{'.'.join(path)}: expected {one!r}, found {other!r}"
    told = json.loads(said)
    if json.loads(kept["recap"]) != told:
        yield "`recap` is not what the program says"
    if json.loads(kept["made_from"]) != told["made_from"]:
        yield "`made_from` is not what the program says"
