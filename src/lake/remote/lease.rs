//! One writer a lake at a time, in a bucket: a lease that is renewed while its holder lives.
//!
//! Owns the lease object. Nobody's clock is compared with another's: who waits takes a lease over when it has not changed for longer
//! than its holder may go on without having renewed it, or when its holder was a process of this machine that is gone. Each step
//! is a conditional write, so that of two who try the same one only one succeeds.

use super::holder::Holder;
use super::{HINT, store};
use crate::clock::{Clock, Stopwatch};
use crate::error::{Error, Result};
use crate::lake::fence::Fence;
use chrono::TimeDelta;
use object_store::path::Path;
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutResult, UpdateVersion};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;
use url::Url;

/// The object's name in the lake.
const NAME: &str = ".moodlake.lease";
/// How often it is renewed.
const BEAT: Duration = Duration::from_secs(4);
/// How long its holder may commit without having renewed it.
const HOLDS: TimeDelta = TimeDelta::seconds(16);
/// How long it has to stay unchanged before another takes it: by then a commit that was under way has ended, too.
const DEAD_SECONDS: f64 = 60.0;
/// How often one who waits looks.
const LOOK: Duration = Duration::from_millis(500);

/// A held lease; given back when dropped.
#[derive(Debug)]
pub struct Lease {
    stop: Option<oneshot::Sender<()>>,
    keeper: Option<JoinHandle<()>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Content {
    #[serde(flatten)]
    holder: Holder,
    beat: u64,
    released: bool,
}

enum Told {
    Waiting,
    Taken,
    Failed(Error),
}

impl Lease {
    /// Takes the lease of the lake at `url`, waiting for another command to finish. `fence` is raised when it is lost.
    ///
    /// It is kept by a thread with a runtime of its own: long computing elsewhere must not cost it.
    ///
    /// # Errors
    /// When the bucket cannot be reached or written to, or does not know conditional writes.
    pub fn take(url: &Url, fence: Fence, waiting: impl FnOnce()) -> Result<Self> {
        let failed = |error: std::io::Error| Error::failure(format!("the lease of {url} cannot be kept")).because(error);
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let place = url.clone();
        let keep = move || {
            runtime.block_on(async {
                let objects = store(&place);
                let acquired = async { Keeper::new(objects?, fence).acquire(&place, &tell).await };
                match acquired.await {
                    Ok(keeper) => {
                        // Whoever asked may be gone by now.
                        let _ = tell.send(Told::Taken);
                        keeper.keep(stopped).await;
                    }
                    Err(error) => drop(tell.send(Told::Failed(error))),
                }
            });
        };
        let keeper = std::thread::Builder::new().name("lease".to_owned()).spawn(keep).map_err(failed)?;
        let mut waiting = Some(waiting);
        for news in told {
            match news {
                Told::Waiting => {
                    if let Some(waiting) = waiting.take() {
                        waiting();
                    }
                }
                Told::Taken => return Ok(Self { stop: Some(stop), keeper: Some(keeper) }),
                Told::Failed(error) => return Err(error),
            }
        }
        Err(Error::failure(format!("the lease of {url} cannot be kept")))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(keeper) = self.keeper.take() {
            // A keeper that failed has raised the fence; there is nothing more to do about it.
            let _ = keeper.join();
        }
    }
}

struct Keeper {
    objects: Arc<dyn ObjectStore>,
    name: Path,
    content: Content,
    tag: Option<String>,
    fence: Fence,
}

impl Keeper {
    fn new(objects: Arc<dyn ObjectStore>, fence: Fence) -> Self {
        let content = Content { holder: Holder::this(Clock::System.run_id()), beat: 0, released: false };
        Self { objects, name: Path::from(NAME), content, tag: None, fence }
    }

