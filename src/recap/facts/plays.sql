-- purpose: what one listener heard when, with names and features, for counting in memory
-- grain:   one row a play
-- key:     play_id, which is not among the columns
-- reads:   plays (made from silver), listening_with_features (silver), both of one listener
SELECT local_date, hour_of_day, ms_played, plays.track_id, plays.track_name, plays.artist_name, album_name,
       array_to_string(plays.track_genres, chr(9)) AS genres,
       is_covered, is_authentic, feature_basis, weight,
       CAST(round(plays.valence * 1e6) AS BIGINT) AS valence, CAST(round(plays.energy * 1e6) AS BIGINT) AS energy, ingested_at
-- One row a play, also where a table from elsewhere has a play twice.
FROM (SELECT play_id AS told_id, max(album_name) AS album_name, max(ingested_at) AS ingested_at
      FROM listening_with_features GROUP BY play_id)
RIGHT JOIN plays ON told_id = play_id
WHERE local_date IS NOT NULL
