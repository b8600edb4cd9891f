-- purpose: what is recommended to one listener now
-- grain:   one row a goal and rank
-- key:     goal, rank
-- reads:   track_recommendations (gold); $listener is whose, $wanted how many ranks of each goal are read
SELECT goal, rank, track_id, track_name, artist_name, reason
FROM track_recommendations
WHERE user_id = $listener AND rank <= $wanted AND goal IN ('more_of_the_same', 'lift', 'calm')
ORDER BY rank, CASE goal WHEN 'more_of_the_same' THEN 1 WHEN 'lift' THEN 2 ELSE 3 END
