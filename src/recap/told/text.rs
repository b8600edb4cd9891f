//! A recap for a terminal, and as the plain part of a mail.

use super::page::{Page, Section};
use crate::report::terminal::screen::{Screen, Style};
use crate::report::terminal::table::table;

/// Lines of at most so many columns, with ANSI styles or in plain text.
pub fn render(page: &Page, width: usize, colour: bool) -> String {
    let mut screen = Screen::new(width, colour);
    screen.line(&[(Style::Strong, &page.title)]);
    screen.wrapped(Style::Muted, &page.subtitle, 0);
    for paragraph in &page.paragraphs {
        screen.blank();
        screen.wrapped(Style::Plain, paragraph, 0);
    }
    for remark in &page.remarks {
        screen.blank();
        screen.wrapped(Style::Warning, &format!("! {remark}"), 2);
    }
    page.sections.iter().for_each(|section| show(&mut screen, section));
    screen.blank();
    page.foot.iter().for_each(|line| screen.wrapped(Style::Muted, line, 0));
    screen.finish()
}

fn show(screen: &mut Screen, section: &Section) {
    screen.heading(&section.title);
    // Sentences in a table's cell would be cut: a row of them is two lines.
    if section.head.is_empty() || section.is_prose() {
        for row in &section.rows {
            screen.wrapped(Style::Plain, &format!("- {}", row.join(": ")), 2);
        }
    } else {
        table(screen, &section.head, &section.rows);
    }
}
