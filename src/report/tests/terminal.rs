//! The terminal view: within its width, harmless, complete.

use unicode_width::UnicodeWidthStr;

use super::{all_reports, fixtures};
use crate::report::text;

/// The text as it is seen: without the sequences that set colours. Any other sequence stays and makes the test fail.
fn seen(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        let (numbers, after) = after.split_once('m').unwrap();
        assert!(numbers.chars().all(|digit| digit.is_ascii_digit() || digit == ';'), "{line:?}");
        rest = after;
    }
    out + rest
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for (name, report) in all_reports() {
        for (width, colour) in [(0, false), (40, true), (53, false), (80, true), (100, false), (200, true)] {
            for line in text(&report, width, colour).lines() {
                let line = seen(line);
                assert!(line.width() <= width.max(40), "{name} at {width}: {} columns: {line}", line.width());
                assert!(!line.contains(char::is_control), "{name} at {width}: {line:?}");
            }
        }
    }
}

#[test]
fn colours_change_nothing_but_colours() {
    let report = fixtures::rich();
    let coloured = text(&report, 80, true);
    assert!(coloured.contains("\u{1b}["));
    let plain = text(&report, 80, false);
    assert!(!plain.contains('\u{1b}'));
    let trimmed = |text: &str| text.lines().map(|line| seen(line).trim_end().to_owned()).collect::<Vec<String>>();
    assert_eq!(trimmed(&coloured), trimmed(&plain));
}

#[test]
fn every_section_is_there_with_what_it_rests_on() {
    let report = fixtures::rich();
    let view = text(&report, 100, false);
    let headings = [
        "Plays by weekday and hour",
        "Parts of the day",
        "Moods",
        "Mood over time, a character a week",
        "Wellbeing indicators",
        "Most played genres",
        "Most played artists",
        "Most played tracks",
        "What differs where and when",
        "The next two weeks",
        "What to play next",
    ];
    let mut sections = view.split("\n────");
    let before: Vec<&str> = sections.by_ref().collect();
    assert_eq!(before.len(), headings.len() + 1);
    for (heading, (above, below)) in headings.iter().zip(before.iter().zip(&before[1..])) {
        assert!(above.ends_with(heading), "{heading}");
        assert!(below.contains("Rests on "), "{heading}");
    }
    assert!(view.contains("! Warning: On 12 days plays may be missing"));
    assert!(view.contains("148 comparisons made and corrected for"));
    assert!(view.contains("[baseline] The baseline was not beaten"));
    assert!(view.contains("valence shift: only 3 of the last 7 days"));
}

#[test]
fn an_empty_report_says_why() {
    let view = text(&fixtures::empty(), 80, false);
    assert!(view.contains("No plays yet"));
    assert!(view.contains("There is no forecast: there are no days with plays."));
    assert!(view.contains("There are no plays with a time."));
}
