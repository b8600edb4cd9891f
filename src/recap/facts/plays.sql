-- purpose: what one listener heard when, with names and features, for counting in memory
-- grain:   one row a play
-- key:     play_id, which is not among the columns
-- reads:   plays (made from silver), listening_with_features (silver), both of one listener
SELECT local_date, hour_of_day, ms_played, plays.track_id, plays.track_name, plays.artist_name, album_name,
       array_to_string(plays.track_genres, chr(9)) AS genres,
       is_covered, is_authentic, feature_basis, weight,
       CAST(round(plays.valence * 1e6) AS BIGINT) AS valence, CAST(round(plays.energy * 1e6) AS BIGINT) AS energy, ingested_at
FROM (SELECT play_id AS told_id, album_name, ingested_at FROM listening_with_features)
RIGHT JOIN plays ON told_id = play_id
