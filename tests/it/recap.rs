//! The weekly recap: figures that follow from the plays, what it says where plays are missing, and the same from the same versions.

use crate::workspace::Workspace;
use serde_json::{Value, json};

/// A play of an extended export that lasted a minute.
fn play(at: &str, artist: &str, title: &str) -> Value {
    json!({ "ts": at, "ms_played": 60_000, "spotify_track_uri": null, "master_metadata_track_name": title,
            "master_metadata_album_artist_name": artist, "master_metadata_album_album_name": "Album", "skipped": false })
}

fn lake(plays: &[Value]) -> Workspace {
    let workspace = Workspace::new();
    workspace.write("export/Streaming_History_Audio_2026_1.json", json!(plays).to_string());
    workspace.run("import export --timezone Europe/Madrid").succeeds();
    workspace.run("build-silver --timezone Europe/Madrid").succeeds();
    workspace
}

fn recap(workspace: &Workspace, week: &str) -> Value {
    let told = workspace.run(&format!("recap --format json --week {week}")).succeeds().stdout;
    serde_json::from_str(&told).unwrap()
}

/// Fourteen weeks of ten plays on Wednesdays, and a week of its own.
fn history() -> Vec<Value> {
    let wednesday = chrono::NaiveDate::from_ymd_opt(2025, 12, 24).unwrap();
    let mut plays: Vec<Value> = (0..14)
        .flat_map(|week| (0..10).map(move |minute| (week, minute)))
        .map(|(week, minute)| {
            let day = wednesday + chrono::TimeDelta::weeks(week);
            play(&format!("{day}T12:{minute:02}:00Z"), "Steady", &format!("Song {minute}"))
        })
        .collect();
    plays.push(play("2025-12-20T10:00:00Z", "Old Friend", "First"));
    // The week of 23 to 29 March 2026, in which the clocks of Madrid are put forward on Sunday.
    plays.extend([
        play("2026-03-22T22:59:59Z", "Border", "Sunday, still the week before"),
        play("2026-03-22T23:00:00Z", "Border", "Monday"),
        play("2026-03-29T00:59:00Z", "Steady", "Song 1"),
        play("2026-03-29T01:01:00Z", "steady", "SONG 1"),
        play("2026-03-29T21:59:59Z", "Newcomer", "New"),
        play("2026-03-29T22:00:00Z", "Border", "Monday, already the week after"),
        play("2026-03-27T22:00:00Z", "Old Friend", "First"),
    ]);
    plays
}

#[test]
fn a_week_is_the_listeners_own_and_holds_what_is_new_and_what_is_back() {
    let workspace = lake(&history());
    let recap = recap(&workspace, "2026-W13");
    assert_eq!((&recap["from"], &recap["to"]), (&json!("2026-03-23"), &json!("2026-03-29")));
    assert_eq!((&recap["plays"], &recap["minutes"], &recap["days_heard"]), (&json!(15), &json!(15.0), &json!(4)));
    assert_eq!(recap["before"]["plays"], 11);
    assert_eq!(recap["usual"], json!({ "weeks": 12, "plays": 10.0, "minutes": 10.0 }));
    let names =
        |list: &Value| list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(recap["discoveries"]["artists"], 1);
    assert_eq!(names(&recap["discoveries"]["top_artists"]), ["Newcomer"]);
    assert_eq!(names(&recap["discoveries"]["top_tracks"]), ["Monday", "New"]);
    assert_eq!(
        recap["returns"]["top_artists"][0],
        json!({ "name": "Old Friend", "artist": null, "track_id": null, "plays": 1, "minutes": 1.0,
        "plays_before": 0, "last_heard": "2025-12-20" })
    );
    // One song in two spellings.
    assert_eq!(recap["top"]["tracks"][0]["plays"], 3);
    assert_eq!(recap["top"]["tracks"][0]["name"], "Song 1");
    // There is no hour from two to three on that Sunday.
    let by_hour: Vec<u64> = recap["hours"].as_array().unwrap().iter().map(|hour| hour["plays"].as_u64().unwrap()).collect();
    assert_eq!((by_hour[0], by_hour[1], by_hour[2], by_hour[3], by_hour[23]), (1, 1, 0, 1, 2));
    assert_eq!(recap["streak"]["current"], json!({ "from": "2026-03-29", "to": "2026-03-29", "days": 1 }));
    assert_eq!(recap["mood"]["valence"], Value::Null);
}

