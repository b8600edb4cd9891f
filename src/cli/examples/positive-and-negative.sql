-- purpose: which characteristics go with positive or negative moods?
-- grain:   one row a characteristic
-- key:     characteristic
-- reads:   listening_with_features (silver)
WITH
-- Each track once, and authentic features only: repeats are no new evidence, and synthetic values none at all. Values of one
-- provider are not mixed with those of another, whose scales differ.
tracks AS (
    SELECT DISTINCT track_id, valence, energy, danceability, acousticness, instrumentalness, speechiness, loudness, tempo
    FROM silver.listening_with_features
    WHERE feature_provider IN ('spotify', 'kaggle') AND track_id IS NOT NULL AND valence IS NOT NULL
),
long AS (
    SELECT valence,
           unnest(make_array('energy', 'danceability', 'acousticness', 'instrumentalness', 'speechiness', 'loudness', 'tempo'))
               AS characteristic,
           unnest(make_array(energy, danceability, acousticness, instrumentalness, speechiness, loudness, tempo)) AS value
    FROM tracks
)
SELECT characteristic, count(value) AS tracks,
       round(avg(value) FILTER (WHERE valence >= 0.5), 3) AS mean_positive,
       round(avg(value) FILTER (WHERE valence < 0.5), 3) AS mean_negative,
       round((avg(value) FILTER (WHERE valence >= 0.5) - avg(value) FILTER (WHERE valence < 0.5)) / stddev(value), 3)
           AS standardized_difference,
       round(corr(valence, value), 3) AS correlation_with_valence
FROM long
WHERE value IS NOT NULL
GROUP BY characteristic
ORDER BY abs(corr(valence, value)) DESC
