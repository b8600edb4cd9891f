//! Where a lake and its tables are.
//!
//! Owns the way from what a person types (`./data`, `/lake/bronze/t`) to a table's address. Refuses stores that this build has
//! no client for. `snapshot` reads what is there, `write` adds to it.

use super::snapshot::{self, AsOf, Snapshot};
use super::tables::Table;
use crate::error::{Error, Explain, Result};
use deltalake::DeltaTableBuilder;
use deltalake::logstore::LogStoreRef;
use std::path::{Path, PathBuf};
use url::Url;

/// A folder that holds Delta tables by layer.
#[derive(Clone, Debug)]
pub struct Lake {
    root: PathBuf,
}

/// One table's address, and the name that messages give it.
#[derive(Clone, Debug)]
pub struct TableAt {
    url: Url,
    label: String,
}

impl Lake {
    /// The lake at a folder, which need not exist yet.
    ///
    /// # Errors
    /// When the address is a URL of a store that this build cannot reach.
    pub fn at(uri: &str) -> Result<Self> {
        Ok(Self { root: local_path(uri)? })
    }

    /// The lake's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The address of a declared table in this lake.
    ///
    /// # Errors
    /// When the folder's name cannot be made an address.
    pub fn table(&self, table: &Table) -> Result<TableAt> {
        self.named(table.layer, table.name)
    }

    /// The address of a table by layer and name, declared or not.
    ///
    /// # Errors
    /// When the folder's name cannot be made an address.
    pub fn named(&self, layer: &str, name: &str) -> Result<TableAt> {
        TableAt::at_folder(&self.root.join(layer).join(name), format!("{layer}/{name}"))
    }

    /// Whether anything of a lake is at this place.
    #[must_use]
    pub fn exists(&self) -> bool {
        ["bronze", "silver", "gold", "ops"].iter().any(|layer| self.root.join(layer).is_dir())
    }
}

impl TableAt {
    /// A table named by a path flag.
    ///
    /// # Errors
    /// When the address is a URL of a store that this build cannot reach.
    pub fn at(uri: &str) -> Result<Self> {
        Self::at_folder(&local_path(uri)?, uri.to_owned())
    }

    fn at_folder(folder: &Path, label: String) -> Result<Self> {
        let absolute = std::path::absolute(folder).explain(|| format!("cannot tell where the folder {} is", folder.display()))?;
        let url = Url::from_directory_path(&absolute)
            .map_err(|()| Error::usage(format!("the folder name {} cannot be used", absolute.display())))?;
        Ok(Self { url, label })
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

    /// Whether the folder holds a Delta log.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.folder().is_some_and(|folder| folder.join("_delta_log").is_dir())
    }

    pub(super) fn folder(&self) -> Option<PathBuf> {
        self.url.to_file_path().ok()
    }

    pub(super) fn builder(&self) -> Result<DeltaTableBuilder> {
        DeltaTableBuilder::from_url(self.url.clone()).explain(|| format!("table {}: bad address", self.label))
    }

    pub(super) fn log_store(&self) -> Result<LogStoreRef> {
        self.builder()?.build_storage().explain(|| format!("table {}: cannot open the store", self.label))
    }
}

fn local_path(uri: &str) -> Result<PathBuf> {
    if let Some(path) = uri.strip_prefix("file://") {
        return Ok(PathBuf::from(path));
    }
    match uri.split_once("://") {
        Some((scheme, _)) => Err(Error::usage(format!("{uri}: no client for {scheme}:// in this build"))
            .hint("name a folder on this machine, for instance --lake ./data")),
        None if uri.is_empty() => {
            Err(Error::usage("the lake's address is empty").hint("name a folder, for instance --lake ./data"))
        }
        None => Ok(PathBuf::from(uri)),
    }
}
