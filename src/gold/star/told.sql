-- purpose: what plays tell of a track, an artist and an album, and when they last told it so
-- grain:   one row a way in which a track is told of
-- key:     all columns but told_at
-- reads:   keyed (made from silver)
SELECT track, surrogate(track) AS track_key, artist, surrogate(artist) AS artist_key, album, surrogate(album) AS album_key,
       track_id, track_name, artist_name, album_name, track_genre, duration_ms, isrc, told_at
FROM (SELECT track, artist, album, track_id, track_name, artist_name, album_name, track_genre, duration_ms, isrc,
             max(played_at) AS told_at
      FROM keyed
      GROUP BY track, artist, album, track_id, track_name, artist_name, album_name, track_genre, duration_ms, isrc)
