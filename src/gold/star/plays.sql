-- purpose: the facts: every play with the keys of its dimensions and what can be added up
-- grain:   one row a play
-- key:     play_id
-- reads:   keyed (made from silver); $allow_synthetic says whether synthetic features may be used at all
WITH
allowed AS (SELECT *, $allow_synthetic OR coalesce(feature_source <> 'synthetic', FALSE) AS is_allowed FROM keyed)
SELECT play_id, user_id, played_at,
       CAST(date_part('year', played_at_local) * 10000 + date_part('month', played_at_local) * 100
            + date_part('day', played_at_local) AS INT) AS date_key,
       CAST(date_part('hour', played_at_local) * 60 + date_part('minute', played_at_local) AS INT) AS time_key,
       coalesce(surrogate(track), -1) AS track_key, coalesce(surrogate(artist), -1) AS artist_key,
       coalesce(surrogate(album), -1) AS album_key,
       CAST(1 AS BIGINT) AS plays, ms_played, duration_ms, skipped,
       CASE WHEN is_allowed THEN valence END AS valence,
       CASE WHEN is_allowed THEN energy END AS energy,
       CASE WHEN is_allowed THEN danceability END AS danceability,
       CASE WHEN is_allowed THEN tempo END AS tempo,
       source, CASE WHEN is_allowed THEN feature_source END AS feature_source
FROM allowed
ORDER BY user_id, played_at, play_id
