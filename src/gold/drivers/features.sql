-- purpose: audio features of a listener's days by part of day, as sums that means are made of
-- grain:   one row a listener, local day, part of day and feature
-- key:     user_id, local_date, part_of_day, subject
-- reads:   plays (made from silver)
WITH
valued AS (
    SELECT user_id, local_date, part_of_day, track_id,
           unnest(make_array('valence', 'energy', 'danceability', 'acousticness', 'instrumentalness', 'liveness', 'speechiness',
                             'loudness', 'tempo')) AS subject,
           unnest(make_array(valence, energy, danceability, acousticness, instrumentalness, liveness, speechiness, loudness,
                             tempo)) AS value
    FROM plays
    WHERE is_covered
)
-- Millionths are whole numbers: their sums are the same in whatever order rows come.
SELECT user_id, local_date, part_of_day, 'feature' AS kind, subject, count(value) AS plays,
       CAST(sum(CAST(round(value * 1e6) AS BIGINT)) AS DOUBLE) / 1e6 AS total,
       CAST(sum(CAST(round(value * value * 1e6) AS BIGINT)) AS DOUBLE) / 1e6 AS squares
FROM valued
WHERE value IS NOT NULL
GROUP BY user_id, local_date, part_of_day, subject
ORDER BY user_id, subject, local_date, part_of_day
