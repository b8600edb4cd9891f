"""A Spotify whose player never stops: a track of four seconds, and the next one."""

import json
import time

from lake_checks.inputs import Answer, Spotify

SECONDS = 4


class Playing(Answer):
    def do_GET(self):
        if "currently-playing" in self.path:
            passed = time.time() - self.server.began
            self.server.page = playing(int(passed // SECONDS), passed % SECONDS)
            self.path = "/recently-played"
        super().do_GET()


class Player(Spotify):
    def __init__(self):
        super().__init__()
        self.began = time.time()
        self.RequestHandlerClass = Playing


def playing(number, seconds):
    track = {
        "id": f"{number:022}",
        "uri": f"spotify:track:{number:022}",
        "name": f"Song {number}",
        "type": "track",
        "duration_ms": SECONDS * 1000,
        "explicit": False,
        "artists": [{"name": "Somebody"}],
        "album": {"name": "An album"},
    }
    said = {"timestamp": 0, "progress_ms": int(seconds * 1000), "is_playing": True, "currently_playing_type": "track"}
    return json.dumps(said | {"item": track, "context": None})
