//! Logging in, staying logged in for months, and being told when that has ended.

use crate::fake_spotify::{Fake, Fault, Time, listener};
use crate::signing_in::{Waiting, get, location, log_in};
use crate::workspace::Workspace;
use serde_json::Value;
use std::net::TcpListener;

fn token(workspace: &Workspace) -> Value {
    serde_json::from_slice(&std::fs::read(workspace.path("data/.spotify_tokens.json")).unwrap()).unwrap()
}

/// Makes the stored access token one that has ended.
fn expire(workspace: &Workspace) {
    let mut kept = token(workspace);
    kept["expires_at"] = "2020-01-01T00:00:00Z".into();
    workspace.write("data/.spotify_tokens.json", kept.to_string());
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn the_listener_survives_strangers_and_takes_only_the_answer_to_this_login() {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    let here = format!("http://127.0.0.1:{}/callback", free_port());
    let waiting = Waiting::start(&workspace, &fake, &[], &[("SPOTIFY_REDIRECT_URI", &here)]);
    let redirected = location(&waiting.url);
    assert!(redirected.starts_with(&here));
    assert_eq!(get(&here.replace("/callback", "/favicon.ico")).0, 404);
    assert_eq!(get(&format!("{here}?code=forged&state=forged")).0, 400);
    assert_eq!(get(&format!("{here}?code=forged")).0, 400);
    // A connection that says nothing, and one that breaks off.
    let silent = std::net::TcpStream::connect(here.trim_start_matches("http://").trim_end_matches("/callback")).unwrap();
    drop(std::net::TcpStream::connect(here.trim_start_matches("http://").trim_end_matches("/callback")).unwrap());
    let (status, _, body) = get(&redirected);
    assert_eq!(status, 200, "{body}");
    drop(silent);
    let (code, said) = waiting.end();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("days"), "{said}");
    let kept = token(&workspace);
    assert!(kept["authorized_at"].is_string() && kept["pkce"] == true, "{kept}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(workspace.path("data/.spotify_tokens.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let status = workspace.with(&fake, "auth status --format json").succeeds();
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert!((178..=184).contains(&status["days_left"].as_i64().unwrap()), "{status}");
    workspace.with(&fake, "auth logout").succeeds();
    workspace.with(&fake, "auth status").fails(3, "nobody has logged in");
}

#[test]
fn a_pasted_address_is_enough_and_a_wrong_one_is_asked_for_again() {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    let mut waiting = Waiting::start(&workspace, &fake, &["--paste"], &[]);
    waiting.paste("http://127.0.0.1:8888/callback?code=x&state=of-another-login");
    let redirected = location(&waiting.url);
    waiting.paste(&redirected);
    let (code, said) = waiting.end();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("not the address of this login"), "{said}");
}

#[test]
fn a_secret_means_the_code_flow_and_a_refresh_goes_the_same_way() {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    let secret = [("SPOTIFY_CLIENT_SECRET", "the-client-secret")];
    let mut waiting = Waiting::start(&workspace, &fake, &["--paste"], &secret);
    assert!(!waiting.url.contains("code_challenge"), "{}", waiting.url);
    let redirected = location(&waiting.url);
    waiting.paste(&redirected);
    assert_eq!(waiting.end().0, 0);
    assert_eq!(token(&workspace)["pkce"], false);
    expire(&workspace);
    workspace.with_more(&fake, "ingest --history-only", &secret).succeeds();
    expire(&workspace);
    workspace.with(&fake, "ingest --history-only").fails(3, "client secret");
}

#[test]
fn saying_no_changes_nothing_and_is_told_plainly() {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    let here = format!("http://127.0.0.1:{}/callback", free_port());
    let waiting = Waiting::start(&workspace, &fake, &[], &[("SPOTIFY_REDIRECT_URI", &here)]);
    let state = waiting.url.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    assert_eq!(get(&format!("{here}?error=access_denied&state={state}")).0, 200);
    let (code, said) = waiting.end();
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("you declined"), "{said}");
    assert!(!workspace.path("data/.spotify_tokens.json").exists());
}

#[test]
fn waiting_for_a_login_ends() {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    let here = format!("http://127.0.0.1:{}/callback", free_port());
    let waiting = Waiting::start(&workspace, &fake, &["--timeout", "1"], &[("SPOTIFY_REDIRECT_URI", &here)]);
    let (code, said) = waiting.end();
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("within 1 s") && said.contains("hint: "), "{said}");
}

#[test]
fn a_port_that_is_taken_and_a_name_that_spotify_rejects_are_told_with_the_way_out() {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = format!("http://{}/callback", taken.local_addr().unwrap());
    workspace.with_more(&fake, "auth login --no-browser", &[("SPOTIFY_REDIRECT_URI", &here)]).fails(1, "cannot listen");
    let named = [("SPOTIFY_REDIRECT_URI", "http://localhost:8888/callback")];
    workspace.with_more(&fake, "auth login --no-browser", &named).fails(2, "localhost");
    workspace.run("auth login --no-browser").fails(2, "SPOTIFY_CLIENT_ID is not set");
}

