-- purpose: how many plays a listener's days have by part of day
-- grain:   one row a listener, local day and part of day with a play
-- key:     user_id, local_date, part_of_day
-- reads:   plays (made from silver)
SELECT user_id, local_date, part_of_day, count(*) AS plays, count(*) FILTER (WHERE is_covered) AS plays_covered,
       count(*) FILTER (WHERE is_authentic) AS plays_authentic,
       count(track_genres) AS plays_genre, count(artist_name) AS plays_artist, min(feature_basis) AS feature_basis
FROM plays
GROUP BY user_id, local_date, part_of_day
ORDER BY user_id, local_date, part_of_day
