//! The colours: one table for the page's two themes and for pictures.
//!
//! Owns every colour that is used. The page reads them as CSS variables, so that one class serves both themes; documents of their own
//! get the light ones as they are, since not every viewer of SVG knows variables. `scripts/check_report.py` measures the contrasts.

use std::fmt::Write;

/// Name, light and dark.
const COLOURS: [(&str, &str, &str); 41] = [
    ("page", "#f6f5f1", "#111518"),
    ("surface", "#ffffff", "#191e22"),
    ("raised", "#f1efea", "#232a2f"),
    ("ink", "#1b2328", "#e9edef"),
    ("muted", "#56626a", "#a3afb7"),
    ("border", "#dcd9d1", "#313a40"),
    ("grid", "#e6e3dc", "#2a3238"),
    ("axis", "#8b959b", "#6c7982"),
    ("accent", "#0d5f80", "#83c9e4"),
    ("focus", "#b4540a", "#ffb35c"),
    ("warn-page", "#fdf3dc", "#33290f"),
    ("warn-ink", "#5c3b00", "#ffdf9e"),
    ("warn-border", "#c98a12", "#b98a2e"),
    ("valence", "#b4540a", "#f2a45c"),
    ("energy", "#0f6a8f", "#6fbfe0"),
    ("plays", "#2f7f77", "#63bdb1"),
    ("faint", "#7f8a91", "#84919a"),
    ("on-low", "#16262f", "#e9edef"),
    ("on-high", "#ffffff", "#0d1a20"),
    ("hatch", "#6b757b", "#8d99a1"),
    ("s0", "#efede8", "#20262a"),
    ("s1", "#dbeaef", "#1b3542"),
    ("s2", "#b9d9e4", "#1f4858"),
    ("s3", "#92c3d5", "#265c6f"),
    ("s4", "#66a9c2", "#317187"),
    ("s5", "#32789a", "#5ba6ba"),
    ("s6", "#1f5f80", "#8cc8d3"),
    ("s7", "#0d405b", "#c6e9ea"),
    ("d0", "#46398c", "#b9acff"),
    ("d1", "#7164b3", "#8f81e3"),
    ("d2", "#a49bd0", "#6659ac"),
    ("d3", "#d4d0e9", "#443d6a"),
    ("d4", "#f0ede6", "#2b2f33"),
    ("d5", "#f7dcb4", "#574225"),
    ("d6", "#e9b362", "#8a6124"),
    ("d7", "#c98122", "#c6892c"),
    ("d8", "#8a5306", "#ffc262"),
    ("band-wide", "#dcebf0", "#1d323c"),
    ("band-narrow", "#b4d6e2", "#27505f"),
    ("quadrant", "#9aa3a8", "#5d6972"),
    ("shadow", "rgba(27,35,40,.16)", "rgba(0,0,0,.5)"),
];

/// The variables of the page: light ones, dark ones where the system or the reader asks for them, light ones on paper.
pub(crate) fn variables() -> String {
    let light = declarations(|(_, light, _)| light);
    let dark = declarations(|(_, _, dark)| dark);
    format!(
        ":root{{color-scheme:light;{light}}}\
         @media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\
         @media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}"
    )
}

/// The style sheet with each `var(--name)` as its light colour.
pub(crate) fn in_light(style: &str) -> String {
    COLOURS.iter().fold(style.to_owned(), |style, (name, light, _)| style.replace(&format!("var(--{name})"), light))
}

fn declarations(pick: impl Fn((&'static str, &'static str, &'static str)) -> &'static str) -> String {
    let mut out = String::new();
    for colour in COLOURS {
        let _ = write!(out, "--{}:{};", colour.0, pick(colour));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_of_the_style_sheets_has_a_colour() {
        for style in [include_str!("../chart.css"), include_str!("../page.css")] {
            assert!(!in_light(style).contains("var("), "{}", in_light(style).split("var(").nth(1).unwrap_or_default());
        }
    }
}
