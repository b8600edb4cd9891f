//! Lines of a terminal: a fixed width, a few styles, nothing that steers.
//!
//! Owns the width: whatever is written, no line takes more columns. With colours a style is an ANSI sequence, reset at the end of its
//! text; without, it is nothing, and no meaning is lost.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::report::data::Basis;
use crate::report::words;

/// How a text looks where there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Strong,
    Muted,
    Warning,
    Heading,
    /// A step of a heat map, 0 to 7.
    Step(usize),
    Valence,
    Energy,
}

/// 256-colour numbers of the steps, from dark to bright blue-green: on light and on dark ground the order stays visible.
const STEPS: [u8; 8] = [240, 24, 24, 31, 31, 38, 44, 51];

impl Style {
    fn sequence(self) -> String {
        match self {
            Self::Plain => String::new(),
            Self::Strong => "\u{1b}[1m".to_owned(),
            Self::Muted => "\u{1b}[2m".to_owned(),
            Self::Warning => "\u{1b}[1;33m".to_owned(),
            Self::Heading => "\u{1b}[1;36m".to_owned(),
            Self::Step(step) => format!("\u{1b}[38;5;{}m", STEPS.get(step).copied().unwrap_or(51)),
            Self::Valence => "\u{1b}[33m".to_owned(),
            Self::Energy => "\u{1b}[36m".to_owned(),
        }
    }
}

/// What has been written.
#[derive(Debug)]
pub(crate) struct Screen {
    width: usize,
    colour: bool,
    out: String,
}

impl Screen {
    pub(crate) fn new(width: usize, colour: bool) -> Self {
        Self { width, colour, out: String::new() }
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn blank(&mut self) {
        self.out.push('\n');
    }

    /// One line of styled texts, cut at the width.
    pub(crate) fn line(&mut self, texts: &[(Style, &str)]) {
        let mut left = self.width;
        for (style, text) in texts {
            let text = words::shorten(&steady(text), left);
            left -= text.width().min(left);
            let sequence = if self.colour && !text.is_empty() { style.sequence() } else { String::new() };
            self.out.push_str(&sequence);
            self.out.push_str(&text);
            if !sequence.is_empty() {
                self.out.push_str("\u{1b}[0m");
            }
        }
        // Blanks at the end would only be copied along.
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
    }

    /// The heading of a section.
    pub(crate) fn heading(&mut self, title: &str) {
        self.blank();
        self.line(&[(Style::Heading, title)]);
        let rule = "─".repeat(title.width().min(self.width));
        self.line(&[(Style::Muted, &rule)]);
    }

    /// Words in as many lines as they need, all but the first indented.
    pub(crate) fn wrapped(&mut self, style: Style, text: &str, indent: usize) {
        for line in wrap(&steady(text), self.width, indent) {
            self.line(&[(style, &line)]);
        }
    }

    /// A strong beginning with plain words after it, wrapped together.
    pub(crate) fn wrapped_after(&mut self, beginning: &str, text: &str, indent: usize) {
        let lines = wrap(&steady(&format!("{beginning}{text}")), self.width, indent);
        for (index, line) in lines.iter().enumerate() {
            match line.strip_prefix(steady(beginning).as_str()) {
                Some(rest) if index == 0 => self.line(&[(Style::Strong, beginning), (Style::Plain, rest)]),
                _ => self.line(&[(Style::Plain, line)]),
            }
        }
    }

    /// What a section rests on.
    pub(crate) fn basis(&mut self, basis: &Basis) {
        self.wrapped(Style::Muted, &words::basis_line(basis), 0);
    }

    /// Why a section is empty.
    pub(crate) fn empty(&mut self, what: &str, basis: &Basis) {
        self.wrapped(Style::Plain, what, 0);
        self.basis(basis);
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }
}

/// The text without what changes a character's width after the fact: terminals disagree on variation selectors and joined emoji.
fn steady(text: &str) -> String {
    text.chars()
        .filter(|letter| !matches!(letter, '\u{fe00}'..='\u{fe0f}' | '\u{200c}' | '\u{200d}') && !letter.is_control())
        .collect()
}

/// Lines of at most `width` columns; a word that is longer than a line is cut into pieces.
fn wrap(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut is_empty = true;
    for word in text.split(' ') {
        for piece in pieces(word, width - indent) {
            if !is_empty && line.width() + 1 + piece.width() > width {
                lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(&piece);
            is_empty = false;
        }
    }
    lines.push(line);
    lines
}

fn pieces(word: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for letter in word.chars() {
        let wide = letter.width().unwrap_or(0);
        if used + wide > width {
            pieces.push(String::new());
            used = 0;
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(letter);
        }
        used += wide;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_and_long_words_are_cut() {
        assert_eq!(wrap("one two three four", 9, 2), ["one two", "  three", "  four"]);
        assert_eq!(wrap("abcdefghij", 5, 1), ["abcd", " efgh", " ij"]);
        assert_eq!(wrap("", 5, 1), [""]);
    }

    #[test]
    fn a_line_never_leaves_the_width_and_resets_its_colour() {
        let mut screen = Screen::new(10, true);
        screen.line(&[(Style::Strong, "日本語の"), (Style::Muted, "and more")]);
        assert_eq!(screen.finish(), "\u{1b}[1m日本語の\u{1b}[0m\u{1b}[2ma…\u{1b}[0m\n");
    }

    #[test]
    fn without_colours_there_is_no_sequence() {
        let mut screen = Screen::new(40, false);
        screen.heading("Title");
        screen.line(&[(Style::Warning, "x"), (Style::Step(3), "\u{1b}[2J")]);
        assert_eq!(screen.finish(), "\nTitle\n─────\nx[2J\n");
    }
}
