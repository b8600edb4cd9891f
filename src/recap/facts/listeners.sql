-- purpose: whose plays there are, and how many
-- grain:   one row a listener
-- key:     user_id
-- reads:   listening_with_features (silver)
SELECT coalesce(user_id, 'unknown') AS user_id, count(*) AS plays
FROM listening_with_features
WHERE played_at IS NOT NULL
GROUP BY coalesce(user_id, 'unknown')
ORDER BY plays DESC, user_id
