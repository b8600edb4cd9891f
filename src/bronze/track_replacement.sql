-- purpose: the table of track features after some of its rows changed
-- grain:   one row a track id
-- key:     track_id
-- reads:   known (bronze track features), changes (the rows that are new or completed)
SELECT
       track_id, track_name, artist_name, album_name, popularity, duration_ms,
       explicit, isrc, danceability, energy, key, loudness,
       mode, speechiness, acousticness, instrumentalness, liveness, valence,
       tempo, time_signature, source, fetched_at
FROM (
    SELECT * FROM known WHERE track_id IS NULL OR track_id NOT IN (SELECT track_id FROM changes)
    UNION ALL
    SELECT * FROM changes
)
ORDER BY track_id
