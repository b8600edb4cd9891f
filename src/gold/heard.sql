-- purpose: what a listener heard when, by the names and ids that it has
-- grain:   one row a play
-- key:     play_id, which is not among the columns
-- reads:   plays (made from silver)
SELECT user_id, local_date, ms_played, track_id, track_name, artist_name, array_to_string(track_genres, chr(9)) AS genres
FROM plays
ORDER BY user_id
