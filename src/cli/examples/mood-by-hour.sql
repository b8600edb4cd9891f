-- purpose: which moods are heard at which hour?
-- grain:   one row a listener and hour of the day
-- key:     user_id, hour_of_day
-- reads:   play_moods (gold)
SELECT user_id, date_part('hour', played_at_local) AS hour_of_day, count(quadrant) AS plays_with_mood,
       round(count(*) FILTER (WHERE quadrant = 'happy') / CAST(nullif(count(quadrant), 0) AS DOUBLE), 3) AS happy,
       round(count(*) FILTER (WHERE quadrant = 'tense') / CAST(nullif(count(quadrant), 0) AS DOUBLE), 3) AS tense,
       round(count(*) FILTER (WHERE quadrant = 'sad') / CAST(nullif(count(quadrant), 0) AS DOUBLE), 3) AS sad,
       round(count(*) FILTER (WHERE quadrant = 'calm') / CAST(nullif(count(quadrant), 0) AS DOUBLE), 3) AS calm,
       round(count(*) FILTER (WHERE quadrant = 'neutral') / CAST(nullif(count(quadrant), 0) AS DOUBLE), 3) AS neutral
FROM gold.play_moods
GROUP BY user_id, date_part('hour', played_at_local)
ORDER BY user_id, hour_of_day
