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
            let _ = writeln!(out, "- {}", escaped(&row.join(" ")));
        }
        return;
    }
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    out.push_str(&line(section.head.iter().map(|cell| (*cell).to_owned()).collect()));
    let is_prose = section.head.last() == Some(&"Why");
    let rule = |column: usize| if column == 0 || is_prose { "---" } else { "---:" }.to_owned();
    out.push_str(&line((0..section.head.len()).map(rule).collect()));
    for row in &section.rows {
        out.push_str(&line(row.iter().map(|cell| escaped(cell)).collect()));
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
            // Bare addresses become links by themselves where a colon follows their scheme.
            _ => out.push(letter),
        }
    }
    out.replace("://", ":\u{200b}//").replace("www.", "www\u{200b}.")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn no_name_is_markup() {
        assert_eq!(
            escaped("[x](http://e) | **b** <img> #1 `c`"),
            "\\[x\\](http:\u{200b}//e) \\| \\*\\*b\\*\\* &lt;img\\> \\#1 \\`c\\`"
        );
    }
}
