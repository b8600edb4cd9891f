-- purpose: of plays that were computed anew those that are not in the table, or stand there with other features
-- grain:   one row a play; `stored_file` is null where the table does not have it
-- key:     play_id
-- reads:   computed (made from bronze), touched (the same plays as they stand in the table, with their files)
WITH
stood AS (SELECT play_id AS stood_id, * EXCLUDE (play_id) FROM touched)
SELECT computed.*, stood._file AS stored_file
FROM stood
RIGHT JOIN computed ON stood_id = play_id
-- Each comparison in brackets: the parser would take all that follows it for its right side.
WHERE stood_id IS NULL
   OR (computed.danceability IS DISTINCT FROM stood.danceability)
   OR (computed.energy IS DISTINCT FROM stood.energy)
   OR (computed.key IS DISTINCT FROM stood.key)
   OR (computed.loudness IS DISTINCT FROM stood.loudness)
   OR (computed.mode IS DISTINCT FROM stood.mode)
   OR (computed.speechiness IS DISTINCT FROM stood.speechiness)
   OR (computed.acousticness IS DISTINCT FROM stood.acousticness)
   OR (computed.instrumentalness IS DISTINCT FROM stood.instrumentalness)
   OR (computed.liveness IS DISTINCT FROM stood.liveness)
   OR (computed.valence IS DISTINCT FROM stood.valence)
   OR (computed.tempo IS DISTINCT FROM stood.tempo)
   OR (computed.time_signature IS DISTINCT FROM stood.time_signature)
   OR (computed.feature_source IS DISTINCT FROM stood.feature_source)
   OR (computed.feature_provider IS DISTINCT FROM stood.feature_provider)
   OR (computed.feature_match IS DISTINCT FROM stood.feature_match)
   OR (array_to_string(computed.track_genres, chr(10)) IS DISTINCT FROM array_to_string(stood.track_genres, chr(10)))
