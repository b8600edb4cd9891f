-- purpose: catalogue tracks that can be recommended: those with a name and all features that likeness is measured in
-- grain:   one row a track id
-- key:     track_id
-- reads:   catalog_tracks (silver)
SELECT track_id, track_name, artist_name, track_genre, array_to_string(track_genres, chr(9)) AS genres, popularity,
       valence, energy, danceability, acousticness
FROM catalog_tracks
WHERE track_name IS NOT NULL AND artist_name IS NOT NULL
  AND valence IS NOT NULL AND energy IS NOT NULL AND danceability IS NOT NULL AND acousticness IS NOT NULL
ORDER BY track_id
