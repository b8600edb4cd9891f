//! When one listens and what one plays most, for a terminal.
//!
//! Owns the block-shade heat map of the week, the parts of the day and the top lists.

use super::screen::{Screen, Style};
use super::table::{bar, table};
use crate::report::charts::bars::{self, full_name};
use crate::report::charts::hours::is_on_the_clock;
use crate::report::data::{HourCell, Hours, Top};
use crate::report::draw::heat::Counts;
use crate::report::words;

/// Shades for the classes of counts, 0 to 7.
const SHADES: [char; 8] = ['·', '░', '░', '▒', '▒', '▓', '▓', '█'];
/// Columns of the weekdays' names.
const DAY: usize = 4;
/// Entries of a top list.
const LISTED: usize = 10;

/// The week: a row for each weekday, one or two columns for each hour.
pub(crate) fn hours(screen: &mut Screen, hours: &Hours) {
    screen.heading("Plays by weekday and hour");
    let cells: Vec<&HourCell> = hours.cells.iter().filter(|cell| is_on_the_clock(cell)).collect();
    if cells.iter().all(|cell| cell.plays == 0) {
        return screen.empty("There are no plays with a time.", &hours.basis);
    }
    let steps = Counts::of(cells.iter().map(|cell| u64::from(cell.plays)));
    let wide = if screen.width() >= DAY + 48 { 2 } else { 1 };
    let hour_names = [0, 6, 12, 18].map(|hour| format!("{hour:<width$}", width = 6 * wide)).concat();
    screen.line(&[(Style::Muted, &format!("{}{hour_names}", " ".repeat(DAY)))]);
    for weekday in 1..=7 {
        let name = format!("{:<DAY$}", words::weekday(weekday));
        let classes = (0..24).map(|hour| {
            let cell = cells.iter().find(|cell| (cell.weekday, cell.hour) == (weekday, hour));
            steps.class(cell.map_or(0, |cell| u64::from(cell.plays)))
        });
        let classes: Vec<usize> = classes.collect();
        // Neighbours of one class share a colour sequence.
        let shade =
            |run: &[usize]| run.first().map(|class| (Style::Step(*class), SHADES[*class].to_string().repeat(wide * run.len())));
        let shades: Vec<(Style, String)> = classes.chunk_by(|a, b| a == b).filter_map(shade).collect();
        let mut texts = vec![(Style::Muted, name.as_str())];
        texts.extend(shades.iter().map(|(style, shade)| (*style, shade.as_str())));
        screen.line(&texts);
    }
    let labels = steps.labels();
    let legend = [1, 3, 5, 7].map(|class| format!("{} from {}", SHADES[class], labels[class].trim_end_matches('+')));
    screen.wrapped(Style::Muted, &format!("· none  {}", legend.join("  ")), 0);
    screen.basis(&hours.basis);
}

/// The parts of the day.
pub(crate) fn parts(screen: &mut Screen, hours: &Hours) {
    screen.heading("Parts of the day");
    if hours.parts.is_empty() {
        return screen.empty("There are no plays with a time.", &hours.basis);
    }
    let rows: Vec<Vec<String>> = hours
        .parts
        .iter()
        .map(|part| {
            let days = if part.is_weekend { "weekend" } else { "weekdays" };
            vec![
                format!("{}, {days}", words::plain(&part.part)),
                words::count(u64::from(part.plays)),
                words::maybe(part.valence, 2),
                words::maybe(part.energy, 2),
                words::maybe_share(part.skip_rate),
                words::maybe_share(part.finish_rate),
            ]
        })
        .collect();
    table(screen, &["", "plays", "valence", "energy", "skipped", "finished"], &rows);
    screen.basis(&hours.basis);
}

/// The most played genres, artists and tracks.
pub(crate) fn top(screen: &mut Screen, top: &Top) {
    for (kind, list, basis) in bars::of(top) {
        screen.heading(&format!("Most played {}", kind.label()));
        let most = list.iter().map(|bar| bar.plays).max().unwrap_or(0).max(1);
        if list.is_empty() {
            screen.empty("Nothing is known of them.", basis);
            continue;
        }
        let values = words::count(most).len();
        for entry in list.iter().take(LISTED) {
            let part = entry.plays as f64 / most as f64;
            bar(screen, &full_name(entry), screen.width() / 2, part, &words::count(entry.plays), values);
        }
        screen.basis(basis);
    }
}
