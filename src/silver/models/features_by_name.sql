-- purpose: what the catalogue knows of a first artist and title, where no source knows the id
-- grain:   one row a first artist and title in lower case
-- key:     artist_key, title_key
-- reads:   kaggle_tracks, kaggle_genres (made from kaggle); $kaggle_place is null when the catalogue is not to be asked

-- Of several namesakes the most popular, then the lowest id; all values and genres come from that one track.
WITH
most_popular AS (
    SELECT artist_key AS popular_artist, title_key AS popular_title, max(popularity) AS most
    FROM kaggle_tracks WHERE $kaggle_place IS NOT NULL
    GROUP BY artist_key, title_key
),
chosen_namesakes AS (
    SELECT min(track_id) AS chosen_id
    FROM kaggle_tracks
    JOIN most_popular ON popular_artist = artist_key AND popular_title = title_key AND most = popularity
    GROUP BY artist_key, title_key
)
SELECT artist_key, title_key,
       danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
       tempo, time_signature,
       track_genres
FROM kaggle_tracks
JOIN chosen_namesakes ON chosen_id = track_id
LEFT JOIN kaggle_genres ON genre_id = track_id
