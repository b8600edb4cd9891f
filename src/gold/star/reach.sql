-- purpose: the first and the last local day with a play
-- grain:   one row
-- key:     none
-- reads:   keyed (made from silver)
SELECT min(CAST(played_at_local AS DATE)) AS first_day, max(CAST(played_at_local AS DATE)) AS last_day
FROM keyed
