-- purpose: local days in a row with at least one play
-- grain:   one row a streak
-- key:     user_id, from_date
-- reads:   plays (made from silver)
WITH
heard AS (SELECT user_id, local_date, count(*) AS plays FROM plays GROUP BY user_id, local_date),
-- Days in a row and their numbers grow together: the difference stays the same within a streak.
numbered AS (
    SELECT user_id, local_date, plays,
           CAST(local_date AS INT) - CAST(row_number() OVER (PARTITION BY user_id ORDER BY local_date) AS BIGINT) AS run,
           max(local_date) OVER (PARTITION BY user_id) AS last_date
    FROM heard
)
SELECT user_id, min(local_date) AS from_date, max(local_date) AS to_date, CAST(count(*) AS INT) AS days,
       CAST(sum(plays) AS BIGINT) AS plays, max(local_date) = max(last_date) AS is_open
FROM numbered
GROUP BY user_id, run
ORDER BY user_id, from_date
