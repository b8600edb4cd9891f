"""Listeners' plays as Spotify hands them out, and as rows of bronze where no export can tell of them."""

import hashlib
import json
from datetime import datetime, timezone

# This one has the account's data: no ids, and times to the minute.
ACCOUNT = (17,)
# Files of one export follow each other in time.
PARTS = 3


def write(folder, person):
    """The plays of known length; none is no export."""
    plays = [heard for heard in person.plays if heard.ms is not None]
    if not plays:
        return None
    folder.mkdir(parents=True)
    if person.number in ACCOUNT:
        (folder / "StreamingHistory_music_0.json").write_text(json.dumps(list(map(account_row, plays))))
        return folder
    size = -(-len(plays) // PARTS)
    for part in range(PARTS):
        rows = list(map(extended_row, plays[part * size : (part + 1) * size]))
        (folder / f"Streaming_History_Audio_2020-2025_{part}.json").write_text(json.dumps(rows))
    return folder


def account_row(heard):
    return {
        "endTime": heard.end.strftime("%Y-%m-%d %H:%M"),
        "artistName": heard.song.artist,
        "trackName": heard.song.title,
        "msPlayed": heard.ms,
    }


def extended_row(heard):
    song = heard.song
    return {
        "ts": heard.end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "username": "somebody",
        "platform": "linux",
        "ms_played": heard.ms,
        "conn_country": "ES",
        "master_metadata_track_name": song.title,
        "master_metadata_album_artist_name": song.artist,
        "master_metadata_album_album_name": song.album,
        "spotify_track_uri": song.uri or (song.id and f"spotify:track:{song.id}"),
        "episode_name": None,
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": heard.ms < 60_000,
        "offline": False,
        "incognito_mode": False,
    }


def bronze_rows(person):
    """The plays of unknown length: those of Spotify's API."""
    for heard in person.plays:
        if heard.ms is None:
            song, key = heard.song, f"{person.name} {heard.end} {heard.song}"
            yield {
                "play_id": hashlib.sha256(key.encode()).hexdigest()[:32],
                "user_id": person.name,
                "played_at": heard.end,
                "date": heard.end.date(),
                "month": heard.end.strftime("%Y-%m"),
                "track_id": song.id,
                "track_uri": song.uri or (song.id and f"spotify:track:{song.id}"),
                "track_name": song.title,
                "artist_name": song.artist,
                "artists": song.artist and [song.artist, "Another"],
                "album_name": song.album,
                "duration_ms": 200_000,
                "source": "spotify_api",
                "time_basis": "unknown",
                "ingested_at": datetime(2026, 1, 2, 3, 4, 5, person.number, tzinfo=timezone.utc),
                "run_id": "check-recap",
            }
