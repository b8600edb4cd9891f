-- purpose: the rules that held when tables were checked last
-- grain:   one row a table and rule
-- key:     table_name, rule
-- reads:   findings (ops); $run_id is the last check's
SELECT table_name, rule, detail, table_version, rows_checked, rows_failed
FROM findings
WHERE run_id = $run_id AND outcome = 'passed' AND table_version IS NOT NULL
