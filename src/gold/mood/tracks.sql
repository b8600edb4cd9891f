-- purpose: the tracks that were played, each with one set of features and how often it was heard
-- grain:   one row a track
-- key:     track_id
-- reads:   listening_with_features (silver)
WITH
described AS (
    SELECT track_id, feature_source, danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness,
           liveness, valence, tempo, time_signature, count(*) AS described_plays
    FROM listening_with_features
    WHERE track_id IS NOT NULL
    GROUP BY track_id, feature_source, danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness,
             liveness, valence, tempo, time_signature
),
-- A track found by name may have been found by two spellings: the description behind most plays speaks for it.
ranked AS (
    SELECT *, CAST(sum(described_plays) OVER (PARTITION BY track_id) AS BIGINT) AS plays,
           row_number() OVER (
               PARTITION BY track_id
               ORDER BY feature_source IS NULL, described_plays DESC, feature_source, valence, energy, danceability, tempo
           ) AS choice
    FROM described
)
SELECT track_id, feature_source, danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness,
       valence, tempo, time_signature, plays
FROM ranked
WHERE choice = 1
ORDER BY track_id
