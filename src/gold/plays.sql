-- purpose: every play with the features that figures about its listener may rest on
-- grain:   one row a play
-- key:     play_id
-- reads:   listening_with_features (silver), bases (made from silver); $include_synthetic says that synthetic features count
--          beside authentic ones
WITH
known AS (
    SELECT *, coalesce(user_id, 'unknown') AS listener,
           CASE
               WHEN feature_source IS NULL OR valence IS NULL OR energy IS NULL THEN NULL
               WHEN feature_source = 'synthetic' THEN 'synthetic'
               WHEN feature_provider IN ('spotify', 'kaggle') THEN 'spotify'
               ELSE coalesce(feature_provider, 'unknown')
           END AS scale
    FROM listening_with_features
    WHERE played_at IS NOT NULL
),
based AS (
    SELECT known.*, basis, ms_played_mean,
           coalesce(scale = basis OR ($include_synthetic AND scale = 'synthetic'), FALSE) AS is_covered
    FROM (SELECT user_id AS based_listener, basis, ms_played_mean FROM bases)
    RIGHT JOIN known ON based_listener = listener
)
SELECT play_id, listener AS user_id, played_at, played_at_local, CAST(played_at_local AS DATE) AS local_date,
       hour_of_day, day_of_week, part_of_day, is_weekend,
       track_id, track_name, artist_name, track_genres, ms_played, duration_ms, time_basis, skipped, reason_end,
       feature_source, coalesce(feature_source IN ('real', 'kaggle'), FALSE) AS is_authentic,
       CASE WHEN $include_synthetic AND basis <> 'synthetic' THEN concat(basis, '+synthetic') ELSE basis END AS feature_basis,
       is_covered,
       -- Listening time where it is known, the listener's mean where it is not: whole milliseconds add up in any order.
       CAST(round(coalesce(ms_played, ms_played_mean, 1)) AS BIGINT) AS weight,
       CASE WHEN is_covered THEN valence END AS valence,
       CASE WHEN is_covered THEN energy END AS energy,
       CASE WHEN is_covered THEN danceability END AS danceability,
       CASE WHEN is_covered THEN acousticness END AS acousticness,
       CASE WHEN is_covered THEN instrumentalness END AS instrumentalness,
       CASE WHEN is_covered THEN liveness END AS liveness,
       CASE WHEN is_covered THEN speechiness END AS speechiness,
       CASE WHEN is_covered THEN loudness END AS loudness,
       CASE WHEN is_covered THEN tempo END AS tempo
FROM based
