//! The windows as CSV files: one a day, replaced as a whole.
//!
//! Owns their shape: `window_start,window_end,genre,count`, times in UTC. A reader sees a day as it was or as it is, never half of it.

use super::windows::days_of;
use crate::context::Context;
use crate::engine::{Columns, having};
use crate::error::{Explain, Result};
use crate::lake::tables::GENRE_PLAYS;
use crate::private_file;
use crate::watch::moment;
use datafusion::prelude::col;
use std::collections::BTreeSet;
use std::path::PathBuf;

const HEADER: [&str; 4] = ["window_start", "window_end", "genre", "count"];

/// Where the files are, and how a text is written in them.
#[derive(Clone, Debug)]
pub struct CsvOutput {
    /// The folder.
    pub folder: PathBuf,
    /// As it is, or so that no spreadsheet takes it for a formula.
    pub text: fn(&str) -> String,
}

/// Writes the files of these days, or of all days where none are named.
///
/// # Errors
/// When the windows cannot be read or a file cannot be written.
pub async fn write(context: &Context, output: &CsvOutput, days: Option<&BTreeSet<String>>) -> Result<()> {
    let failed = || format!("table {}: it cannot be written as CSV", GENRE_PLAYS.label());
    let Some(windows) = context.lake.open(&GENRE_PLAYS).await? else { return Ok(()) };
    let scope = context.engine.scope();
    scope.register("windows", windows.provider(&scope.state()).await?)?;
    let days = match days {
        Some(days) => days.clone(),
        None => days_of(scope.table("windows").await?).await?,
    };
    for day in days {
        let rows = having(&scope, scope.table("windows").await?, "window_date", &[day.clone()].into())?;
        let order = ["window_start", "genre"].map(|name| col(name).sort(true, false));
        let rows = Columns::of(rows.sort(order.to_vec()).explain(failed)?, "windows").await?;
        let (starts, ends) = (rows.instant_us("window_start")?, rows.instant_us("window_end")?);
        let (genres, counts) = (rows.text("genre")?, rows.whole("count")?);
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(HEADER).explain(failed)?;
        for row in 0..rows.len() {
            let (start, end) = (moment(starts.value(row)), moment(ends.value(row)));
            writer
                .write_record([&start, &end, &(output.text)(genres.value(row)), &counts.value(row).to_string()])
                .explain(failed)?;
        }
        let bytes = writer.into_inner().explain(failed)?;
        private_file::replace(&output.folder.join(format!("{day}.csv")), &bytes)?;
    }
    Ok(())
}
