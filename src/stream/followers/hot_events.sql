-- purpose: the hot ones among new events of the streams
-- grain: one row an event
-- key: source, partition, position
-- reads: events (new rows of bronze.stream_events)
SELECT
    source,
    partition,
    position,
    event_id,
    event_type,
    user_id,
    track_id,
    track_name,
    artist_name,
    genre,
    status,
    duration_listened,
    CAST(arrow_cast(event_at, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS event_us
FROM events
WHERE processing_path = 'hot'
