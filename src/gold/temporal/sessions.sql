-- purpose: sittings: plays with less than 30 minutes of silence between them
-- grain:   one row a sitting
-- key:     session_id (the first play's id)
-- reads:   timeline (made from silver); $covered_min is how many plays a mean needs
WITH
numbered AS (
    SELECT *,
           CASE WHEN is_covered THEN weight END AS w,
           CAST(round(valence * 1e6) AS BIGINT) AS v, CAST(round(energy * 1e6) AS BIGINT) AS e,
           sum(CASE WHEN begins_session THEN 1 ELSE 0 END) OVER (
               PARTITION BY user_id ORDER BY started_us, ended_us, play_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
           ) AS session_number
    FROM timeline
)
SELECT max(CASE WHEN begins_session THEN play_id END) AS session_id, user_id,
       arrow_cast(min(started_us), 'Timestamp(Microsecond, Some("UTC"))') AS started_at,
       arrow_cast(max(ended_us), 'Timestamp(Microsecond, Some("UTC"))') AS ended_at,
       -- The first play's local time, less how long it ran: the zone is silver's, whatever zone is asked for now.
       max(CASE WHEN begins_session
                THEN arrow_cast(CAST(arrow_cast(played_at_local, 'Timestamp(Microsecond, None)') AS BIGINT) - (at_us - started_us),
                                'Timestamp(Microsecond, None)') END) AS started_at_local,
       max(CASE WHEN begins_session THEN local_date END) AS local_date,
       (max(ended_us) - min(started_us)) / 60000000.0 AS minutes,
       sum(ms_played) / 60000.0 AS minutes_played, count(ms_played) AS plays_timed,
       count(DISTINCT coalesce(track_id, CASE WHEN artist_name IS NOT NULL AND track_name IS NOT NULL
                                              THEN concat(lower(artist_name), chr(9), lower(track_name)) END, play_id)) AS tracks,
       CASE WHEN count(w) >= $covered_min THEN CAST(sum(w * v) AS DOUBLE) / nullif(sum(w), 0) / 1e6 END AS valence_mean,
       CASE WHEN count(w) >= $covered_min THEN CAST(sum(w * e) AS DOUBLE) / nullif(sum(w), 0) / 1e6 END AS energy_mean,
       count(*) AS plays, count(w) AS plays_covered,
       CAST(count(*) FILTER (WHERE is_authentic) AS DOUBLE) / count(*) AS authentic_share,
       min(feature_basis) AS feature_basis
FROM numbered
GROUP BY user_id, session_number
ORDER BY user_id, started_at
