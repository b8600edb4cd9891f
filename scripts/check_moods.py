#!/usr/bin/env python3
"""Holds the newest mood model of a lake against scikit-learn on the same tracks.

    python3 scripts/check_moods.py LAKE          (needs: pip install deltalake pyarrow numpy scikit-learn)

The tracks that the model was fitted on are read back from gold/mood_clusters, z-scored and clustered by scikit-learn's KMeans
with ten starts. Prints both programs' figures; exits 1 when the inertia differs by more than 0.1 % or the clusters by an
adjusted Rand index under 0.95.
"""

import sys
import time

import numpy as np
from deltalake import DeltaTable
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, silhouette_score
from sklearn.preprocessing import StandardScaler


def main(lake):
    profiles = DeltaTable(f"{lake}/gold/mood_cluster_profiles").to_pyarrow_table().to_pylist()
    newest = max(profiles, key=lambda row: row["fitted_at"])
    own = [row for row in profiles if row["model_id"] == newest["model_id"]]
    tracks = DeltaTable(f"{lake}/gold/mood_clusters").to_pyarrow_table().to_pylist()
    authentic = newest["fitted_on"] == "authentic"
    fitted = [row for row in tracks if row["cluster_id"] is not None
              and (not authentic or row["feature_source"] in ("real", "kaggle"))]
    if len(fitted) != newest["tracks_fitted"]:
        sys.exit(f"{len(fitted)} tracks found, {newest['tracks_fitted']} were fitted")
    matrix = StandardScaler().fit_transform(np.array([[row[name] for name in newest["features"]] for row in fitted]))
    labels = np.array([row["cluster_id"] for row in fitted])
    started = time.monotonic()
    peer = KMeans(newest["k"], n_init=10, random_state=0).fit(matrix)
    seconds = time.monotonic() - started
    inertia = sum(((matrix[labels == row["cluster_id"]] - matrix[labels == row["cluster_id"]].mean(axis=0)) ** 2).sum()
                  for row in own)
    agreement = adjusted_rand_score(labels, peer.labels_)
    sample = min(10_000, len(matrix))
    print(f"tracks {len(fitted)}, k {newest['k']}, features {', '.join(newest['features'])}")
    print(f"inertia: stored {newest['inertia']:.1f}, from the labels {inertia:.1f}, scikit-learn {peer.inertia_:.1f}")
    print(f"silhouette: stored {newest['silhouette']:.4f}, "
          f"scikit-learn on {sample} of these labels {silhouette_score(matrix, labels, sample_size=sample, random_state=0):.4f}")
    print(f"Davies-Bouldin: stored {newest['davies_bouldin']:.6f}, scikit-learn {davies_bouldin_score(matrix, labels):.6f}")
    print(f"adjusted Rand index of both clusterings {agreement:.4f}; stability stored {newest['stability']:.4f}")
    print(f"scikit-learn's fit took {seconds:.2f} s")
    for row in sorted(own, key=lambda row: row["cluster_id"]):
        centroid = " ".join(f"{name} {row['centroid_' + name]:.3f}" for name in newest["features"])
        print(f"  {row['cluster_id']} {row['mood']:<16} {row['tracks']:>6} tracks  {centroid}")
    if abs(newest["inertia"] / peer.inertia_ - 1) > 1e-3 or agreement < 0.95:
        sys.exit("the models differ")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
