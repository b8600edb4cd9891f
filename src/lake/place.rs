//! Where something is: a folder of this machine, or a prefix in a bucket.
//!
//! Owns the way from what a person types (`./data`, `s3://bucket/music`) to an address that the Delta store takes. Refuses stores
//! that this build has no client for.

use crate::error::{Error, Explain, Result};
use std::path::{Path, PathBuf};
use url::Url;

/// A place that holds tables, or one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A folder, which need not exist.
    Folder(PathBuf),
    /// A prefix in a bucket, with a slash at its end.
    Bucket(Url),
}

impl Place {
    /// # Errors
    /// When the address is none, or of a store that this build cannot reach.
    pub fn named(uri: &str) -> Result<Self> {
        let refused = |what: &str| {
            Error::usage(format!("{uri}: {what}")).hint("name a folder such as ./data, or a bucket such as s3://bucket/music")
        };
        if let Some(path) = uri.strip_prefix("file://") {
            return Ok(Self::Folder(PathBuf::from(path)));
        }
        match uri.split_once("://") {
            None if uri.is_empty() => Err(refused("the address is empty")),
            None => Ok(Self::Folder(PathBuf::from(uri))),
            Some(("s3" | "s3a", rest)) => {
                // What a URL would take for a query or a jump belongs to a key here, and keys of such names help nobody.
                let (bucket, _) = rest.split_once('/').unwrap_or((rest, ""));
                if bucket.is_empty() || rest.contains(['?', '#', '\\', '%']) || rest.contains("//") {
                    return Err(refused("this is no bucket and prefix"));
                }
                if rest.split('/').any(|part| part == "." || part == "..") {
                    return Err(refused("`.` and `..` mean nothing in a bucket"));
                }
                Url::parse(&format!("s3://{}/", rest.trim_end_matches('/')))
                    .map(Self::Bucket)
                    .map_err(|error| refused("this is no bucket and prefix").because(error))
            }
            Some((scheme, _)) => Err(refused(&format!("no client for {scheme}:// in this build"))),
        }
    }

    /// A place within this one.
    pub fn join(&self, name: &str) -> Result<Self> {
        match self {
            Self::Folder(folder) => Ok(Self::Folder(folder.join(name))),
            Self::Bucket(url) => {
                url.join(&format!("{name}/")).map(Self::Bucket).explain(|| format!("{url}: {name} cannot be a name in it"))
            }
        }
    }

    /// The address, as commits record it.
    pub fn url(&self) -> Result<Url> {
        match self {
            Self::Bucket(url) => Ok(url.clone()),
            Self::Folder(folder) => {
                let absolute =
                    std::path::absolute(folder).explain(|| format!("cannot tell where the folder {} is", folder.display()))?;
                Url::from_directory_path(&absolute)
                    .map_err(|()| Error::usage(format!("the folder name {} cannot be used", absolute.display())))
            }
        }
    }

    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Bucket(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    fn address(uri: &str) -> Option<String> {
        Place::named(uri).and_then(|place| place.join("bronze")?.url()).ok().map(String::from)
    }

    #[test]
    fn a_bucket_and_a_prefix_are_an_address() {
        assert_eq!(address("s3://music").as_deref(), Some("s3://music/bronze/"));
        assert_eq!(address("s3://music/of/me/").as_deref(), Some("s3://music/of/me/bronze/"));
        assert_eq!(address("s3a://music/me").as_deref(), Some("s3://music/me/bronze/"));
        assert_eq!(address("file:///lake").as_deref(), Some("file:///lake/bronze/"));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for wrong in
            ["", "s3://", "s3:///music", "s3://music/../other", "s3://music/a?b", "s3://music//a", "gs://music", "http://host/x"]
        {
            assert!(Place::named(wrong).is_err(), "{wrong}");
        }
    }
}
