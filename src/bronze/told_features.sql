-- purpose: tracks of which a provider tells audio values; a metadata row without any is no feature
-- grain:   one row a track id
-- key:     track_id
-- reads:   real_features (bronze)
SELECT DISTINCT track_id
FROM real_features
WHERE coalesce(danceability, energy, nullif(key, -1), loudness, mode, speechiness, acousticness, instrumentalness, liveness,
               valence, tempo, time_signature) IS NOT NULL
