-- purpose: stretches in which plays may be missing and that no import has filled
-- grain:   one row a gap
-- key:     user_id, from_us
-- reads:   gaps (ops)
SELECT coalesce(user_id, 'unknown') AS user_id,
       CAST(arrow_cast(from_at, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS from_us,
       CAST(arrow_cast(to_at, 'Timestamp(Microsecond, Some("UTC"))') AS BIGINT) AS to_us
FROM gaps
WHERE closed_by IS NULL AND from_at IS NOT NULL AND to_at >= from_at
ORDER BY user_id, from_us, to_us
