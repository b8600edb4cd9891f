-- purpose: plays with the natural keys of the track, the artist and the album that they tell of
-- grain:   one row a play
-- key:     play_id
-- reads:   listening_with_features (silver)
WITH
folded_names AS (
    SELECT *, folded(track_name) AS title, folded(artist_name) AS artist, folded(album_name) AS album_title
    FROM listening_with_features
    WHERE played_at IS NOT NULL
)
SELECT play_id, coalesce(user_id, 'unknown') AS user_id, played_at, played_at_local,
       track_id, track_name, artist_name, album_name, track_genre, duration_ms, isrc, ms_played, skipped,
       valence, energy, danceability, tempo, source, feature_source,
       -- What stands before the colon keeps an id and a name that read alike apart; no folded name has a tab in it.
       CASE WHEN track_id IS NOT NULL THEN concat('id:', track_id)
            WHEN track_uri IS NOT NULL THEN concat('uri:', track_uri)
            WHEN artist IS NOT NULL AND title IS NOT NULL THEN concat('name:', artist, chr(9), title) END AS track,
       artist,
       CASE WHEN album_title IS NOT NULL THEN concat(album_title, chr(9), coalesce(artist, '')) END AS album
FROM folded_names
