-- purpose: plays of the table that another was built from (target) that the other (checked) lacks, and no source explains
-- grain:   one row a missing play
-- key:     play_id
-- reads:   checked, target; the words "true" with a remark stand for the condition on the keys of one pass
WITH
missing AS (
    SELECT play.*
    FROM (SELECT play_id FROM checked WHERE true /* mine */) AS kept
    RIGHT ANTI JOIN (
        SELECT play_id, user_id, track_id, lower(track_name) AS title, played_at, source, CAST(date AS INT) AS day,
               CASE source WHEN 'extended_export' THEN 5 WHEN 'account_export' THEN 4
                           WHEN 'now_playing' THEN CASE WHEN ms_played IS NULL THEN 1 ELSE 3 END
                           WHEN 'spotify_api' THEN 2 END AS telling
        FROM target
        WHERE play_id IS NOT NULL AND true /* theirs */
    ) AS play ON play.play_id = kept.play_id
),
-- A play that a more telling source tells of too is a copy and was left out rightly. The exact tolerance is the model's business;
-- here the same track within a day is near enough. Days are compared as numbers, so that a play meets the plays of three days and
-- not those of all years.
near AS (
    SELECT play_id, user_id, track_id, title, telling, unnest(make_array(day - 1, day, day + 1)) AS day
    FROM missing
    WHERE telling < 5
),
copies AS (
    SELECT DISTINCT near.play_id AS copy_id
    FROM near
    JOIN (
        SELECT user_id, track_id, lower(track_name) AS title, CAST(date AS INT) AS day,
               CASE source WHEN 'extended_export' THEN 5 WHEN 'account_export' THEN 4
                           WHEN 'now_playing' THEN CASE WHEN ms_played IS NULL THEN 1 ELSE 3 END
                           WHEN 'spotify_api' THEN 2 END AS telling
        FROM target
        WHERE source IN ('extended_export', 'account_export', 'now_playing', 'spotify_api')
    ) AS other ON other.user_id = near.user_id AND other.day = near.day
    WHERE other.telling > near.telling AND (other.track_id = near.track_id OR other.title = near.title)
)
SELECT play_id, user_id, track_id, played_at, source
FROM copies
RIGHT ANTI JOIN missing ON missing.play_id = copies.copy_id
