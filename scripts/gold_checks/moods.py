"""Mood clusters and the circumplex: the cluster of each track, quadrant, angle and strength of each play."""

import numpy as np
import pandas as pd
from sklearn.metrics import davies_bouldin_score, silhouette_score
from sklearn.preprocessing import StandardScaler

from .compare import MILLIONTHS, ROUNDING

NEUTRAL = 0.15
AUDIO = ["danceability", "energy", "key", "loudness", "mode", "speechiness", "acousticness", "instrumentalness", "liveness",
         "valence", "tempo", "time_signature"]
# Lloyd's steps end when centroids hardly move; the means of the labels are that much further, in standard deviations.
SETTLED = 0.02
# Fewer tracks do not tell where their centroid is.
TRACKS_MIN = 20
# The program takes the silhouette of 10,000 tracks at most; of more, samples differ.
SILHOUETTE_TRACKS, SAMPLED = 10_000, 0.02


def tracks_of(silver):
    """Each track with the description behind most of its plays."""
    named = silver[silver["track_id"].notna()]
    described = named.groupby(["track_id", "feature_source", *AUDIO], dropna=False).size().rename("own").reset_index()
    described["plays"] = described.groupby("track_id")["own"].transform("sum")
    described["unknown"], described["fewer"] = described["feature_source"].isna(), -described["own"]
    order = ["track_id", "unknown", "fewer", "feature_source", "valence", "energy", "danceability", "tempo"]
    return described.sort_values(order).drop_duplicates("track_id").drop(columns=["own", "unknown", "fewer"])


def mood_clusters(listening, found, report):
    report.frames("mood_clusters", found, tracks_of(listening.silver), ["track_id"], tolerance=0)
    has = found["cluster_id"].notna()
    alike = [found[name].notna() == has for name in ("mood", "distance", "model_id")]
    report.holds("mood_clusters", "cluster, mood, distance together", np.logical_and.reduce(alike))
    report.equal("mood_clusters", "one model at most", found["model_id"].nunique() <= 1, True)


def fitted(found, profile):
    """The tracks that a model was fitted on, and all that it was used on, with z-scores by the fitted ones."""
    used = found[found["cluster_id"].notna()]
    is_fitted = used["feature_source"].isin(["real", "kaggle"]) | (profile["fitted_on"] != "authentic")
    features = list(profile["features"])
    scaler = StandardScaler().fit(used.loc[is_fitted, features].to_numpy())
    return used, is_fitted.to_numpy(), scaler.transform(used[features].to_numpy())


def mood_cluster_profiles(listening, found, report):
    clusters = listening.lake.table("gold", "mood_clusters")
    own = found[found["model_id"].isin(clusters["model_id"].dropna())].sort_values("cluster_id")
    report.equal("mood_cluster_profiles", "the model of mood_clusters is there", len(own) > 0, clusters["model_id"].notna().any())
    if own.empty:
        return
    used, is_fitted, places = fitted(clusters, own.iloc[0])
    of_cluster, learnt = used.groupby("cluster_id"), used[is_fitted].groupby("cluster_id")
    expected = pd.DataFrame({
        "mood": of_cluster["mood"].first(), "tracks": learnt.size(), "tracks_assigned": of_cluster.size(),
        "plays": of_cluster["plays"].sum(), **{f"centroid_{name}": learnt[name].mean() for name in AUDIO},
    }).reset_index()
    expected["k"], expected["tracks_fitted"] = len(expected), int(is_fitted.sum())
    for source in ("real", "kaggle", "synthetic"):
        expected[f"fitted_on_{source}"] = (used.loc[is_fitted, "feature_source"] == source).mean()
    report.frames("mood_cluster_profiles", own, expected.astype({"k": "int64"}), ["cluster_id"])
    labels, distances = used["cluster_id"].to_numpy(int), used["distance"].to_numpy()
    ids = np.unique(labels)
    means = np.array([places[is_fitted & (labels == cluster)].mean(axis=0) for cluster in ids])
    centroids = np.array([centre(places[labels == cluster], distances[labels == cluster], mean) for cluster, mean in zip(ids, means)])
    report.values("mood_clusters", "centroids, means of their tracks", centroids.ravel(), means.ravel(), SETTLED)
    apart = np.linalg.norm(places[:, None, :] - centroids[None, :, :], axis=2)
    report.values("mood_clusters", "distance", distances, apart[np.arange(len(used)), np.searchsorted(ids, labels)], ROUNDING)
    report.holds("mood_clusters", "no other centroid is nearer", apart.min(axis=1) > distances - ROUNDING)
    quality(own.iloc[0], places[is_fitted], labels[is_fitted], (distances[is_fitted] ** 2).sum(), report)


