//! No secret in any output at any level, on any path.

use crate::fake_spotify::{Fake, Fault, Time, listener};
use crate::signing_in::{Waiting, location, log_in};
use crate::workspace::{Ran, Workspace, fixture};
use std::path::Path;

const LOUD: [(&str, &str); 3] =
    [("RUST_LOG", "trace"), ("RUST_BACKTRACE", "1"), ("SPOTIFY_CLIENT_SECRET", "the-client-secret-of-the-app")];

fn search(fake: &Fake, where_: &str, text: &str) {
    let mut secrets = fake.world().secrets.clone();
    secrets.push("the-client-secret-of-the-app".to_owned());
    // As the client sends it: base64 of "the-app:the-client-secret-of-the-app".
    secrets.push("dGhlLWFwcDp0aGUtY2xpZW50".to_owned());
    for secret in &secrets {
        assert!(!text.contains(secret.as_str()), "{where_} holds the secret {secret}:\n{text}");
    }
    assert!(!text.to_lowercase().contains("bearer "), "{where_} holds an authorization header:\n{text}");
}

fn search_files(fake: &Fake, folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            search_files(fake, &path);
        } else if !path.ends_with(".spotify_tokens.json") {
            search(fake, &path.display().to_string(), &String::from_utf8_lossy(&std::fs::read(&path).unwrap()));
        }
    }
}

#[test]
fn at_the_loudest_level_no_path_tells_a_secret() {
    for with_secret in [false, true] {
        let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
        let loud = if with_secret { &LOUD[..] } else { &LOUD[..2] };
        let run = |arguments: &str| -> Ran {
            let mut all = String::new();
            let mut last = None;
            for format in ["text", "json"] {
                let ran = workspace.with_more(&fake, &format!("{arguments} -vv --log-format {format}"), loud);
                all.push_str(&ran.stdout);
                all.push_str(&ran.stderr);
                search(&fake, arguments, &all);
                last = Some(ran);
            }
            last.unwrap()
        };
        // Logging in: granted, denied, refused.
        let mut waiting = Waiting::start(&workspace, &fake, &["--paste", "-vv"], loud);
        let redirected = location(&waiting.url);
        waiting.paste("http://127.0.0.1:8888/callback?code=a-code-of-another-login&state=x");
        waiting.paste(&redirected);
        let (code, said) = waiting.end();
        assert_eq!(code, 0, "{said}");
        search(&fake, "auth login", &said);
        fake.world().scripted.push_back(("api/token", Fault::Half));
        fake.world().scripted.push_back((
            "api/token",
            Fault::Status(400, None, r#"{"error":"invalid_grant","error_description":"Invalid authorization code"}"#),
        ));
        let mut waiting = Waiting::start(&workspace, &fake, &["--paste", "-vv"], loud);
        let redirected = location(&waiting.url);
        waiting.paste(&redirected);
        let (code, said) = waiting.end();
        assert_eq!(code, 3, "{said}");
        search(&fake, "a refused login", &said);

        fake.world().plays = listener::weeks(Time::Real.now_us() - 2 * listener::DAY_US, 1, 5);
        run("auth status");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_moodlake"));
        command.current_dir(workspace.path("")).env_clear().envs(fake.environment()).envs(loud.iter().copied());
        let log = std::fs::File::create(workspace.path("log")).unwrap();
        let mut service =
            command.args(["schedule", "-vv", "--poll", "10s"]).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        let said = || std::fs::read_to_string(workspace.path("log")).unwrap();
        for _ in 0..600 {
            if said().contains("poll run done") {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        service.kill().unwrap();
        service.wait().unwrap();
        assert!(said().contains("poll run done"), "{}", said());
        search(&fake, "schedule", &said());
        let asked = [loud, &[("AUDIO_FEATURES_PROVIDER", "reccobeats")]].concat();
        let ran = workspace.with_more(&fake, "ingest -vv", &asked);
        search(&fake, "reccobeats", &(ran.stdout + &ran.stderr));
        let loudest = run("ingest");
        assert!(loudest.stderr.contains("DEBUG") || loudest.stderr.contains("TRACE") || loudest.stderr.contains("INFO"));
        run("run");
        for fault in [
            Fault::Status(401, None, ""),
            Fault::Status(403, None, "Active premium subscription required for the owner of the app"),
            Fault::Status(429, Some(1), ""),
            Fault::Status(500, None, "<html>"),
            Fault::Reset,
            Fault::Half,
            Fault::NotJson,
            Fault::Status(429, None, r#"{"error":{"status":429,"reason":"QUOTA_EXCEEDED"}}"#),
        ] {
            fake.world().scripted.extend([("recently-played", fault.clone()), ("recently-played", fault)]);
            run("ingest --history-only");
            let _ = std::fs::remove_file(workspace.path("data/.spotify_state.json"));
        }
        fake.world().scripted.clear();
        // A refresh with its faults, an app that is wrong, and the end of the authorization.
        fake.world().withdraw_access();
        fake.world().scripted.extend([("api/token", Fault::Half), ("api/token", Fault::Status(503, None, ""))]);
        run("ingest --history-only");
        fake.world().withdraw_access();
        fake.world().scripted.extend([("api/token", Fault::Status(400, None, r#"{"error":"invalid_client"}"#))]);
        run("ingest --history-only");
        fake.world().revoke();
        run("ingest");
        run("status");
        log_in_again(&workspace, &fake, loud);
        run("auth logout");
        // A token file that is broken is not quoted.
        workspace.write("data/.spotify_tokens.json", format!("{{\"access_token\": \"{}\"", fake.world().secrets[0]));
        run("ingest");
        run("auth status");
        search_files(&fake, &workspace.path("data"));
        assert!(fake.world().secrets.len() > 5);
    }
    // The token file itself does hold them, so that the search is known to find what is there.
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    log_in(&workspace, &fake);
    let kept = std::fs::read_to_string(workspace.path("data/.spotify_tokens.json")).unwrap();
    assert!(fake.world().secrets.iter().any(|secret| kept.contains(secret.as_str())));
}

fn log_in_again(workspace: &Workspace, fake: &Fake, loud: &[(&str, &str)]) {
    let mut waiting = Waiting::start(workspace, fake, &["--paste", "-vv"], loud);
    let redirected = location(&waiting.url);
    waiting.paste(&redirected);
    let (_, said) = waiting.end();
    search(fake, "auth login", &said);
}

#[cfg(unix)]
#[test]
fn a_lake_is_made_for_its_owner_alone_and_one_that_is_there_keeps_its_rights() {
    use std::os::unix::fs::PermissionsExt as _;
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    let mode = |folder: &str| std::fs::metadata(workspace.path(folder)).unwrap().permissions().mode() & 0o777;
    let export = fixture("export").to_string_lossy().into_owned();
    workspace.run_list(&["import", "--lake", "new/lake", &export], &[]).succeeds();
    assert_eq!((mode("new"), mode("new/lake")), (0o700, 0o700));
    log_in(&workspace, &fake);
    assert_eq!(mode("data"), 0o700, "the token is the first that comes into it");
    std::fs::create_dir(workspace.path("shared")).unwrap();
    std::fs::set_permissions(workspace.path("shared"), std::fs::Permissions::from_mode(0o755)).unwrap();
    workspace.run_list(&["import", "--lake", "shared", &export], &[]).succeeds();
    assert_eq!(mode("shared"), 0o755);
}