#[test]
fn another_account_is_not_mixed_into_a_listeners_plays() {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    log_in(&workspace, &fake);
    fake.world().account = "account-two".to_owned();
    let mut waiting = Waiting::start(&workspace, &fake, &["--paste"], &[]);
    let redirected = location(&waiting.url);
    waiting.paste(&redirected);
    let (code, said) = waiting.end();
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("another Spotify account"), "{said}");
}

#[test]
fn a_refresh_keeps_the_old_refresh_token_or_takes_the_new_one_and_never_the_consents_date() {
    for rotates in [false, true] {
        let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
        log_in(&workspace, &fake);
        let before = token(&workspace);
        fake.world().rotation = if rotates { |_| true } else { |_| false };
        for _ in 0..3 {
            expire(&workspace);
            workspace.with(&fake, "ingest --history-only").succeeds();
        }
        let after = token(&workspace);
        assert_eq!(before["refresh_token"] == after["refresh_token"], !rotates);
        assert_ne!(before["access_token"], after["access_token"]);
        assert_eq!(before["authorized_at"], after["authorized_at"]);
    }
}

#[test]
fn processes_that_find_the_token_ended_at_once_refresh_it_once() {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    log_in(&workspace, &fake);
    fake.world().rotation = |_| true;
    expire(&workspace);
    let before = fake.world().count("api/token");
    std::thread::scope(|scope| {
        // Lakes of their own, so that the lake's lock does not put them in a row: they share the token alone.
        let shared = workspace.path("data/.spotify_tokens.json").display().to_string();
        for lake in ["one", "two", "three", "four"] {
            let (workspace, fake, shared) = (&workspace, &fake, shared.clone());
            scope.spawn(move || {
                let arguments = format!("ingest --history-only --lake {lake}");
                workspace.with_more(fake, &arguments, &[("MOODLAKE_TOKEN_PATH", &shared)]).succeeds();
            });
        }
    });
    assert_eq!(fake.world().count("api/token") - before, 1);
}

#[test]
fn an_access_token_that_was_withdrawn_is_renewed_once() {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    log_in(&workspace, &fake);
    fake.world().withdraw_access();
    workspace.with(&fake, "ingest --history-only").succeeds();
    for _ in 0..2 {
        fake.world().scripted.push_back((
            "recently-played",
            Fault::Status(401, None, r#"{"error":{"status":401,"message":"Invalid access token"}}"#),
        ));
    }
    workspace.with(&fake, "ingest --history-only").fails(3, "401");
    assert!(workspace.path("data/.spotify_tokens.json").exists());
}

#[test]
fn an_authorization_that_has_ended_is_dropped_once_and_said_until_the_next_login() {
    for ended in ["six months", "revoked"] {
        let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
        log_in(&workspace, &fake);
        if ended == "revoked" {
            fake.world().revoke();
        } else {
            let long_ago = Time::Real.now_us() - 190 * listener::DAY_US;
            fake.world().authorized_at(long_ago);
        }
        expire(&workspace);
        let word = if ended == "revoked" { "revoked" } else { "expired" };
        let ran = workspace.with(&fake, "ingest").fails(3, word);
        assert!(ran.stderr.contains("moodlake auth login"), "{}", ran.stderr);
        assert!(!workspace.path("data/.spotify_tokens.json").exists(), "the token is dropped");
        let calls = fake.world().calls.len();
        workspace.with(&fake, "ingest").fails(3, "the Spotify authorization ended");
        assert_eq!(fake.world().calls.len(), calls, "nobody is asked with a token that is gone");
        workspace.with(&fake, "auth status").fails(3, word);
        log_in(&workspace, &fake);
        workspace.with(&fake, "ingest").succeeds();
        workspace.with(&fake, "auth status").succeeds();
    }
}

#[test]
fn a_fault_of_the_accounts_service_never_drops_the_authorization() {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    log_in(&workspace, &fake);
    let faults = [Fault::Status(503, None, "busy"), Fault::Reset, Fault::Half, Fault::NotJson];
    expire(&workspace);
    fake.world().scripted.extend(faults.map(|fault| ("api/token", fault)));
    workspace.with(&fake, "ingest --history-only").succeeds();
    expire(&workspace);
    let gone = r#"{"error":"invalid_client","error_description":"Invalid client"}"#;
    fake.world().scripted.push_back(("api/token", Fault::Status(400, None, gone)));
    workspace.with(&fake, "ingest --history-only").fails(3, "invalid_client");
    assert!(workspace.path("data/.spotify_tokens.json").exists());
    workspace.with(&fake, "ingest --history-only").succeeds();
}
