//! What the fake knows and how it answers.

use super::Time;
use super::listener::FakePlay;
use chrono::{DateTime, Months, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;

pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    pub authorization: Option<String>,
    pub body: String,
}

impl Request {
    pub fn value(&self, name: &str) -> Option<String> {
        let text = if self.method == "POST" { &self.body } else { &self.query };
        url::form_urlencoded::parse(text.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

pub enum Answer {
    Full { status: u16, headers: Vec<(String, String)>, body: String },
    Half { body: String },
    Hang,
    Reset,
}

/// A way for a call to go wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    Status(u16, Option<u64>, &'static str),
    Half,
    Hang,
    Reset,
    NotJson,
}

const QUOTA: &str = r#"{"error":{"status":429,"message":"Too many requests","reason":"QUOTA_EXCEEDED"}}"#;
const RATE: &str = r#"{"error":{"status":429,"message":"API rate limit exceeded"}}"#;

/// The faults that chance chooses from; the long waits are rare, as they are in life.
pub fn any_fault(number: u64) -> Fault {
    match number % 40 {
        0 => Fault::Status(429, Some(7200), RATE),
        1..=5 => Fault::Status(429, Some(number % 7), RATE),
        6..=8 => Fault::Status(429, None, ""),
        9..=12 => Fault::Status(500, None, ""),
        13..=15 => Fault::Status(502, None, "<html><h1>Bad Gateway</h1></html>"),
        16..=19 => Fault::Status(503, Some(2), "Service Unavailable"),
        20..=25 => Fault::Reset,
        26..=31 => Fault::Half,
        32 => Fault::Hang,
        33..=36 => Fault::NotJson,
        37 if number.is_multiple_of(3) => Fault::Status(429, Some(13 * 3600), QUOTA),
        _ => Fault::Status(401, None, r#"{"error":{"status":401,"message":"The access token expired"}}"#),
    }
}

#[derive(Clone, Debug, Default)]
pub struct Call {
    pub path: String,
    pub status: u16,
}

pub struct World {
    pub time: Time,
    pub plays: Vec<FakePlay>,
    /// Places in `plays` that a complete answer has shown.
    pub shown: BTreeSet<usize>,
    /// When the last complete answer went out.
    pub last_answer_us: i64,
    /// What `currently-playing` says at a moment; an empty body goes out as 204.
    pub player: Option<Box<dyn Fn(i64) -> String + Send>>,
    /// A whole body for `recently-played` instead of the listener's.
    pub page: Option<String>,
    /// Faults for calls to paths that contain the text, used up one by one.
    pub scripted: VecDeque<(&'static str, Fault)>,
    /// Of 1,000 calls so many fail.
    pub faults_per_mille: u64,
    pub seed: u64,
    /// Every call and its status; 0 where none was sent.
    pub calls: Vec<Call>,
    /// A refresh answer carries a new refresh token when this says so: never, always, or every other time.
    pub rotation: fn(u64) -> bool,
    pub lifetime_seconds: i64,
    pub audio_features: Option<BTreeMap<String, Value>>,
    pub reccobeats: BTreeMap<String, Value>,
    pub account: String,
    /// The body of every 403 that `/v1/` answers with, if it does.
    pub forbidden: Option<&'static str>,
    authorized_us: i64,
    refresh_token: String,
    access_tokens: BTreeMap<String, i64>,
    codes: BTreeMap<String, Option<String>>,
    issued: u64,
    /// Every secret ever given out, for looking for them in logs.
    pub secrets: Vec<String>,
}

impl World {
    pub fn new(time: Time) -> Self {
        Self {
            time,
            plays: Vec::new(),
            shown: BTreeSet::new(),
            last_answer_us: 0,
            player: None,
            page: None,
            scripted: VecDeque::new(),
            faults_per_mille: 0,
            seed: 7,
            calls: Vec::new(),
            rotation: |issued| issued % 2 == 0,
            lifetime_seconds: 3600,
            audio_features: None,
            reccobeats: BTreeMap::new(),
            account: "account-one".to_owned(),
            forbidden: None,
            authorized_us: 0,
            refresh_token: String::new(),
            access_tokens: BTreeMap::new(),
            codes: BTreeMap::new(),
            issued: 0,
            secrets: Vec::new(),
        }
    }

    /// A code as the consent page would give it, bound to a challenge.
    pub fn consent(&mut self, challenge: Option<String>) -> String {
        let code = self.secret("code");
        self.codes.insert(code.clone(), challenge);
        code
    }

    /// Answers with this page from now on.
    pub fn show(&mut self, page: &str) {
        self.page = Some(page.to_owned());
    }

    /// Moves the person's consent into the past.
    pub fn authorized_at(&mut self, us: i64) {
        self.authorized_us = us;
    }

    /// What the listener's app forgets when an access token is withdrawn.
    pub fn withdraw_access(&mut self) {
        self.access_tokens.clear();
    }

    pub fn revoke(&mut self) {
        self.access_tokens.clear();
        self.refresh_token.clear();
    }

    pub fn count(&self, path: &str) -> usize {
        self.calls.iter().filter(|call| call.path.contains(path)).count()
    }

    fn random(&mut self) -> u64 {
        // SplitMix64: small, seeded, good enough for chance.
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn secret(&mut self, kind: &str) -> String {
        self.issued += 1;
        let secret = format!("{kind}-{:016x}-{}", self.random(), self.issued);
        self.secrets.push(secret.clone());
        secret
    }

    pub fn answer(&mut self, request: &Request) -> Answer {
        let fault = self.fault(&request.path);
        let mut call = Call { path: request.path.clone(), status: 0 };
        let answer = match fault {
            None => self.route(request),
            Some(Fault::Reset) => Answer::Reset,
            Some(Fault::Hang) => Answer::Hang,
            Some(Fault::NotJson) => full(200, "<html>Please sign in to the hotel's network</html>"),
            Some(Fault::Half) => match self.page_body() {
                Some(body) if request.path.ends_with("recently-played") => Answer::Half { body },
                _ => Answer::Half { body: r#"{"access_token":"half-a-token"#.to_owned() },
            },
            Some(Fault::Status(status, retry_after, body)) => Answer::Full {
                status,
                headers: retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string())).into_iter().collect(),
                body: body.to_owned(),
            },
        };
        if let Answer::Full { status, .. } = &answer {
            call.status = *status;
        }
        self.calls.push(call);
        answer
    }

    fn fault(&mut self, path: &str) -> Option<Fault> {
        if let Some(place) = self.scripted.iter().position(|(part, _)| path.contains(part)) {
            return self.scripted.remove(place).map(|(_, fault)| fault);
        }
        let (chance, which) = (self.random() % 1000, self.random());
        (chance < self.faults_per_mille).then(|| any_fault(which)).filter(|fault| {
            // A 401 from the accounts service would mean that the app is wrong, which no retry mends.
            !(path.contains("api/token") && matches!(fault, Fault::Status(401, ..)))
        })
    }

    fn route(&mut self, request: &Request) -> Answer {
        match request.path.as_str() {
            "/healthz" => full(200, "ok"),
            "/authorize" => self.authorize(request),
            "/api/token" => self.token(request),
            "/reccobeats/v1/audio-features" => self.reccobeats(request),
            path if path.starts_with("/v1/") => self.api(request),
            _ => full(404, r#"{"error":{"status":404,"message":"Service not found"}}"#),
        }
    }

    fn authorize(&mut self, request: &Request) -> Answer {
        let code = self.consent(request.value("code_challenge"));
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", &request.value("state").unwrap_or_default())
            .finish();
        let location = format!("{}?{query}", request.value("redirect_uri").unwrap_or_default());
        Answer::Full { status: 302, headers: vec![("location".to_owned(), location)], body: String::new() }
    }

    fn token(&mut self, request: &Request) -> Answer {
        let now = self.time.now_us();
        let invalid = |says: &str| full(400, &json!({ "error": "invalid_grant", "error_description": says }).to_string());
        let by_secret = request.authorization.as_deref().is_some_and(|text| text.starts_with("Basic "));
        if !by_secret && request.value("client_id").as_deref() != Some("the-app") {
            return full(400, r#"{"error":"invalid_client","error_description":"Invalid client"}"#);
        }
        match request.value("grant_type").as_deref() {
            Some("authorization_code") => {
                let Some(challenge) = request.value("code").and_then(|code| self.codes.remove(&code)) else {
                    return invalid("Invalid authorization code");
                };
                let answered = request.value("code_verifier").map(|verifier| challenge_of(&verifier));
                if challenge.is_some() && challenge != answered {
                    return invalid("code_verifier was incorrect");
                }
                self.authorized_us = now;
                self.refresh_token = self.secret("refresh");
                self.granted(true)
            }
            Some("refresh_token") => {
                if request.value("refresh_token").as_deref() != Some(self.refresh_token.as_str()) {
                    return invalid("Refresh token revoked");
                }
                let authorized = DateTime::<Utc>::from_timestamp_micros(self.authorized_us).unwrap();
                if authorized.checked_add_months(Months::new(6)).unwrap().timestamp_micros() <= now {
                    return invalid("Refresh token expired");
                }
                let rotates = (self.rotation)(self.issued);
                if rotates {
                    self.refresh_token = self.secret("refresh");
                }
                self.granted(rotates)
            }
            _ => full(400, r#"{"error":"unsupported_grant_type"}"#),
        }
    }

    fn granted(&mut self, with_refresh: bool) -> Answer {
        let access = self.secret("access");
        self.access_tokens.insert(access.clone(), self.time.now_us() + self.lifetime_seconds * 1_000_000);
        let mut body = json!({ "access_token": access, "token_type": "Bearer", "expires_in": self.lifetime_seconds,
            "scope": "user-read-recently-played user-read-currently-playing" });
        if with_refresh {
            body["refresh_token"] = json!(self.refresh_token);
        }
        full(200, &body.to_string())
    }

    fn api(&mut self, request: &Request) -> Answer {
        let token = request.authorization.as_deref().and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
        if self.access_tokens.get(token).is_none_or(|&ends| ends <= self.time.now_us()) {
            return full(401, r#"{"error":{"status":401,"message":"The access token expired"}}"#);
        }
        if let Some(body) = self.forbidden {
            return full(403, body);
        }
        match request.path.as_str() {
            "/v1/me" => {
                full(200, &json!({ "account_id": self.account, "id": "display", "email": "person@example.org" }).to_string())
            }
            "/v1/me/player/recently-played" => {
                let body = self.page_body().unwrap_or_default();
                let visible = self.visible();
                self.shown.extend(visible);
                self.last_answer_us = self.time.now_us();
                full(200, &body)
            }
            "/v1/me/player/currently-playing" => {
                let body = self.player.as_ref().map(|player| player(self.time.now_us())).unwrap_or_default();
                full(if body.is_empty() { 204 } else { 200 }, &body)
            }
            "/v1/audio-features" => match &self.audio_features {
                None => full(403, "{\n  \"error\" : {\n    \"status\" : 403\n  }\n}"),
                Some(known) => {
                    let ids = request.value("ids").unwrap_or_default();
                    let rows: Vec<_> = ids.split(',').map(|id| known.get(id).cloned().unwrap_or_default()).collect();
                    full(200, &json!({ "audio_features": rows }).to_string())
                }
            },
            _ => full(403, r#"{"error": {"status": 403, "message": "Forbidden"}}"#),
        }
    }

    fn reccobeats(&self, request: &Request) -> Answer {
        let ids = request.value("ids").unwrap_or_default();
        let rows: Vec<_> = ids
            .split(',')
            .rev()
            .filter_map(|id| {
                let mut row = self.reccobeats.get(id)?.clone();
                row["id"] = json!("2f1b9a60-0000-4000-8000-000000000000");
                row["href"] = json!(format!("https://open.spotify.com/track/{id}"));
                Some(row)
            })
            .collect();
        full(200, &json!({ "content": rows }).to_string())
    }

    /// The newest 50 plays that Spotify has heard of.
    fn visible(&self) -> Vec<usize> {
        let now = self.time.now_us();
        let mut places: Vec<_> = (0..self.plays.len()).filter(|&place| self.plays[place].known_at_us <= now).collect();
        places.sort_by_key(|&place| (-self.plays[place].played_at_us, place));
        places.truncate(50);
        places
    }

    fn page_body(&self) -> Option<String> {
        if self.page.is_some() {
            return self.page.clone();
        }
        let mut items = String::new();
        for place in self.visible() {
            let _ = write!(items, "{}{}", if items.is_empty() { "" } else { "," }, self.plays[place].item());
        }
        Some(format!(r#"{{"items":[{items}],"next":null,"cursors":null,"limit":50}}"#))
    }
}

fn challenge_of(verifier: &str) -> String {
    use base64::Engine as _;
    let digest = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest.as_ref())
}

fn full(status: u16, body: &str) -> Answer {
    Answer::Full { status, headers: vec![("content-type".to_owned(), "application/json".to_owned())], body: body.to_owned() }
}
