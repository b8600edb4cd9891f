//! What follows the events of the streams once they are in bronze: windows, the listening history, and the stores of hot and cold events.
//!
//! Owns what all of them are: each knows by a mark how far it has followed, and catches up from there, whoever was killed in between. A
//! mark stands where the follower's own rows stand. `news` tells what has come since.

mod cold;
mod csv_output;
mod genres;
mod history;
mod hot;
mod news;
mod windows;

pub use cold::Cold;
pub use csv_output::CsvOutput;
pub use genres::Genres;
pub use history::History;
pub use hot::Hot;

use crate::context::Step;
use crate::error::Result;
use std::time::Duration;

/// Something that follows the events.
#[async_trait::async_trait]
pub trait Follower: Send {
    /// How much time passes from one time to the next while events come.
    fn every(&self) -> Duration;

    /// Follows the events that came since the last time. Gives what it did.
    ///
    /// # Errors
    /// When a table or a store cannot be read or written. What it did stays, and the next time goes on from there.
    async fn follow(&mut self) -> Result<Vec<Step>>;

    /// Whatever became of the tables, they are opened anew the next time.
    fn forget(&mut self);
}
