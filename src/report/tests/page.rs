//! The page: complete, escaped, without the network, and small.

use std::collections::BTreeSet;

use resvg::usvg::roxmltree::Document;
use resvg::usvg::{Options, Tree};

use super::{all_reports, fixtures};
use crate::report::data::{Recommended, Target};
use crate::report::html;

/// The parts of the page between two marks, the second included.
fn between<'a>(page: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    page.match_indices(from)
        .map(|(start, _)| {
            let rest = &page[start..];
            &rest[..rest.find(to).unwrap() + to.len()]
        })
        .collect()
}

#[test]
fn every_inline_chart_is_well_formed_and_can_be_drawn() {
    for (name, report) in all_reports() {
        let page = html(&report);
        let charts = between(&page, "<svg ", "</svg>");
        assert_eq!(charts.is_empty(), name == "empty", "{name}");
        for chart in charts {
            let document = Document::parse(chart).unwrap_or_else(|error| panic!("{name}: {error}: {chart:.300}"));
            let root = document.root_element();
            let named: Vec<&str> = root.attribute("aria-labelledby").unwrap().split(' ').collect();
            let ids: Vec<&str> = root.children().take(2).filter_map(|child| child.attribute("id")).collect();
            assert_eq!(named, ids, "{name}");
            assert_eq!((root.attribute("role"), root.attribute("tabindex")), (Some("img"), Some("0")), "{name}");
            Tree::from_str(chart, &Options::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

#[test]
fn every_chart_has_what_it_rests_on_and_its_data_as_a_table() {
    for (name, report) in all_reports() {
        let page = html(&report);
        let figures = between(&page, "<figure class=\"chart", "</figure>");
        for figure in &figures {
            assert!(figure.contains("<svg "), "{name}: {figure:.200}");
            assert!(figure.contains("<p class=\"basis\"><strong>"), "{name}: {figure:.200}");
            assert!(figure.contains("<details><summary>") && figure.contains("<caption>"), "{name}: {figure:.200}");
            assert!(figure.contains("<th scope=\"row\">") && figure.contains("scope=\"col\""), "{name}: {figure:.200}");
        }
        let inside: usize = figures.iter().map(|figure| figure.matches("<svg ").count()).sum();
        assert_eq!(inside, page.matches("<svg ").count(), "{name}: a chart stands outside of a figure");
    }
}

#[test]
fn ids_are_unique_and_every_reference_has_its_target() {
    let mut report = fixtures::rich();
    let again: Vec<Target> = report.forecast.targets.clone();
    report.forecast.targets.extend(again);
    let page = html(&report);
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len());
    for attribute in [" aria-labelledby=\"", " href=\"#"] {
        let named = page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()).flat_map(|names| names.split(' '));
        named.for_each(|name| assert!(unique.contains(name), "{attribute}{name}"));
    }
    let hatches = page.split("url(#").skip(1).filter_map(|rest| rest.split(')').next());
    hatches.for_each(|name| assert!(unique.contains(name), "{name}"));
}

#[test]
fn headings_come_in_order() {
    for (name, report) in all_reports() {
        let page = html(&report);
        let levels: Vec<u32> = page
            .match_indices("<h")
            .filter_map(|(at, _)| page[at + 2..].chars().next().and_then(|digit| digit.to_digit(10)))
            .collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
    }
}

#[test]
fn hostile_names_stay_text() {
    let page = html(&fixtures::rich());
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</script").count(), 1);
    assert!(!page.contains("<b>") && !page.contains("<svg/"));
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;alert(&quot;1&quot;)"));
    let steering = |letter: char| {
        (letter.is_control() && letter != '\n') || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!page.contains(steering), "{:?}", page.chars().find(|letter| steering(*letter)));
    // No attribute is ended by a name: what follows a quote inside a tag is a blank, a slash or the tag's end.
    for tag in between(&page, "<path ", ">") {
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
    }
}

#[test]
fn nothing_is_loaded_and_only_the_stated_addresses_are_named() {
    let allowed = [
        "http://www.w3.org/2000/svg",
        "https://open.spotify.com/track/",
        "https://www.kaggle.com/datasets/maharshipandya/-spotify-tracks-dataset\"",
        "https://opendatacommons.org/licenses/odbl/1-0/\"",
        "https://opendatacommons.org/licenses/dbcl/1-0/\"",
        "http-equiv=\"Content-Security-Policy\"",
    ];
    for (name, report) in all_reports() {
        let page = html(&report);
        for (at, _) in page.match_indices("http") {
            assert!(allowed.iter().any(|address| page[at..].starts_with(address)), "{name}: {:.80}", &page[at..]);
        }
        for loading in [" src=", "@import", "<iframe", "<img", "<object", "url(h", "fetch(", "XMLHttpRequest", "eval("] {
            assert!(!page.contains(loading), "{name}: {loading}");
        }
        assert!(
            page.contains("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"),
            "{name}"
        );
    }
}

#[test]
fn links_lead_away_without_telling_where_from() {
    let page = html(&fixtures::rich());
    let links = between(&page, "<a href=\"http", ">");
    assert!(links.len() > 20);
    assert!(links.iter().all(|link| link.contains("rel=\"noreferrer noopener")), "{links:?}");
}

#[test]
fn an_empty_report_says_why_instead_of_drawing() {
    let page = html(&fixtures::empty());
    assert!(page.contains("The calendar is not shown: there are no plays."));
    assert!(page.contains("There is no forecast: there are no days with plays."));
    assert!(page.contains("There are no recommendations"));
    assert!(!page.contains("<figure"));
}

#[test]
fn warnings_and_verdicts_are_told_in_words() {
    let page = html(&fixtures::synthetic());
    assert!(page.contains("<div class=\"warning\" role=\"alert\">"));
    assert!(page.contains("<strong>Warning: </strong>All audio features in this lake are synthetic."));
    assert!(page.contains("The baseline was not beaten: it is what is shown."));
    assert!(page.contains("0\u{a0}% with authentic features"));
    assert!(page.contains("None of the differences can be told from chance."));
}

#[test]
fn a_track_without_a_proper_id_has_no_link() {
    let mut report = fixtures::rich();
    let track = Recommended { track_id: "javascript:alert(1)".to_owned(), ..report.recommendations[1].tracks[0].clone() };
    report.recommendations.iter_mut().for_each(|goal| goal.tracks = vec![track.clone()]);
    assert!(!html(&report).contains("href=\"https://open.spotify.com"));
}

#[test]
fn numbers_that_are_none_do_not_reach_the_page() {
    let mut report = fixtures::rich();
    report.hours.cells[40].valence = Some(f64::NAN);
    report.mood_over_time.points[50].valence_28d = Some(f64::INFINITY);
    report.mood_over_time.points[51].energy_band = Some((f64::NAN, 0.5));
    report.wellbeing.indicators[0].line[3] = Some(f64::NEG_INFINITY);
    report.drivers.rows[2].effect_low = Some(f64::NAN);
    report.forecast.targets[0].days[0].value = f64::NAN;
    report.mood_map.clusters[0].valence = f64::NAN;
    let page = html(&report);
    assert!(!page.contains("NaN") && !page.contains("inf\"") && !page.contains("inf "));
}

#[test]
fn ten_years_fit_into_600_kilobytes() {
    let page = html(&fixtures::ten_years());
    assert!(page.len() < 600_000, "{} bytes", page.len());
    assert!(include_str!("../page.js").len() < 8_000);
}
