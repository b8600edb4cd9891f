-- purpose: which characteristics does the music of each mood have?
-- grain:   one row a mood cluster of the newest model
-- key:     mood
-- reads:   mood_clusters (gold)
SELECT mood, count(*) AS tracks, sum(plays) AS plays,
       round(avg(valence), 3) AS valence, round(avg(energy), 3) AS energy, round(avg(danceability), 3) AS danceability,
       round(avg(acousticness), 3) AS acousticness, round(avg(instrumentalness), 3) AS instrumentalness,
       round(avg(speechiness), 3) AS speechiness, round(avg(loudness), 1) AS loudness_db, round(avg(tempo), 0) AS tempo_bpm
FROM gold.mood_clusters
WHERE mood IS NOT NULL AND feature_source <> 'synthetic'
GROUP BY mood
ORDER BY plays DESC
