-- purpose: which rows of track features are new, and which known ones the incoming rows complete
-- grain:   one row a track id that changes
-- key:     track_id
-- reads:   incoming (rows of the same columns, one a track), known (bronze track features); $now, the moment of this run
WITH
-- A row without a single audio value is metadata only: whoever brings values first gives all of them.
known_rows AS (
    SELECT track_id AS known_id,
           track_name AS known_track_name, artist_name AS known_artist_name, album_name AS known_album_name,
           popularity AS known_popularity, duration_ms AS known_duration_ms, explicit AS known_explicit, isrc AS known_isrc,
           danceability AS known_danceability, energy AS known_energy, key AS known_key, loudness AS known_loudness,
           mode AS known_mode, speechiness AS known_speechiness, acousticness AS known_acousticness,
           instrumentalness AS known_instrumentalness,
           liveness AS known_liveness, valence AS known_valence, tempo AS known_tempo, time_signature AS known_time_signature,
           source AS known_source,
           coalesce(danceability, energy, nullif(key, -1), loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
                    tempo, time_signature) IS NOT NULL AS known_has_audio
    FROM known
),
incoming_rows AS (
    SELECT *,
           coalesce(danceability, energy, nullif(key, -1), loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
                    tempo, time_signature) IS NOT NULL AS has_audio
    FROM incoming
    WHERE track_id IS NOT NULL
),
paired AS (
    SELECT *, coalesce(has_audio AND NOT known_has_audio, has_audio) AS brings_audio
    FROM incoming_rows LEFT JOIN known_rows ON known_id = track_id
)
SELECT track_id,
       coalesce(known_track_name, track_name) AS track_name,
       coalesce(known_artist_name, artist_name) AS artist_name,
       coalesce(known_album_name, album_name) AS album_name,
       coalesce(known_popularity, popularity) AS popularity,
       coalesce(known_duration_ms, duration_ms) AS duration_ms,
       coalesce(known_explicit, explicit) AS explicit,
       coalesce(known_isrc, isrc) AS isrc,
       CASE WHEN brings_audio THEN danceability ELSE known_danceability END AS danceability,
       CASE WHEN brings_audio THEN energy ELSE known_energy END AS energy,
       CASE WHEN brings_audio THEN key ELSE known_key END AS key,
       CASE WHEN brings_audio THEN loudness ELSE known_loudness END AS loudness,
       CASE WHEN brings_audio THEN mode ELSE known_mode END AS mode,
       CASE WHEN brings_audio THEN speechiness ELSE known_speechiness END AS speechiness,
       CASE WHEN brings_audio THEN acousticness ELSE known_acousticness END AS acousticness,
       CASE WHEN brings_audio THEN instrumentalness ELSE known_instrumentalness END AS instrumentalness,
       CASE WHEN brings_audio THEN liveness ELSE known_liveness END AS liveness,
       CASE WHEN brings_audio THEN valence ELSE known_valence END AS valence,
       CASE WHEN brings_audio THEN tempo ELSE known_tempo END AS tempo,
       CASE WHEN brings_audio THEN time_signature ELSE known_time_signature END AS time_signature,
       CASE WHEN brings_audio THEN source ELSE coalesce(known_source, source) END AS source,
       $now AS fetched_at,
       known_id IS NULL AS is_new
FROM paired
WHERE known_id IS NULL OR brings_audio
   OR (known_track_name IS NULL AND track_name IS NOT NULL)
   OR (known_artist_name IS NULL AND artist_name IS NOT NULL)
   OR (known_album_name IS NULL AND album_name IS NOT NULL)
   OR (known_popularity IS NULL AND popularity IS NOT NULL)
   OR (known_duration_ms IS NULL AND duration_ms IS NOT NULL)
   OR (known_explicit IS NULL AND explicit IS NOT NULL)
   OR (known_isrc IS NULL AND isrc IS NOT NULL)
ORDER BY track_id
