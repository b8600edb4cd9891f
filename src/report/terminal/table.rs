//! Tables and bars in columns of characters.
//!
//! Owns their layout within the screen's width: the first column gives way first, then columns at the right are left out.

use unicode_width::UnicodeWidthStr;

use super::screen::{Screen, Style};
use crate::report::words;

/// Columns that the first one keeps.
const NARROWEST_FIRST: usize = 10;
const BETWEEN: usize = 2;
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A table; the first column is text, the others are numbers and stand to the right.
pub(crate) fn table(screen: &mut Screen, head: &[&str], rows: &[Vec<String>]) {
    let wide = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
        cells.chain(head.get(column).map(|name| name.width())).max().unwrap_or(0)
    };
    let mut shown = head.len();
    let taken = |shown: usize| (1..shown).map(|column| wide(column) + BETWEEN).sum::<usize>();
    while shown > 1 && taken(shown) + wide(0).min(NARROWEST_FIRST) > screen.width() {
        shown -= 1;
    }
    let first = wide(0).min(screen.width() - taken(shown).min(screen.width()));
    let names: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    for (style, row) in std::iter::once((Style::Muted, &names)).chain(rows.iter().map(|row| (Style::Plain, row))) {
        let mut line = padded(row.first().map_or("", String::as_str), first, false);
        for (column, cell) in row.iter().enumerate().take(shown).skip(1) {
            line.push_str(&padded(cell, wide(column) + BETWEEN, true));
        }
        screen.line(&[(style, &line)]);
    }
}

/// A name, a bar and what it stands for, such as `jazz  ███▌ 120`.
pub(crate) fn bar(screen: &mut Screen, name: &str, names: usize, part: f64, value: &str, values: usize) {
    let room = screen.width().saturating_sub(names + values + 2);
    let eighths = (part.clamp(0.0, 1.0) * room as f64 * 8.0).round() as usize;
    let full = format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8]);
    let name = padded(name, names, false);
    screen.line(&[(Style::Plain, &name), (Style::Plain, " "), (Style::Energy, &full), (Style::Plain, &format!(" {value}"))]);
}

/// The text in exactly so many columns.
pub(crate) fn padded(text: &str, columns: usize, to_the_right: bool) -> String {
    let text = words::shorten(text, columns);
    let blanks = " ".repeat(columns.saturating_sub(text.width()));
    if to_the_right { format!("{blanks}{text}") } else { format!("{text}{blanks}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_column_gives_way_and_then_the_last_ones_are_left_out() {
        let rows = [vec!["a very long name of a thing".to_owned(), "1,234".to_owned(), "12345678901234".to_owned()]];
        let mut wide = Screen::new(45, false);
        table(&mut wide, &["name", "plays", "more"], &rows);
        let expected = "name                    plays            more\na very long name of a…  1,234  12345678901234\n";
        assert_eq!(wide.finish(), expected);
        let mut narrow = Screen::new(20, false);
        table(&mut narrow, &["name", "plays", "more"], &rows);
        assert_eq!(narrow.finish(), "name           plays\na very long…   1,234\n");
    }

    #[test]
    fn bars_grow_in_eighths() {
        let mut screen = Screen::new(20, false);
        bar(&mut screen, "jazz", 6, 0.5, "7", 2);
        assert_eq!(screen.finish(), "jazz   █████ 7\n");
    }
}
