-- purpose: how a listener's plays spread over the quadrants of the circumplex
-- grain:   one row a listener, centre and quadrant with a play
-- key:     user_id, centre, quadrant
-- reads:   play_moods (gold), plays (made from silver)
WITH
centred AS (
    SELECT user_id, 'fixed' AS centre, 0.5 AS centre_valence, 0.5 AS centre_energy, quadrant, strength
    FROM play_moods WHERE quadrant IS NOT NULL
    UNION ALL
    SELECT user_id, 'own', own_valence, own_energy, quadrant_own, strength_own
    FROM play_moods
    JOIN (SELECT user_id AS own_listener, median(valence) AS own_valence, median(energy) AS own_energy
          FROM plays WHERE is_covered GROUP BY user_id) ON own_listener = user_id
    WHERE quadrant_own IS NOT NULL
),
totals AS (
    SELECT user_id AS total_listener, count(*) AS plays, count(*) FILTER (WHERE is_covered) AS plays_covered,
           CAST(count(*) FILTER (WHERE is_authentic) AS DOUBLE) / count(*) AS authentic_share, min(feature_basis) AS feature_basis
    FROM plays
    GROUP BY user_id
)
SELECT user_id, centre, centre_valence, centre_energy, quadrant, count(*) AS quadrant_plays,
       CAST(count(*) AS DOUBLE) / max(plays_covered) AS share,
       -- Millionths add up to the same sum in any order.
       CAST(sum(CAST(round(strength * 1e6) AS BIGINT)) AS DOUBLE) / count(*) / 1e6 AS strength_mean,
       max(plays) AS plays, max(plays_covered) AS plays_covered, max(authentic_share) AS authentic_share,
       max(feature_basis) AS feature_basis
FROM centred
JOIN totals ON total_listener = user_id
GROUP BY user_id, centre, centre_valence, centre_energy, quadrant
ORDER BY user_id, centre, quadrant
