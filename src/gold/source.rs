//! What gold jobs read: silver at one version, other tables as they were while it was the newest, and the relations made from silver
//! that several jobs share.
//!
//! Owns which plays a listener's figures rest on (`bases.sql`, `plays.sql`), their order on a line of time (`timeline.sql`) and the
//! days they add up to (`days.sql`). The plays of a person are held in memory from the first job that reads them to the last; of
//! a lake with many more, only what each listener's figures rest on is held, and the relations are views of silver. A source may
//! be narrowed to some listeners: it then knows their plays and no others.

use super::narrowing::{Narrow, Narrowed};
use crate::context::Context;
use crate::engine::{Columns, Held, Scope, no_values};
use crate::error::{Error, Result};
use crate::fingerprint;
use crate::lake::snapshot::AsOf;
use crate::lake::tables::LISTENING_WITH_FEATURES;
use crate::lake::{Snapshot, Table};
use chrono::TimeDelta;
use chrono_tz::Tz;
use datafusion::scalar::ScalarValue;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::{Mutex, OnceCell, OwnedSemaphorePermit, Semaphore};

/// The model of what each listener's figures rest on.
pub const BASES: &str = include_str!("bases.sql");
/// The model of the plays that figures rest on.
pub const PLAYS: &str = include_str!("plays.sql");
/// The model of their order in time.
pub const TIMELINE: &str = include_str!("timeline.sql");
/// The model of the days they add up to.
pub const DAYS: &str = include_str!("days.sql");

/// Plays with features of one authentic scale from which on a listener's figures rest on these alone.
pub const AUTHENTIC_PLAYS_MIN: i64 = 30;

/// What synthetic features are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synthetic {
    /// They count beside authentic ones, because someone asked for it.
    pub include: bool,
    /// They may be used at all.
    pub allow: bool,
}

/// Plays that are held: decades of one listener, some 200 MB.
pub(super) const PLAYS_HELD_MAX: u64 = 500_000;

/// What models call silver.
const SILVER: &str = "listening_with_features";

/// The order of plays on the line of time.
const TIMELINE_ORDER: [&str; 4] = ["user_id", "started_us", "ended_us", "play_id"];

/// Silver at one version, for all jobs of a run.
pub struct Source {
    pub(super) silver: Snapshot,
    pub(super) others: AsOf,
    pub(super) synthetic: Synthetic,
    pub(super) only: Option<Narrow>,
    pub(super) narrowed: Mutex<Vec<Narrowed>>,
    turn: Arc<Semaphore>,
    bases: OnceCell<Held>,
    timeline: OnceCell<Held>,
    days: OnceCell<Columns>,
}

impl Source {
    /// Opens silver.
    ///
    /// # Errors
    /// When there is none, or no such version of it.
    pub async fn open(context: &Context, synthetic: Synthetic, as_of: AsOf) -> Result<Self> {
        let silver = context.lake.table(&LISTENING_WITH_FEATURES)?.open_as_of(as_of).await?.ok_or_else(|| {
            Error::failure(format!("table {}: there is no silver to build gold from", LISTENING_WITH_FEATURES.label()))
                .hint("build it with `moodlake build-silver`, or everything with `moodlake run`")
        })?;
        let others = match as_of {
            // Of what was built from a version, the last build before the next version is the one that stood.
            AsOf::Version(_) => {
                silver.replaced_at().await?.map_or(AsOf::Latest, |next| AsOf::Time(next - TimeDelta::milliseconds(1)))
            }
            AsOf::Latest | AsOf::Time(_) => as_of,
        };
        Ok(Self::new(silver, others, synthetic, None))
    }

    pub(super) fn new(silver: Snapshot, others: AsOf, synthetic: Synthetic, only: Option<Narrow>) -> Self {
        let narrowed = Mutex::new(Vec::new());
        Self {
            silver,
            others,
            synthetic,
            only,
            narrowed,
            turn: Arc::new(Semaphore::new(1)),
            bases: OnceCell::new(),
            timeline: OnceCell::new(),
            days: OnceCell::new(),
        }
    }

    /// Whether tables are read as they are now.
    #[must_use]
    pub fn is_latest(&self) -> bool {
        self.others == AsOf::Latest
    }

    /// Silver itself.
    #[must_use]
    pub const fn silver(&self) -> &Snapshot {
        &self.silver
    }

