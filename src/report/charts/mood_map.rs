//! Valence and energy of all plays: where they lie, and where the moods' centres are.
//!
//! Owns the map. Its axes are the two features on 0–1; lines stand at 0.5 and at the listener's own medians.

use crate::report::data::{MoodCluster, MoodMap};
use crate::report::draw::Drawing;
use crate::report::draw::canvas::{Anchor, Area, CHARACTER, Canvas};
use crate::report::draw::heat::{COUNT_CLASSES, Counts};
use crate::report::draw::legend::{self, STEPS_HEIGHT, Sign};
use crate::report::draw::lines::apart;
use crate::report::words;

const LEFT: f64 = 46.0;
const TOP: f64 = 26.0;
const SIDE: f64 = 380.0;
const LABEL: f64 = 12.0;

/// The map; none without a play that has both features.
pub(crate) fn draw(map: &MoodMap) -> Option<Drawing> {
    let bins = f64::from(map.bins);
    let cells = || map.cells.iter().filter(|cell| cell.plays > 0 && cell.valence_bin < map.bins && cell.energy_bin < map.bins);
    let steps = Counts::of(cells().map(|cell| u64::from(cell.plays)));
    cells().next()?;
    let mut canvas = Canvas::default();
    draw_axes(&mut canvas);
    let pitch = SIDE / bins;
    for cell in cells() {
        let (valence, energy) = (f64::from(cell.valence_bin) / bins, f64::from(cell.energy_bin) / bins);
        let (x, y) = place(valence, energy + 1.0 / bins);
        let area = Area { x: x + 0.5, y: y + 0.5, width: pitch - 1.0, height: pitch - 1.0 };
        let said = format!(
            "{}\nvalence {}–{}, energy {}–{}",
            words::counted(u64::from(cell.plays), "play"),
            words::decimal(valence, 2),
            words::decimal(valence + 1.0 / bins, 2),
            words::decimal(energy, 2),
            words::decimal(energy + 1.0 / bins, 2)
        );
        canvas.rectangle(COUNT_CLASSES[steps.class(u64::from(cell.plays))], area, Some(&said));
    }
    draw_quadrants(&mut canvas, map);
    draw_clusters(&mut canvas, &map.clusters);
    let bottom = TOP + SIDE + 46.0;
    legend::counts(&mut canvas, (0.0, bottom), "plays, from", steps);
    let mut signs = vec![(Sign::Line("middle"), "0.5")];
    if map.median.is_some() {
        signs.push((Sign::Line("median"), "own median"));
    }
    if !map.clusters.is_empty() {
        signs.push((Sign::Ring, "centre of a mood"));
    }
    legend::signs(&mut canvas, (0.0, bottom + STEPS_HEIGHT + 6.0), &signs);
    Some(Drawing {
        name: "mood-map",
        title: "Valence and energy of all plays".to_owned(),
        description: describe(map),
        width: LEFT + SIDE + 16.0,
        height: bottom + STEPS_HEIGHT + 22.0,
        narrowest: 330,
        runs_on: false,
        body: canvas.finish(),
    })
}

fn place(valence: f64, energy: f64) -> (f64, f64) {
    (LEFT + SIDE * valence.clamp(0.0, 1.0), TOP + SIDE * (1.0 - energy.clamp(0.0, 1.0)))
}

fn draw_axes(canvas: &mut Canvas) {
    canvas.rectangle("s0", Area { x: LEFT, y: TOP, width: SIDE, height: SIDE }, None);
    for tick in 0..=4_u32 {
        let part = f64::from(tick) / 4.0;
        let (x, y) = place(part, part);
        canvas.text("muted", (x, TOP + SIDE + 16.0), 11.0, Anchor::Middle, &words::decimal(part, 2));
        canvas.text("muted", (LEFT - 7.0, y + 4.0), 11.0, Anchor::End, &words::decimal(part, 2));
    }
    canvas.text("ink", (LEFT + SIDE, TOP + SIDE + 34.0), LABEL, Anchor::End, "valence: sounds positive →");
    canvas.text("ink", (LEFT, TOP - 9.0), LABEL, Anchor::Start, "↑ energy: sounds intense");
}

/// Lines at 0.5 and at the medians, and the names of the quadrants in the corners. They lie above cells, some of them through their
/// middle, and must not keep the pointer from these.
fn draw_quadrants(canvas: &mut Canvas, map: &MoodMap) {
    let ((left, bottom), (right, top)) = (place(0.0, 0.0), place(1.0, 1.0));
    let (x, y) = place(0.5, 0.5);
    canvas.line("middle still", (x, top), (x, bottom));
    canvas.line("middle still", (left, y), (right, y));
    if let Some((valence, energy)) = map.median {
        let (x, y) = place(valence, energy);
        canvas.line("median still", (x, top), (x, bottom));
        canvas.line("median still", (left, y), (right, y));
    }
    for (name, at, anchor) in [
        ("tense", (left + 6.0, top + 15.0), Anchor::Start),
        ("happy", (right - 6.0, top + 15.0), Anchor::End),
        ("sad", (left + 6.0, bottom - 7.0), Anchor::Start),
        ("calm", (right - 6.0, bottom - 7.0), Anchor::End),
    ] {
        canvas.text("halo still", at, LABEL, anchor, name);
    }
}

fn draw_clusters(canvas: &mut Canvas, clusters: &[MoodCluster]) {
    let heights: Vec<f64> = clusters.iter().map(|cluster| place(cluster.valence, cluster.energy).1).collect();
    let labels = apart(&heights, LABEL + 4.0, TOP + SIDE - 8.0);
    for (cluster, height) in clusters.iter().zip(labels) {
        let centre = place(cluster.valence, cluster.energy);
        let name = words::shorten(&words::clean(&cluster.mood), 22);
        let said = format!(
            "{}\n{}, {} of the plays with a mood\nvalence {}, energy {}",
            words::clean(&cluster.mood),
            words::counted(cluster.plays, "play"),
            words::share(cluster.share),
            words::decimal(cluster.valence, 3),
            words::decimal(cluster.energy, 3)
        );
        canvas.circle("cluster", centre, 6.0, Some(&said));
        canvas.circle("core still", centre, 2.5, None);
        let room = LEFT + SIDE - centre.0 - 14.0;
        let fits = name.chars().count() as f64 * LABEL * CHARACTER < room;
        let (x, anchor) = if fits { (centre.0 + 11.0, Anchor::Start) } else { (centre.0 - 11.0, Anchor::End) };
        canvas.text("halo still", (x, height + 4.0), LABEL, anchor, &name);
    }
}

fn describe(map: &MoodMap) -> String {
    let moods: Vec<String> = map
        .clusters
        .iter()
        .map(|cluster| {
            let (valence, energy) = (words::decimal(cluster.valence, 2), words::decimal(cluster.energy, 2));
            format!("{} at valence {valence} and energy {energy}", words::clean(&cluster.mood))
        })
        .collect();
    let moods = if moods.is_empty() { String::new() } else { format!(" Moods: {}.", moods.join("; ")) };
    format!("Plays by valence, from left to right, and energy, from bottom to top.{moods}")
}
