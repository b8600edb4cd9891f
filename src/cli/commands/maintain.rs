//! `maintain`: the upkeep of the lake's tables.
//!
//! Owns the way from flags to what is to be done, and the refusal to break the promise of time travel unasked.

use super::{context, writing};
use crate::cli::args::{Global, MaintainArgs, ReportFormat};
use crate::cli::output::{aligned, json_text, print, thousands};
use crate::cli::settings::Settings;
use crate::error::{Error, Result};
use crate::lake::Table;
use crate::lake::tables::{ALL, RUNS, is_called};
use crate::pipeline::maintain::{Care, Maintained, RETENTION_DAYS, TARGET_BYTES, maintain as maintain_tables};
use crate::pipeline::{self, Journal};
use chrono::Duration;
use serde_json::json;
use std::fmt::Write as _;

pub async fn maintain(global: &Global, settings: &Settings, args: &MaintainArgs) -> Result<()> {
    let tables = args.tables.iter().map(|name| named(name)).collect::<Result<Vec<_>>>()?;
    let tables = if tables.is_empty() { ALL.to_vec() } else { tables };
    let care = Care {
        target_bytes: args.target_size.as_deref().map_or(Ok(TARGET_BYTES), target_size)?,
        retention: retention(args.retention.as_deref(), args.shorten_time_travel)?,
        dry_run: args.dry_run,
        only_when_due: false,
    };
    let lake = settings.lake()?;
    if !lake.exists().await? {
        return Err(Error::failure(format!("the lake {} holds no tables", lake.address()))
            .hint("--lake names another place; `moodlake demo` fills one"));
    }
    // A dry run does not even take the lock, which is a file.
    let (context, _lock) = if care.dry_run {
        (context(global, settings, lake)?, None)
    } else {
        let (context, lock) = writing(global, settings, lake)?;
        (context, Some(lock))
    };
    let started = context.clock.now();
    // What is done is told below, a line a table.
    let mut journal = Journal::new(&|_| {});
    let done = maintain_tables(&context, &tables, &care, &mut journal).await;
    // A record of nothing but the record's own upkeep would only make more of it.
    let is_of_record_alone = journal.steps().iter().all(|step| step.table == RUNS.label());
    let recorded = if care.dry_run || is_of_record_alone {
        Ok(())
    } else {
        pipeline::record(&context, "maintain", started, journal.steps()).await
    };
    print(&match args.format {
        ReportFormat::Text => text(&done, &care),
        ReportFormat::Json => {
            let document = json!({ "run_id": context.run_id, "dry_run": care.dry_run, "tables": done });
            json_text(&document)?
        }
    })?;
    journal.verdict().and(recorded)
}

/// A declared table by its name, with or without its layer.
fn named(name: &str) -> Result<&'static Table> {
    ALL.into_iter().find(|table| is_called(table.layer, table.name, name)).ok_or_else(|| {
        Error::usage(format!("{name} is no table of moodlake's"))
            .hint("`moodlake status` lists tables; those of other programs are theirs to maintain")
    })
}

/// How long replaced versions stay readable: at least as long as promised, unless that is given up in so many words.
pub fn retention(text: Option<&str>, may_be_short: bool) -> Result<Duration> {
    let promised = Duration::days(RETENTION_DAYS);
    let Some(text) = text else { return Ok(promised) };
    let parsed = humantime::parse_duration(text).ok().and_then(|parsed| Duration::from_std(parsed).ok());
    let retention = parsed.filter(|&long| long <= Duration::days(36_500)).ok_or_else(|| {
        Error::usage(format!("--retention {text} is no time span")).hint("write a number and its unit, such as 30d or 90d")
    })?;
    if retention < promised && !may_be_short {
        return Err(Error::usage(format!(
            "--retention {text}: versions of the last {RETENTION_DAYS} days are promised to stay readable"
        ))
        .hint("`moodlake maintain --shorten-time-travel` gives that up; what is deleted cannot be brought back"));
    }
    Ok(retention)
}

fn target_size(text: &str) -> Result<u64> {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    units
        .iter()
        .find_map(|(unit, shift)| Some((text.strip_suffix(unit)?.trim().parse::<u64>().ok()?, shift)))
        .and_then(|(number, shift)| number.checked_mul(1 << shift))
        .filter(|bytes| (1 << 10..=16 << 30).contains(bytes))
        .ok_or_else(|| {
            Error::usage(format!("--target-size {text} is no size from 1KiB to 16GiB"))
                .hint("write a number and its unit, KiB, MiB or GiB, such as 128MiB")
        })
}

fn text(done: &[Maintained], care: &Care) -> String {
    let rows: Vec<_> = done
        .iter()
        .map(|table| {
            let after = table.bytes_after.map_or_else(|| "?".to_owned(), thousands);
            vec![
                table.table.clone(),
                thousands(table.files_before),
                thousands(table.files_after),
                thousands(table.bytes_before),
                if table.files_before == table.files_after { thousands(table.bytes_before) } else { after },
                if table.checkpoint { "yes" } else { "" }.to_owned(),
                thousands(table.log_files_deleted + table.data_files_deleted),
                thousands(table.bytes_freed),
                format!("{} ({}-{})", thousands(table.versions()), table.oldest_version, table.version),
            ]
        })
        .collect();
    let header = ["table", "files", "-> files", "bytes", "-> bytes", "checkpoint", "deleted", "freed", "versions kept"];
    let title = if care.dry_run { "nothing was written; this would be done:\n" } else { "" };
    let mut text = format!("{title}{}", aligned(&header, &rows));
    for table in done.iter().filter(|table| table.columns_added) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}: the columns of this release were added", table.table);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{retention, target_size};
    use chrono::Duration;

    #[test]
    fn a_promise_is_not_broken_by_the_way() {
        assert_eq!(retention(None, false).unwrap(), Duration::days(30));
        assert_eq!(retention(Some("90d"), false).unwrap(), Duration::days(90));
        assert!(retention(Some("29d"), false).is_err() && retention(Some("soon"), true).is_err());
        assert_eq!(retention(Some("0s"), true).unwrap(), Duration::zero());
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(target_size("128MiB").unwrap(), 128 << 20);
        assert_eq!(target_size("1 GiB").unwrap(), 1 << 30);
        for wrong in ["", "128", "MiB", "-1MiB", "17GiB", "0KiB", "99999999999999999GiB"] {
            assert!(target_size(wrong).is_err(), "{wrong}");
        }
    }
}
