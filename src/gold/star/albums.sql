-- purpose: the dimension of albums: each as the newest play spells it
-- grain:   one row an album of an artist, and one for plays that tell none
-- key:     album_key (-1 is unknown)
-- reads:   told (made from silver)
SELECT album_key, first_value(album_name ORDER BY told_at DESC, album_name) AS album_name,
       coalesce(min(artist_key), -1) AS artist_key
FROM told
WHERE album_key IS NOT NULL
GROUP BY album_key
UNION ALL
SELECT -1, 'unknown', -1
ORDER BY album_key