def centre(places, distances, mean):
    """The point that has these distances to these places: their squares are linear in it."""
    if len(places) < TRACKS_MIN:
        return mean
    unknown = np.column_stack([-2 * places, np.ones(len(places))])
    return np.linalg.lstsq(unknown, distances**2 - (places**2).sum(axis=1))[0][:-1]


def quality(profile, places, labels, inertia, report):
    report.values("mood_cluster_profiles", "inertia", [profile["inertia"]], [inertia], ROUNDING)
    if len(np.unique(labels)) < 2:
        return
    report.values("mood_cluster_profiles", "davies_bouldin", [profile["davies_bouldin"]], [davies_bouldin_score(places, labels)], ROUNDING)
    sample = None if len(places) <= SILHOUETTE_TRACKS else SILHOUETTE_TRACKS
    allowed = ROUNDING if sample is None else SAMPLED
    silhouette = silhouette_score(places, labels, sample_size=sample, random_state=0)
    report.values("mood_cluster_profiles", "silhouette", [profile["silhouette"]], [silhouette], allowed)


def circumplex(valence, energy):
    """Quadrant, angle and strength around a centre that was subtracted."""
    strength = np.sqrt(valence**2 + energy**2)
    quadrants = np.select(
        [strength < NEUTRAL, (valence >= 0) & (energy >= 0), (valence < 0) & (energy >= 0), (valence < 0) & (energy < 0),
         (valence >= 0) & (energy < 0)], ["neutral", "happy", "tense", "sad", "calm"], "")
    return pd.Series(quadrants, index=valence.index).replace("", None), np.degrees(np.arctan2(energy, valence)), strength


def placed(listening):
    """Each play's place around 0.5 and around the listener's median."""
    plays = listening.plays[["play_id", "user_id", "played_at", "played_at_local", "local_date", "track_id", "valence", "energy",
                             "feature_source", "feature_basis"]].copy()
    own = listening.plays[listening.plays["is_covered"]].groupby("user_id")[["valence", "energy"]].median()
    for suffix, (valence, energy) in {"": (0.5, 0.5), "_own": (plays["user_id"].map(own[name]) for name in own)}.items():
        quadrant, angle, strength = circumplex(plays["valence"] - valence, plays["energy"] - energy)
        plays[f"quadrant{suffix}"], plays[f"angle{suffix}_degrees"], plays[f"strength{suffix}"] = quadrant, angle, strength
    return plays, own


def play_moods(listening, found, report):
    clusters = listening.lake.table("gold", "mood_clusters")
    plays, _ = placed(listening)
    plays = plays.merge(clusters[["track_id", "cluster_id", "mood"]], on="track_id", how="left")
    report.frames("play_moods", found, plays, ["play_id"])
    report.equal("play_moods", "every play of silver once", sorted(found["play_id"]), sorted(listening.plays["play_id"]))


def mood_circumplex(listening, found, report):
    plays, own = placed(listening)
    totals = listening.totals()
    parts = []
    for centre, suffix in [("fixed", ""), ("own", "_own")]:
        grouped = plays.groupby(["user_id", f"quadrant{suffix}"])[f"strength{suffix}"]
        part = pd.DataFrame({"quadrant_plays": grouped.size(), "strength_mean": grouped.mean()}).reset_index()
        part = part.rename(columns={f"quadrant{suffix}": "quadrant"}).assign(centre=centre)
        for name in ("valence", "energy"):
            part[f"centre_{name}"] = part["user_id"].map(own[name]) if suffix else 0.5
        parts.append(part)
    expected = pd.concat(parts, ignore_index=True).merge(totals, on="user_id")
    expected["share"] = expected["quadrant_plays"] / expected["plays_covered"]
    keys = ["user_id", "centre", "quadrant"]
    report.frames("mood_circumplex", found, expected, keys, tolerances={"strength_mean": MILLIONTHS})
    shares = found.groupby(["user_id", "centre"])["share"].sum()
    report.values("mood_circumplex", "shares add up to one", shares, np.ones(len(shares)), ROUNDING)