    async fn acquire(mut self, url: &Url, tell: &mpsc::Sender<Told>) -> Result<Self> {
        let unusable = |error| Error::failure(format!("the lake {url} cannot be written to")).because(error).hint(HINT);
        let mut seen: Option<(Option<String>, Stopwatch)> = None;
        loop {
            let asked = Clock::System.now();
            let taken = match self.create().await {
                // What is created need not be there before: what is not found is the bucket.
                Err(error @ StoreError::NotFound { .. }) => return Err(unusable(error)),
                Err(StoreError::AlreadyExists { .. }) => {
                    let (tag, found) = match self.read().await {
                        Err(StoreError::NotFound { .. }) => continue,
                        read => read.map_err(unusable)?,
                    };
                    let since = match &seen {
                        Some((before, since)) if *before == tag => *since,
                        _ => seen.insert((tag.clone(), Stopwatch::start())).1,
                    };
                    // What cannot be read is nobody's, and gets the same time to change.
                    let is_over = found.is_some_and(|found| found.released || found.holder.is_gone());
                    if !is_over && since.seconds() < DEAD_SECONDS {
                        let _ = tell.send(Told::Waiting);
                        tokio::time::sleep(LOOK).await;
                        continue;
                    }
                    self.tag = tag;
                    self.update().await
                }
                created => created,
            };
            match taken {
                Ok(()) => {
                    self.fence.holds_until(asked + HOLDS);
                    return self.proven(url).await;
                }
                // Another was faster.
                Err(StoreError::Precondition { .. } | StoreError::NotFound { .. }) => {}
                Err(error) => return Err(unusable(error)),
            }
        }
    }

    /// A store that ignores conditions would let two writers in: whoever holds the lease cannot create it again.
    async fn proven(self, url: &Url) -> Result<Self> {
        let body = serde_json::to_vec(&self.content).unwrap_or_default();
        let never = UpdateVersion { e_tag: Some("\"0\"".to_owned()), version: None };
        for (condition, mode) in [("If-None-Match", PutMode::Create), ("If-Match", PutMode::Update(never))] {
            // One byte more than what is there: a write that is taken for the first try of this one would prove nothing.
            let another = [body.as_slice(), b"\n"].concat();
            match self.objects.put_opts(&self.name, another.into(), mode.into()).await {
                Err(StoreError::AlreadyExists { .. } | StoreError::Precondition { .. }) => {}
                Err(error) => {
                    return Err(Error::failure(format!("the lake {url} cannot be written to")).because(error).hint(HINT));
                }
                Ok(_) => {
                    return Err(Error::failure(format!("the store of {url} does not know conditional writes ({condition})"))
                        .hint("two programs could overwrite each other's commits there: use a store that has them, such as S3"));
                }
            }
        }
        Ok(self)
    }

    /// Renews the lease until it is given back or lost.
    async fn keep(mut self, mut stopped: oneshot::Receiver<()>) {
        loop {
            if tokio::time::timeout(BEAT, &mut stopped).await.is_ok() {
                self.content.released = true;
                // If this fails, the next one finds that its holder is gone.
                let _ = self.update().await;
                return;
            }
            let asked = Clock::System.now();
            self.content.beat += 1;
            match self.renew().await {
                Ok(true) => self.fence.holds_until(asked + HOLDS),
                Ok(false) => return self.fence.raise(),
                // It holds for a while yet; the fence knows until when.
                Err(error) => tracing::warn!("the lake's lease could not be renewed: {error}"),
            }
        }
    }

    /// Whether it is still this holder's.
    async fn renew(&mut self) -> object_store::Result<bool> {
        match self.update().await {
            Ok(()) => Ok(true),
            Err(StoreError::Precondition { .. } | StoreError::NotFound { .. }) => {
                // Its own last try, whose answer was lost, may have changed it.
                let (tag, found) = self.read().await?;
                self.tag = tag;
                Ok(found.is_some_and(|found| found.holder == self.content.holder))
            }
            Err(error) => Err(error),
        }
    }

