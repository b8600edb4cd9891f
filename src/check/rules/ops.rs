//! What is asked of the records: accounts that add up, times in order, and a pipeline that runs.

use super::TableRules;
use crate::check::rule::{Asks, Rule};
use crate::lake::tables::{CHECK_RESULTS, FEATURE_MISSES, HISTORY_GAPS, IMPORT_LEDGER, RUNS};

pub const RULES: &[TableRules] =
    &[(&IMPORT_LEDGER, LEDGER), (&HISTORY_GAPS, GAPS), (&FEATURE_MISSES, MISSES), (&RUNS, STEPS), (&CHECK_RESULTS, RESULTS)];

const LEDGER: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["run_id", "file", "sha256", "shape", "table_name", "rows_read", "imported_at"])),
    Rule::error(
        "adds_up",
        Asks::Holds {
            columns: &["rows_read", "rows_kept", "rows_duplicate", "rows_rejected"],
            condition: "coalesce(rows_read = rows_kept + rows_duplicate + rows_rejected, false)",
        },
    ),
];

const GAPS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["user_id", "from_at", "to_at", "detected_at"])),
    Rule::error("in_order", Asks::Holds { columns: &["from_at", "to_at"], condition: "from_at <= to_at" }),
];

const MISSES: &[Rule] = &[Rule::error("not_null", Asks::NotNull(&["provider", "track_id", "asked_at"]))];

const STEPS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["run_id", "command", "step", "table_name", "started_at", "outcome"])),
    Rule::error("outcome", Asks::OneOf("outcome", &["wrote", "up_to_date", "maintained", "deferred", "failed"])),
    // The scheduler's full run leaves a row every six hours, also when there was nothing new.
    Rule::warn(
        "fresh",
        Asks::Fresh {
            column: "started_at",
            of: "step = 'ingest'",
            columns: &["step"],
            days_max: 2,
            without: "Spotify was never asked",
        },
    ),
];

const RESULTS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["run_id", "checked_at", "table_name", "rule", "severity", "outcome"])),
    Rule::error("outcome", Asks::OneOf("outcome", &["passed", "failed", "skipped"])),
];
