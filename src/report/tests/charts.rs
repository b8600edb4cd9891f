//! Every chart as a document of its own and as a picture.

use std::collections::BTreeSet;

use resvg::tiny_skia::Pixmap;
use resvg::usvg::roxmltree::Document;
use resvg::usvg::{Options, Tree};

use super::{all_reports, fixtures};
use crate::report::raster::outline::texts;
use crate::report::{charts, png};

#[test]
fn a_rich_report_has_every_chart_once() {
    let names: Vec<&str> = charts(&fixtures::rich()).iter().map(|chart| chart.name).collect();
    let expected = [
        "calendar",
        "calendar-months",
        "weekday-hour",
        "weekday-hour-valence",
        "weekday-hour-energy",
        "mood-map",
        "mood-over-time",
        "wellbeing",
        "top-genres",
        "top-artists",
        "top-tracks",
        "drivers",
        "forecast-valence",
        "forecast-energy",
        "forecast-plays",
    ];
    assert_eq!(names, expected);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert!(charts(&fixtures::empty()).is_empty());
}

#[test]
fn every_document_is_well_formed_names_itself_and_says_what_it_rests_on() {
    for (report, chart) in
        all_reports().iter().flat_map(|(name, report)| charts(report).into_iter().map(move |chart| (*name, chart)))
    {
        let at = format!("{report}: {}", chart.name);
        let document = Document::parse(&chart.svg).unwrap_or_else(|error| panic!("{at}: {error}"));
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("img"), "{at}");
        let texts_of = |tag: &str| -> Vec<&str> {
            root.descendants().filter(|node| node.has_tag_name(tag)).filter_map(|node| node.text()).collect()
        };
        assert_eq!(texts_of("title"), [chart.title.as_str()], "{at}");
        assert!(texts_of("text").iter().any(|text| text.starts_with("Rests on ")), "{at}");
        assert!(!chart.svg.contains("var(--"), "{at}");
        assert_eq!(chart.svg.matches("http").count(), 1, "{at}: only the namespace");
    }
}

#[test]
fn every_class_that_is_drawn_has_a_style() {
    let style = include_str!("../chart.css");
    // Layers that the page hides, and marks that only the page has a use for.
    let unstyled = ["is-valence", "is-energy", "is-points", "still", "over"];
    for chart in charts(&fixtures::rich()) {
        let document = Document::parse(&chart.svg).unwrap();
        let classes = document.descendants().filter_map(|node| node.attribute("class")).flat_map(str::split_whitespace);
        for class in classes.filter(|class| !unstyled.contains(class)) {
            let is_known = [" ", "{", ","].iter().any(|after| style.contains(&format!(".{class}{after}")));
            assert!(is_known, "{}: {class}", chart.name);
        }
    }
}

#[test]
fn everything_stays_inside_the_document() {
    for (report, chart) in
        all_reports().iter().flat_map(|(name, report)| charts(report).into_iter().map(move |chart| (*name, chart)))
    {
        let document = Document::parse(&chart.svg).unwrap();
        let size = |name: &str| document.root_element().attribute(name).unwrap().parse::<f64>().unwrap();
        let outlined = texts(&chart.svg).unwrap();
        let bounds = Tree::from_str(&outlined, &Options::default()).unwrap().root().abs_stroke_bounding_box();
        let at = format!("{report}: {}: {bounds:?}", chart.name);
        assert!(bounds.left() >= 0.0 && f64::from(bounds.right()) <= size("width"), "{at}");
        assert!(bounds.top() >= 0.0 && f64::from(bounds.bottom()) <= size("height"), "{at}");
    }
}

#[test]
fn every_picture_has_its_size_and_something_on_it() {
    for chart in charts(&fixtures::rich()) {
        let document = Document::parse(&chart.svg).unwrap();
        let side = |name: &str| (document.root_element().attribute(name).unwrap().parse::<f32>().unwrap() * 0.5).ceil() as u32;
        let picture = Pixmap::decode_png(&png(&chart.svg, 0.5).unwrap()).unwrap();
        assert_eq!((picture.width(), picture.height()), (side("width"), side("height")), "{}", chart.name);
        let ground = picture.pixel(0, 0).unwrap();
        assert_eq!((ground.red(), ground.green(), ground.blue(), ground.alpha()), (255, 255, 255, 255), "{}", chart.name);
        let drawn = picture.pixels().iter().filter(|pixel| **pixel != ground).count();
        assert!(drawn * 100 > picture.pixels().len(), "{}: {drawn} of {} pixels", chart.name, picture.pixels().len());
    }
}
