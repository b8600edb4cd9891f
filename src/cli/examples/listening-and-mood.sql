-- purpose: how does the amount of listening go with mood, for each part of the day?
-- grain:   one row a listener and part of day
-- key:     user_id, part_of_day
-- reads:   listening_with_features (silver), play_moods (gold)
WITH
-- Days are compared with days: plays of one day have much in common and do not count as so many observations.
stretches AS (
    SELECT moods.user_id, local_date, part_of_day, count(*) AS plays, avg(moods.valence) AS valence, avg(moods.energy) AS energy,
           count(moods.valence) AS plays_covered
    FROM gold.play_moods AS moods
    JOIN silver.listening_with_features AS listening ON listening.play_id = moods.play_id
    GROUP BY moods.user_id, local_date, part_of_day
)
SELECT user_id, part_of_day, count(*) AS days, round(avg(plays), 1) AS plays_a_day,
       round(corr(plays, valence), 3) AS plays_with_valence, round(corr(plays, energy), 3) AS plays_with_energy,
       -- About the size a correlation reaches by chance in one of twenty cases.
       round(1.96 / sqrt(count(*)), 3) AS by_chance
FROM stretches
WHERE plays_covered >= 5
GROUP BY user_id, part_of_day
ORDER BY user_id, array_position(make_array('night', 'morning', 'afternoon', 'evening'), part_of_day)
