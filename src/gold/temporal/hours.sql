-- purpose: when a listener listens: weekday x hour, and part of day x weekend
-- grain:   one row a listener and cell; `grain` says which columns tell the cell, the others are null
-- key:     user_id, grain, day_of_week, hour_of_day, part_of_day, is_weekend
-- reads:   plays (made from silver); $covered_min is how many plays a mean needs
WITH
marked AS (
    SELECT user_id, local_date, day_of_week, hour_of_day, part_of_day, is_weekend, ms_played, is_authentic, feature_basis,
           CASE WHEN is_covered THEN weight END AS w,
           CAST(round(valence * 1e6) AS BIGINT) AS v, CAST(round(energy * 1e6) AS BIGINT) AS e,
           -- Old exports leave `skipped` out; then the button that ended the play tells.
           CASE WHEN ms_played IS NOT NULL THEN coalesce(skipped, reason_end IN ('fwdbtn', 'backbtn')) END AS was_skipped,
           -- A track's last seconds are often cut off; its length is not in exports, the reason of the end is.
           CASE WHEN ms_played IS NOT NULL
                THEN coalesce(reason_end = 'trackdone', CASE WHEN duration_ms > 0 THEN ms_played >= 0.95 * duration_ms END)
           END AS was_finished
    FROM plays
),
cells AS (
    SELECT user_id, CASE WHEN grouping(hour_of_day) = 0 THEN 'hour' ELSE 'part' END AS grain,
           day_of_week, hour_of_day, part_of_day, is_weekend,
           count(DISTINCT local_date) AS days_heard,
           sum(ms_played) / 60000.0 AS minutes_played, count(ms_played) AS plays_timed,
           count(*) FILTER (WHERE was_skipped) AS plays_skipped, count(was_skipped) AS plays_skip_known,
           count(*) FILTER (WHERE was_finished) AS plays_finished, count(was_finished) AS plays_finish_known,
           sum(w * v) AS valence_sum, sum(w * e) AS energy_sum, sum(w) AS weight, count(w) AS plays_covered,
           count(*) AS plays, count(*) FILTER (WHERE is_authentic) AS plays_authentic, min(feature_basis) AS feature_basis
    FROM marked
    GROUP BY GROUPING SETS ((user_id, day_of_week, hour_of_day), (user_id, part_of_day, is_weekend))
)
SELECT user_id, grain, day_of_week, hour_of_day, part_of_day, is_weekend, days_heard, minutes_played, plays_timed,
       plays_skipped / CAST(nullif(plays_skip_known, 0) AS DOUBLE) AS skip_rate, plays_skip_known,
       plays_finished / CAST(nullif(plays_finish_known, 0) AS DOUBLE) AS finish_rate, plays_finish_known,
       CASE WHEN plays_covered >= $covered_min THEN CAST(valence_sum AS DOUBLE) / nullif(weight, 0) / 1e6 END AS valence_mean,
       CASE WHEN plays_covered >= $covered_min THEN CAST(energy_sum AS DOUBLE) / nullif(weight, 0) / 1e6 END AS energy_mean,
       plays, plays_covered, CAST(plays_authentic AS DOUBLE) / plays AS authentic_share, feature_basis
FROM cells
ORDER BY user_id, grain, day_of_week, hour_of_day, part_of_day, is_weekend
