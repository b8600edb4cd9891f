//! The charts: each turns a part of the report into a drawing.
//!
//! Owns what is seen. A chart without data is none at all, and the page says why instead. Drawings go to `page`, which adds tables
//! and what they rest on, and as documents of their own to whoever writes files.

pub(crate) mod bars;
pub(crate) mod calendar;
pub(crate) mod drivers;
pub(crate) mod forecast;
pub(crate) mod hours;
pub(crate) mod months;
pub(crate) mod mood_map;
pub(crate) mod mood_over_time;
pub(crate) mod wellbeing;

use super::Chart;
use super::data::{Basis, Report};
use super::draw::Drawing;
use super::draw::standalone::document;

/// Every drawing that there is data for, as a document of its own, in the order of the page.
pub(crate) fn all(report: &Report) -> Vec<Chart> {
    let mut found: Vec<(Option<Drawing>, &Basis)> = vec![
        (calendar::draw(&report.calendar), &report.calendar.basis),
        (months::draw(&report.calendar), &report.calendar.basis),
    ];
    found.extend(hours::MEASURES.map(|measure| (hours::draw(&report.hours, measure), &report.hours.basis)));
    found.push((mood_map::draw(&report.mood_map), &report.mood_map.basis));
    found.push((mood_over_time::draw(&report.mood_over_time), &report.mood_over_time.basis));
    found.push((wellbeing::draw(&report.wellbeing), &report.wellbeing.basis));
    for (kind, bars, basis) in bars::of(&report.top) {
        found.push((bars::draw(kind, bars), basis));
    }
    found.push((drivers::draw(&report.drivers), &report.drivers.basis));
    found.extend(report.forecast.targets.iter().map(|target| (forecast::draw(target), &report.forecast.basis)));
    let mut charts: Vec<Chart> = Vec::new();
    for (drawing, basis) in found.into_iter().filter_map(|(drawing, basis)| Some((drawing?, basis))) {
        // Two forecasts of the same target would be one file: the first is kept.
        if charts.iter().all(|chart| chart.name != drawing.name) {
            charts.push(Chart { name: drawing.name, title: drawing.title.clone(), svg: document(&drawing, basis) });
        }
    }
    charts
}
