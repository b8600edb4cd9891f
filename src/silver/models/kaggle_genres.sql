-- purpose: the genres that the catalogue files a track under
-- grain:   one row a track with a genre
-- key:     genre_id (the track's id)
-- reads:   kaggle (bronze)

-- Plain text, not views: a list that shares its buffers with a hundred thousand others is slow to copy.
SELECT track_id AS genre_id, array_sort(array_agg(arrow_cast(track_genre, 'Utf8'))) AS track_genres
FROM (SELECT DISTINCT track_id, track_genre FROM kaggle WHERE track_id IS NOT NULL AND track_genre IS NOT NULL)
GROUP BY track_id
