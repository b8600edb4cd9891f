-- purpose: whose the new plays are
-- grain:   one row a listener
-- key:     user_id
-- reads:   new_plays (rows of the history)
SELECT DISTINCT user_id FROM new_plays WHERE user_id IS NOT NULL ORDER BY user_id
