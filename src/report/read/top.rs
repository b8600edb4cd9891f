//! Most played genres, artists and tracks, from `top_items`.

use super::{Gold, count, double};
use crate::error::Result;
use crate::report::data::{Bar, Basis, Report};
use crate::report::words;
use arrow::array::Array;

const TOP: &str = "SELECT kind, name, artist_name, plays, minutes_played, plays_in_period, plays_named FROM top_items
    WHERE user_id = $listener AND period = 'all' AND rank <= 15 ORDER BY kind, rank";

pub async fn fill(gold: &Gold, report: &mut Report) -> Result<()> {
    let rows = gold.rows(TOP, "the most played").await?;
    let (kinds, names, artists) = (rows.text("kind")?, rows.text("name")?, rows.text("artist_name")?);
    let (plays, minutes) = (rows.whole("plays")?, rows.double("minutes_played")?);
    let (in_period, named) = (rows.whole("plays_in_period")?, rows.whole("plays_named")?);
    // What a list without entries rests on: there are plays, and none of them has such a name.
    let nameless =
        Basis { plays: report.rests_on.plays, covered: Some(0), gap_days: report.rests_on.gap_days, ..Basis::default() };
    report.top.genres_basis = nameless.clone();
    report.top.artists_basis = nameless.clone();
    report.top.tracks_basis = nameless;
    for row in 0..rows.len() {
        let bar = Bar {
            name: names.value(row).to_owned(),
            detail: artists.is_valid(row).then(|| artists.value(row).to_owned()),
            plays: count(plays.value(row)),
            minutes: double(&minutes, row),
        };
        let unnamed = in_period.value(row) - named.value(row);
        let basis = |what: &str| Basis {
            plays: count(in_period.value(row)),
            gap_days: report.rests_on.gap_days,
            note: (unnamed > 0).then(|| format!("{} plays without {what} are left out", words::count(count(unnamed)))),
            ..Basis::default()
        };
        match kinds.value(row) {
            "genre" => {
                report.top.genres_basis = basis("a genre");
                report.top.genres.push(bar);
            }
            "artist" => {
                report.top.artists_basis = basis("an artist");
                report.top.artists.push(bar);
            }
            _ => {
                report.top.tracks_basis = basis("a track");
                report.top.tracks.push(bar);
            }
        }
    }
    Ok(())
}
