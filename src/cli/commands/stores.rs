//! Where events of a stream go besides bronze: the stores of hot and cold ones.
//!
//! Owns the way from their flags to what follows the events.

use super::stream::duration;
use crate::cli::args::StoreArgs;
use crate::cli::settings::Settings;
use crate::context::Context;
use crate::error::Result;
use crate::hot::{self, HotAddress};
use crate::lake::TableAt;
use crate::stream::{Cold, Follower, Hot};
use std::time::Duration;

/// Opens what the flags name.
pub async fn stores(context: &Context, settings: &Settings, args: &StoreArgs, every: Duration) -> Result<Vec<Box<dyn Follower>>> {
    let day = Duration::from_hours(24);
    let keep = duration("--hot-for", &args.hot_for, Duration::from_mins(1), 3_650 * day)?;
    let mut followers: Vec<Box<dyn Follower>> = Vec::new();
    let address = args.hot.as_deref().map(HotAddress::read).transpose()?;
    if let Some(place) = &args.cold {
        let at = TableAt::at(place)?;
        // A bucket that is not there is told now and not with the first event.
        at.open().await?;
        followers.push(Box::new(Cold::new(context.clone(), at)));
    }
    if let Some(address) = address {
        let store = hot::open(&address, &settings.aws, settings.postgres_password.clone()).await?;
        followers.push(Box::new(Hot::new(context.clone(), every, store, keep)));
    }
    Ok(followers)
}
