-- purpose: the plays among new events of the streams; what an event does not tell of itself is the usual
-- grain: one row a play that is over
-- key: none: an event may have been sent twice
-- reads: events (new rows of bronze.stream_events)
SELECT
    user_id,
    track_id,
    track_uri,
    track_name,
    artist_name,
    status,
    duration_listened,
    coalesce(is_whole, true) AS is_whole,
    coalesce(is_simulated, false) AS is_simulated,
    CAST(arrow_cast(event_at, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS ended_us
FROM events
WHERE event_type = 'track_change'
