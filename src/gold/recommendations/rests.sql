-- purpose: what a listener's recommendations rest on
-- grain:   one row a listener
-- key:     user_id
-- reads:   plays (made from silver)
SELECT user_id, count(*) AS plays, count(*) FILTER (WHERE is_covered) AS plays_covered,
       CAST(count(*) FILTER (WHERE is_authentic) AS DOUBLE) / count(*) AS authentic_share, min(feature_basis) AS feature_basis
FROM plays
GROUP BY user_id
ORDER BY user_id
