"""What to listen to next: nothing played, one version of a song, two songs an artist, and the nearest of what is left."""

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from .compare import ROUNDING

FEATURES = ["valence", "energy", "danceability", "acousticness"]
RECENT_DAYS, RECENT_SONGS_MIN = 90, 10
MORE, SEEDS, LOOKED_AT, SHARED_GENRE = 30, 30, 40, 0.6
STEPS, GENRE_TRACKS_MIN, ARTIST_SONGS_MAX = 16, 1000, 2
VERSIONS = set("remaster remastered live acoustic radio single album extended original mono stereo demo edit version mix remix "
               "deluxe bonus instrumental unplugged sped slowed feat feat. ft. with".split())
# Distances that differ by less are the same: then the smaller id is nearer.
SAME = 12


def song(artist, title):
    """What two versions of a song have in common."""
    return artist.strip().lower(), bare(title.strip().lower())


def bare(title):
    shorter = ""
    if title.endswith((")", "]")):
        before, opened, inside = title[:-1].rpartition("(" if title.endswith(")") else "[")
        shorter = before.rstrip() if opened and is_version(inside) else ""
    if not shorter:
        before, dash, after = title.rpartition(" - ")
        shorter = before.rstrip() if dash and is_version(after) else ""
    return bare(shorter) if shorter else title


def is_version(words):
    words = words.split()
    told = [word for word in words if not (len(word) == 4 and word.isascii() and word.isdigit())]
    return bool(set(told[:1] + words[-1:]) & VERSIONS)


class Catalogue:
    """The tracks that can be recommended, in the order of their ids."""

    def __init__(self, lake):
        tracks = lake.table("silver", "catalog_tracks")
        # Liked songs may lack what a recommended one needs.
        self.every = tracks.set_index("track_id")
        tracks = tracks.dropna(subset=["track_name", "artist_name", *FEATURES]).sort_values("track_id", ignore_index=True)
        self.tracks = tracks
        self.song = [song(*names) for names in zip(tracks["artist_name"], tracks["track_name"])]
        self.genres = [list(names) if isinstance(names, np.ndarray) else [] for names in tracks["track_genres"]]
        if len(tracks):
            self.scaler = StandardScaler().fit(tracks[FEATURES].to_numpy())
            self.points = self.scaler.transform(tracks[FEATURES].to_numpy())

    def among(self, rows):
        """A search for the nearest of some rows: pairs of distance and row, the nearest first."""
        rows = np.flatnonzero(rows)
        tree = NearestNeighbors(algorithm="kd_tree").fit(self.points[rows]) if len(rows) else None

        def nearest(features, count):
            if tree is None:
                return []
            place = self.scaler.transform([features])
            # More than asked for, so that of equally near ones those of the smaller ids are among them.
            distances, found = tree.kneighbors(place, min(len(rows), count + 20))
            return sorted(zip(distances[0].round(SAME), rows[found[0]]))[:count]
        return nearest


