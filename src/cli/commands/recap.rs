//! `recap`: a week of one listener, told.
//!
//! Owns which week and whose, and where it is written. A recap tells of a person: its files are for their owner's eyes.

use super::{recap_mail, recap_words};
use crate::cli::args::{Global, RecapArgs, RecapFormat};
use crate::cli::output::{json_document, print};
use crate::cli::settings::Settings;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::gold::source::{Source, Synthetic};
use crate::lake::Lake;
use crate::lake::snapshot::AsOf;
use crate::recap::data::Recap;
use crate::recap::told::{self, Page, Picture};
use crate::recap::week::Week;
use crate::recap::{self, Kept};
use crate::{private_file, report};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::IsTerminal;
use std::path::Path;

/// Columns of text where there is no terminal to ask.
const WIDTH: usize = 100;
/// Pixels a unit of the drawing: sharp on screens of twice the density.
const PICTURE_SCALE: f32 = 2.0;

pub async fn recap(global: &Global, settings: &Settings, args: &RecapArgs) -> Result<()> {
    // A wrong flag or setting is told before anything is made.
    let week = args.week.as_deref().map(Week::parse).transpose()?;
    let model = settings.writers.model(args.words, args.model.as_deref())?;
    if args.email.is_some() && !args.dry_run && args.output.is_some() {
        return Err(Error::usage("--output writes a file, and --email sends").hint("add --dry-run to write the mail to the file"));
    }
    if args.email.is_some() {
        recap_mail::check(settings, args)?;
    }
    let lake = settings.lake()?;
    let context = super::context(global, settings, lake.clone())?;
    let asked = asked(&context, settings, args, week).await?;
    if args.once && recap_mail::is_sent(settings, &lake, args, &asked.listener, asked.week)? {
        return Ok(());
    }
    let mut kept = made(&context, settings, &lake, &asked).await?;
    match &model {
        Some(model) => recap_words::of(&context, &lake, model, &mut kept).await?,
        None => kept.words = None,
    }
    let page = told::page(&kept.recap, kept.words.as_ref());
    if args.email.is_some() {
        return recap_mail::send(settings, &lake, args, &kept, &page).await;
    }
    let text = match args.format {
        RecapFormat::Json => json_document(&kept.json),
        RecapFormat::Markdown => told::as_markdown(&page),
        RecapFormat::Html => told::as_html(&page, &within(&kept.recap)?),
        RecapFormat::Text => return as_text(&page, args.output.as_deref()),
    };
    write(&text, args.output.as_deref())
}

/// A week of a listener, and the plays it is made of.
struct Asked {
    source: Source,
    listener: String,
    week: Week,
}

/// Which week of whom is asked for.
async fn asked(context: &Context, settings: &Settings, args: &RecapArgs, week: Option<Week>) -> Result<Asked> {
    let source = source(context, settings).await?;
    let (now, zone) = (context.clock.now(), source.zone(context).await?);
    let week = week.unwrap_or_else(|| Week::last_whole(now, zone));
    let this = Week::of(now.with_timezone(&zone).date_naive());
    if week > this {
        return Err(Error::usage(format!("--week {week} is still to come"))
            .hint(format!("the last whole week is {}; without --week it is told", this.before(1))));
    }
    let (listener, others) = recap::listener(context, &source, args.user.as_deref()).await?;
    if others > 0 && args.user.is_none() {
        tracing::info!("the lake has {others} more listeners: --user names one");
    }
    Ok(Asked { source, listener, week })
}

async fn source(context: &Context, settings: &Settings) -> Result<Source> {
    Source::open(context, Synthetic { include: false, allow: settings.allow_synthetic }, AsOf::Latest).await
}

/// The recap that is kept, or a new one.
async fn made(context: &Context, settings: &Settings, lake: &Lake, asked: &Asked) -> Result<Kept> {
    let (listener, week, started) = (&asked.listener, asked.week, context.clock.now());
    if let Some(kept) = recap::find(context, &asked.source, listener, week).await? {
        return Ok(kept);
    }
    let _lock = super::lock(lake)?;
    // While this command waited, another may have written.
    let source = source(context, settings).await?;
    if let Some(kept) = recap::find(context, &source, listener, week).await? {
        return Ok(kept);
    }
    let (kept, step) = recap::make(context, &source, listener, week).await?;
    super::finish(context, "recap", started, &[step]).await?;
    Ok(kept)
}

/// The charts as parts of the page.
fn within(recap: &Recap) -> Result<Vec<Picture>> {
    let picture = |(chart, png): (told::Chart, Vec<u8>)| Picture {
        source: format!("data:image/png;base64,{}", STANDARD.encode(png)),
        description: chart.description,
    };
    Ok(pictures(recap)?.into_iter().map(picture).collect())
}

/// The charts as PNG.
pub(super) fn pictures(recap: &Recap) -> Result<Vec<(told::Chart, Vec<u8>)>> {
    let drawn = |chart: told::Chart| {
        let failed = |error| Error::failure(format!("the chart {} cannot be drawn: {error}", chart.name));
        let png = report::png(&chart.svg, PICTURE_SCALE).map_err(failed)?;
        Ok((chart, png))
    };
    told::charts(recap).into_iter().map(drawn).collect()
}

fn as_text(page: &Page, output: Option<&Path>) -> Result<()> {
    if output.is_some_and(|path| path.as_os_str() != "-") {
        return write(&told::as_text(page, WIDTH, false), output);
    }
    let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0));
    print(&told::as_text(page, width, std::io::stdout().is_terminal()))
}

fn write(text: &str, output: Option<&Path>) -> Result<()> {
    match output {
        Some(path) if path.as_os_str() != "-" => {
            private_file::replace(path, text.as_bytes())?;
            tracing::info!("the recap is in {}", path.display());
            Ok(())
        }
        _ => print(text),
    }
}
