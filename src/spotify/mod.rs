//! Spotify: authorization and the Web API, as they behave.
//!
//! Owns the token and its refresh, the reading of refusals, and our own row types for what the API tells. `rspotify` carries the
//! requests; its row types, its token file and its refresh are not used (docs/decisions/0009). `bronze` stores what comes out.

mod access;
pub mod app;
pub mod audio_features;
pub mod authorize;
mod callback;
mod client;
pub mod currently_playing;
pub mod login;
pub mod recently_played;
pub mod refusal;
pub mod state;
pub mod token;
pub mod track;
mod trouble;
mod wire;

pub use app::App;
pub use client::{AUDIO_FEATURES_IDS_MAX, Client};
pub use refusal::Forbidden;
pub use trouble::Trouble;
