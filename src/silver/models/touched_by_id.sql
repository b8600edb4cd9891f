-- purpose: plays of the table whose track's features may have changed
-- grain:   one row a play
-- key:     play_id
-- reads:   stored (the table as it is), touched_ids (made from the features tables)
SELECT stored.* FROM touched_ids RIGHT SEMI JOIN stored ON touched_id = track_id
