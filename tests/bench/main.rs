//! How long the inner kernels take: k-means, neighbours, the synthetic generator and the parser of exports.
//!
//! Owns their inputs, which are made here from fixed seeds, in the sizes of a whole catalogue and of a long year. Refuses to judge:
//! it prints figures, and what they were in comparison with other programs is in `docs/benchmarks.md`.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]

mod exports;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use moodlake::bronze::export::{Item, Limits, read, read_beside};
use moodlake::bronze::history::play_id;
use moodlake::bronze::play::Play;
use moodlake::bronze::synthetic_features::generate;
use moodlake::stats::choose_k::{ChooseOptions, choose};
use moodlake::stats::kmeans::{KMeansOptions, fit};
use moodlake::stats::matrix::Matrix;
use moodlake::stats::neighbours::Neighbours;
use moodlake::stats::quality::silhouette;
use moodlake::stats::scale::Scaler;
use moodlake::stats::stability::{BOOTSTRAPS, stability};
use std::num::NonZeroUsize;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tracks of the catalogue, each once.
const TRACKS: usize = 89_741;

/// Rows of an export that are parsed at a time.
const ROWS: usize = 20_000;

fn main() {
    divan::main();
}

/// So many made-up track ids, as long as Spotify's.
fn track_ids(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("bench{number:017}")).collect()
}

/// Valence, energy, danceability and acousticness of a catalogue of made-up tracks, as distributed and correlated as the real
/// one's, z-scored.
fn tracks() -> Matrix {
    let features = track_ids(TRACKS).into_iter().flat_map(|id| {
        let features = generate(&id);
        [features.valence, features.energy, features.danceability, features.acousticness]
    });
    let matrix = Matrix::new(TRACKS, 4, features.collect()).unwrap();
    Scaler::fit(&matrix).unwrap().transform(&matrix).unwrap()
}

/// Ten starts on all tracks, on all cores.
#[divan::bench(args = [4, 8], sample_count = 20)]
fn k_means(bencher: Bencher<'_, '_>, clusters: usize) {
    let matrix = tracks();
    bencher.bench(|| fit(black_box(&matrix), &KMeansOptions { clusters, ..KMeansOptions::default() }).unwrap());
}

/// The agreement with models of four bootstraps, of a model with four clusters.
#[divan::bench(sample_count = 10)]
fn k_means_stability(bencher: Bencher<'_, '_>) {
    let (matrix, options) = (tracks(), KMeansOptions::default());
    let model = fit(&matrix, &options).unwrap();
    bencher.bench(|| stability(black_box(&matrix), &model, &options, BOOTSTRAPS).unwrap());
}

/// The silhouette of four clusters on 10,000 tracks.
#[divan::bench(sample_count = 10)]
fn k_means_silhouette(bencher: Bencher<'_, '_>) {
    let matrix = tracks();
    let model = fit(&matrix, &KMeansOptions::default()).unwrap();
    bencher.bench(|| silhouette(black_box(&matrix), &model.labels, 10_000, 0).unwrap());
}

/// The choice among three to eight clusters, with all that it weighs.
#[divan::bench(sample_count = 3)]
fn k_means_choice(bencher: Bencher<'_, '_>) {
    let matrix = tracks();
    bencher.bench(|| choose(black_box(&matrix), &ChooseOptions::default()).unwrap());
}

/// The index alone.
#[divan::bench(sample_count = 20)]
fn neighbours_index(bencher: Bencher<'_, '_>) {
    let matrix = tracks();
    bencher.bench(|| Neighbours::new(black_box(&matrix)));
}

/// Ten neighbours of every track, on all cores, the index included.
#[divan::bench(sample_count = 10)]
fn neighbours_of_all(bencher: Bencher<'_, '_>) {
    let matrix = tracks();
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    bencher.counter(ItemsCount::new(TRACKS)).bench(|| Neighbours::new(black_box(&matrix)).all_nearest(10, threads));
}

/// Made-up features of 10,000 tracks.
#[divan::bench(sample_count = 20)]
fn synthetic_features(bencher: Bencher<'_, '_>) {
    let ids = track_ids(10_000);
    bencher.counter(ItemsCount::new(ids.len())).bench(|| ids.iter().for_each(|id| _ = black_box(generate(id))));
}

/// A file of the extended export as rows of plays, hashed beside the parsing.
#[divan::bench(sample_count = 20)]
fn export_file(bencher: Bencher<'_, '_>) {
    let export = exports::Export::plain(ROWS);
    bencher.counter(BytesCount::new(export.bytes)).bench(|| {
        let mut sink = |_: usize, item: Item| {
            black_box(item);
            Ok(())
        };
        read(&export.paths, &Limits::default(), &|_| (), &mut sink).unwrap()
    });
}

/// A ZIP of the same rows, read on a thread of its own as `import` does.
#[divan::bench(sample_count = 20)]
fn export_zip(bencher: Bencher<'_, '_>) {
    let export = exports::Export::packed(ROWS);
    bencher.counter(BytesCount::new(export.bytes)).bench(|| {
        let mut sink = |_: usize, item: Item| {
            black_box(item);
            Ok(())
        };
        read_beside(&export.paths, &Limits::default(), &|_| (), &mut sink).unwrap()
    });
}

/// The same bytes by `serde_json` alone, into a struct of the same fields that borrows them: what a parser can hope for.
#[divan::bench(sample_count = 20)]
fn export_by_serde_json_alone(bencher: Bencher<'_, '_>) {
    let text = exports::text(ROWS);
    bencher.counter(BytesCount::new(text.len())).bench(|| exports::borrowed(black_box(&text)).len());
}

/// The key of a play.
#[divan::bench]
fn key_of_a_play(bencher: Bencher<'_, '_>) {
    let play = Play { track_uri: Some("spotify:track:4Oy8GhAxNcE7faMZfgJHaB".to_owned()), ..Play::default() };
    bencher.bench(|| play_id("me", black_box(&play)));
}
