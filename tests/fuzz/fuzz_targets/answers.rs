//! Answers of Spotify and of `ReccoBeats`, fresh and stored.

use super::{now, written};
use flate2::Compression;
use flate2::write::GzEncoder;
use moodlake::bronze::{raw_responses, recent_plays, tracks};
use moodlake::reccobeats;
use moodlake::schedule::summary;
use moodlake::spotify::app::App;
use moodlake::spotify::audio_features::{self, Found};
use moodlake::spotify::authorize::Granted;
use moodlake::spotify::currently_playing::{self, Playing};
use moodlake::spotify::recently_played::{self, Item};
use moodlake::spotify::refusal::{self, Forbidden};
use moodlake::watch::{Limits, Player};
use std::io::Write as _;
use std::path::Path;

/// Characters of a body that a message shows, and the mark of the cut.
const SHOWN_MAX: usize = 301;

/// A body as each request might get it. What is no text is made one, as it is for a real answer.
pub fn answers(_: &Path, bytes: &[u8]) {
    let body = String::from_utf8_lossy(bytes);
    plays(&body);
    playing(&body);
    features(audio_features::read(&body), "spotify");
    features(reccobeats::read(&body), "reccobeats");
    token(&body);
    assert!(refusal::words(&body).chars().count() <= SHOWN_MAX);
    assert!(refusal::account_error(&body).1.chars().count() <= SHOWN_MAX);
    let _ = (refusal::is_quota(&body), Forbidden::read(&body).into_error());
    let _ = (summary::of(&body), summary::broken(&body));
}

/// A stored answer, packed; bytes that are not packed are packed first.
pub fn raw_responses(folder: &Path, bytes: &[u8]) {
    let packed = if bytes.starts_with(&[0x1f, 0x8b]) { bytes.to_vec() } else { pack(bytes) };
    match raw_responses::read(&[written(folder, "answer.json.gz", &packed)]) {
        Ok(responses) => responses.iter().for_each(|response| plays(&response.body)),
        Err(error) => assert!(error.advice().is_some(), "no hint with: {error}"),
    }
}

pub fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::none());
    packer.write_all(bytes).expect("memory");
    packer.finish().expect("memory")
}

fn plays(body: &str) {
    let Ok(page) = recently_played::read(body) else { return };
    let (mut plays, mut odd) = (Vec::new(), Vec::new());
    for item in page.items {
        match item {
            Item::Play(play) => plays.push(*play),
            Item::Odd(item) => odd.push(item),
        }
    }
    for play in &plays {
        assert!(play.track.uri.is_some() || play.track.name.is_some());
        assert!(!play.context_uri.as_deref().unwrap_or_default().starts_with("spotify:user:"));
    }
    let rows = recent_plays::rows("me", &plays);
    let told = rows.keys().len();
    assert_eq!(rows.into_batch(now(), "run").expect("the plays fit their columns").num_rows(), told);
    let tracks: Vec<_> = plays.iter().map(|play| &play.track).collect();
    tracks::metadata(&tracks, now().timestamp_micros()).expect("the tracks fit their columns");
    odd.into_iter().map(recent_plays::rejected).for_each(|rejected| assert!(!rejected.reject.reason.is_empty()));
}

/// Looks at it for an hour.
fn playing(body: &str) {
    let Ok(playing) = currently_playing::read(body) else { return };
    if let Playing::Track(now) = &playing {
        assert!(now.progress_ms.is_none_or(|progress| (0..=86_400_000).contains(&progress)));
        assert!(!now.context_uri.as_deref().unwrap_or_default().starts_with("spotify:user:"));
    }
    let limits = Limits { completed_us: 30_000_000, blind_us: 45_000_000 };
    let (mut player, start_us) = (Player::default(), now().timestamp_micros());
    for second in [0, 1, 5, 60, 3_600] {
        for event in player.look(start_us + second * 1_000_000, &playing, limits) {
            assert!(event.document("me").is_object() && event.id("me").len() == 32);
        }
    }
    assert!(player.is_plausible());
}

fn features(found: Result<Vec<Found>, String>, provider: &str) {
    let mut features = Vec::new();
    for found in found.unwrap_or_default() {
        match found {
            Found::Features(found) => features.push(*found),
            Found::Odd { reason, .. } => assert!(!reason.is_empty()),
        }
    }
    tracks::audio(&features, provider, now().timestamp_micros()).expect("the values fit their columns");
}

fn token(body: &str) {
    let app = App {
        client_id: "the-app".to_owned(),
        client_secret: None,
        redirect_uri: String::new(),
        api_base_url: String::new(),
        auth_base_url: String::new(),
    };
    let first = Granted::read(body).ok().and_then(|granted| granted.first(&app, "me", &["a"], now()));
    if let Some((first, granted)) = first.zip(Granted::read(body).ok()) {
        let renewed = granted.renewed(&first, now());
        assert!(renewed.days_left(now()) > 0 && renewed.expires_at >= now());
    }
}
