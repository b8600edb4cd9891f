//! A Spotify of our own: accounts, Web API and `ReccoBeats` on one local port, with a listener, a clock and faults that tests control.

mod http;
pub mod listener;
mod world;

pub use world::{Fault, World};

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// Where its time comes from.
#[derive(Clone, Copy)]
pub enum Time {
    Real,
    Simulated(&'static AtomicI64),
}

impl Time {
    pub fn now_us(self) -> i64 {
        match self {
            #[allow(clippy::disallowed_methods, reason = "a fake service has a clock of its own")]
            Self::Real => chrono::Utc::now().timestamp_micros(),
            Self::Simulated(us) => us.load(Ordering::SeqCst),
        }
    }
}

/// A running fake; it ends with the test.
pub struct Fake {
    pub address: SocketAddr,
    world: Arc<Mutex<World>>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Fake {
    pub fn start(time: Time) -> Self {
        Self::start_at("127.0.0.1:0", World::new(time))
    }

    pub fn start_at(address: &str, world: World) -> Self {
        // A runtime of its own: the client's must not decide when the service answers.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = std::net::TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let world = Arc::new(Mutex::new(world));
        let serving = Arc::clone(&world);
        runtime.spawn(async move { http::serve(tokio::net::TcpListener::from_std(listener).unwrap(), serving).await });
        Self { address, world, runtime: Some(runtime) }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// The environment that points the program here.
    pub fn environment(&self) -> Vec<(String, String)> {
        [
            ("SPOTIFY_CLIENT_ID", "the-app".to_owned()),
            ("SPOTIFY_API_BASE_URL", self.url("v1/")),
            ("SPOTIFY_AUTH_BASE_URL", self.url("")),
            ("RECCOBEATS_API_BASE_URL", self.url("reccobeats/v1/")),
            ("NO_PROXY", "127.0.0.1".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Serves until it is killed, for trying the program by hand and in containers.
#[test]
#[ignore = "serves for ever; set MOODLAKE_FAKE_SPOTIFY=127.0.0.1:18080"]
#[allow(clippy::disallowed_methods, reason = "started by hand")]
fn serve() {
    let address = std::env::var("MOODLAKE_FAKE_SPOTIFY").unwrap_or_else(|_| "127.0.0.1:18080".to_owned());
    let mut world = World::new(Time::Real);
    let now = Time::Real.now_us();
    // A listener who has been at it for two days and goes on for a year.
    world.plays = listener::weeks(now - 2 * listener::DAY_US, 52, 11);
    let fake = Fake::start_at(&address, world);
    eprintln!("a fake Spotify is at http://{}", fake.address);
    loop {
        std::thread::park();
    }
}
