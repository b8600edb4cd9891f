//! A lake, a fake Spotify and a clock that all move through the same made-up weeks, in this process.

use crate::fake_spotify::{Fake, Time, World};
use crate::workspace::Workspace;
use moodlake::clock::Clock;
use moodlake::context::{Context, Silent};
use moodlake::engine::Engine;
use moodlake::lake::Lake;
use moodlake::spotify::Client;
use moodlake::spotify::app::App;
use moodlake::spotify::login::{Keeping, Login, Redirect};
use moodlake::spotify::state::StateFile;
use moodlake::spotify::token::TokenFile;
use moodlake::web::Patience;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

const START: &str = "2026-06-01T00:00:00Z";
pub struct Simulation {
    pub workspace: Workspace,
    pub fake: Fake,
    pub time: &'static AtomicI64,
    pub clock: Clock,
    app: App,
    keeping: Keeping,
}

impl Simulation {
    /// A world that begins on the first of June, as `set` sets it up from that moment on.
    pub fn new(set: impl FnOnce(&mut World, i64)) -> Self {
        let start = START.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_micros();
        let time: &'static AtomicI64 = Box::leak(Box::new(AtomicI64::new(start)));
        let mut world = World::new(Time::Simulated(time));
        set(&mut world, start);
        let (workspace, fake) = (Workspace::new(), Fake::start_at("127.0.0.1:0", world));
        let app = App {
            client_id: "the-app".to_owned(),
            client_secret: None,
            redirect_uri: moodlake::spotify::app::REDIRECT_URI.to_owned(),
            api_base_url: fake.url("v1/"),
            auth_base_url: fake.url(""),
        };
        let clock = Clock::Simulated(time);
        let keeping = Keeping {
            token: TokenFile::at(workspace.path("data/.spotify_tokens.json")),
            state: StateFile::at(workspace.path("data/.spotify_state.json")),
            clock,
            patience: Patience { timeout: Duration::from_millis(400), ..Patience::default() },
        };
        Self { workspace, fake, time, clock, app, keeping }
    }

    pub async fn log_in(&self) {
        // A person tries until it works.
        for _ in 0..20 {
            let login = Login::begin(&self.app).unwrap();
            let url = url::Url::parse(&login.url().unwrap()).unwrap();
            let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
            let code = self.fake.world().consent(value("code_challenge"));
            let redirected = format!("{}?code={code}&state={}", self.app.redirect_uri, value("state").unwrap());
            let Redirect::Code(code) = login.read(&redirected) else { panic!("{redirected}") };
            if login.finish(&code, "me", &self.keeping).await.is_ok() {
                return;
            }
        }
        panic!("no login in twenty tries");
    }

    pub fn context(&self) -> Context {
        Context {
            lake: Lake::at(self.workspace.path("data").to_str().unwrap()).unwrap(),
            engine: Engine::new(chrono_tz::Europe::Madrid).unwrap(),
            clock: self.clock,
            run_id: self.clock.run_id(),
            zone: chrono_tz::Europe::Madrid,
            progress: Arc::new(Silent),
        }
    }

    /// A client for the listener's authorization.
    pub fn client(&self, patience: Patience) -> Client {
        let keeping = self.keeping.clone();
        Client::new(&self.app, keeping.token, keeping.state, self.clock, patience)
    }

    /// The patience of everything here.
    pub const fn patience(&self) -> Patience {
        self.keeping.patience
    }

    /// The authorization's file.
    pub const fn token(&self) -> &TokenFile {
        &self.keeping.token
    }

    /// What is remembered of Spotify.
    pub const fn state(&self) -> &StateFile {
        &self.keeping.state
    }
}
