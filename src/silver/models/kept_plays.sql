-- purpose: the plays that count: a listening event that several sources tell of counts once
-- grain:   one row a listening event
-- key:     play_id
-- reads:   history (bronze)
WITH
plays AS (SELECT * FROM history),
-- How telling a source is; plays of other sources are nobody's copies. What was seen of the player only in part tells least. Account
-- exports know only the minute: their play ended somewhere in it, and was certainly being heard only between the latest start and the
-- earliest end.
timed AS (
    SELECT play_id, user_id, track_id, artist_name, track_name, telling, minute_us,
           CASE time_basis WHEN 'start' THEN at_us + length_us ELSE at_us END AS ended_us,
           CASE time_basis WHEN 'start' THEN at_us ELSE at_us - length_us END + minute_us AS started_us
    FROM (
        SELECT play_id, user_id, track_id, artist_name, track_name, time_basis,
               CAST(arrow_cast(played_at, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS at_us,
               coalesce(ms_played, duration_ms, 0) * 1000 AS length_us,
               CASE source WHEN 'extended_export' THEN 5 WHEN 'account_export' THEN 4
                           WHEN 'now_playing' THEN CASE WHEN ms_played IS NULL THEN 1 ELSE 3 END
                           WHEN 'spotify_api' THEN 2 END AS telling,
               CASE source WHEN 'account_export' THEN 60000000 ELSE 0 END AS minute_us
        FROM plays
        WHERE source IN ('extended_export', 'account_export', 'now_playing', 'spotify_api')
    )
),
-- Until when more telling sources tell of a listener, with all that ends may be apart. Most plays of the API come after the export:
-- they are nobody's copies and need not be held while all plays stream past.
told AS (
    SELECT user_id AS told_user, max(CASE WHEN telling > 2 THEN ended_us END) + 150000000 AS told_until_us,
           max(CASE WHEN telling > 1 THEN ended_us END) + 150000000 AS told_with_api_until_us
    FROM timed
    GROUP BY user_id
),
doubtful AS (
    SELECT timed.*
    FROM told
    JOIN timed ON user_id = told_user
    WHERE telling < 5
      AND least(started_us, ended_us) <= CASE telling WHEN 1 THEN told_with_api_until_us ELSE told_until_us END
),
copies_by_id AS (
    SELECT less.play_id
    FROM doubtful AS less
    JOIN timed AS more ON more.user_id = less.user_id AND more.track_id = less.track_id
    WHERE more.telling > 1 AND more.telling > less.telling
      AND ((more.started_us < less.ended_us AND less.started_us < more.ended_us)
           OR (more.ended_us <= less.ended_us + less.minute_us + 30000000
               AND less.ended_us <= more.ended_us + more.minute_us + 30000000))
),
-- Where a side has no track id, first artist and title in lower case stand for it.
nameless AS (
    SELECT play_id, user_id, telling, started_us, ended_us, minute_us, lower(artist_name) AS artist_key,
           lower(track_name) AS title_key
    FROM timed
    WHERE track_id IS NULL AND artist_name IS NOT NULL AND track_name IS NOT NULL
),
copies_by_name AS (
    SELECT CASE WHEN one.telling < other.telling THEN one.play_id ELSE other.play_id END AS play_id
    FROM nameless AS one
    JOIN timed AS other
      ON other.user_id = one.user_id AND lower(other.artist_name) = one.artist_key AND lower(other.track_name) = one.title_key
    WHERE other.telling <> one.telling
      AND ((one.started_us < other.ended_us AND other.started_us < one.ended_us)
           OR (one.ended_us <= other.ended_us + other.minute_us + 30000000
               AND other.ended_us <= one.ended_us + one.minute_us + 30000000))
),
copies AS (
    SELECT play_id AS copy_id FROM copies_by_id
    UNION
    SELECT play_id FROM copies_by_name
)
SELECT plays.* FROM copies RIGHT ANTI JOIN plays ON plays.play_id = copies.copy_id
