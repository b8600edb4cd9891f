-- purpose: the most played tracks, artists and genres of a listener, over all time and by year and month
-- grain:   one row a listener, period, kind and rank
-- key:     user_id, period, period_start, kind, rank
-- reads:   plays (made from silver); $rank_max is how many are kept
WITH
dated AS (
    SELECT user_id, CAST(date_trunc('year', local_date) AS DATE) AS year_start,
           CAST(date_trunc('month', local_date) AS DATE) AS month_start, ms_played,
           arrow_cast(track_id, 'Utf8') AS track_id, arrow_cast(coalesce(track_name, track_id), 'Utf8') AS track_name,
           arrow_cast(artist_name, 'Utf8') AS artist_name,
           -- One song has many ids (single, album, market): it is told by its names, and by its id only where it has none.
           arrow_cast(coalesce(CASE WHEN artist_name IS NOT NULL AND track_name IS NOT NULL
                                    THEN concat(lower(artist_name), chr(9), lower(track_name)) END, track_id), 'Utf8') AS track_item,
           arrow_cast(lower(artist_name), 'Utf8') AS artist_item,
           CASE WHEN track_genres IS NOT NULL THEN 'named' END AS has_genre,
           coalesce(track_genres, arrow_cast(make_array(), 'List(Utf8)')) AS genres
    FROM plays
),
-- Each play counts as a play, as one with a genre, as its track, as its artist, and for each genre that its track is filed under.
named AS (
    SELECT user_id, year_start, month_start, ms_played,
           unnest(array_concat(make_array('play', 'named', 'track', 'artist'), array_repeat('genre', array_length(genres)))) AS kind,
           unnest(array_concat(make_array('all', has_genre, track_item, artist_item), genres)) AS item,
           unnest(array_concat(make_array(NULL, NULL, track_name, artist_name), genres)) AS name,
           unnest(make_array(NULL, NULL, artist_name)) AS artist_name,
           unnest(make_array(NULL, NULL, track_id)) AS track_id
    FROM dated
),
counted AS (
    SELECT user_id,
           CASE WHEN grouping(month_start) = 0 THEN 'month' WHEN grouping(year_start) = 0 THEN 'year' ELSE 'all' END AS period,
           coalesce(month_start, year_start) AS period_start, kind, item, max(name) AS name, max(artist_name) AS artist_name,
           min(track_id) AS track_id, count(*) AS plays, sum(ms_played) / 60000.0 AS minutes_played, count(ms_played) AS plays_timed
    FROM named
    WHERE item IS NOT NULL
    GROUP BY GROUPING SETS ((user_id, kind, item), (user_id, kind, item, year_start), (user_id, kind, item, year_start, month_start))
),
ranked AS (
    SELECT *,
           max(CASE WHEN kind = 'play' THEN plays END) OVER (PARTITION BY user_id, period, period_start) AS plays_in_period,
           max(CASE WHEN kind = 'named' THEN plays END) OVER (PARTITION BY user_id, period, period_start) AS plays_with_genre,
           sum(plays) OVER (PARTITION BY user_id, period, period_start, kind) AS plays_of_kind,
           row_number() OVER (
               PARTITION BY user_id, period, period_start, kind ORDER BY plays DESC, minutes_played DESC NULLS LAST, item
           ) AS rank
    FROM counted
)
SELECT user_id, period, period_start, kind, CAST(rank AS INT) AS rank, name, artist_name, track_id, plays, minutes_played,
       plays_timed, CAST(plays AS DOUBLE) / plays_in_period AS share, plays_in_period,
       -- A play with three genres counts in three of them, and is one play with a genre.
       CASE WHEN kind = 'genre' THEN plays_with_genre ELSE plays_of_kind END AS plays_named
FROM ranked
WHERE rank <= $rank_max AND kind IN ('track', 'artist', 'genre')
ORDER BY user_id, period, period_start, kind, rank
