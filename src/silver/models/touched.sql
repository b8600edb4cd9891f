-- purpose: plays of the table whose track's features may have changed, where the catalogue has changed, too
-- grain:   one row a play
-- key:     play_id
-- reads:   stored (the table as it is), touched_ids, touched_names (made from the features tables)
WITH
known AS (SELECT touched_id IS NOT NULL AS by_id, stored.* FROM touched_ids RIGHT JOIN stored ON touched_id = track_id)
SELECT known.* EXCLUDE (by_id)
FROM touched_names
RIGHT JOIN known ON touched_artist = lower(artist_name) AND touched_title = lower(track_name)
WHERE by_id OR touched_artist IS NOT NULL
