-- purpose: plays on one line of time: when each began and ended, how long it was silent before, and its sitting
-- grain:   one row a play
-- key:     play_id
-- reads:   plays (made from silver)
WITH
timed AS (
    SELECT *,
           CAST(arrow_cast(played_at, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS at_us,
           coalesce(ms_played, duration_ms, 0) * 1000 AS length_us
    FROM plays
),
-- Without a basis, or with an end, `played_at` is the end.
placed AS (
    SELECT * EXCLUDE (length_us),
           CASE WHEN time_basis = 'start' THEN at_us ELSE at_us - length_us END AS started_us,
           CASE WHEN time_basis = 'start' THEN at_us + length_us ELSE at_us END AS ended_us
    FROM timed
),
-- A play may end after the next one begins (two devices, wrong clocks): silence begins when all before have ended.
heard AS (
    SELECT *, running_max(ended_us) OVER (PARTITION BY user_id ORDER BY started_us, ended_us, play_id) AS heard_until_us
    FROM placed
),
followed AS (
    SELECT * EXCLUDE (heard_until_us),
           lag(heard_until_us) OVER (PARTITION BY user_id ORDER BY started_us, ended_us, play_id) AS silent_since_us
    FROM heard
),
parted AS (
    SELECT * EXCLUDE (silent_since_us), greatest(started_us - silent_since_us, 0) AS silence_us,
           silent_since_us IS NULL OR started_us - silent_since_us >= 30 * 60 * 1000000 AS begins_session
    FROM followed
)
SELECT *, running_sum(CASE WHEN begins_session THEN 1 ELSE 0 END) OVER (
           PARTITION BY user_id ORDER BY started_us, ended_us, play_id
       ) AS session_number
FROM parted
