//! The closing section: what the figures mean, what they do not, and where the data is from.
//!
//! Owns the fixed words at the end of the page, with the attribution that the catalogue's licence asks for.

use maud::{Markup, html};

use super::parts;

const CATALOGUE: &str = "https://www.kaggle.com/datasets/maharshipandya/-spotify-tracks-dataset";
const DATABASE_LICENCE: &str = "https://opendatacommons.org/licenses/odbl/1-0/";
const CONTENTS_LICENCE: &str = "https://opendatacommons.org/licenses/dbcl/1-0/";

pub(crate) fn section() -> Markup {
    html! {
        section #reading aria-labelledby="reading-title" {
            (parts::section_head("reading", "Notes", "How to read this", "What do the figures mean, and what do they not?"))
            dl.notes {
                (note("Listening patterns, no diagnosis", &html! {
                    "Everything here describes what was played and when. It is no diagnosis and does not tell how somebody feels. Published "
                    "evidence that links streaming to wellbeing is weak, and some of it points the other way."
                }))
                (note("Valence and energy", &html! {
                    "Two of Spotify’s audio features, from 0 to 1: how positive a track sounds, and how intense. They describe the recording, "
                    "not the lyrics and not the listener."
                }))
                (note("Authentic and synthetic", &html! {
                    "Authentic features were measured by a provider or stand in the catalogue. Synthetic ones were made up for tracks that "
                    "neither knows; they carry no information about the song. Every figure tells the share that is authentic."
                }))
                (note("Plays that may be missing", &html! {
                    "Hatched days lie between two imports or polls with a gap between them. Few plays on such days are no finding."
                }))
                (note("Intervals and chance", &html! {
                    "A 95 % interval holds the true value in 95 of 100 cases. Where many things are compared, some differ by chance; p values "
                    "are corrected for that. A dash stands where too little is known for a number."
                }))
                (note("Where the catalogue is from", &html! {
                    "Catalogue features and genres: " a href=(CATALOGUE) rel="noreferrer noopener" { "Spotify Tracks Dataset" }
                    " by Maharshi Pandya on Kaggle, under the " a href=(DATABASE_LICENCE) rel="noreferrer noopener license" { "Open Database License 1.0" }
                    ", its contents under the " a href=(CONTENTS_LICENCE) rel="noreferrer noopener license" { "Database Contents License 1.0" }
                    ". Passed on, a report with figures of the catalogue names this source. moodlake is not connected with Spotify or Kaggle."
                }))
            }
        }
    }
}

fn note(title: &str, text: &Markup) -> Markup {
    html! { div { dt { (title) } dd { (text) } } }
}
