-- purpose: audio features of a listener's days by part of day, as sums that means are made of
-- grain:   one row a listener, local day, part of day and feature
-- key:     user_id, local_date, part_of_day, subject
-- reads:   plays (made from silver)
WITH
-- Millionths are whole numbers: their sums are the same in whatever order rows come.
parts AS (
    SELECT user_id, local_date, part_of_day,
           count(valence) AS valence_plays, sum(CAST(round(valence * 1e6) AS BIGINT)) AS valence,
           sum(CAST(round(valence * valence * 1e6) AS BIGINT)) AS valence_squares,
           count(energy) AS energy_plays, sum(CAST(round(energy * 1e6) AS BIGINT)) AS energy,
           sum(CAST(round(energy * energy * 1e6) AS BIGINT)) AS energy_squares,
           count(danceability) AS danceability_plays, sum(CAST(round(danceability * 1e6) AS BIGINT)) AS danceability,
           sum(CAST(round(danceability * danceability * 1e6) AS BIGINT)) AS danceability_squares,
           count(acousticness) AS acousticness_plays, sum(CAST(round(acousticness * 1e6) AS BIGINT)) AS acousticness,
           sum(CAST(round(acousticness * acousticness * 1e6) AS BIGINT)) AS acousticness_squares,
           count(instrumentalness) AS instrumentalness_plays, sum(CAST(round(instrumentalness * 1e6) AS BIGINT)) AS instrumentalness,
           sum(CAST(round(instrumentalness * instrumentalness * 1e6) AS BIGINT)) AS instrumentalness_squares,
           count(liveness) AS liveness_plays, sum(CAST(round(liveness * 1e6) AS BIGINT)) AS liveness,
           sum(CAST(round(liveness * liveness * 1e6) AS BIGINT)) AS liveness_squares,
           count(speechiness) AS speechiness_plays, sum(CAST(round(speechiness * 1e6) AS BIGINT)) AS speechiness,
           sum(CAST(round(speechiness * speechiness * 1e6) AS BIGINT)) AS speechiness_squares,
           count(loudness) AS loudness_plays, sum(CAST(round(loudness * 1e6) AS BIGINT)) AS loudness,
           sum(CAST(round(loudness * loudness * 1e6) AS BIGINT)) AS loudness_squares,
           count(tempo) AS tempo_plays, sum(CAST(round(tempo * 1e6) AS BIGINT)) AS tempo,
           sum(CAST(round(tempo * tempo * 1e6) AS BIGINT)) AS tempo_squares
    FROM plays
    WHERE is_covered
    GROUP BY user_id, local_date, part_of_day
),
listed AS (
    SELECT user_id, local_date, part_of_day,
           unnest(make_array('valence', 'energy', 'danceability', 'acousticness', 'instrumentalness', 'liveness', 'speechiness',
                             'loudness', 'tempo')) AS subject,
           unnest(make_array(valence_plays, energy_plays, danceability_plays, acousticness_plays, instrumentalness_plays,
                             liveness_plays, speechiness_plays, loudness_plays, tempo_plays)) AS plays,
           unnest(make_array(valence, energy, danceability, acousticness, instrumentalness, liveness, speechiness, loudness,
                             tempo)) AS total,
           unnest(make_array(valence_squares, energy_squares, danceability_squares, acousticness_squares,
                             instrumentalness_squares, liveness_squares, speechiness_squares, loudness_squares,
                             tempo_squares)) AS squares
    FROM parts
)
SELECT user_id, local_date, part_of_day, 'feature' AS kind, subject, plays, CAST(total AS DOUBLE) / 1e6 AS total,
       CAST(squares AS DOUBLE) / 1e6 AS squares
FROM listed
WHERE plays > 0
ORDER BY user_id, subject, local_date, part_of_day
