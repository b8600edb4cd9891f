//! `report`: the five analyses of one listener as a page, as text, and as pictures.
//!
//! Owns where they are written. A report tells of a person: its files are for their owner's eyes.

use crate::cli::args::{PageFormat, ReportArgs};
use crate::cli::output::print;
use crate::cli::settings::Settings;
use crate::clock::Clock;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::private_file;
use crate::report;
use crate::report::data::Report;
use chrono_tz::Tz;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Columns of text where there is no terminal to ask.
const WIDTH: usize = 100;
/// Pixels a unit of the drawing: sharp on screens of twice the density, and in print.
const PICTURE_SCALE: f32 = 2.0;

pub async fn report(settings: &Settings, args: &ReportArgs) -> Result<()> {
    let lake = settings.lake()?;
    let report = read(&lake, settings.zone, args.user.as_deref()).await?;
    if let Some(folder) = &args.charts {
        write_charts(&report, folder)?;
    }
    match (args.format, &args.output) {
        (PageFormat::Html, None) => write_page(&report, &page_of(&lake)),
        (PageFormat::Html, Some(path)) if path.as_os_str() == "-" => print(&report::html(&report)),
        (PageFormat::Html, Some(path)) => write_page(&report, path),
        (PageFormat::Text, Some(path)) if path.as_os_str() != "-" => {
            private_file::replace(path, report::text(&report, WIDTH, false).as_bytes())?;
            tracing::info!("the report is in {}", path.display());
            Ok(())
        }
        (PageFormat::Text, _) => {
            let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0));
            print(&report::text(&report, width, std::io::stdout().is_terminal()))
        }
    }
}

/// Reads what a report shows; in `demo` too.
pub async fn read(lake: &Lake, zone: Tz, user: Option<&str>) -> Result<Report> {
    let engine = Engine::new(zone)?;
    let mut report = report::read(lake, &engine, user).await?;
    let now = Clock::System.now().with_timezone(&zone);
    report.made_at = now.format("%Y-%m-%d %H:%M %Z").to_string();
    env!("CARGO_PKG_VERSION").clone_into(&mut report.version);
    Ok(report)
}

/// Where a lake's page is unless someone says otherwise.
pub fn page_of(lake: &Lake) -> PathBuf {
    lake.home().join("report.html")
}

/// Writes the page and tells where it is.
pub fn write_page(report: &Report, path: &Path) -> Result<()> {
    private_file::replace(path, report::html(report).as_bytes())?;
    tracing::info!("the report is in {}: open it in a browser, no network is needed", path.display());
    Ok(())
}

fn write_charts(report: &Report, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| {
        Error::failure(format!("the folder {} cannot be made", folder.display()))
            .because(error)
            .hint("name a folder that is there or can be made")
    })?;
    let charts = report::charts(report);
    for chart in &charts {
        private_file::replace(&folder.join(format!("{}.svg", chart.name)), chart.svg.as_bytes())?;
        let picture = report::png(&chart.svg, PICTURE_SCALE).map_err(|error| {
            Error::failure(format!("the chart {} cannot be drawn: {error}", chart.name)).hint("its SVG is in the same folder")
        })?;
        private_file::replace(&folder.join(format!("{}.png", chart.name)), &picture)?;
    }
    tracing::info!("{} charts are in {}, as SVG and PNG", charts.len(), folder.display());
    Ok(())
}
