-- purpose: sittings: plays with less than 30 minutes of silence between them
-- grain:   one row a sitting
-- key:     session_id (the first play's id)
-- reads:   timeline (made from silver); $covered_min is how many plays a mean needs
WITH
weighed AS (
    SELECT *,
           CASE WHEN is_covered THEN weight END AS w,
           CAST(round(valence * 1e6) AS BIGINT) AS v, CAST(round(energy * 1e6) AS BIGINT) AS e
    FROM timeline
),
sittings AS (
    SELECT user_id, session_number, max(CASE WHEN begins_session THEN play_id END) AS session_id,
           min(started_us) AS started_us, max(ended_us) AS ended_us,
           -- The first play's local time, less how long it ran: the zone is silver's, whatever zone is asked for now.
           max(CASE WHEN begins_session
                    THEN CAST(arrow_cast(played_at_local, 'Timestamp(Microsecond, None)') AS BIGINT) - (at_us - started_us) END)
               AS started_local_us,
           max(CASE WHEN begins_session THEN local_date END) AS local_date,
           sum(ms_played) / 60000.0 AS minutes_played, count(ms_played) AS plays_timed,
           sum(w * v) AS valence_sum, sum(w * e) AS energy_sum, sum(w) AS weight, count(w) AS plays_covered,
           count(*) AS plays, count(*) FILTER (WHERE is_authentic) AS plays_authentic, min(feature_basis) AS feature_basis
    FROM weighed
    GROUP BY user_id, session_number
),
tracks AS (
    SELECT track_listener, track_session, count(*) AS tracks
    FROM (SELECT DISTINCT user_id AS track_listener, session_number AS track_session,
                 coalesce(track_id, CASE WHEN artist_name IS NOT NULL AND track_name IS NOT NULL
                                         THEN concat(lower(artist_name), chr(9), lower(track_name)) END, play_id) AS track
          FROM timeline)
    GROUP BY track_listener, track_session
)
SELECT session_id, user_id,
       arrow_cast(started_us, 'Timestamp(Microsecond, Some("UTC"))') AS started_at,
       arrow_cast(ended_us, 'Timestamp(Microsecond, Some("UTC"))') AS ended_at,
       arrow_cast(started_local_us, 'Timestamp(Microsecond, None)') AS started_at_local,
       local_date, (ended_us - started_us) / 60000000.0 AS minutes, minutes_played, plays_timed, tracks,
       CASE WHEN plays_covered >= $covered_min THEN CAST(valence_sum AS DOUBLE) / nullif(weight, 0) / 1e6 END AS valence_mean,
       CASE WHEN plays_covered >= $covered_min THEN CAST(energy_sum AS DOUBLE) / nullif(weight, 0) / 1e6 END AS energy_mean,
       plays, plays_covered, CAST(plays_authentic AS DOUBLE) / plays AS authentic_share, feature_basis
FROM tracks
JOIN sittings ON track_listener = user_id AND track_session = session_number
ORDER BY user_id, started_at
