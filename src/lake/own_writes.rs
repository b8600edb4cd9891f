//! A store that knows its own writes again.
//!
//! Owns two answers. A write "only if nothing is there" whose answer got lost is sent again by the client, and finds something there:
//! its own first try. Delta would take that for another program's commit and add the same rows once more, so what is there is read,
//! and if it is what was to be written, it is written. And a writer of several files that fails in the last one does not tell the
//! names of the others: they are remembered here, so that they can be removed.

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// The store behind it does everything else.
#[derive(Debug)]
pub struct OwnWrites<S> {
    store: S,
    /// Names in the order in which they were begun; none where nobody asks for them.
    begun: Option<Mutex<Vec<Path>>>,
}

impl<S> OwnWrites<S> {
    /// Confirms writes.
    pub const fn confirmed(store: S) -> Self {
        Self { store, begun: None }
    }

    /// Remembers them, too.
    pub fn remembered(store: S) -> Self {
        Self { store, begun: Some(Mutex::default()) }
    }

    /// What was written, or begun.
    pub fn begun(&self) -> Vec<Path> {
        let begun = self.begun.as_ref().map(|begun| begun.lock().unwrap_or_else(PoisonError::into_inner).clone());
        begun.unwrap_or_default()
    }

    fn begins(&self, location: &Path) {
        if let Some(begun) = &self.begun {
            begun.lock().unwrap_or_else(PoisonError::into_inner).push(location.clone());
        }
    }
}

impl<S: fmt::Display> fmt::Display for OwnWrites<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(formatter)
    }
}

#[async_trait]
impl<S: ObjectStore> ObjectStore for OwnWrites<S> {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.begins(location);
        if options.mode != PutMode::Create {
            return self.store.put_opts(location, payload, options).await;
        }
        match self.store.put_opts(location, payload.clone(), options).await {
            Err(taken @ Error::AlreadyExists { .. }) => {
                let found = match self.store.get(location).await {
                    // Another's, which is gone again.
                    Err(Error::NotFound { .. }) => return Err(taken),
                    found => found?,
                };
                let version = PutResult { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
                if found.bytes().await? == bytes::Bytes::from(payload) { Ok(version) } else { Err(taken) }
            }
            written => written,
        }
    }

    async fn put_multipart_opts(&self, location: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.begins(location);
        self.store.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.store.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.store.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.store.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.store.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ObjectStore, ObjectStoreExt, OwnWrites, Path, PutMode, PutOptions};
    use object_store::memory::InMemory;

    #[tokio::test]
    async fn a_write_that_was_sent_twice_is_written_once_and_another_program_s_is_not_ours() {
        let store = OwnWrites::confirmed(InMemory::new());
        let commit = Path::from("_delta_log/00000000000000000000.json");
        let create = || PutOptions::from(PutMode::Create);
        store.put_opts(&commit, "ours".into(), create()).await.unwrap();
        assert!(store.put_opts(&commit, "ours".into(), create()).await.is_ok());
        let taken = store.put_opts(&commit, "theirs".into(), create()).await;
        assert!(matches!(taken, Err(Error::AlreadyExists { .. })), "{taken:?}");
        assert_eq!(store.get(&commit).await.unwrap().bytes().await.unwrap(), "ours");
    }

    #[tokio::test]
    async fn what_was_begun_is_remembered() {
        let store = OwnWrites::remembered(InMemory::new());
        store.put(&Path::from("a"), "1".into()).await.unwrap();
        drop(store.put_multipart(&Path::from("b")).await.unwrap());
        assert_eq!(store.begun(), [Path::from("a"), Path::from("b")]);
    }
}
