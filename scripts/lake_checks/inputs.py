"""Invented exports, a catalogue, and a Spotify on a local port. Everything follows from a seed."""

import csv
import json
import random
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

CATALOGUE = Path(__file__).parents[2] / "data/sample/catalog.csv"
# Where the plays of the two exports begin and end, and when the listener's app last asked Spotify. The second export reaches
# back into the first one, and over the days between the two pages of Spotify's.
FIRST = (datetime(2026, 1, 5, tzinfo=timezone.utc), datetime(2026, 4, 5, tzinfo=timezone.utc))
SECOND = (datetime(2026, 3, 1, tzinfo=timezone.utc), datetime(2026, 5, 1, tzinfo=timezone.utc))
PAGES = (datetime(2026, 4, 10, tzinfo=timezone.utc), datetime(2026, 4, 20, tzinfo=timezone.utc))
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def tracks(seed=1):
    """(id, title, artist) of tracks that the catalogue knows and of some that it does not."""
    chance = random.Random(seed)
    with open(CATALOGUE, newline="", encoding="utf-8") as file:
        known = {row["track_id"]: (row["track_name"], row["artists"].split(";")[0]) for row in csv.DictReader(file)}
    found = [(track, *names) for track, names in known.items()]
    found += [("".join(chance.choices(LETTERS, k=22)), f"Unheard {number}", f"Nobody {number % 40}") for number in range(300)]
    return found


def listening(plays, seed=1):
    """The plays of one person over both exports, by time: (end, track, ms). Any excerpt of it tells of the same events."""
    chance, songs = random.Random(seed), tracks()
    seconds = (SECOND[1] - FIRST[0]).total_seconds()
    ends = sorted(FIRST[0] + timedelta(seconds=int(chance.uniform(0, seconds))) for _ in range(plays))
    # Some songs are heard often, most of them hardly ever.
    return [
        (end, songs[min(int(chance.expovariate(1 / 250)), len(songs) - 1)], chance.randrange(30_000, 240_000)) for end in ends
    ]


def export(path, plays, span):
    """An extended export with the plays of a span."""
    rows = [
        {
            "ts": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ms_played": ms,
            "platform": "linux",
            "conn_country": "ES",
            "master_metadata_track_name": title,
            "master_metadata_album_artist_name": artist,
            "master_metadata_album_album_name": f"Album of {artist}",
            "spotify_track_uri": f"spotify:track:{track}",
            "reason_start": "trackdone",
            "reason_end": "trackdone",
            "skipped": ms < 60_000,
        }
        for end, (track, title, artist), ms in plays
        if span[0] <= end < span[1]
    ]
    path.mkdir(parents=True)
    half = len(rows) // 2
    for number, part in enumerate((rows[:half], rows[half:])):
        (path / f"Streaming_History_Audio_2026_{number}.json").write_text(json.dumps(part))
    return path


def page(plays, until, items_max=50):
    """The newest plays as Spotify tells them, which never are more than 50."""
    heard = [play for play in plays if play[0] <= until][-items_max:]
    items = [
        {
            "played_at": end.strftime("%Y-%m-%dT%H:%M:%S.500Z"),
            "context": None,
            "track": {
                "id": track,
                "uri": f"spotify:track:{track}",
                "name": title,
                "type": "track",
                "duration_ms": ms + 1000,
                "explicit": False,
                "artists": [{"name": artist}],
                "album": {"name": f"Album of {artist}"},
            },
        }
        for end, (track, title, artist), ms in reversed(heard)
    ]
    return json.dumps({"items": items, "next": None, "cursors": None, "limit": 50})


def features(track):
    chance = random.Random(track)
    row = {
        name: round(chance.random(), 3)
        for name in ("danceability energy speechiness acousticness instrumentalness liveness valence").split()
    }
    return row | {"id": track, "key": 5, "mode": 1, "loudness": -7.5, "tempo": 120.5, "time_signature": 4}


class Spotify(ThreadingHTTPServer):
    """Answers with `page`, and with features of every track that is not `unknown`. Serves until the process ends."""

    daemon_threads = True

    def __init__(self, page="", unknown=()):
        self.page, self.unknown = page, frozenset(unknown)
        super().__init__(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def environment(self):
        here = f"http://127.0.0.1:{self.server_port}/"
        return {
            "SPOTIFY_CLIENT_ID": "the-app",
            "SPOTIFY_API_BASE_URL": f"{here}v1/",
            "SPOTIFY_AUTH_BASE_URL": here,
            "NO_PROXY": "127.0.0.1",
        }

    def log_in(self, lake, hours=12, now=None):
        """A token as `auth login` leaves one; with the usual hours nobody has to refresh it."""
        now = now or datetime.now(timezone.utc)
        lake.mkdir(parents=True, exist_ok=True)
        path = lake / ".spotify_tokens.json"
        path.write_text(
            json.dumps(
                {
                    "client_id": "the-app",
                    "pkce": True,
                    "user_id": "me",
                    "access_token": "an-access-token",
                    "scopes": ["user-read-recently-played"],
                    "refresh_token": "a-refresh-token",
                    "expires_at": (now + timedelta(hours=hours)).isoformat(),
                    "authorized_at": now.isoformat(),
                }
            )
        )
        path.chmod(0o600)


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        address = urlparse(self.path)
        if address.path.endswith("/recently-played"):
            body = self.server.page
        elif address.path.endswith("/audio-features"):
            ids = parse_qs(address.query).get("ids", [""])[0].split(",")
            body = json.dumps({"audio_features": [None if track in self.server.unknown else features(track) for track in ids]})
        else:
            body = json.dumps({"account_id": "account-one", "id": "display"})
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self):
        """A new token for whoever asks for one."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = json.dumps(
            {
                "access_token": "a-new-access-token",
                "refresh_token": "a-new-refresh-token",
                "token_type": "Bearer",
                "expires_in": 3600,
                "scope": "user-read-recently-played",
            }
        )
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        """Says nothing: the checks tell what matters."""
