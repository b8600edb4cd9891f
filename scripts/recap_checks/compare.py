"""What a recap says against what it has to say, figure by figure, and whether the comparison would see a mistake."""

import copy
import re
from collections import Counter
from datetime import datetime

NEAR = 1e-9
# What stands here is the program's.
OF_THE_PROGRAM = ("made_from", "computed")


def leaves(value, path=()):
    """Every figure with the way to it. An empty list and an empty object count as one."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, place))
    else:
        yield path, value


def field(path):
    """The way without the places in lists: `top.tracks[].plays`."""
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def differences(expected, found, path=()):
    """(way, expected, found) of everything that differs: values, kinds, lengths, fields missing and fields too many."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in [*expected, *(name for name in found if name not in expected)]:
            if name not in found:
                yield (*path, name), expected[name], "no such field"
            elif name not in expected:
                yield (*path, name), "no such field", found[name]
            else:
                yield from differences(expected[name], found[name], (*path, name))
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield path, f"{len(expected)} rows", f"{len(found)} rows"
        for place, pair in enumerate(zip(expected, found)):
            yield from differences(*pair, (*path, place))
    elif not equal(expected, found):
        yield path, expected, found


def equal(expected, found):
    if isinstance(expected, float):
        return type(found) in (int, float) and abs(found - expected) <= NEAR * abs(expected)
    if isinstance(expected, datetime):
        return isinstance(found, str) and instant(found) == expected
    return type(expected) is type(found) and expected == found


def instant(text):
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def undocumented(found, document):
    """Fields that docs/recap.md does not name. The rest of the names is held by the comparison."""
    named = set(re.findall(r"`([a-z_]+)`", document))
    told = {step for path, _ in leaves(found) if path[:2] != OF_THE_PROGRAM for step in path if isinstance(step, str)}
    return told - named


def wrong(value):
    """The smallest mistake of each kind of value."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value * (1 + 1e-8) if value else 1e-8
    if isinstance(value, datetime):
        return value.replace(microsecond=(value.microsecond + 1) % 1_000_000)
    if isinstance(value, str):
        return value[:-1] + ("x" if value[-1:] != "x" else "y")
    return 0 if value is None else [0] if value == [] else {"more": 0}


def mistakes(recaps):
    """One false figure of every field and kind; each has to be seen, and nothing else. Returns (tried, those not seen)."""
    tried, unseen = Counter(), []
    recaps = [pair for pair in recaps if not any(differences(*pair))]
    for expected, found in recaps:
        for path, value in leaves(expected):
            if path[:2] == OF_THE_PROGRAM:
                continue
            kind = f"{field(path)} {type(value).__name__}"
            if not tried[kind]:
                tried[kind] = 1
                seen = [way for way, *_ in differences(altered(expected, path, wrong(value)), found)]
                unseen += [] if seen == [path] else [kind]
    if not recaps:
        return 0, ["any kind: no recap is right"]
    expected, found = recaps[0]
    for kind, (one, other) in {
        "a field too many": (expected, {**found, "more": 1}),
        "a field missing": (expected, {name: value for name, value in found.items() if name != "plays"}),
        "a row too many": (expected, {**found, "hours": [*found["hours"], found["hours"][0]]}),
        "rows in another order": (expected, {**found, "days": found["days"][::-1]}),
        "a number as a text": (expected, {**found, "plays": str(found["plays"])}),
        "a truth as a number": (expected, {**found, "plays": True}),
    }.items():
        tried[kind] += 1
        unseen += [] if any(differences(one, other)) else [kind]
    return len(tried), unseen


def altered(value, path, to):
    """A copy with another value at one place."""
    value = copy.deepcopy(value)
    inner = value
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return value
