-- purpose: the catalogue as tracks: the CSV repeats a track for every genre that it is filed under
-- grain:   one row a track id
-- key:     track_id
-- reads:   kaggle (bronze)
WITH
-- Zeros and minus ones that mean unknown become null, as in listening_with_features. Values differ between a track's rows only in
-- popularity (and, by rounding, nowhere else): the highest popularity counts, of the others the least of equals.
tracks AS (
    SELECT track_id, min(track_name) AS track_name, min(artists) AS artists, min(album_name) AS album_name,
           max(popularity) AS popularity, min(duration_ms) AS duration_ms, max(explicit) AS explicit,
           min(danceability) AS danceability, min(energy) AS energy, min(key) AS key, min(loudness) AS loudness,
           min(mode) AS mode, min(speechiness) AS speechiness, min(acousticness) AS acousticness,
           min(instrumentalness) AS instrumentalness, min(liveness) AS liveness, min(valence) AS valence,
           min(tempo) AS tempo, min(time_signature) AS time_signature
    FROM (
        SELECT * EXCLUDE (key, tempo, time_signature), nullif(key, CAST(-1 AS INT)) AS key, nullif(tempo, 0) AS tempo,
               nullif(time_signature, CAST(0 AS INT)) AS time_signature
        FROM kaggle
    )
    WHERE track_id IS NOT NULL
    GROUP BY track_id
),
genres AS (
    SELECT track_id AS genre_id, array_sort(array_agg(arrow_cast(track_genre, 'Utf8'))) AS track_genres
    FROM (SELECT DISTINCT track_id, track_genre FROM kaggle WHERE track_id IS NOT NULL AND track_genre IS NOT NULL)
    GROUP BY track_id
)
SELECT track_id, track_name, split_part(artists, ';', 1) AS artist_name, artists, album_name,
       track_genres[1] AS track_genre, track_genres, popularity, duration_ms, explicit,
       danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence, tempo,
       time_signature
FROM tracks
LEFT JOIN genres ON genre_id = track_id
ORDER BY track_id
