-- purpose: the tracks that were played, each with the sets of features that it was found with and how often
-- grain:   one row a track and set of features, the one that speaks for the track first
-- key:     track_id and the features
-- reads:   listening_with_features (silver)
WITH
described AS (
    SELECT track_id, feature_source, danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness,
           liveness, valence, tempo, time_signature, count(*) AS plays
    FROM listening_with_features
    WHERE track_id IS NOT NULL
    GROUP BY track_id, feature_source, danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness,
             liveness, valence, tempo, time_signature
)
-- A track found by name may have been found by two spellings: the description behind most plays speaks for it.
SELECT *
FROM described
ORDER BY track_id, feature_source IS NULL, plays DESC, feature_source, valence, energy, danceability, tempo