class Listener:
    def __init__(self, silver, plays, catalogue):
        self.ids, self.catalogue = set(silver["track_id"].dropna()), catalogue
        named = silver.dropna(subset=["artist_name", "track_name"]).drop_duplicates(["artist_name", "track_name"])
        self.songs = {song(*names) for names in zip(named["artist_name"], named["track_name"])}
        self.fresh = np.array([track not in self.ids and key not in self.songs
                               for track, key in zip(catalogue.tracks["track_id"], catalogue.song)], dtype=bool)
        usable = plays[plays["is_covered"] & plays[["track_id", *FEATURES]].notna().all(axis=1)]
        back = (plays["local_date"].max() - usable["local_date"]).dt.days
        grouped = usable.assign(recent=back < RECENT_DAYS, week=back < 7).groupby("track_id")
        liked = grouped[FEATURES].min()
        liked["plays"], liked[["recent", "week"]] = grouped.size(), grouped[["recent", "week"]].sum()
        liked["name"], liked["artist"] = grouped["track_name"].max(), grouped["artist_name"].max()
        liked["is_synthetic"] = grouped["feature_source"].max() == "synthetic"
        self.is_recent = (liked["recent"] > 0).sum() >= RECENT_SONGS_MIN
        liked["plays"] = liked["recent"] if self.is_recent else liked["plays"]
        liked = liked[liked["plays"] > 0].sort_index().sort_values("plays", ascending=False, kind="stable")
        known = catalogue.every.reindex(liked.index)
        liked[FEATURES] = known[FEATURES].fillna(liked[FEATURES])
        liked["genres"] = [list(names) if isinstance(names, np.ndarray) else [] for names in known["track_genres"]]
        self.liked = liked

    def mood(self):
        for plays, words in [("week", "your last week’s mood"), ("plays", "your usual mood")]:
            if self.liked[plays].sum() > 0:
                return np.average(self.liked[FEATURES], axis=0, weights=self.liked[plays]), words
        return None, ""

    def genre_rows(self):
        """Catalogue tracks of the listener's genres, or all of them where those are too few."""
        plays = self.liked[["plays", "genres"]].explode("genres").groupby("genres")["plays"].sum()
        own = set(plays.index[plays * 100 >= self.liked["plays"].sum()])
        rows = np.array([bool(own.intersection(genres)) for genres in self.catalogue.genres], dtype=bool)
        return rows if rows.sum() >= GENRE_TRACKS_MIN else np.ones(len(rows), dtype=bool)


class Chosen:
    """A list in the making."""

    def __init__(self, catalogue):
        self.catalogue, self.rows, self.songs, self.artists = catalogue, [], set(), {}

    def accepts(self, row):
        key = self.catalogue.song[row]
        return key not in self.songs and self.artists.get(key[0], 0) < ARTIST_SONGS_MAX

    def take(self, row, **told):
        key = self.catalogue.song[row]
        self.songs.add(key)
        self.artists[key[0]] = self.artists.get(key[0], 0) + 1
        track = self.catalogue.tracks.iloc[row]
        columns = ["track_id", "track_name", "artist_name", "track_genre", "popularity", *FEATURES]
        self.rows.append({**track[columns], **told, "rank": len(self.rows) + 1, "similarity": 1 / (1 + told["distance"])})


def more_of_the_same(listener, catalogue):
    nearest, looked = catalogue.among(listener.fresh), []
    seeds, values = list(listener.liked.head(SEEDS).itertuples()), catalogue.tracks[FEATURES].to_numpy()
    for place, liked in enumerate(seeds):
        own = [getattr(liked, name) for name in FEATURES]
        for distance, row in nearest(own, LOOKED_AT):
            shared = next((genre for genre in catalogue.genres[row] if genre in liked.genres), None)
            # The very same values under another name are the same recording.
            if np.abs(values[row] - own).max() >= 1e-9:
                looked.append((round(distance * (SHARED_GENRE if shared else 1), SAME), place, row, distance, shared))
    looked.sort(key=lambda each: each[:3])
    chosen, brought = Chosen(catalogue), [0] * SEEDS
    for turn in range(1, LOOKED_AT + 1):
        for _, place, row, distance, shared in looked:
            if len(chosen.rows) < MORE and brought[place] < turn and chosen.accepts(row):
                brought[place] += 1
                liked = seeds[place]
                chosen.take(row, distance=distance, like_track_id=liked.Index, target_valence=liked.valence,
                            target_energy=liked.energy, reason=likeness(listener, liked, values[row], shared))
    return chosen.rows


def likeness(listener, liked, values, shared):
    name = f"“{liked.name}” by {liked.artist}" if pd.notna(liked.artist) else f"“{liked.name}”"
    times = "once" if liked.plays == 1 else f"{liked.plays} times"
    return (f"like {name if pd.notna(liked.name) else liked.Index}, which you played {times}"
            + (f" in the last {RECENT_DAYS} days" if listener.is_recent else "")
            + f": valence {values[0]:.2f} beside {liked.valence:.2f}, energy {values[1]:.2f} beside {liked.energy:.2f}"
            + (f"; both are filed under {shared}" if shared else "")
            + ("; but its features are made up, so the likeness means nothing" if liked.is_synthetic else ""))


