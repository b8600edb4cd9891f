-- purpose: whose features a listener's figures rest on, and how long a play usually lasts
-- grain:   one row a listener
-- key:     user_id
-- reads:   listening_with_features (silver); $authentic_plays_min is how many plays with authentic features are enough,
--          $allow_synthetic says whether synthetic ones may be used at all
WITH
scaled AS (
    SELECT coalesce(user_id, 'unknown') AS user_id, ms_played,
           -- Catalogue values are Spotify's own; other providers measure on scales of their own and are not mixed with them.
           CASE
               WHEN feature_source IS NULL OR valence IS NULL OR energy IS NULL THEN NULL
               WHEN feature_source = 'synthetic' THEN 'synthetic'
               WHEN feature_provider IN ('spotify', 'kaggle') THEN 'spotify'
               ELSE coalesce(feature_provider, 'unknown')
           END AS scale
    FROM listening_with_features
    WHERE played_at IS NOT NULL
),
scales AS (
    SELECT user_id, scale, count(*) AS plays, sum(ms_played) AS ms_played, count(ms_played) AS plays_timed
    FROM scaled
    GROUP BY user_id, scale
),
-- The authentic scale of most plays; synthetic values only where there are too few others, since they say nothing of a song.
ranked AS (
    SELECT user_id, scale,
           scale IS NOT NULL AND ($allow_synthetic OR scale <> 'synthetic') AS is_usable,
           CAST(sum(ms_played) OVER (PARTITION BY user_id) AS DOUBLE) / sum(plays_timed) OVER (PARTITION BY user_id)
               AS ms_played_mean,
           row_number() OVER (
               PARTITION BY user_id
               ORDER BY scale IS NULL OR (scale = 'synthetic' AND NOT $allow_synthetic),
                        scale = 'synthetic' OR plays < $authentic_plays_min, scale <> 'synthetic', plays DESC, scale
           ) AS choice
    FROM scales
)
SELECT user_id, CASE WHEN is_usable THEN scale END AS basis, ms_played_mean
FROM ranked
WHERE choice = 1
ORDER BY user_id
