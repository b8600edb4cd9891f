//! A lake and its tables: where they are, and whether anything is there.
//!
//! Owns the names of tables within a lake, on this machine's disk as in a bucket. `snapshot` reads what is there, `write` adds to
//! it.

use super::fence::Fence;
use super::place::Place;
use super::remote;
use super::snapshot::{self, AsOf, Snapshot};
use super::tables::{ALL, Table};
use crate::error::{Error, Explain, Result};
use chrono::{DateTime, Utc};
use deltalake::DeltaTableBuilder;
use deltalake::logstore::LogStoreRef;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use url::Url;

/// A folder or a prefix in a bucket that holds Delta tables by layer.
#[derive(Clone, Debug)]
pub struct Lake {
    pub(super) place: Place,
    address: String,
    home: PathBuf,
    pub(super) fence: Fence,
}

/// One table's address, and the name that messages give it.
#[derive(Clone, Debug)]
pub struct TableAt {
    place: Place,
    url: Url,
    label: String,
    declared: Option<&'static Table>,
    fence: Fence,
}

impl Lake {
    /// The lake at a folder, which need not exist yet.
    ///
    /// # Errors
    /// When the address is of a store that this build cannot reach.
    pub fn at(uri: &str) -> Result<Self> {
        Self::with_home(uri, |_| PathBuf::new())
    }

    /// The lake at a folder or in a bucket. What is not a table of a lake in a bucket is kept in the folder `home`.
    ///
    /// # Errors
    /// When the address is of a store that this build cannot reach.
    pub fn with_home(uri: &str, home: impl FnOnce(&str) -> PathBuf) -> Result<Self> {
        let place = Place::named(uri)?;
        let (address, home) = match &place {
            Place::Folder(folder) => (folder.display().to_string(), folder.clone()),
            Place::Bucket(url) => {
                let address = url.as_str().trim_end_matches('/').to_owned();
                let home = home(&address);
                (address, home)
            }
        };
        Ok(Self { place, address, home, fence: Fence::default() })
    }

    /// The address, for messages and for `--lake`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The folder for what is not a table: the authorization, the scheduler's state, stored answers. The lake's own folder where it
    /// has one.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The same lake for writers that need no lock: that another part of this process has lost its own does not stop them.
    #[must_use]
    pub fn without_lock(&self) -> Self {
        Self { fence: Fence::default(), ..self.clone() }
    }

    /// The address of a declared table in this lake.
    ///
    /// # Errors
    /// When the folder's name cannot be made an address.
    pub fn table(&self, table: &Table) -> Result<TableAt> {
        self.named(table.layer, table.name)
    }

    /// The newest snapshot of a declared table, or none where there is no table.
    ///
    /// # Errors
    /// When there is a table that cannot be read.
    pub async fn open(&self, table: &Table) -> Result<Option<Snapshot>> {
        self.table(table)?.open().await
    }

    /// Whether a declared table is there.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn holds(&self, table: &Table) -> Result<bool> {
        self.table(table)?.exists().await
    }

    /// The address of a table by layer and name, declared or not.
    ///
    /// # Errors
    /// When the folder's name cannot be made an address.
    pub fn named(&self, layer: &str, name: &str) -> Result<TableAt> {
        let at = TableAt::new(self.place.join(layer)?.join(name)?, format!("{layer}/{name}"))?;
        let declared = ALL.into_iter().find(|table| table.layer == layer && table.name == name);
        Ok(TableAt { declared, fence: self.fence.clone(), ..at })
    }

    /// Whether anything of a lake is at this place.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn exists(&self) -> Result<bool> {
        for layer in super::catalog::LAYERS {
            if !self.names(layer).await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What is in a layer, in the order of the names.
    pub(super) async fn names(&self, layer: &str) -> Result<Vec<String>> {
        match self.place.join(layer)? {
            Place::Bucket(url) => remote::folders(&url).await,
            Place::Folder(folder) => {
                let entries = match std::fs::read_dir(&folder) {
                    Ok(entries) => entries,
                    Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => {
                        return Ok(Vec::new());
                    }
                    // A lake that this user may not look into is not an empty one.
                    Err(error) => {
                        return Err(Error::failure(format!("the folder {} cannot be listed", folder.display()))
                            .because(error)
                            .hint("if it is another user's, run as that user, or have them let you in (docs/privacy.md)"));
                    }
                };
                let mut names: Vec<_> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
                names.sort_unstable();
                Ok(names)
            }
        }
    }
}

impl TableAt {
    /// A table named by a path flag.
    ///
    /// # Errors
    /// When the address is of a store that this build cannot reach.
    pub fn at(uri: &str) -> Result<Self> {
        Self::new(Place::named(uri)?, uri.to_owned())
    }

    fn new(place: Place, label: String) -> Result<Self> {
        Ok(Self { url: place.url()?, place, label, declared: None, fence: Fence::default() })
    }

    /// The name that messages use.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The address, as commits record it.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The newest snapshot, or none where there is no table.
    ///
    /// # Errors
    /// When there is a table that cannot be read.
    pub async fn open(&self) -> Result<Option<Snapshot>> {
        snapshot::open(self, AsOf::Latest).await
    }

    /// The snapshot at an older version or time, or none where there is no table.
    ///
    /// # Errors
    /// When there is a table that cannot be read, or no such version of it.
    pub async fn open_as_of(&self, as_of: AsOf) -> Result<Option<Snapshot>> {
        snapshot::open(self, as_of).await
    }

    /// The snapshot of a moment, or none where there was no table yet.
    ///
    /// # Errors
    /// When there was a table, and what it held then cannot be read.
    pub async fn open_at(&self, moment: DateTime<Utc>) -> Result<Option<Snapshot>> {
        snapshot::open_at(self, moment).await
    }

    /// Whether there is a Delta log.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn exists(&self) -> Result<bool> {
        match &self.place {
            Place::Folder(folder) => Ok(folder.join("_delta_log").is_dir()),
            Place::Bucket(url) => Ok(remote::folders(url).await?.iter().any(|name| name == "_delta_log")),
        }
    }

    /// What its columns should be, where it is a table of a lake.
    pub(super) const fn declared(&self) -> Option<&'static Table> {
        self.declared
    }

    /// The lock under which this table is written, as far as it can be lost.
    pub(super) const fn fence(&self) -> &Fence {
        &self.fence
    }

    /// Whether streams add rows to it at any time, beside the lake's one writer.
    pub(super) fn takes_streams(&self) -> bool {
        self.declared.is_some_and(Table::takes_streams)
    }

    /// The table's folder, where it is on this machine.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.place.folder()
    }

    /// What to look at when the table cannot be reached.
    pub(super) const fn hint(&self) -> &'static str {
        match self.place {
            Place::Folder(_) => {
                "is the folder a Delta table, and does it still have that version? `moodlake status` lists tables and versions"
            }
            Place::Bucket(_) => remote::HINT,
        }
    }

    pub(super) fn builder(&self) -> Result<DeltaTableBuilder> {
        DeltaTableBuilder::from_url(self.url.clone()).explain(|| format!("table {}: bad address", self.label))
    }

    pub(super) fn log_store(&self) -> Result<LogStoreRef> {
        self.builder()?.build_storage().explain(|| format!("table {}: cannot open the store", self.label))
    }
}
