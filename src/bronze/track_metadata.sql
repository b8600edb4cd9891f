-- purpose: what the plays of an export tell about their tracks
-- grain:   one row a track id
-- key:     track_id
-- reads:   plays (new rows of the history); $now, the moment of this run
SELECT track_id,
       -- A title or artist may be spelled differently over the years: the latest play's spelling is today's.
       last_value(track_name ORDER BY played_at, play_id) AS track_name,
       last_value(artist_name ORDER BY played_at, play_id) AS artist_name,
       last_value(album_name ORDER BY played_at, play_id) AS album_name,
       CAST(NULL AS INT) AS popularity,
       max(duration_ms) AS duration_ms,
       CAST(NULL AS BOOLEAN) AS explicit,
       max(isrc) AS isrc,
       CAST(NULL AS DOUBLE) AS danceability, CAST(NULL AS DOUBLE) AS energy, CAST(NULL AS INT) AS key,
       CAST(NULL AS DOUBLE) AS loudness, CAST(NULL AS INT) AS mode, CAST(NULL AS DOUBLE) AS speechiness,
       CAST(NULL AS DOUBLE) AS acousticness, CAST(NULL AS DOUBLE) AS instrumentalness, CAST(NULL AS DOUBLE) AS liveness,
       CAST(NULL AS DOUBLE) AS valence, CAST(NULL AS DOUBLE) AS tempo, CAST(NULL AS INT) AS time_signature,
       -- The export is Spotify's word, so are the names in it.
       'spotify' AS source,
       $now AS fetched_at
FROM plays
WHERE track_id IS NOT NULL
GROUP BY track_id
ORDER BY track_id
