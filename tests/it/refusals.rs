//! Spotify says no, or later, or nothing at all.

use crate::fake_spotify::Fault;
use crate::signing_in::listening;
use serde_json::Value;

#[test]
fn every_cause_of_a_403_is_told_with_its_own_way_out() {
    let (workspace, fake) = listening();
    for (body, code, says) in [
        ("Active premium subscription required for the owner of the app", 1, "Premium"),
        ("Check settings on developer.spotify.com/dashboard, the user may not be registered.", 1, "User Management"),
        (r#"{"error":{"status":403,"message":"Insufficient client scope"}}"#, 3, "auth login"),
        (r#"{"error": {"status": 403, "message": "Forbidden"}}"#, 1, "this app may not use"),
    ] {
        fake.world().forbidden = Some(body);
        let ran = workspace.with(&fake, "ingest --history-only").fails(code, "Spotify refuses (403)");
        assert!(ran.stderr.contains(says), "{body}: {}", ran.stderr);
        assert!(workspace.path("data/.spotify_tokens.json").exists());
    }
}

#[test]
fn faults_are_waited_out() {
    let (workspace, fake) = listening();
    for fault in [
        Fault::Status(500, None, ""),
        Fault::Status(502, None, "<html>Bad Gateway</html>"),
        Fault::Status(429, Some(0), ""),
        Fault::Status(429, Some(1), r#"{"error":{"status":429,"message":"API rate limit exceeded"}}"#),
        Fault::Reset,
        Fault::Half,
        Fault::NotJson,
    ] {
        fake.world().scripted.push_back(("recently-played", fault.clone()));
        let ran = workspace.with(&fake, "ingest --history-only");
        assert_eq!(ran.code, 0, "{fault:?}: {}", ran.stderr);
        assert!(fake.world().scripted.is_empty());
    }
}

#[test]
fn a_service_that_is_down_fails_its_part_and_the_others_go_on() {
    let (workspace, fake) = listening();
    workspace.with(&fake, "ingest").succeeds();
    fake.world().scripted.extend((0..5).map(|_| ("recently-played", Fault::Status(503, None, "down"))));
    let ran = workspace.with(&fake, "ingest --format json").fails(1, "in 5 tries: status 503");
    let steps: Value = serde_json::from_str(&ran.stdout).unwrap();
    let outcome =
        |step: &str| steps["steps"].as_array().unwrap().iter().find(|row| row["step"] == step).map(|row| row["outcome"].clone());
    assert_eq!(outcome("ingest").unwrap(), "failed");
    assert_eq!(outcome("populate-missing").unwrap(), "up_to_date");
    assert_eq!(workspace.count("data", "SELECT count(*) FROM ops.runs WHERE outcome = 'failed'"), 1);
}

#[test]
fn a_long_wait_is_stored_and_kept_to_and_the_run_ends_well() {
    for (status, retry_after, body, reason) in [
        (503, Some(7200), "down for the evening", "unavailable"),
        (429, Some(7200), r#"{"error":{"status":429,"message":"API rate limit exceeded"}}"#, "rate_limit"),
        (429, None, r#"{"error":{"status":429,"message":"Too many requests","reason":"QUOTA_EXCEEDED"}}"#, "quota"),
    ] {
        let (workspace, fake) = listening();
        fake.world().scripted.push_back(("recently-played", Fault::Status(status, retry_after, body)));
        let ran = workspace.with(&fake, "ingest").succeeds();
        assert!(ran.stderr.contains("deferred") && ran.stderr.contains(reason), "{}", ran.stderr);
        let calls = fake.world().calls.len();
        workspace.with(&fake, "ingest").succeeds();
        assert_eq!(fake.world().calls.len(), calls, "no call before the stored time");
        let status = workspace.with(&fake, "auth status --format json").succeeds();
        let status: Value = serde_json::from_str(&status.stdout).unwrap();
        assert!(status["not_before"].is_string(), "{status}");
        // The time has come.
        let mut state: Value =
            serde_json::from_slice(&std::fs::read(workspace.path("data/.spotify_state.json")).unwrap()).unwrap();
        state["not_before"] = "2020-01-01T00:00:00Z".into();
        workspace.write("data/.spotify_state.json", state.to_string());
        workspace.with(&fake, "ingest").succeeds();
        assert!(fake.world().calls.len() > calls);
        assert!(workspace.count("data", "SELECT count(*) FROM bronze.listening_history_bronze") > 0);
    }
}
