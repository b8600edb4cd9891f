#!/usr/bin/env python3
"""Exact ten nearest neighbours of every catalogue track: ours beside scikit-learn's, in turn, with their distances compared.

    cargo test --release --no-run && python3 scripts/check_neighbours.py LAKE TEST_BINARY [ROUNDS]

(needs: pip install deltalake numpy scikit-learn). LAKE holds silver/catalog_tracks; TEST_BINARY is the `it-…` that the first command
names. The space: valence, energy, danceability, acousticness, z-scored over all tracks. A track is not its own neighbour, other
tracks with the very same values are. Prints the medians and their ratio, the time to build the index included on both sides; exits 1
where a distance differs by more than 1e-9, or a neighbour where distances leave no choice.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from deltalake import DeltaTable
from sklearn.neighbors import NearestNeighbors

FEATURES = ["valence", "energy", "danceability", "acousticness"]
COUNT = 10


def points_of(lake):
    table = DeltaTable(f"{lake}/silver/catalog_tracks").to_pyarrow_table(columns=["track_id", *FEATURES]).to_pandas()
    matrix = table.dropna().sort_values("track_id")[FEATURES].to_numpy()
    return np.ascontiguousarray((matrix - matrix.mean(axis=0)) / matrix.std(axis=0))


def ours(binary, path):
    ran = subprocess.run([binary, "--ignored", "--exact", "neighbours::of_every_point_of_a_file", "--nocapture"],
                         env={**os.environ, "MOODLAKE_POINTS": path}, capture_output=True, text=True, check=True)
    found = np.fromfile(f"{path}.neighbours", dtype=[("row", "<u8"), ("distance", "<f8")]).reshape(-1, COUNT)
    return float(next(line.split()[1] for line in ran.stdout.splitlines() if line.startswith("seconds"))), found


def peer(algorithm, points):
    started = time.monotonic()
    search = NearestNeighbors(n_neighbors=COUNT + 1, algorithm=algorithm, n_jobs=-1).fit(points)
    distances, rows = search.kneighbors(points)
    seconds = time.monotonic() - started
    own = rows == np.arange(len(rows))[:, None]
    own[~own.any(axis=1), -1] = True
    return seconds, rows[~own].reshape(-1, COUNT), distances[~own].reshape(-1, COUNT)


def main(lake, binary, rounds=5):
    points = points_of(lake)
    times = {"moodlake": [], "kd_tree": [], "ball_tree": []}
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/points"
        points.tofile(path)
        for _ in range(int(rounds)):
            seconds, found = ours(binary, path)
            times["moodlake"].append(seconds)
            for algorithm in ["kd_tree", "ball_tree"]:
                seconds, rows, distances = peer(algorithm, points)
                times[algorithm].append(seconds)
    worst = np.abs(found["distance"] - distances).max()
    # Where the eleventh distance is the tenth, or two within are equal, any order is right.
    alone = (np.diff(distances, axis=1, prepend=-1) > 1e-9) & (np.diff(distances, axis=1, append=np.inf) > 1e-9)
    alone[:, -1] = False
    same = (found["row"] == rows)[alone].all()
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    for name, seconds in times.items():
        print(f"{name}: median {medians[name]:.3f} s of {len(seconds)} ({min(seconds):.3f} to {max(seconds):.3f})")
    best = min(medians["kd_tree"], medians["ball_tree"])
    print(f"{len(points)} tracks; scikit-learn's best takes {best / medians['moodlake']:.2f} times as long")
    print(f"worst difference of a distance {worst:.2g}; neighbours the same where distances differ: {same}")
    if worst > 1e-9 or not same:
        sys.exit("the neighbours differ")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
