//! Tests of the page, the pictures and the terminal view on whole reports.
//!
//! Owns the reports in `fixtures`. `the_fixtures_can_be_looked_at`, which is ignored, writes them to `target/report` for eyes and for
//! `scripts/check_report.py`.

mod charts;
mod fixtures;
mod page;
mod terminal;

use std::fs;
use std::path::Path;

use super::data::Report;

/// The reports that every property has to hold for.
fn all_reports() -> [(&'static str, Report); 4] {
    [
        ("rich", fixtures::rich()),
        ("ten-years", fixtures::ten_years()),
        ("synthetic", fixtures::synthetic()),
        ("empty", fixtures::empty()),
    ]
}

#[test]
#[ignore = "writes files to look at"]
fn the_fixtures_can_be_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/report");
    for (name, report) in all_reports() {
        let charts = folder.join(name);
        fs::create_dir_all(&charts).unwrap();
        fs::write(folder.join(format!("{name}.html")), super::html(&report)).unwrap();
        fs::write(folder.join(format!("{name}.txt")), super::text(&report, 100, true)).unwrap();
        for chart in super::charts(&report) {
            fs::write(charts.join(format!("{}.svg", chart.name)), &chart.svg).unwrap();
            fs::write(charts.join(format!("{}.png", chart.name)), super::png(&chart.svg, 2.0).unwrap()).unwrap();
        }
    }
}
