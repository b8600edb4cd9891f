//! What a run did, in half a line.

use serde_json::Value;

/// Reads the JSON document that a run writes to stdout.
pub fn of(stdout: &str) -> String {
    let Ok(document) = serde_json::from_str::<Value>(stdout) else { return "it told nothing".to_owned() };
    let mut parts = Vec::new();
    for step in document["steps"].as_array().into_iter().flatten() {
        let table = step["table"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let says = step["remark"].as_str().unwrap_or_default();
        match step["outcome"].as_str() {
            // The checks have a word of their own where they found something.
            Some("wrote") if step["step"] == "check" => {}
            Some("wrote") => parts.push(format!("{table} {} rows", step["rows_written"])),
            Some("maintained") => parts.push(format!("{table} maintained")),
            Some("deferred") => parts.push(format!("deferred: {says}")),
            Some("failed") => parts.push(format!("{} failed", step["step"].as_str().unwrap_or_default())),
            _ => {}
        }
    }
    if parts.is_empty() { "nothing new".to_owned() } else { parts.join(", ") }
}

/// What the run's checks came to: what is broken, nothing (an empty text), or none where it made none.
pub fn broken(stdout: &str) -> Option<String> {
    let document = serde_json::from_str::<Value>(stdout).ok()?;
    let step = document["steps"].as_array()?.iter().find(|step| step["step"] == "check")?;
    match step["outcome"].as_str()? {
        "failed" => Some(step["remark"].as_str().unwrap_or("the checks failed").to_owned()),
        _ => Some(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::{broken, of};

    #[test]
    fn checks_are_told_only_where_they_found_something() {
        let with = |outcome: &str| {
            format!(r#"{{"steps":[{{"step":"check","table":"ops/check_results","outcome":"{outcome}","remark":"1 rule"}}]}}"#)
        };
        assert_eq!((of(&with("wrote")), broken(&with("wrote"))), ("nothing new".to_owned(), Some(String::new())));
        assert_eq!((of(&with("failed")), broken(&with("failed"))), ("check failed".to_owned(), Some("1 rule".to_owned())));
        assert_eq!((broken(r#"{"steps":[]}"#), broken("thread panicked")), (None, None));
    }

    #[test]
    fn a_run_is_told_by_what_it_wrote_and_what_failed() {
        let stdout = r#"{"steps":[
            {"step":"ingest","table":"bronze/listening_history_bronze","outcome":"wrote","rows_written":12},
            {"step":"audio-features","table":"bronze/my_tracks_features_bronze","outcome":"failed","remark":"x"},
            {"step":"maintain","table":"ops/runs","outcome":"maintained","rows_written":0},
            {"step":"build-silver","table":"silver/listening_with_features","outcome":"up_to_date"}]}"#;
        assert_eq!(of(stdout), "listening_history_bronze 12 rows, audio-features failed, runs maintained");
        assert_eq!(of(r#"{"steps":[]}"#), "nothing new");
        assert_eq!(of("thread panicked"), "it told nothing");
    }
}
