-- purpose: the songs a listener played of late, with the features that likeness is measured in
-- grain:   one row a listener and track
-- key:     user_id, track_id
-- reads:   plays (made from silver), catalog_tracks (silver); $recent_days is how far back the first kind of play count goes
WITH
lasts AS (SELECT user_id AS last_listener, max(local_date) AS last_date FROM plays GROUP BY user_id),
covered AS (
    SELECT *, local_date > last_date - $recent_days AS is_recent, local_date > last_date - 7 AS is_last_week
    FROM plays
    JOIN lasts ON last_listener = user_id
    WHERE is_covered AND track_id IS NOT NULL AND danceability IS NOT NULL AND acousticness IS NOT NULL
),
liked AS (
    SELECT user_id, track_id, max(track_name) AS track_name, max(artist_name) AS artist_name,
           count(*) AS plays, count(*) FILTER (WHERE is_recent) AS plays_recent,
           count(*) FILTER (WHERE is_last_week) AS plays_last_week,
           max(feature_source) AS feature_source,
           min(valence) AS valence, min(energy) AS energy, min(danceability) AS danceability, min(acousticness) AS acousticness
    FROM covered
    GROUP BY user_id, track_id
)
-- Where the catalogue knows a track, its values are those that the catalogue's other tracks are compared by.
SELECT liked.user_id, liked.track_id, liked.track_name, liked.artist_name, plays, plays_recent, plays_last_week,
       liked.feature_source, array_to_string(track_genres, chr(9)) AS genres,
       CASE WHEN is_known THEN known.valence ELSE liked.valence END AS valence,
       CASE WHEN is_known THEN known.energy ELSE liked.energy END AS energy,
       CASE WHEN is_known THEN known.danceability ELSE liked.danceability END AS danceability,
       CASE WHEN is_known THEN known.acousticness ELSE liked.acousticness END AS acousticness
FROM liked
LEFT JOIN (
    SELECT track_id AS known_id, track_genres, valence, energy, danceability, acousticness,
           valence IS NOT NULL AND energy IS NOT NULL AND danceability IS NOT NULL AND acousticness IS NOT NULL AS is_known
    FROM catalog_tracks
) AS known ON known_id = liked.track_id
