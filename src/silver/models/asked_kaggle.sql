-- purpose: the catalogue's rows of those tracks that some plays ask for, by id or by name
-- grain:   one row a row of the catalogue
-- key:     none
-- reads:   every_kaggle (bronze), kept_plays (the plays that ask)
WITH
asked_names AS (
    SELECT DISTINCT lower(artist_name) AS artist_asked, lower(track_name) AS title_asked
    FROM kept_plays WHERE artist_name IS NOT NULL AND track_name IS NOT NULL
),
named AS (
    SELECT track_id
    FROM asked_names
    JOIN every_kaggle ON artist_asked = lower(split_part(artists, ';', 1)) AND title_asked = lower(track_name)
),
asked AS (
    SELECT track_id AS asked_id FROM kept_plays WHERE track_id IS NOT NULL
    UNION
    SELECT track_id FROM named
)
-- All rows of a track: a name is asked of all of them together.
SELECT every_kaggle.* FROM asked RIGHT SEMI JOIN every_kaggle ON asked_id = every_kaggle.track_id