#[test]
fn from_the_same_versions_the_same_recap_comes_and_newer_plays_make_a_new_one() {
    let workspace = lake(&history());
    let first = workspace.run("recap --week 2026-W13 --format json").succeeds().stdout;
    let version = |workspace: &Workspace| workspace.files("data/gold/weekly_recaps");
    let files = version(&workspace);
    for format in ["text", "markdown", "html", "json"] {
        let told = workspace.run(&format!("recap --week 2026-W13 --format {format}")).succeeds().stdout;
        assert!(format != "json" || told == first);
        assert!(told.contains("Newcomer"), "{format}");
    }
    workspace.run("recap --week 2026-W12").succeeds();
    assert!(version(&workspace).len() > files.len());
    workspace
        .write("more/Streaming_History_Audio_2026_2.json", json!([play("2026-03-24T10:00:00Z", "Late", "Late")]).to_string());
    workspace.run("import more --timezone Europe/Madrid").succeeds();
    workspace.run("build-silver --timezone Europe/Madrid").succeeds();
    assert_eq!(recap(&workspace, "2026-W13")["plays"], 16);
    let kept = workspace.query_lake("data", "SELECT iso_week, plays FROM gold.weekly_recaps ORDER BY iso_week");
    assert_eq!(kept, [json!({ "iso_week": "2026-W12", "plays": 11 }), json!({ "iso_week": "2026-W13", "plays": 16 })]);
    workspace.run("check").succeeds();
}

#[test]
fn silence_and_what_is_not_known_are_said() {
    let workspace = lake(&history());
    let told = |week: &str| {
        let text = workspace.run(&format!("recap --week {week}")).succeeds().stdout;
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let silent = told("2026-W20");
    assert!(
        silent.contains("no plays in the week of 11 to 17 May 2026: the last that is known is of 30 Mar 2026 (2026-W14)"),
        "{silent}"
    );
    let early = told("2025-W10");
    assert!(early.contains("the first that is known is of 20 Dec 2025"), "{early}");
    assert_eq!(recap(&workspace, "2025-W10")["before"], Value::Null);
    let first = recap(&workspace, "2025-W51");
    assert_eq!((&first["discoveries"], &first["usual"]), (&Value::Null, &Value::Null));
    workspace.run("recap --week 2026-W54").fails(2, "such as 2026-W46");
    workspace.run("recap --week 2100-W01").fails(2, "still to come");
    workspace.run("recap --user nobody").fails(2, "the lake has those of: me");
    Workspace::new().run("recap").fails(1, "build-silver");
}

#[test]
fn names_stay_names_in_every_format() {
    let hostile = "</td><script>alert(1)</script> [x](http://evil) | \u{1b}[31m";
    let workspace = lake(&[play("2026-03-25T10:00:00Z", hostile, hostile)]);
    let told = |format: &str| workspace.run(&format!("recap --week 2026-W13 --format {format}")).succeeds().stdout;
    assert!(!told("html").contains("<script") && told("html").contains("&lt;script&gt;"));
    assert!(!told("text").contains('\u{1b}'));
    let markdown = told("markdown");
    assert!(!markdown.contains("<script") && !markdown.contains("](http://") && markdown.contains("\\|"), "{markdown}");
}

/// A language model that gives these answers in turn, and what it was asked.
struct Writer {
    address: String,
    asked: std::sync::Arc<std::sync::Mutex<Vec<String>>>,
}

impl Writer {
    fn saying(answers: Vec<String>) -> Self {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let heard = std::sync::Arc::clone(&asked);
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                let mut piece = [0; 4096];
                let whole = |request: &[u8]| {
                    let text = String::from_utf8_lossy(request).into_owned();
                    let (head, body) = text.split_once("\r\n\r\n")?;
                    let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                    (length == Some(body.len())).then_some(text)
                };
                let text = loop {
                    if let Some(text) = whole(&request) {
                        break text;
                    }
                    let read = stream.read(&mut piece).unwrap();
                    request.extend_from_slice(&piece[..read]);
                };
                heard.lock().unwrap().push(text);
                let body = json!({ "id": "1", "object": "chat.completion", "created": 1, "model": "m",
                    "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": answer } }] });
                let body = body.to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).unwrap();
            }
        });
        Self { address, asked }
    }

    fn recap(&self, workspace: &Workspace, format: &str) -> (String, String) {
        let arguments = ["recap", "--week", "2026-W13", "--format", format, "--words", "openai", "--model", "m"];
        let environment = [("OPENAI_BASE_URL", self.address.as_str()), ("OPENAI_API_KEY", "sk-very-secret")];
        let ran = workspace.run_list(&arguments, &environment).succeeds();
        (ran.stdout, ran.stderr)
    }

    fn times_asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

