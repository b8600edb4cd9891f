-- purpose: how did listening and mood go from month to month?
-- grain:   one row a listener and month
-- key:     user_id, month
-- reads:   wellbeing_indicators (gold)
SELECT user_id, date_trunc('month', local_date) AS month, CAST(sum(plays) AS BIGINT) AS plays,
       round(sum(minutes_played) / 60, 1) AS hours, count(valence_mean) AS days_with_mood,
       round(avg(valence_mean), 3) AS valence, round(avg(energy_mean), 3) AS energy,
       count(*) FILTER (WHERE in_gap) AS days_with_gaps
FROM gold.wellbeing_indicators
GROUP BY user_id, date_trunc('month', local_date)
ORDER BY user_id, month
