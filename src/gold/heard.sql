-- purpose: which songs and artists a listener heard on which day, and how often
-- grain:   one row a listener, local day, song and artist
-- key:     user_id, local_date, song, artist
-- reads:   plays (made from silver)
SELECT user_id, local_date,
       coalesce(CASE WHEN artist_name IS NOT NULL AND track_name IS NOT NULL
                     THEN concat(lower(artist_name), chr(9), lower(track_name)) END, track_id, lower(track_name)) AS song, lower(artist_name) AS artist,
       count(*) AS plays
FROM plays
WHERE coalesce(track_id, track_name) IS NOT NULL
GROUP BY user_id, local_date, song, artist
ORDER BY user_id, local_date, song, artist
