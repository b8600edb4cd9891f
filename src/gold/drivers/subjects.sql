-- purpose: a listener's most played genres and artists
-- grain:   one row a listener, kind and genre or artist
-- key:     user_id, kind, subject
-- reads:   plays (made from silver); $subjects_max is how many of a kind are looked at, $share_min of how many plays
WITH
named AS (
    SELECT user_id,
           unnest(array_concat(make_array('play', 'artist'), array_repeat('genre', array_length(genres)))) AS kind,
           unnest(array_concat(make_array('all', artist), genres)) AS subject
    FROM (SELECT user_id, arrow_cast(artist_name, 'Utf8') AS artist,
                 coalesce(track_genres, arrow_cast(make_array(), 'List(Utf8)')) AS genres
          FROM plays)
),
counted AS (SELECT user_id, kind, subject, count(*) AS plays FROM named WHERE subject IS NOT NULL GROUP BY user_id, kind, subject),
ranked AS (
    SELECT *, max(CASE WHEN kind = 'play' THEN plays END) OVER (PARTITION BY user_id) AS all_plays,
           row_number() OVER (PARTITION BY user_id, kind ORDER BY plays DESC, subject) AS rank
    FROM counted
)
SELECT user_id, kind, subject
FROM ranked
WHERE kind <> 'play' AND rank <= $subjects_max AND plays >= $share_min * all_plays
ORDER BY user_id, kind, subject
