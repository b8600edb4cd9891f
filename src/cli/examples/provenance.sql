-- purpose: what do the features of the plays rest on, by month?
-- grain:   one row a listener and month
-- key:     user_id, month
-- reads:   listening_with_features (silver)
SELECT user_id, month, count(*) AS plays,
       count(*) FILTER (WHERE feature_source = 'real') AS real, count(*) FILTER (WHERE feature_source = 'kaggle') AS kaggle,
       count(*) FILTER (WHERE feature_source = 'synthetic') AS synthetic, count(*) FILTER (WHERE feature_source IS NULL) AS none,
       round(count(*) FILTER (WHERE feature_source IN ('real', 'kaggle')) / CAST(count(*) AS DOUBLE), 3) AS authentic_share
FROM silver.listening_with_features
GROUP BY user_id, month
ORDER BY user_id, month