def ways(listener):
    """Where the walks begin, where they lead, and what they are called."""
    mood, words = listener.mood()
    if mood is None:
        return
    valence, energy, danceability, acousticness = mood
    lifted = [max(valence, min(valence + 0.35, 0.85)), max(energy, min(energy + 0.1, 0.8)), danceability, acousticness]
    calmed = [max(valence, 0.5), min(energy, 0.2), danceability, max(acousticness, 0.75)]
    yield "lift", mood, np.array(lifted), f"from {words} to a brighter one"
    yield "calm", mood, np.array(calmed), f"from {words} to a calm one"


def walk(nearest, catalogue, start, end, words):
    chosen = Chosen(catalogue)
    for step, part in enumerate(np.linspace(0, 1, STEPS)):
        target = start + (end - start) * part
        found = next(((distance, row) for count in (60, 2000, len(catalogue.tracks))
                      for distance, row in nearest(target, count) if chosen.accepts(row)), None)
        if found is None:
            break
        values = catalogue.tracks.loc[found[1], FEATURES]
        chosen.take(found[1], distance=found[0], like_track_id=None, target_valence=target[0], target_energy=target[1],
                    reason=f"step {step + 1} of {STEPS} {words}: valence {values['valence']:.2f}, energy {values['energy']:.2f}, "
                           f"where {target[0]:.2f} and {target[1]:.2f} were wanted")
    return chosen.rows


def rules(listener, own):
    """What every recommended track has to keep to, as truths by the name of the rule."""
    keys = [song(*names) for names in zip(own["artist_name"], own["track_name"])]
    lists = pd.DataFrame({"goal": own["goal"], "song": keys, "artist": [artist for artist, _ in keys]}, index=own.index)
    ranks = own.groupby("goal")["rank"]
    return {
        "never played, by id": ~own["track_id"].isin(listener.ids),
        "never played, by song": [key not in listener.songs for key in keys],
        "no song twice in a list": ~lists.duplicated(["goal", "song"]),
        "two songs an artist at most": lists.groupby(["goal", "artist"]).size() <= ARTIST_SONGS_MAX,
        "ranks 1 to n": [sorted(each) == list(range(1, len(each) + 1)) for _, each in ranks],
    }


def lists_of(listener, catalogue):
    if not listener.fresh.any() or listener.liked.empty:
        return
    yield "more_of_the_same", more_of_the_same(listener, catalogue)
    nearest = catalogue.among(listener.fresh & listener.genre_rows())
    for goal, *way in ways(listener):
        yield goal, walk(nearest, catalogue, *way)


def track_recommendations(listening, found, report):
    name = "track_recommendations"
    if listening.lake.at("silver", "catalog_tracks") is None:
        return report.equal(name, "rows without a catalogue", len(found), 0)
    catalogue, rows, kept = Catalogue(listening.lake), [], {}
    for user, plays in listening.plays.groupby("user_id"):
        listener = Listener(listening.silver[listening.silver["user_id"] == user], plays, catalogue)
        for rule, truths in rules(listener, found[found["user_id"] == user]).items():
            kept.setdefault(rule, []).extend(truths)
        for goal, chosen in lists_of(listener, catalogue):
            rows += [{"user_id": user, "goal": goal, **row} for row in chosen]
    for rule, truths in kept.items():
        report.holds(name, rule, truths)
    if not rows:
        return report.equal(name, "rows where nothing is liked", len(found), 0)
    expected = pd.DataFrame(rows).merge(listening.totals(), on="user_id").assign(feature_source="kaggle")
    report.frames(name, found, expected, ["user_id", "goal", "rank"])
    report.values(name, "similarity is 1 / (1 + distance)", found["similarity"], 1 / (1 + found["distance"]), ROUNDING)