fn sentence(facts: &[&str], text: &str) -> String {
    json!({ "paragraphs": [{ "sentences": [{ "facts": facts, "text": text }] }] }).to_string()
}

#[test]
fn a_models_words_that_hold_are_kept_and_it_is_not_asked_again() {
    let workspace = lake(&history());
    let writer = Writer::saying(vec![sentence(&["plays"], "Your week came to {plays}.")]);
    for format in ["text", "markdown", "html"] {
        let (told, log) = writer.recap(&workspace, format);
        assert!(told.contains("Your week came to 15 plays.") && told.contains("written by a language model"), "{told} {log}");
        assert!(!log.contains("very-secret"));
    }
    assert_eq!(writer.times_asked(), 1);
    let request = writer.asked.lock().unwrap()[0].clone();
    assert!(request.contains("Bearer sk-very-secret") && request.contains("15 plays"));
    // Nothing of the listener but aggregates and names.
    assert!(!request.contains("\"me\"") && !request.contains("2026-03-29T"), "{request}");
    let without = workspace.run("recap --week 2026-W13").succeeds().stdout;
    assert!(!without.contains("came to") && without.contains("there were 15 plays"), "{without}");
    workspace.run("check").succeeds();
}

#[test]
fn a_model_that_lies_twice_is_replaced_by_the_template_and_the_log_says_why() {
    let workspace = lake(&history());
    let lies = [
        [sentence(&["plays"], "Your week came to 99 plays."), sentence(&["plays"], "Your week came to 99 plays.")],
        [sentence(&["top_track_1"], "You heard “Invented” by Nobody."), "no JSON at all".to_owned()],
    ];
    for answers in lies {
        let writer = Writer::saying(answers.to_vec());
        let (told, log) = writer.recap(&workspace, "text");
        assert!(told.contains("there were 15 plays") && !told.contains("99") && !told.contains("Invented"), "{told}");
        assert!(!told.contains("language model"));
        assert!(log.contains("told by the template, not by openai"), "{log}");
        assert!(!log.contains("very-secret") && !log.contains("Nobody"), "{log}");
        assert_eq!(writer.times_asked(), 2);
    }
}

#[test]
fn a_letter_that_is_not_sent_needs_no_account_and_holds_what_the_recap_says() {
    let workspace = lake(&history());
    let ran = workspace.run("recap --week 2026-W13 --email ana@example.com --dry-run").succeeds();
    assert!(!ran.stderr.contains("ana@example.com"), "{}", ran.stderr);
    let letter = std::fs::read_to_string(workspace.path("data/recap-2026-W13.eml")).unwrap();
    for part in [
        "To: ana@example.com",
        "Message-ID: <",
        "List-Unsubscribe: <",
        "text/plain",
        "text/html",
        "Content-ID: <week-days>",
        "image/png",
    ] {
        assert!(letter.contains(part), "{part}");
    }
    workspace.run("recap --week 2026-W13 --email ana@example.com").fails(2, "SMTP_HOST");
    workspace.run("recap --week 2026-W13 --email nobody --dry-run").fails(2, "--email");
    assert!(workspace.run("recap --dry-run").stderr.contains("--email"));
}
