-- purpose: tracks of the history that neither a provider nor the catalogue knows anything of
-- grain:   one row a track id
-- key:     track_id
-- reads:   history, real_features, kaggle (bronze)
WITH
played AS (
    SELECT DISTINCT track_id, lower(artist_name) AS artist_key, lower(track_name) AS title_key
    FROM history
    WHERE track_id IS NOT NULL
),
-- A metadata row without audio values is no feature.
real_tracks AS (
    SELECT DISTINCT track_id AS real_id
    FROM real_features
    WHERE coalesce(danceability, energy, nullif(key, -1), loudness, mode, speechiness, acousticness, instrumentalness, liveness,
                   valence, tempo, time_signature) IS NOT NULL
),
kaggle_ids AS (SELECT DISTINCT track_id AS kaggle_id FROM kaggle),
kaggle_names AS (
    SELECT DISTINCT lower(split_part(artists, ';', 1)) AS known_artist, lower(track_name) AS known_title FROM kaggle
),
matched AS (
    SELECT track_id, real_id IS NOT NULL OR kaggle_id IS NOT NULL OR known_artist IS NOT NULL AS is_known
    FROM played
    LEFT JOIN real_tracks ON real_id = track_id
    LEFT JOIN kaggle_ids ON kaggle_id = track_id
    LEFT JOIN kaggle_names ON known_artist = artist_key AND known_title = title_key
)
SELECT track_id
FROM matched
GROUP BY track_id
HAVING NOT bool_or(is_known)
ORDER BY track_id
