-- purpose: a listener's most played genres and artists
-- grain:   one row a listener, kind and genre or artist
-- key:     user_id, kind, subject
-- reads:   plays (made from silver); $subjects_max is how many of a kind are looked at, $share_min of how many plays
WITH
counted AS (
    SELECT user_id, 'artist' AS kind, artist_name AS subject, count(*) AS plays
    FROM plays
    WHERE artist_name IS NOT NULL
    GROUP BY user_id, artist_name
    UNION ALL
    SELECT user_id, 'genre', genre, count(*)
    FROM (SELECT user_id, unnest(track_genres) AS genre FROM plays)
    WHERE genre IS NOT NULL
    GROUP BY user_id, genre
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY user_id, kind ORDER BY plays DESC, subject) AS rank
    FROM counted
)
SELECT user_id, kind, subject
FROM (SELECT user_id AS listener, count(*) AS all_plays FROM plays GROUP BY user_id)
JOIN ranked ON listener = user_id
WHERE rank <= $subjects_max AND plays >= $share_min * all_plays
ORDER BY user_id, kind, subject
