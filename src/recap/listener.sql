-- purpose: all recaps of one listener, a new one among them in place of that of the same week
-- grain:   one row a listener and week
-- key:     user_id, iso_week
-- reads:   weekly_recaps (gold), made (the new one); $listener and $week are whose and which it is
SELECT * FROM made
UNION ALL
SELECT * FROM weekly_recaps
WHERE user_id = $listener AND iso_week <> $week
ORDER BY user_id, iso_week
