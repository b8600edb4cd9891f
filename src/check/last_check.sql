-- purpose: the rules that held when each table was checked last
-- grain:   one row a table and rule
-- key:     table_name, rule
-- reads:   findings (ops); checked: each table's last check, as the note of the record's last commit tells it
SELECT table_name, rule, detail, table_version, rows_checked, rows_failed
FROM checked
JOIN findings USING (table_name, run_id)
WHERE outcome = 'passed' AND table_version IS NOT NULL
