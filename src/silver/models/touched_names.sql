-- purpose: the names under which changed tracks of the catalogue are found, or were
-- grain:   one row a first artist and title in lower case
-- key:     touched_artist, touched_title
-- reads:   catalogue, catalogue_before (bronze, now and when the table was built), touched_ids (made from them)
WITH
named AS (
    SELECT track_id, artists, track_name FROM catalogue
    UNION ALL
    SELECT track_id, artists, track_name FROM catalogue_before
)
SELECT DISTINCT lower(split_part(artists, ';', 1)) AS touched_artist, lower(track_name) AS touched_title
FROM touched_ids
RIGHT SEMI JOIN named ON touched_id = track_id
WHERE artists IS NOT NULL AND track_name IS NOT NULL
