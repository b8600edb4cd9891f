-- purpose: the recap that is kept of one listener's week
-- grain:   one row, or none
-- key:     user_id, iso_week
-- reads:   weekly_recaps (gold); $listener and $week are whose and which
SELECT recap, words_by, words
FROM weekly_recaps
WHERE user_id = $listener AND iso_week = $week
