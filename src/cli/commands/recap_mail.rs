//! A recap as a letter: to whom, from whom, and what is in it.
//!
//! Owns that nobody's address is told in a log.

use crate::cli::args::RecapArgs;
use crate::cli::settings::Settings;
use crate::clock::Clock;
use crate::error::Result;
use crate::lake::Lake;
use crate::mail::{self, Address, Delivery, Letter};
use crate::private_file;
use crate::recap::Kept;
use crate::recap::told::{self, Page, Picture};
use crate::recap::week::Week;
use chrono::{DateTime, Utc};
use std::path::Path;

/// Columns of the plain part: lines that mail programs do not break again.
const WIDTH: usize = 76;

/// Tells a wrong setting before anything is made.
///
/// # Errors
/// When a setting is missing or means nothing.
pub fn check(settings: &Settings, args: &RecapArgs) -> Result<()> {
    if !args.dry_run {
        settings.mail.server()?;
    }
    parties(settings, args)?;
    settings.mail.unsubscribe().map(drop)
}

/// Whom it is from and whom it is for.
fn parties(settings: &Settings, args: &RecapArgs) -> Result<(Address, Address)> {
    let to = settings.mail.to("--email", args.email.as_deref())?;
    let from = match settings.mail.from() {
        // A letter that nobody sends needs no account.
        Err(_) if args.dry_run => to.clone(),
        from => from?,
    };
    Ok((from, to))
}

/// Sends a recap, or writes the mail to a file.
///
/// # Errors
/// When a setting is missing, the server does not take it or the file cannot be written.
pub async fn send(settings: &Settings, lake: &Lake, args: &RecapArgs, kept: &Kept, page: &Page) -> Result<()> {
    let week = &kept.recap.week;
    let letter = letter(settings, args, kept, page)?;
    if args.dry_run {
        let beside = lake.home().join(format!("recap-{week}.eml"));
        let path = args.output.as_deref().unwrap_or(&beside);
        return write(&mail::message(&letter)?, path);
    }
    match mail::deliver(lake.home(), &settings.mail.server()?, &letter, args.once, Clock::System).await? {
        Delivery::Sent => tracing::info!("the recap of {week} was sent"),
        Delivery::SentBefore(at) => tell_sent(week, at),
    }
    Ok(())
}

/// Whether it was sent before: then it is neither made nor told by a model again.
///
/// # Errors
/// When what was sent cannot be read.
pub fn is_sent(settings: &Settings, lake: &Lake, args: &RecapArgs, listener: &str, week: Week) -> Result<bool> {
    let (_, to) = parties(settings, args)?;
    let week = week.to_string();
    let sent = mail::sent_before(lake.home(), &mail::key(listener, &week, &to))?;
    sent.inspect(|at| tell_sent(&week, *at));
    Ok(sent.is_some())
}

fn tell_sent(week: &str, at: DateTime<Utc>) {
    tracing::info!("the recap of {week} was sent on {} already", at.format("%Y-%m-%d %H:%M:%S UTC"));
}

fn letter(settings: &Settings, args: &RecapArgs, kept: &Kept, page: &Page) -> Result<Letter> {
    let (from, to) = parties(settings, args)?;
    let mut shown = Vec::new();
    let mut pictures = Vec::new();
    for (chart, png) in super::recap::pictures(&kept.recap)? {
        shown.push(Picture { source: format!("cid:{}", chart.name), description: chart.description });
        pictures.push(mail::Picture { id: chart.name, png });
    }
    Ok(Letter {
        key: mail::key(&kept.recap.listener, &kept.recap.week, &to),
        from,
        to,
        subject: page.title.clone(),
        text: told::as_text(page, WIDTH, false),
        html: told::as_html(page, &shown),
        pictures,
        sent_at: Clock::System.now(),
        unsubscribe: settings.mail.unsubscribe()?,
    })
}

fn write(message: &[u8], path: &Path) -> Result<()> {
    if path.as_os_str() == "-" {
        return crate::cli::output::print(&String::from_utf8_lossy(message));
    }
    private_file::replace(path, message)?;
    tracing::info!("the mail is in {}; it was not sent", path.display());
    Ok(())
}
