-- purpose: the days of the windows that new events belong to
-- grain: one row a day
-- key: window_date
-- reads: events (new rows of bronze.stream_events)
WITH ended AS (
    SELECT CAST(arrow_cast(event_at, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS us
    FROM events
    WHERE event_type = 'track_change' AND NOT is_late
)
SELECT DISTINCT
    CAST(CAST(arrow_cast(us - us % $window_us, 'Timestamp(Microsecond, Some("UTC"))') AS DATE) AS VARCHAR) AS window_date
FROM ended
ORDER BY window_date
