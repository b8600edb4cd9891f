-- purpose: every play with the audio features of its track, their provenance, and the time on the listener's own clock
-- grain:   one row a play; a join never multiplies plays, a listening event seen by several sources counts once
-- key:     play_id
-- reads:   history, real_features, synthetic_features, kaggle (bronze); $real_place, $synthetic_place, $kaggle_place say in which
--          order the feature sources are asked, null says not at all; $timezone names the zone the session computes in
WITH
plays AS (SELECT * FROM history),

-- ---------------------------------------------------------------------------------------------------- features of a track id
-- Plain GROUP BYs and joins throughout: a window function costs ten times as much on tables of one row a track.
-- Unknown values that the sources write as numbers become null first, so that "has features" means a real value. A row without a
-- single audio value is metadata only: it is not there for our purpose, and the next source is asked.
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
-- The catalogue repeats a track for every genre it is filed under, each time with the same audio values and names: the least of
-- equals is that value.
kaggle_tracks AS (
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
),
kaggle_genres AS (
    -- Plain text, not views: a list that shares its buffers with a hundred thousand others is slow to copy.
    SELECT track_id AS genre_id, array_sort(array_agg(arrow_cast(track_genre, 'Utf8'))) AS track_genres
    FROM (SELECT DISTINCT track_id, track_genre FROM kaggle WHERE track_id IS NOT NULL AND track_genre IS NOT NULL)
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
first_places AS (SELECT track_id AS first_id, min(place) AS first_place FROM candidates GROUP BY track_id),
by_id AS (
    SELECT coalesce(track_id, genre_id) AS known_track_id, track_id IS NOT NULL AS has_features, feature_source, feature_provider,
           danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
           tempo, time_signature,
           track_genres
    FROM (SELECT * FROM candidates JOIN first_places ON first_id = track_id AND first_place = place)
    FULL JOIN kaggle_genres ON genre_id = track_id
),

-- ------------------------------------------------------------------------------------------------- features of a name instead
-- Of several namesakes the most popular, then the lowest id; all values and genres come from that one track.
most_popular AS (
    SELECT artist_key AS popular_artist, title_key AS popular_title, max(popularity) AS most
    FROM kaggle_tracks WHERE $kaggle_place IS NOT NULL
    GROUP BY artist_key, title_key
),
chosen_namesakes AS (
    SELECT min(track_id) AS chosen_id
    FROM kaggle_tracks
    JOIN most_popular ON popular_artist = artist_key AND popular_title = title_key AND most = popularity
    GROUP BY artist_key, title_key
),
by_name AS (
    SELECT artist_key, title_key,
           danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
           tempo, time_signature,
           track_genres
    FROM kaggle_tracks
    JOIN chosen_namesakes ON chosen_id = track_id
    LEFT JOIN kaggle_genres ON genre_id = track_id
),

-- ------------------------------------------------------------------------------------------ the same event from several sources
-- How telling a source is; plays of other sources are nobody's copies. Account exports know only the minute: their play ended
-- somewhere in it, and was certainly being heard only between the latest start and the earliest end.
timed AS (
    SELECT play_id, user_id, track_id, artist_name, track_name, telling, minute_us,
           CASE time_basis WHEN 'start' THEN at_us + length_us ELSE at_us END AS ended_us,
           CASE time_basis WHEN 'start' THEN at_us ELSE at_us - length_us END + minute_us AS started_us
    FROM (
        SELECT play_id, user_id, track_id, artist_name, track_name, time_basis,
               CAST(arrow_cast(played_at, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS at_us,
               coalesce(ms_played, duration_ms, 0) * 1000 AS length_us,
               CASE source WHEN 'extended_export' THEN 3 WHEN 'account_export' THEN 2 WHEN 'spotify_api' THEN 1 END AS telling,
               CASE source WHEN 'account_export' THEN 60000000 ELSE 0 END AS minute_us
        FROM plays
        WHERE source IN ('extended_export', 'account_export', 'spotify_api')
    )
),
copies_by_id AS (
    SELECT less.play_id
    FROM timed AS less
    JOIN timed AS more ON more.user_id = less.user_id AND more.track_id = less.track_id
    WHERE less.telling < 3 AND more.telling > 1 AND more.telling > less.telling
      AND ((more.started_us < less.ended_us AND less.started_us < more.ended_us)
           OR (more.ended_us <= less.ended_us + less.minute_us + 30000000
               AND less.ended_us <= more.ended_us + more.minute_us + 30000000))
),
-- Where a side has no track id, first artist and title in lower case stand for it.
nameless AS (
    SELECT play_id, user_id, telling, started_us, ended_us, minute_us, lower(artist_name) AS artist_key,
           lower(track_name) AS title_key
    FROM timed
    WHERE track_id IS NULL AND artist_name IS NOT NULL AND track_name IS NOT NULL
),
copies_by_name AS (
    SELECT CASE WHEN one.telling < other.telling THEN one.play_id ELSE other.play_id END AS play_id
    FROM nameless AS one
    JOIN timed AS other
      ON other.user_id = one.user_id AND lower(other.artist_name) = one.artist_key AND lower(other.track_name) = one.title_key
    WHERE other.telling <> one.telling
      AND ((one.started_us < other.ended_us AND other.started_us < one.ended_us)
           OR (one.ended_us <= other.ended_us + other.minute_us + 30000000
               AND other.ended_us <= one.ended_us + one.minute_us + 30000000))
),
copies AS (
    SELECT play_id AS copy_id FROM copies_by_id
    UNION
    SELECT play_id FROM copies_by_name
),
kept AS (
    SELECT plays.* FROM copies RIGHT ANTI JOIN plays ON plays.play_id = copies.copy_id
),

-- ----------------------------------------------------------------------------------------------------------------- the whole row
-- The small side stands left: the plays stream past it and are never held.
identified AS (
    SELECT kept.*, known_track_id, coalesce(has_features, false) AS has_features, feature_source, feature_provider,
           danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence, tempo,
           time_signature, track_genres,
           -- The name is asked only where no source has features for the id.
           CASE WHEN has_features THEN NULL ELSE lower(artist_name) END AS artist_asked,
           CASE WHEN has_features THEN NULL ELSE lower(track_name) END AS title_asked
    FROM by_id
    RIGHT JOIN kept ON kept.track_id = by_id.known_track_id
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
    FROM by_name AS name
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
