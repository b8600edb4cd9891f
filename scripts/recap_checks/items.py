"""What was played most, for the first time, and again after a long silence."""

from collections import defaultdict
from datetime import timedelta

LISTED = 5
# Before so many days of history everything would be new.
HISTORY_DAYS_MIN = 28
SILENCE_DAYS = 90
KINDS = ("track", "artist", "album", "genre")


def keys(play, kind):
    """What a play counts for: one track, artist and album at most, and every genre."""
    if kind == "genre":
        return play.genres
    key = getattr(play, kind)
    return () if key is None else (key,)


def by_key(plays, kind):
    grouped = defaultdict(list)
    for play in plays:
        for key in keys(play, kind):
            grouped[key].append(play)
    return grouped


def shown(kind, key, plays):
    """Of several spellings the last in order, of several ids the first."""
    track_id, title, artist, album = (sorted({play.told[place] for play in plays} - {None}) for place in range(4))
    if kind == "genre":
        return {"name": key, "artist": None, "track_id": None}
    if kind == "artist":
        return {"name": artist[-1], "artist": None, "track_id": None}
    name = title if kind == "track" else album
    return {
        # A track without a title is shown by what it is told by.
        "name": name[-1] if name else key,
        "artist": artist[-1] if artist else None,
        "track_id": track_id[0] if track_id and kind == "track" else None,
    }


def listed(kind, plays, before, only=None, more=None):
    """The first five rows: by plays, then minutes, then by what they are told by."""
    played_before, rows = by_key(before, kind), []
    for key, own in by_key(plays, kind).items():
        if only is not None and key not in only:
            continue
        known = [play.ms for play in own if play.ms is not None]
        row = {
            **shown(kind, key, own),
            "plays": len(own),
            "minutes": sum(known) / 60_000 if known else None,
            "plays_before": len(played_before[key]),
            **(more(key) if more else {}),
        }
        rows.append((order(row, key), row))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])[:LISTED]]


def order(row, key):
    """By plays, then minutes, null last, then by what it is told by."""
    return -row["plays"], row["minutes"] is None, -(row["minutes"] or 0), key


def top(plays, before):
    return {f"{kind}s": listed(kind, plays, before) for kind in KINDS}


def last_heard(listener, monday, kind):
    """The last day before the week, of each that was played before it."""
    days = {}
    for play in listener.plays:
        if play.day < monday:
            for key in keys(play, kind):
                days[key] = max(days.get(key, play.day), play.day)
    return days


def counted(plays, before, chosen, more=lambda kind: None):
    """How many tracks and artists were chosen, and the first five of them."""
    return {
        "tracks": len(chosen["track"]),
        "artists": len(chosen["artist"]),
        "top_tracks": listed("track", plays, before, chosen["track"], more("track")),
        "top_artists": listed("artist", plays, before, chosen["artist"], more("artist")),
    }


def discoveries(listener, monday, first_day, plays, before):
    if (monday - first_day).days < HISTORY_DAYS_MIN:
        return None
    chosen = {kind: by_key(plays, kind).keys() - last_heard(listener, monday, kind).keys() for kind in KINDS[:2]}
    return counted(plays, before, chosen)


def returns(listener, monday, plays, before):
    heard = {kind: last_heard(listener, monday, kind) for kind in KINDS[:2]}
    long_ago = monday - timedelta(days=SILENCE_DAYS)
    chosen = {kind: {key for key in by_key(plays, kind) if key in days and days[key] < long_ago} for kind, days in heard.items()}
    return counted(plays, before, chosen, lambda kind: lambda key: {"last_heard": heard[kind][key].isoformat()})
