-- purpose: what was found to differ from the usual, and how surely?
-- grain:   one row a finding
-- key:     user_id, stretch, kind, subject
-- reads:   mood_drivers (gold)
SELECT user_id, words, round(effect, 2) AS effect, round(effect_low, 2) AS effect_low, round(effect_high, 2) AS effect_high,
       round(p_adjusted, 4) AS p_adjusted, units, unit, comparisons
FROM gold.mood_drivers
WHERE is_driver
ORDER BY user_id, abs(effect) DESC
