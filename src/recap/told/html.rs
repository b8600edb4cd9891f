//! A recap as one HTML page, in a file or in a mail.
//!
//! Owns its looks. Mail programs know tables and inline styles and little else: no style sheet, no script, no SVG. Pictures are named by
//! whoever sends them; in a file they are part of it.

use super::page::{Page, Section};
use maud::{DOCTYPE, Markup, html};

/// A picture on the page.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Where it is: `cid:` in a mail, `data:` in a file.
    pub source: String,
    /// What is seen in it, for those who do not see it.
    pub description: String,
}

/// Width of a picture, in pixels of the page.
const PICTURE_WIDTH: u32 = 600;

const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const CELL: &str = "padding:5px 8px 5px 0;border-bottom:1px solid #dcd9d1;font-size:14px;line-height:1.4;vertical-align:top;color:#1b2328;overflow-wrap:anywhere";
const LINE: &str = "margin:0 0 8px;font-size:14px;line-height:1.5;color:#1b2328;overflow-wrap:anywhere";
const HEAD: &str =
    "padding:5px 8px 5px 0;border-bottom:2px solid #8b959b;font-size:12px;line-height:1.4;color:#56626a;font-weight:600";

/// The page.
pub fn render(page: &Page, pictures: &[Picture]) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light";
                title { (page.title) }
            }
            body style={ "margin:0;padding:0;background:#f6f5f1;" (FONT) } {
                table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f6f5f1" {
                    tr { td align="center" style="padding:16px 8px" { (sheet(page, pictures)) } }
                }
            }
        }
    }
    .into_string()
}

fn sheet(page: &Page, pictures: &[Picture]) -> Markup {
    html! {
        table role="presentation" width="100%" cellpadding="0" cellspacing="0"
            style="max-width:640px;background:#ffffff;border:1px solid #dcd9d1;border-radius:8px" {
            tr { td align="left" style={ "padding:24px 20px;color:#1b2328;" (FONT) } {
                h1 style="margin:0;font-size:22px;line-height:1.3" { (page.title) }
                p style="margin:4px 0 0;font-size:13px;color:#56626a" { (page.subtitle) }
                @for paragraph in &page.paragraphs { p style="margin:16px 0 0;font-size:16px;line-height:1.55" { (paragraph) } }
                @for remark in &page.remarks {
                    p style="margin:16px 0 0;padding:10px 12px;font-size:14px;line-height:1.5;background:#fdf3dc;color:#5c3b00;border-left:4px solid #c98a12" { (remark) }
                }
                @for picture in pictures {
                    p style="margin:20px 0 0" {
                        img src=(picture.source) alt=(picture.description) width=(PICTURE_WIDTH)
                            style="display:block;width:100%;height:auto;border:0";
                    }
                }
                @for section in &page.sections { (show(section)) }
                p style="margin:28px 0 0;font-size:12px;line-height:1.5;color:#56626a" {
                    @for line in &page.foot { (line) " " }
                }
            } }
        }
    }
}

fn show(section: &Section) -> Markup {
    let align = |column: usize| if column == 0 { "left" } else { "right" };
    html! {
        h2 style="margin:28px 0 8px;font-size:17px;line-height:1.3" { (section.title) }
        @if section.is_prose() {
            // Sentences in narrow columns are no pleasure to read.
            @for row in &section.rows {
                p style=(LINE) { strong { (row[0]) } br; (row[1..].join(": ")) }
            }
        } @else if section.head.is_empty() {
            @for row in &section.rows { p style=(LINE) { (row.join(" ")) } }
        } @else {
            table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse" {
                tr { @for (column, name) in section.head.iter().enumerate() { th align=(align(column)) scope="col" style=(HEAD) { (name) } } }
                @for row in &section.rows {
                    tr { @for (column, cell) in row.iter().enumerate() { td align=(align(column)) style=(CELL) { (cell) } } }
                }
            }
        }
    }
}
