-- purpose: how does the mood of the music go through the day?
-- grain:   one row a listener, part of day and weekend or not
-- key:     user_id, part_of_day, is_weekend
-- reads:   temporal_patterns (gold)
SELECT user_id, part_of_day, is_weekend, plays, plays_covered, round(authentic_share, 3) AS authentic_share,
       round(valence_mean, 3) AS valence, round(energy_mean, 3) AS energy, feature_basis
FROM gold.temporal_patterns
WHERE grain = 'part'
ORDER BY user_id, array_position(make_array('night', 'morning', 'afternoon', 'evening'), part_of_day), is_weekend
