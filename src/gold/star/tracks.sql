-- purpose: the dimension of tracks: each as the newest play that tells it has it
-- grain:   one row a track, and one for plays of nobody knows what
-- key:     track_key (-1 is unknown)
-- reads:   told (made from silver)
WITH
newest AS (
    SELECT track_key, min(track_id) AS track_id,
           first_value(track_name ORDER BY told_at DESC, track_name) FILTER (WHERE track_name IS NOT NULL) AS track_name,
           -- Key and name of one artist, and of one album: both in one order.
           first_value(artist_key ORDER BY told_at DESC, artist, artist_name) FILTER (WHERE artist IS NOT NULL) AS artist_key,
           first_value(artist_name ORDER BY told_at DESC, artist, artist_name) FILTER (WHERE artist IS NOT NULL) AS artist_name,
           first_value(album_key ORDER BY told_at DESC, album, album_name) FILTER (WHERE album IS NOT NULL) AS album_key,
           first_value(album_name ORDER BY told_at DESC, album, album_name) FILTER (WHERE album IS NOT NULL) AS album_name,
           first_value(track_genre ORDER BY told_at DESC, track_genre) FILTER (WHERE track_genre IS NOT NULL) AS genre,
           first_value(duration_ms ORDER BY told_at DESC, duration_ms) FILTER (WHERE duration_ms IS NOT NULL) AS duration_ms,
           first_value(isrc ORDER BY told_at DESC, isrc) FILTER (WHERE isrc IS NOT NULL) AS isrc
    FROM told
    WHERE track_key IS NOT NULL
    GROUP BY track_key
),
spelled AS (
    SELECT track_key AS spelled_key, array_agg(track_name ORDER BY track_name) AS names
    FROM (SELECT DISTINCT track_key, track_name FROM told WHERE track_key IS NOT NULL AND track_name IS NOT NULL)
    GROUP BY track_key
    HAVING count(*) > 1
)
SELECT track_key, track_id, track_name, coalesce(artist_key, -1) AS artist_key, coalesce(album_key, -1) AS album_key,
       artist_name, album_name, genre, duration_ms, isrc, array_remove(names, track_name) AS other_names
FROM spelled
RIGHT JOIN newest ON spelled_key = track_key
UNION ALL
SELECT -1, NULL, 'unknown', -1, -1, NULL, NULL, NULL, NULL, NULL, NULL
ORDER BY track_key
