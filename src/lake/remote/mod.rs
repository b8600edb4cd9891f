//! Lakes in a bucket: the client, its settings, and what a bucket can say of what is in it.
//!
//! Owns the only client of a store that is not this machine's. S3 has had conditional writes since 2024, and with them a commit needs
//! nothing but the bucket.

mod holder;
mod lease;
mod profile;

pub use lease::Lease;

use crate::aws::is_here;
use crate::error::{Error, Result};
use crate::lake::own_writes::OwnWrites;
use deltalake::logstore::{LogStore, LogStoreFactory, ObjectStoreFactory, ObjectStoreRef, StorageConfig, default_logstore};
use deltalake::{DeltaResult, DeltaTableError};
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use url::Url;

/// What to look at when a bucket does not answer as it should.
pub const HINT: &str = "are AWS_REGION, AWS_ENDPOINT_URL and the credentials (AWS_ACCESS_KEY_ID or AWS_PROFILE) right, is the \
                        bucket there, and may this user read and write it?";

/// The settings of the store, as AWS' own tools name them in the environment.
pub const SETTINGS: [&str; 27] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ALLOW_HTTP",
    "AWS_PROFILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_METADATA_ENDPOINT",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST",
    "AWS_REQUEST_PAYER",
    "AWS_SERVER_SIDE_ENCRYPTION",
    "AWS_SSE_KMS_KEY_ID",
    "AWS_SSE_BUCKET_KEY_ENABLED",
    "AWS_SKIP_SIGNATURE",
    "AWS_PROXY_URL",
    "HOME",
];

/// How often a request is tried, and for how long: a store that is away for longer is an error that says so.
const TRIES: usize = 6;
const PATIENCE: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(5);
/// A part of a file on a slow line.
const REQUEST: Duration = Duration::from_mins(1);

/// What the environment says of the store.
#[derive(Clone, Default)]
pub struct Access(HashMap<&'static str, String>);

impl fmt::Debug for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names alone: half of the values are secrets.
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl Access {
    /// Asks for each setting by its name.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        Self(SETTINGS.into_iter().filter_map(|name| Some((name, lookup(name)?))).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A client of the bucket.
    fn client(&self, bucket: &str) -> Result<Client> {
        let mut settings: HashMap<String, String> = profile::read(self)?;
        settings.extend(self.0.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())));
        let endpoint = ["aws_endpoint_url_s3", "aws_endpoint_url"].iter().find_map(|name| settings.get(*name));
        let allow_http = match endpoint.map(|endpoint| Url::parse(endpoint)) {
            Some(Ok(url)) if url.scheme() == "http" => {
                is_here(&url) || settings.get("aws_allow_http").is_some_and(|it| it == "true")
            }
            Some(Ok(url)) if url.scheme() == "https" => true,
            None => true,
            Some(_) => {
                return Err(Error::usage("AWS_ENDPOINT_URL is no web address")
                    .hint("write it with its scheme, such as https://minio.example.org:9000"));
            }
        };
        if !allow_http {
            return Err(Error::usage("AWS_ENDPOINT_URL: plain http would send what is in the lake in the clear")
                .hint("use https, or set AWS_ALLOW_HTTP=true in a network that you trust"));
        }
        let options = ClientOptions::new().with_allow_http(true).with_connect_timeout(CONNECT).with_timeout(REQUEST);
        let retry = RetryConfig { max_retries: TRIES, retry_timeout: PATIENCE, ..RetryConfig::default() };
        let known = settings.into_iter().filter_map(|(name, value)| Some((name.parse::<AmazonS3ConfigKey>().ok()?, value)));
        let set = known.fold(AmazonS3Builder::new().with_client_options(options), |builder, (key, value)| match key {
            AmazonS3ConfigKey::Client(object_store::ClientConfigKey::AllowHttp) => builder,
            key => builder.with_config(key, value),
        });
        let client = set.with_retry(retry).with_bucket_name(bucket).build();
        client
            .map(OwnWrites::confirmed)
            .map_err(|error| Error::usage(format!("the bucket {bucket} cannot be used")).because(error).hint(HINT))
    }
}

/// Makes `s3://` known to the Delta store, with these settings. Nothing is asked of the network before a table is named.
pub fn register(access: Access) {
    let factory = Arc::new(Factory { access, clients: Mutex::default() });
    let Ok(scheme) = Url::parse("s3://") else { return };
    deltalake::logstore::object_store_factories().insert(scheme.clone(), Arc::clone(&factory) as Arc<dyn ObjectStoreFactory>);
    deltalake::logstore::logstore_factories().insert(scheme, factory);
}

/// Names of the folders right below an address, in order.
pub async fn folders(url: &Url) -> Result<Vec<String>> {
    let failed = |error| Error::failure(format!("{url} cannot be listed")).because(error).hint(HINT);
    let listed = store(url)?.list_with_delimiter(None).await.map_err(failed)?;
    let mut names: Vec<_> = listed.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect();
    names.sort_unstable();
    Ok(names)
}

/// The store below an address.
fn store(url: &Url) -> Result<ObjectStoreRef> {
    deltalake::logstore::store_for(url, HashMap::<String, String>::new())
        .map_err(|error| explained(error, |other| Error::failure(format!("{url} cannot be reached")).because(other).hint(HINT)))
}

/// Our own words about wrong settings, which come through Delta; other errors as they are explained here.
pub fn explained(error: DeltaTableError, others: impl FnOnce(Box<dyn std::error::Error + Send + Sync>) -> Error) -> Error {
    match error {
        DeltaTableError::GenericError { source } => match source.downcast::<Error>() {
            Ok(ours) => *ours,
            Err(other) => others(other),
        },
        other => others(other.into()),
    }
}

type Client = OwnWrites<AmazonS3>;

/// A client is kept for each bucket, and for each runtime, whose tasks its connections are.
type Clients = HashMap<(String, String), Arc<Client>>;

struct Factory {
    access: Access,
    clients: Mutex<Clients>,
}

impl ObjectStoreFactory for Factory {
    fn parse_url_opts(&self, url: &Url, _: &StorageConfig) -> DeltaResult<(ObjectStoreRef, Path)> {
        let bucket = url.host_str().unwrap_or_default().to_owned();
        let runtime = tokio::runtime::Handle::try_current().map(|handle| handle.id().to_string()).unwrap_or_default();
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (bucket, runtime);
        if !clients.contains_key(&key) {
            let client = self.access.client(&key.0).map_err(|error| DeltaTableError::GenericError { source: Box::new(error) })?;
            clients.insert(key.clone(), Arc::new(client));
        }
        let client = clients.get(&key).map(Arc::clone).ok_or_else(|| DeltaTableError::generic("no client"))?;
        Ok((client, Path::from_url_path(url.path())?))
    }
}

impl LogStoreFactory for Factory {
    fn with_options(
        &self,
        prefixed_store: ObjectStoreRef,
        root_store: ObjectStoreRef,
        location: &Url,
        options: &StorageConfig,
    ) -> DeltaResult<Arc<dyn LogStore>> {
        Ok(default_logstore(prefixed_store, root_store, location, options))
    }
}
