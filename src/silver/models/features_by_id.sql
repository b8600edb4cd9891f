-- purpose: what is known of a track id: the features of the first source that has any, and the catalogue's genres
-- grain:   one row a track id that a source has features for or the catalogue files under a genre
-- key:     known_track_id
-- reads:   real_features, synthetic_features (bronze), kaggle_tracks, kaggle_genres (made from kaggle); $real_place,
--          $synthetic_place, $kaggle_place say in which order the sources are asked, null says not at all

-- Plain GROUP BYs and joins throughout: a window function costs ten times as much on tables of one row a track.
-- Unknown values that the sources write as numbers become null first, so that "has features" means a real value. A row without a
-- single audio value is metadata only: it is not there for our purpose, and the next source is asked.
WITH
real_rows AS (
    SELECT track_id, source AS feature_provider, fetched_at,
           danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
           tempo, time_signature
    FROM (SELECT * EXCLUDE (key), nullif(key, CAST(-1 AS INT)) AS key FROM real_features)
    WHERE track_id IS NOT NULL AND $real_place IS NOT NULL
      AND coalesce(danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness,
                   valence, tempo, time_signature) IS NOT NULL
),
real_counts AS (SELECT track_id AS counted_id, count(*) AS rows_of_track FROM real_rows GROUP BY track_id),
-- Where two providers know a track, Spotify's own values win, then the newest: a table that breaks "one row a track" can so
-- never multiply plays.
real_repeated AS (
    SELECT *, row_number() OVER (
        PARTITION BY track_id
        ORDER BY feature_provider <> 'spotify', feature_provider, fetched_at DESC NULLS LAST, valence, energy, tempo
    ) AS preferred
    FROM real_rows JOIN real_counts ON counted_id = track_id AND rows_of_track > 1
),
real_tracks AS (
    SELECT track_id, feature_provider,
           danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
           tempo, time_signature
    FROM real_rows JOIN real_counts ON counted_id = track_id AND rows_of_track = 1
    UNION ALL
    SELECT track_id, feature_provider,
           danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
           tempo, time_signature
    FROM real_repeated WHERE preferred = 1
),
synthetic_tracks AS (
    SELECT track_id,
           min(danceability) AS danceability, min(energy) AS energy, min(key) AS key, min(loudness) AS loudness,
           min(mode) AS mode, min(speechiness) AS speechiness, min(acousticness) AS acousticness,
           min(instrumentalness) AS instrumentalness, min(liveness) AS liveness, min(valence) AS valence,
           min(tempo) AS tempo, min(time_signature) AS time_signature
    FROM synthetic_features
    WHERE track_id IS NOT NULL AND $synthetic_place IS NOT NULL
      AND coalesce(danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness,
                   valence, tempo, time_signature) IS NOT NULL
    GROUP BY track_id
),
candidates AS (
    SELECT $real_place AS place, 'real' AS feature_source, feature_provider, track_id,
           danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
           tempo, time_signature
    FROM real_tracks
    UNION ALL
    SELECT $synthetic_place, 'synthetic', 'synthetic', track_id,
           danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
           tempo, time_signature
    FROM synthetic_tracks
    UNION ALL
    SELECT $kaggle_place, 'kaggle', 'kaggle', track_id,
           danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
           tempo, time_signature
    FROM kaggle_tracks WHERE $kaggle_place IS NOT NULL
),
-- The first source in the preference gives all values of a track: a row never mixes sources.
first_places AS (SELECT track_id AS first_id, min(place) AS first_place FROM candidates GROUP BY track_id)
SELECT coalesce(track_id, genre_id) AS known_track_id, track_id IS NOT NULL AS has_features, feature_source, feature_provider,
       danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
       tempo, time_signature,
       track_genres
FROM (SELECT * FROM candidates JOIN first_places ON first_id = track_id AND first_place = place)
FULL JOIN kaggle_genres ON genre_id = track_id
