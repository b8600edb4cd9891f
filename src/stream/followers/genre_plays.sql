-- purpose: plays by genre in windows of time, of events that did not come late; what was counted before is added to
-- grain: one row a window and genre
-- key: window_start, genre
-- reads: events (new rows of bronze.stream_events), counted (rows of the same days in gold.genre_plays_per_minute)
WITH ended AS (
    SELECT
        coalesce(genre, 'unknown') AS genre,
        CAST(arrow_cast(event_at, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS us
    FROM events
    WHERE event_type = 'track_change' AND NOT is_late
),
new AS (
    SELECT us - us % $window_us AS start_us, genre, count(*) AS plays
    FROM ended
    GROUP BY 1, 2
),
counted_before AS (
    SELECT
        CAST(arrow_cast(window_start, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS start_us,
        genre,
        "count" AS plays
    FROM counted
),
summed AS (
    SELECT start_us, genre, CAST(sum(plays) AS BIGINT) AS plays
    FROM (SELECT start_us, genre, plays FROM new UNION ALL SELECT start_us, genre, plays FROM counted_before)
    GROUP BY start_us, genre
)
SELECT
    CAST(CAST(arrow_cast(start_us, 'Timestamp(Microsecond, Some("UTC"))') AS DATE) AS VARCHAR) AS window_date,
    arrow_cast(start_us, 'Timestamp(Microsecond, Some("UTC"))') AS window_start,
    arrow_cast(start_us + $window_us, 'Timestamp(Microsecond, Some("UTC"))') AS window_end,
    genre,
    plays AS "count"
FROM summed
ORDER BY window_start, genre
