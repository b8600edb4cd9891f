-- purpose: played tracks whose audio values nobody has given yet, the most played first
-- grain:   one row a track id
-- key:     track_id
-- reads:   history, real_features (bronze), misses (what providers did not know); $provider, $asked_since: misses before it are asked again
WITH
played AS (
    SELECT track_id, count(*) AS plays FROM history WHERE track_id IS NOT NULL GROUP BY track_id
),
given AS (
    SELECT track_id AS given_id
    FROM real_features
    WHERE coalesce(danceability, energy, nullif(key, -1), loudness, mode, speechiness, acousticness, instrumentalness, liveness,
                   valence, tempo, time_signature) IS NOT NULL
),
missed AS (
    SELECT track_id AS missed_id FROM misses WHERE provider = $provider AND asked_at > $asked_since
)
SELECT track_id
FROM played
LEFT JOIN given ON given_id = track_id
LEFT JOIN missed ON missed_id = track_id
WHERE given_id IS NULL AND missed_id IS NULL
GROUP BY track_id
ORDER BY max(plays) DESC, track_id