    async fn create(&mut self) -> object_store::Result<()> {
        self.put(PutMode::Create).await
    }

    async fn update(&mut self) -> object_store::Result<()> {
        let version = UpdateVersion { e_tag: self.tag.clone(), version: None };
        self.put(PutMode::Update(version)).await
    }

    async fn put(&mut self, mode: PutMode) -> object_store::Result<()> {
        let body = serde_json::to_vec(&self.content).unwrap_or_default();
        let PutResult { e_tag, .. } = self.objects.put_opts(&self.name, body.into(), PutOptions::from(mode)).await?;
        self.tag = e_tag;
        Ok(())
    }

    async fn read(&self) -> object_store::Result<(Option<String>, Option<Content>)> {
        let found = self.objects.get(&self.name).await?;
        let tag = found.meta.e_tag.clone();
        Ok((tag, serde_json::from_slice(&found.bytes().await?).ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, Fence, Holder, Keeper, NAME, ObjectStore, ObjectStoreExt, Path, Told, Url, mpsc};
    use object_store::memory::InMemory;
    use std::sync::Arc;
    use std::time::Duration;

    fn place() -> Url {
        Url::parse("s3://music/me/").unwrap()
    }

    async fn acquire(objects: &Arc<InMemory>, fence: &Fence) -> (Option<Keeper>, bool) {
        let (tell, told) = mpsc::channel();
        let url = place();
        let keeper = Keeper::new(Arc::clone(objects) as Arc<dyn ObjectStore>, fence.clone());
        let acquired = tokio::time::timeout(Duration::from_millis(100), keeper.acquire(&url, &tell)).await;
        (acquired.ok().map(|keeper| keeper.unwrap()), told.try_iter().any(|news| matches!(news, Told::Waiting)))
    }

    async fn leave(objects: &InMemory, content: &Content) {
        objects.put(&Path::from(NAME), serde_json::to_vec(content).unwrap().into()).await.unwrap();
    }

    #[tokio::test]
    async fn one_holds_it_and_the_other_waits_until_it_is_given_back() {
        let (objects, fence) = (Arc::new(InMemory::new()), Fence::default());
        let (Some(mut first), waited) = acquire(&objects, &fence).await else { panic!("nobody holds it") };
        assert!(!waited && fence.pass("held").is_ok());
        let (second, waited) = acquire(&objects, &Fence::default()).await;
        assert!(second.is_none() && waited);
        first.content.released = true;
        first.update().await.unwrap();
        assert!(acquire(&objects, &Fence::default()).await.0.is_some());
    }

    #[tokio::test]
    async fn the_lease_of_a_process_that_is_gone_is_taken_at_once_and_another_machine_s_is_not() {
        let objects = Arc::new(InMemory::new());
        let here = Content { holder: Holder::this("gone".to_owned()), beat: 3, released: false };
        if here.holder.clone().of_another_process().is_gone() {
            leave(&objects, &Content { holder: here.holder.clone().of_another_process(), ..here.clone() }).await;
            assert!(acquire(&objects, &Fence::default()).await.0.is_some());
        }
        leave(&objects, &Content { holder: here.holder.clone().of_another_machine(), ..here }).await;
        assert!(acquire(&objects, &Fence::default()).await.0.is_none());
    }

    #[tokio::test]
    async fn who_lost_it_learns_so_and_an_answer_that_got_lost_is_no_loss() {
        let (objects, fence) = (Arc::new(InMemory::new()), Fence::default());
        let (Some(mut keeper), _) = acquire(&objects, &fence).await else { panic!("nobody holds it") };
        assert!(keeper.renew().await.unwrap());
        // Its own write, of which it knows nothing.
        leave(&objects, &keeper.content).await;
        assert!(keeper.renew().await.unwrap());
        let other = Content { holder: Holder::this("other".to_owned()), beat: 0, released: false };
        leave(&objects, &other).await;
        assert!(!keeper.renew().await.unwrap());
    }
}
