//! `import`, `import-catalog`, `generate-synthetic`, `populate-missing`.
//!
//! Owns how an import's account is shown. The work is the bronze layer's.

use super::{context, finish, writing};
use crate::bronze::import::{self, Import, Imported};
use crate::bronze::ledger::Account;
use crate::bronze::{catalog, synthetic};
use crate::cli::args::{Global, ImportArgs, ImportCatalogArgs, ReportFormat};
use crate::cli::output::{aligned, json_text, print, thousands};
use crate::cli::printable::in_line;
use crate::cli::settings::Settings;
use crate::error::{Error, Result};
use serde_json::json;
use std::fmt::Write as _;

pub async fn import(global: &Global, settings: &Settings, args: ImportArgs) -> Result<()> {
    let wanted = Import { paths: args.paths, user_id: args.user, dry_run: args.dry_run };
    if wanted.dry_run {
        let context = context(global, settings, settings.lake()?)?;
        let imported = import::import(&context, &wanted).await?;
        imported.steps.iter().for_each(crate::cli::output::tell);
        return print(&account(&imported, args.format)?);
    }
    let (context, _lock) = writing(global, settings, settings.lake()?)?;
    let started = context.clock.now();
    let imported = import::import(&context, &wanted).await?;
    finish(&context, "import", started, &imported.steps).await?;
    print(&account(&imported, args.format)?)
}

pub async fn import_catalog(global: &Global, settings: &Settings, args: ImportCatalogArgs) -> Result<()> {
    let (context, _lock) = writing(global, settings, settings.lake()?)?;
    let started = context.clock.now();
    let imported = catalog::import(&context, &args.file).await?;
    if imported.account.rows_rejected() > 0 {
        tracing::warn!("{} rows were rejected: {}", imported.account.rows_rejected(), reasons(&imported.account));
    }
    finish(&context, "import-catalog", started, &imported.steps).await
}

pub async fn generate_synthetic(global: &Global, settings: &Settings) -> Result<()> {
    tracing::warn!(
        "silver prefers synthetic features to the catalogue's unless --feature-preference says otherwise; `populate-missing` makes \
         only those that nothing else knows"
    );
    populate(global, settings, synthetic::Extent::Everything).await
}

pub async fn populate_missing(global: &Global, settings: &Settings) -> Result<()> {
    populate(global, settings, synthetic::Extent::Missing).await
}

async fn populate(global: &Global, settings: &Settings, extent: synthetic::Extent) -> Result<()> {
    if !settings.allow_synthetic {
        return Err(Error::usage("ALLOW_SYNTHETIC is false: no synthetic features are made")
            .hint("unset ALLOW_SYNTHETIC, or leave this command out; silver uses real and catalogue features without it"));
    }
    let (context, _lock) = writing(global, settings, settings.lake()?)?;
    let started = context.clock.now();
    let step = synthetic::populate(&context, extent).await?;
    let command = step.step;
    finish(&context, command, started, &[step]).await
}

/// The account of an import: one line a file, and what was rejected why.
fn account(imported: &Imported, format: ReportFormat) -> Result<String> {
    if format == ReportFormat::Json {
        let document = json!({ "files": imported.accounts, "ignored": imported.ignored });
        return json_text(&document);
    }
    let header = ["file", "shape", "read", "kept", "duplicate", "rejected"];
    let row = |name: &str, shape: &str, account: [u64; 4]| {
        let mut cells = vec![in_line(name), shape.to_owned()];
        cells.extend(account.map(thousands));
        cells
    };
    let numbers = |account: &Account| [account.rows_read, account.rows_kept, account.rows_duplicate, account.rows_rejected()];
    let mut rows: Vec<_> = imported.accounts.iter().map(|account| row(&account.file, &account.shape, numbers(account))).collect();
    let total =
        imported.accounts.iter().map(numbers).fold([0; 4], |sum, next| std::array::from_fn(|place| sum[place] + next[place]));
    rows.push(row("total", "", total));
    let mut text = aligned(&header, &rows);
    for account in imported.accounts.iter().filter(|account| account.rows_rejected() > 0) {
        let _ = writeln!(text, "{}: rejected {}", in_line(&account.file), reasons(account));
    }
    if !imported.ignored.is_empty() {
        let _ = writeln!(text, "{} other files hold no listening history", imported.ignored.len());
    }
    Ok(text)
}

fn reasons(account: &Account) -> String {
    account.rejected.iter().map(|(reason, count)| format!("{} {reason}", thousands(*count))).collect::<Vec<_>>().join(", ")
}
