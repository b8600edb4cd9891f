//! Most played genres, artists and tracks.
//!
//! Owns the bars. Each name stands above its bar, so that long names have the chart's whole width; what does not fit is cut here
//! and whole in the table.

use crate::report::data::{Bar, Basis, Top};
use crate::report::draw::Drawing;
use crate::report::draw::canvas::{Anchor, Area, CHARACTER, Canvas};
use crate::report::words;

const WIDTH: f64 = 340.0;
const ROW: f64 = 36.0;
const SIZE: f64 = 12.0;
/// Bars beyond these are in the table only.
const MOST_BARS: usize = 25;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Genres,
    Artists,
    Tracks,
}

impl Kind {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Genres => "genres",
            Self::Artists => "artists",
            Self::Tracks => "tracks",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Genres => "top-genres",
            Self::Artists => "top-artists",
            Self::Tracks => "top-tracks",
        }
    }
}

/// The three lists with what they rest on.
pub(crate) fn of(top: &Top) -> [(Kind, &[Bar], &Basis); 3] {
    [
        (Kind::Genres, &top.genres, &top.genres_basis),
        (Kind::Artists, &top.artists, &top.artists_basis),
        (Kind::Tracks, &top.tracks, &top.tracks_basis),
    ]
}

/// The bars; none without any.
pub(crate) fn draw(kind: Kind, bars: &[Bar]) -> Option<Drawing> {
    let first = bars.first()?;
    let most = bars.iter().map(|bar| bar.plays).max()?.max(1);
    let shown = bars.get(..MOST_BARS.min(bars.len()))?;
    let mut canvas = Canvas::default();
    for (row, bar) in shown.iter().enumerate() {
        let y = row as f64 * ROW;
        let plays = words::count(bar.plays);
        let room = (WIDTH / (SIZE * CHARACTER)) as usize - plays.len() - 3;
        canvas.text("ink still", (0.0, y + 13.0), SIZE, Anchor::Start, &words::shorten(&full_name(bar), room));
        canvas.text("muted still", (WIDTH, y + 13.0), SIZE, Anchor::End, &plays);
        canvas.rectangle("track", Area { x: 0.0, y: y + 19.0, width: WIDTH, height: 8.0 }, None);
        let width = WIDTH * (bar.plays as f64 / most as f64);
        canvas.rectangle("bar", Area { x: 0.0, y: y + 19.0, width, height: 8.0 }, None);
    }
    canvas.open("hits");
    for (row, bar) in shown.iter().enumerate() {
        let area = Area { x: -4.0, y: row as f64 * ROW - 1.0, width: WIDTH + 8.0, height: ROW - 3.0 };
        canvas.hit(area, &said(bar));
    }
    canvas.close();
    Some(Drawing {
        name: kind.name(),
        title: format!("Most played {}", kind.label()),
        description: format!(
            "Bars for the {} with the most plays. First: {}, {}.",
            words::counted(shown.len() as u64, kind.label().trim_end_matches('s')),
            full_name(first),
            words::counted(first.plays, "play")
        ),
        width: WIDTH,
        height: shown.len() as f64 * ROW,
        narrowest: 300,
        runs_on: false,
        body: canvas.finish(),
    })
}

/// The name, and for a track its artist.
pub(crate) fn full_name(bar: &Bar) -> String {
    let name = words::clean(&bar.name);
    bar.detail.as_deref().map_or_else(|| name.clone(), |detail| format!("{name} · {}", words::clean(detail)))
}

fn said(bar: &Bar) -> String {
    let listened = bar.minutes.map(|minutes| format!(", {}", words::minutes(minutes))).unwrap_or_default();
    format!("{}\n{}{listened}", full_name(bar), words::counted(bar.plays, "play"))
}
