-- purpose: every play with the audio features of its track, their provenance, and the time on the listener's own clock
-- grain:   one row a play; a join never multiplies plays
-- key:     play_id
-- reads:   kept_plays (made from history), features_by_id, features_by_name (made from the features tables of bronze); $timezone
--          names the zone the session computes in
WITH
-- The small side stands left: the plays stream past it and are never held.
identified AS (
    SELECT kept_plays.*, known_track_id, coalesce(has_features, false) AS has_features, feature_source, feature_provider,
           danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence, tempo,
           time_signature, track_genres,
           -- The name is asked only where no source has features for the id.
           CASE WHEN has_features THEN NULL ELSE lower(artist_name) END AS artist_asked,
           CASE WHEN has_features THEN NULL ELSE lower(track_name) END AS title_asked
    FROM features_by_id
    RIGHT JOIN kept_plays ON track_id = known_track_id
),
described AS (
    SELECT play_id, user_id, played_at, date, month, track_id, track_uri, track_name, artist_name, artists,
           album_name, duration_ms, ms_played, isrc, source, time_basis, context_uri, skipped, reason_start,
           reason_end, platform, ingested_at, run_id,
           CASE WHEN has_features THEN play.danceability ELSE name.danceability END AS danceability,
           CASE WHEN has_features THEN play.energy ELSE name.energy END AS energy,
           CASE WHEN has_features THEN play.key ELSE name.key END AS key,
           CASE WHEN has_features THEN play.loudness ELSE name.loudness END AS loudness,
           CASE WHEN has_features THEN play.mode ELSE name.mode END AS mode,
           CASE WHEN has_features THEN play.speechiness ELSE name.speechiness END AS speechiness,
           CASE WHEN has_features THEN play.acousticness ELSE name.acousticness END AS acousticness,
           CASE WHEN has_features THEN play.instrumentalness ELSE name.instrumentalness END AS instrumentalness,
           CASE WHEN has_features THEN play.liveness ELSE name.liveness END AS liveness,
           CASE WHEN has_features THEN play.valence ELSE name.valence END AS valence,
           CASE WHEN has_features THEN play.tempo ELSE name.tempo END AS tempo,
           CASE WHEN has_features THEN play.time_signature ELSE name.time_signature END AS time_signature,
           CASE WHEN has_features THEN feature_source WHEN name.artist_key IS NOT NULL THEN 'kaggle' END AS feature_source,
           CASE WHEN has_features THEN feature_provider WHEN name.artist_key IS NOT NULL THEN 'kaggle' END AS feature_provider,
           CASE WHEN has_features THEN 'track_id' WHEN name.artist_key IS NOT NULL THEN 'name' END AS feature_match,
           coalesce(play.track_genres, name.track_genres) AS track_genres,
           -- The session's zone is the listener's; every time column derives from this one.
           arrow_cast(to_local_time(CAST(played_at AS TIMESTAMP WITH TIME ZONE)), 'Timestamp(Microsecond, None)')
               AS played_at_local
    FROM features_by_name AS name
    RIGHT JOIN identified AS play ON name.artist_key = play.artist_asked AND name.title_key = play.title_asked
),
clocked AS (
    SELECT *, CAST(date_part('hour', played_at_local) AS INT) AS hour_of_day,
           -- Monday is 1: the engine counts from Sunday 0.
           CAST((date_part('dow', played_at_local) + 6) % 7 + 1 AS INT) AS day_of_week
    FROM described
)
SELECT play_id, user_id, played_at, date, month, track_id, track_uri, track_name, artist_name, artists, album_name,
       duration_ms, ms_played, isrc, source, time_basis, context_uri, skipped, reason_start, reason_end, platform,
       ingested_at, run_id,
       danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
       tempo, time_signature,
       feature_source, feature_provider, feature_match, track_genres[1] AS track_genre, track_genres,
       played_at_local, hour_of_day, day_of_week,
       CASE WHEN hour_of_day < 6 THEN 'night' WHEN hour_of_day < 12 THEN 'morning' WHEN hour_of_day < 18 THEN 'afternoon'
            WHEN hour_of_day < 24 THEN 'evening' END AS part_of_day,
       day_of_week >= 6 AS is_weekend, $timezone AS timezone
FROM clocked
