//! What a rule is: a name, how bad it is when broken, and what it asks of a table.
//!
//! Owns the vocabulary in which `rules` declares, and nothing that computes: `scan`, `keys`, `references` and `usual` do that.

use crate::lake::Table;

/// A rule of a table.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Unique within its table.
    pub name: &'static str,
    /// How bad it is when the rule is broken.
    pub severity: Severity,
    /// What it asks.
    pub asks: Asks,
}

/// How bad a broken rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth a look; figures may still be right.
    Warn,
    /// Figures that rest on these rows are wrong: the check fails.
    Error,
}

/// What a rule asks of a table.
#[derive(Clone, Copy, Debug)]
pub enum Asks {
    /// No row has null in one of these columns.
    NotNull(&'static [&'static str]),
    /// Values lie within bounds, both included; null passes, what is no number does not.
    Within(&'static [Bounds]),
    /// The column has one of these words, or null.
    OneOf(&'static str, &'static [&'static str]),
    /// A condition over single rows is not false.
    Holds {
        /// The columns that it reads.
        columns: &'static [&'static str],
        /// The condition, in SQL.
        condition: &'static str,
    },
    /// The condition is true of at least this share of the rows.
    Mostly {
        /// The columns that it reads.
        columns: &'static [&'static str],
        /// The condition, in SQL.
        condition: &'static str,
        /// The least share, 0–1.
        share_min: f64,
    },
    /// No time lies after the check's own, an hour aside.
    NotFuture {
        /// The column of instants.
        column: &'static str,
        /// Rows of which this is asked, in SQL.
        of: &'static str,
        /// The columns that `of` reads.
        columns: &'static [&'static str],
    },
    /// No two rows have the same values in these columns.
    Unique(&'static [&'static str]),
    /// Every value of the column stands in a column of another table, at the version that the rows were built from.
    Refers(Reference),
    /// Every play of the table that this one was built from is here, unless a more telling source tells of it.
    Complete(Reference),
    /// The newest row is not older than this.
    Fresh {
        /// The column of instants.
        column: &'static str,
        /// Rows that count, in SQL.
        of: &'static str,
        /// The columns that `of` reads.
        columns: &'static [&'static str],
        /// The greatest age of the newest of them.
        days_max: i64,
        /// What it means that there are none.
        without: &'static str,
    },
    /// The table has no less than half of the rows that earlier builds wrote, in their median.
    NotShrunk,
    /// The last run that brought rows of a kind brought no more than ten times the median of those before.
    UsualArrivals {
        /// Rows that count, in SQL.
        of: &'static str,
    },
}

/// A column and the least and the greatest value in it.
pub type Bounds = (&'static str, f64, f64);

/// Where values of a column stand, too.
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    /// The column.
    pub column: &'static str,
    /// The other table.
    pub to: &'static Table,
    /// Its column.
    pub to_column: &'static str,
    /// What the commit's note calls the other table among the inputs; empty where it is none of them.
    pub input: &'static str,
}

impl Severity {
    /// The word stored in `ops/check_results`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl Rule {
    /// A rule whose breach makes the check fail.
    #[must_use]
    pub const fn error(name: &'static str, asks: Asks) -> Self {
        Self { name, severity: Severity::Error, asks }
    }

    /// A rule whose breach is worth a look.
    #[must_use]
    pub const fn warn(name: &'static str, asks: Asks) -> Self {
        Self { name, severity: Severity::Warn, asks }
    }

    /// The columns of its table that it reads.
    #[must_use]
    pub fn columns(&self) -> Vec<&'static str> {
        match self.asks {
            Asks::NotNull(columns) | Asks::Unique(columns) | Asks::Holds { columns, .. } | Asks::Mostly { columns, .. } => {
                columns.to_vec()
            }
            Asks::Within(bounds) => bounds.iter().map(|(column, ..)| *column).collect(),
            Asks::OneOf(column, _) => vec![column],
            Asks::NotFuture { column, columns, .. } | Asks::Fresh { column, columns, .. } => [&[column], columns].concat(),
            Asks::Refers(reference) | Asks::Complete(reference) => vec![reference.column],
            Asks::NotShrunk => Vec::new(),
            Asks::UsualArrivals { .. } => vec!["run_id", "ingested_at", "source"],
        }
    }
}
