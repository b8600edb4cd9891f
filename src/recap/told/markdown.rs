//! A recap as Markdown, for notes and chats.
//!
//! Owns the escaping: no name can make a link, a heading or a cell of its own.

use super::page::{Page, Section};
use std::fmt::Write as _;

/// The document.
pub fn render(page: &Page) -> String {
    let mut out = format!("# {}\n\n*{}*\n", escaped(&page.title), escaped(&page.subtitle));
    for paragraph in &page.paragraphs {
        let _ = write!(out, "\n{}\n", escaped(paragraph));
    }
    for remark in &page.remarks {
        let _ = write!(out, "\n> **Note:** {}\n", escaped(remark));
    }
    for section in &page.sections {
        let _ = write!(out, "\n## {}\n\n", escaped(&section.title));
        show(&mut out, section);
    }
    let _ = write!(out, "\n---\n\n");
    for line in &page.foot {
        let _ = writeln!(out, "{}  ", escaped(line));
    }
    out
}

fn show(out: &mut String, section: &Section) {
    if section.head.is_empty() {
        for row in &section.rows {
            let _ = writeln!(out, "- {}", item(&row.join(" ")));
        }
        return;
    }
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    out.push_str(&line(section.head.iter().map(|cell| (*cell).to_owned()).collect()));
    let rule = |column: usize| if column == 0 || section.is_prose() { "---" } else { "---:" }.to_owned();
    out.push_str(&line((0..section.head.len()).map(rule).collect()));
    for row in &section.rows {
        out.push_str(&line(row.iter().map(|cell| escaped(cell)).collect()));
    }
}

/// The same at the beginning of a line, where it would begin a list in the list.
fn item(text: &str) -> String {
    let text = escaped(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let is_mark = |at: usize, marks: &str| text[at..].starts_with(|letter: char| marks.contains(letter));
    match digits {
        0 if is_mark(0, "-+") => format!("\\{text}"),
        1.. if is_mark(digits, ".)") => format!("{}\\{}", &text[..digits], &text[digits..]),
        _ => text,
    }
}

/// Text in which nothing is markup. `<` and `&` as entities, since Markdown passes HTML on.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '>' | '!' | '$' => {
                out.push('\\');
                out.push(letter);
            }
            // Addresses of mail become links by themselves, and names of people are called in chats.
            '@' => out.push_str("@\u{200b}"),
            _ => out.push(letter),
        }
    }
    // So do those of pages.
    out.replace("://", ":\u{200b}//").replace("www.", "www\u{200b}.")
}

#[cfg(test)]
mod tests {
    use super::{escaped, item};

    #[test]
    fn no_name_is_markup() {
        assert_eq!(escaped("ana@example.com"), "ana@\u{200b}example.com");
        assert_eq!((item("1. FC: 1"), item("12) a"), item("- b")), ("1\\. FC: 1".into(), "12\\) a".into(), "\\- b".into()));
        assert_eq!((item("2 plays"), item("Blur")), ("2 plays".to_owned(), "Blur".to_owned()));
        assert_eq!(
            escaped("[x](http://e) | **b** <img> #1 `c`"),
            "\\[x\\](http:\u{200b}//e) \\| \\*\\*b\\*\\* &lt;img\\> \\#1 \\`c\\`"
        );
    }
}
