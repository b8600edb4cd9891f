-- purpose: the dimension of artists: each as the newest play spells it
-- grain:   one row an artist, and one for plays that tell none
-- key:     artist_key (-1 is unknown)
-- reads:   told (made from silver)
WITH
newest AS (
    SELECT artist_key, first_value(artist_name ORDER BY told_at DESC, artist_name) AS artist_name
    FROM told
    WHERE artist_key IS NOT NULL
    GROUP BY artist_key
),
spelled AS (
    SELECT artist_key AS spelled_key, array_agg(artist_name ORDER BY artist_name) AS names
    FROM (SELECT DISTINCT artist_key, artist_name FROM told WHERE artist_key IS NOT NULL)
    GROUP BY artist_key
    HAVING count(*) > 1
)
SELECT artist_key, artist_name, array_remove(names, artist_name) AS other_names
FROM spelled
RIGHT JOIN newest ON spelled_key = artist_key
UNION ALL
SELECT -1, 'unknown', NULL
ORDER BY artist_key
