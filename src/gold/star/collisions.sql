-- purpose: a surrogate key that two natural keys have
-- grain:   one row, or none
-- key:     kind, surrogate_key
-- reads:   told (made from silver)
SELECT kind, surrogate_key, min(natural_key) AS one, max(natural_key) AS other
FROM (SELECT 'track' AS kind, track_key AS surrogate_key, track AS natural_key FROM told
      UNION ALL SELECT 'artist' AS kind, artist_key AS surrogate_key, artist AS natural_key FROM told
      UNION ALL SELECT 'album' AS kind, album_key AS surrogate_key, album AS natural_key FROM told)
WHERE surrogate_key IS NOT NULL
GROUP BY kind, surrogate_key
HAVING min(natural_key) <> max(natural_key)
ORDER BY kind, surrogate_key
LIMIT 1
