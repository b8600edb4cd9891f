-- purpose: a listener's local days as sums that windows of days are added up from
-- grain:   one row a listener and local day with a play
-- key:     user_id, local_date
-- reads:   timeline (made from silver)
WITH
-- Millionths are whole numbers: their sums are the same in whatever order rows come.
counted AS (
    SELECT *,
           CASE WHEN is_covered THEN weight END AS w,
           CAST(round(valence * 1e6) AS BIGINT) AS v, CAST(round(energy * 1e6) AS BIGINT) AS e
    FROM timeline
),
-- Sittings belong to the day they began on.
sittings AS (
    SELECT user_id, session_number, min(local_date) AS session_date, max(ended_us) - min(started_us) AS session_us
    FROM timeline
    GROUP BY user_id, session_number
),
sitting_days AS (
    SELECT user_id AS session_listener, session_date, count(*) AS sessions, CAST(sum(session_us) AS BIGINT) AS session_us
    FROM sittings
    GROUP BY user_id, session_date
),
days AS (
    SELECT user_id, local_date, min(feature_basis) AS feature_basis,
           count(*) AS plays,
           count(*) FILTER (WHERE is_covered) AS plays_covered,
           count(*) FILTER (WHERE is_authentic) AS plays_authentic,
           count(*) FILTER (WHERE feature_source = 'real') AS plays_real,
           count(*) FILTER (WHERE feature_source = 'kaggle') AS plays_kaggle,
           count(*) FILTER (WHERE feature_source = 'synthetic') AS plays_synthetic,
           count(ms_played) AS plays_timed, coalesce(sum(ms_played), 0) AS ms_played,
           coalesce(sum(w), 0) AS weight,
           coalesce(sum(w * v), 0) AS valence_sum, coalesce(sum(CAST(w * v AS DECIMAL(38, 0)) * v), 0) AS valence_squares,
           coalesce(sum(w * e), 0) AS energy_sum, coalesce(sum(CAST(w * e AS DECIMAL(38, 0)) * e), 0) AS energy_squares,
           count(*) FILTER (WHERE valence < 0.5 AND energy < 0.5) AS plays_sad,
           count(*) FILTER (WHERE hour_of_day < 5) AS plays_late,
           -- A pause of a day or more is a day without music, and says nothing of a night.
           max(CASE WHEN silence_us < CAST(86400000000 AS BIGINT) THEN silence_us END) AS silence_us
    FROM counted
    GROUP BY user_id, local_date
)
SELECT days.*, coalesce(sessions, 0) AS sessions, coalesce(session_us, 0) AS session_us
FROM days
LEFT JOIN sitting_days ON session_listener = user_id AND session_date = local_date
ORDER BY user_id, local_date
