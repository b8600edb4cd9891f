//! The tables of ops: what was done, and what is missing.

use super::Table;
use super::columns::{double, instant, long, text};

pub const IMPORT_LEDGER: Table = Table {
    layer: "ops",
    name: "import_ledger",
    comment: "One row an imported file: rows read = kept + duplicate + rejected",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        vec![
            text("run_id"),
            text("user_id"),
            text("file"),
            text("sha256"),
            text("shape"),
            text("table_name"),
            long("rows_read"),
            long("rows_kept"),
            long("rows_duplicate"),
            long("rows_rejected"),
            text("rejected_by_reason"),
            text("importer_version"),
            instant("imported_at"),
        ]
    },
};

pub const HISTORY_GAPS: Table = Table {
    layer: "ops",
    name: "history_gaps",
    comment: "Stretches in which plays may be missing",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || vec![text("user_id"), instant("from_at"), instant("to_at"), instant("detected_at"), text("closed_by")],
};

pub const FEATURE_MISSES: Table = Table {
    layer: "ops",
    name: "feature_misses",
    comment: "One row a provider and track that it had no audio features for, so that it is not asked again for a while",
    partitions: &[],
    key: None,
    unique_columns: &["track_id"],
    columns: || vec![text("provider"), text("track_id"), instant("asked_at")],
};

pub const RUNS: Table = Table {
    layer: "ops",
    name: "runs",
    comment: "One row a run and step",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        vec![
            text("run_id"),
            text("command"),
            text("step"),
            text("table_name"),
            instant("started_at"),
            double("seconds"),
            long("rows_read"),
            long("rows_written"),
            long("rows_duplicate"),
            long("rows_rejected"),
            text("inputs"),
            long("version_written"),
            text("outcome"),
            text("program_version"),
            long("rows_total"),
        ]
    },
};

pub const CHECK_RESULTS: Table = Table {
    layer: "ops",
    name: "check_results",
    comment: "One row a rule, table and check",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        vec![
            text("run_id"),
            instant("checked_at"),
            text("table_name"),
            text("rule"),
            text("severity"),
            text("outcome"),
            long("rows_checked"),
            long("rows_failed"),
            text("detail"),
            long("table_version"),
        ]
    },
};
