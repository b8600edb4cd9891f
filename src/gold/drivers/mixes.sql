-- purpose: how often a listener's most played genres and artists are heard, by day and part of day
-- grain:   one row a listener, local day, part of day, kind and genre or artist that was heard then
-- key:     user_id, local_date, part_of_day, kind, subject
-- reads:   plays, subjects (made from silver)
WITH
named AS (
    SELECT user_id AS listener, local_date, part_of_day, 'artist' AS named_kind, artist_name AS name FROM plays
    UNION ALL
    SELECT user_id, local_date, part_of_day, 'genre', unnest(track_genres) FROM plays
)
SELECT user_id, local_date, part_of_day, kind, subject, CAST(count(*) AS DOUBLE) AS total
FROM subjects
JOIN named ON user_id = listener AND kind = named_kind AND subject = name
GROUP BY user_id, local_date, part_of_day, kind, subject
ORDER BY user_id, kind, subject, local_date, part_of_day
