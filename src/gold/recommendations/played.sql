-- purpose: everything a listener ever played, so that none of it is recommended
-- grain:   one row a listener, track id and pair of names
-- key:     user_id, track_id, artist_name, track_name
-- reads:   listening_with_features (silver)
SELECT DISTINCT coalesce(user_id, 'unknown') AS user_id, track_id, artist_name, track_name
FROM listening_with_features
