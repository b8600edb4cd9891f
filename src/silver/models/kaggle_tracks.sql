-- purpose: the tracks of the catalogue with their audio features and the names that they are found by
-- grain:   one row a track with at least one audio value
-- key:     track_id
-- reads:   kaggle (bronze)

-- The catalogue repeats a track for every genre it is filed under, each time with the same audio values and names: the least of
-- equals is that value.
SELECT track_id, max(coalesce(popularity, -1)) AS popularity, min(lower(split_part(artists, ';', 1))) AS artist_key,
       min(lower(track_name)) AS title_key,
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
  AND coalesce(danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness,
               valence, tempo, time_signature) IS NOT NULL
GROUP BY track_id
