-- purpose: when new plays were, and how long the longest of them
-- grain:   one row; null where none of them can have a copy
-- key:     none
-- reads:   new_plays (rows of the history)
SELECT CAST(arrow_cast(min(played_at), 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS from_us,
       CAST(arrow_cast(max(played_at), 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS to_us,
       max(greatest(coalesce(ms_played, 0), coalesce(duration_ms, 0))) AS longest_ms
FROM new_plays
WHERE source IN ('extended_export', 'account_export', 'now_playing', 'spotify_api')
