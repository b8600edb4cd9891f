-- purpose: how often a listener's most played genres and artists are heard, by day and part of day
-- grain:   one row a listener, local day, part of day, kind and genre or artist that was heard then
-- key:     user_id, local_date, part_of_day, kind, subject
-- reads:   plays, subjects (made from silver)
WITH
named AS (
    SELECT user_id, local_date, part_of_day,
           unnest(array_concat(make_array('artist'), array_repeat('genre', array_length(genres)))) AS kind,
           unnest(array_concat(make_array(artist), genres)) AS subject
    FROM (SELECT user_id, local_date, part_of_day, arrow_cast(artist_name, 'Utf8') AS artist,
                 coalesce(track_genres, arrow_cast(make_array(), 'List(Utf8)')) AS genres
          FROM plays)
)
SELECT named.user_id, local_date, part_of_day, named.kind, named.subject, CAST(count(*) AS DOUBLE) AS total
FROM subjects
JOIN named ON subjects.user_id = named.user_id AND subjects.kind = named.kind AND subjects.subject = named.subject
GROUP BY named.user_id, local_date, part_of_day, named.kind, named.subject
ORDER BY named.user_id, named.kind, named.subject, local_date, part_of_day
