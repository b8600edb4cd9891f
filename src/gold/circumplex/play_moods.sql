-- purpose: each play's place in the circumplex of moods, and its mood cluster
-- grain:   one row a play
-- key:     play_id
-- reads:   timeline (made from silver), mood_clusters (gold); $neutral is the strength below which a mood is neutral
WITH
own AS (
    SELECT user_id AS own_listener, median(valence) AS own_valence, median(energy) AS own_energy
    FROM timeline
    WHERE is_covered
    GROUP BY user_id
),
placed AS (
    SELECT timeline.*, valence - 0.5 AS dv, energy - 0.5 AS de, valence - own_valence AS own_dv, energy - own_energy AS own_de
    FROM own
    RIGHT JOIN timeline ON own_listener = user_id
),
measured AS (
    SELECT *, sqrt(dv * dv + de * de) AS strength, sqrt(own_dv * own_dv + own_de * own_de) AS strength_own
    FROM placed
)
SELECT play_id, user_id, played_at, played_at_local, local_date, measured.track_id, cluster_id, mood, measured.valence, measured.energy,
       CASE WHEN strength < $neutral THEN 'neutral'
            WHEN dv >= 0 AND de >= 0 THEN 'happy' WHEN dv < 0 AND de >= 0 THEN 'tense'
            WHEN dv < 0 AND de < 0 THEN 'sad' WHEN dv >= 0 AND de < 0 THEN 'calm' END AS quadrant,
       degrees(atan2(de, dv)) AS angle_degrees, strength,
       CASE WHEN strength_own < $neutral THEN 'neutral'
            WHEN own_dv >= 0 AND own_de >= 0 THEN 'happy' WHEN own_dv < 0 AND own_de >= 0 THEN 'tense'
            WHEN own_dv < 0 AND own_de < 0 THEN 'sad' WHEN own_dv >= 0 AND own_de < 0 THEN 'calm' END AS quadrant_own,
       degrees(atan2(own_de, own_dv)) AS angle_own_degrees, strength_own,
       measured.feature_source, feature_basis
-- Plays stream past the clusters, in their order.
FROM (SELECT track_id AS clustered_id, cluster_id, mood FROM mood_clusters)
RIGHT JOIN measured ON clustered_id = measured.track_id
ORDER BY user_id, started_us, ended_us, play_id
