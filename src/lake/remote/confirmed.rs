//! A store that knows its own writes again.
//!
//! Owns one answer. A write "only if nothing is there" whose answer got lost is sent again by the client, and finds something there:
//! its own first try. Delta would take that for another program's commit and add the same rows once more, so what is there is read,
//! and if it is what was to be written, it is written.

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::fmt;

/// The store behind it does everything else.
#[derive(Debug)]
pub struct Confirmed<S = AmazonS3>(S);

impl<S> Confirmed<S> {
    pub const fn new(store: S) -> Self {
        Self(store)
    }
}

impl<S: fmt::Display> fmt::Display for Confirmed<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[async_trait]
impl<S: ObjectStore> ObjectStore for Confirmed<S> {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        if options.mode != PutMode::Create {
            return self.0.put_opts(location, payload, options).await;
        }
        match self.0.put_opts(location, payload.clone(), options).await {
            Err(taken @ Error::AlreadyExists { .. }) => {
                let found = self.0.get(location).await?;
                let version = PutResult { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
                if found.bytes().await? == bytes::Bytes::from(payload) { Ok(version) } else { Err(taken) }
            }
            written => written,
        }
    }

    async fn put_multipart_opts(&self, location: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.0.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}

#[cfg(test)]
mod tests {
    use super::{Confirmed, Error, ObjectStore, ObjectStoreExt, Path, PutMode, PutOptions};
    use object_store::memory::InMemory;

    #[tokio::test]
    async fn a_write_that_was_sent_twice_is_written_once_and_another_program_s_is_not_ours() {
        let store = Confirmed::new(InMemory::new());
        let commit = Path::from("_delta_log/00000000000000000000.json");
        let create = || PutOptions::from(PutMode::Create);
        store.put_opts(&commit, "ours".into(), create()).await.unwrap();
        assert!(store.put_opts(&commit, "ours".into(), create()).await.is_ok());
        let taken = store.put_opts(&commit, "theirs".into(), create()).await;
        assert!(matches!(taken, Err(Error::AlreadyExists { .. })), "{taken:?}");
        assert_eq!(store.get(&commit).await.unwrap().bytes().await.unwrap(), "ours");
    }
}