    /// Another table that is read beside silver, of the same moment; none where there was none.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn other(&self, context: &Context, table: &Table) -> Result<Option<Snapshot>> {
        let at = context.lake.table(table)?;
        match self.others {
            AsOf::Time(moment) => at.open_at(moment).await,
            AsOf::Latest | AsOf::Version(_) => at.open().await,
        }
    }

    /// The version that is read, for the note of what is built from it.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn identity(&self) -> Result<Value> {
        self.silver.identity()
    }

    /// The zone that silver's days and hours are told in.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn zone(&self, context: &Context) -> Result<Tz> {
        let note = self.silver.commit().await?.1.unwrap_or_default();
        Ok(note["timezone"].as_str().and_then(|name| name.parse().ok()).unwrap_or(context.zone))
    }

    /// How plays are read, for the same note.
    #[must_use]
    pub fn parameters(&self) -> Value {
        json!({
            "include_synthetic": self.synthetic.include,
            "allow_synthetic": self.synthetic.allow,
            "plays": fingerprint::of([BASES, PLAYS, TIMELINE, DAYS].concat()),
        })
    }

    /// How many plays there are, as far as the log tells.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn rows(&self) -> Result<u64> {
        if let Some(only) = &self.only {
            return Ok(only.silver.len());
        }
        Ok(self.silver.extent()?.rows.unwrap_or_default())
    }

    /// Whether the plays are held in memory.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.rows().is_ok_and(|rows| rows <= PLAYS_HELD_MAX)
    }

    /// Waits for the jobs that read before. Plays that are held are for all; where they are too many, two jobs at once would need
    /// the memory of both.
    pub async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        if self.is_held() { None } else { Arc::clone(&self.turn).acquire_owned().await.ok() }
    }

    /// A scope that knows `listening_with_features`, `plays` and `timeline`.
    ///
    /// # Errors
    /// When silver cannot be read.
    pub async fn scope(&self, context: &Context) -> Result<Scope> {
        if !self.is_held() {
            return self.views(context).await;
        }
        let timeline = || async {
            let sorted = format!("SELECT * FROM timeline ORDER BY {}", TIMELINE_ORDER.join(", "));
            Held::of(self.views(context).await?.model("timeline", &sorted, no_values()).await?, "plays").await
        };
        let scope = self.silver_scope(context).await?;
        self.timeline.get_or_try_init(timeline).await?.register(&scope, "timeline", &TIMELINE_ORDER)?;
        scope.register_frame("plays", scope.table("timeline").await?)?;
        Ok(scope)
    }

    /// The days of all listeners, in order.
    ///
    /// # Errors
    /// When silver cannot be read.
    pub async fn days(&self, context: &Context) -> Result<&Columns> {
        let days = || async { Columns::of(self.scope(context).await?.model("days", DAYS, no_values()).await?, "days").await };
        self.days.get_or_try_init(days).await
    }

    /// A scope that knows `listening_with_features` alone.
    ///
    /// # Errors
    /// When silver cannot be read.
    pub(super) async fn silver_scope(&self, context: &Context) -> Result<Scope> {
        let scope = context.engine.scope();
        match &self.only {
            Some(only) => only.silver.register(&scope, SILVER, &[])?,
            None => scope.register(SILVER, self.silver.provider(&scope.state()).await?)?,
        }
        Ok(scope)
    }

    /// The relations as views of silver: a job that does not name one does not pay for it.
    async fn views(&self, context: &Context) -> Result<Scope> {
        let scope = self.silver_scope(context).await?;
        let truth = |truth| ScalarValue::Boolean(Some(truth));
        let enough = ScalarValue::Int64(Some(AUTHENTIC_PLAYS_MIN));
        let values = vec![("authentic_plays_min", enough), ("allow_synthetic", truth(self.synthetic.allow))];
        // A row a listener is held: as a view it would be computed anew, from all plays, wherever plays are named.
        let bases = || async { Held::of(scope.model("bases", BASES, values).await?, "what listeners' figures rest on").await };
        self.bases.get_or_try_init(bases).await?.register(&scope, "bases", &[])?;
        let include = truth(self.synthetic.include && self.synthetic.allow);
        scope.register_frame("plays", scope.model("plays", PLAYS, vec![("include_synthetic", include)]).await?)?;
        scope.register_frame("timeline", scope.model("timeline", TIMELINE, no_values()).await?)?;
        Ok(scope)
    }
}
