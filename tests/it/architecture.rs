//! The invariants of ARCHITECTURE.md, held against the source.

use moodlake::engine::Engine;
use moodlake::lake::tables::{self, ALL, LISTENING_WITH_FEATURES, MOOD_CLUSTERS, TRACK_FEATURES};
use moodlake::silver::{DEFAULT_PREFERENCE, models};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each place and what it may use, from the top down.
const PLACES: [(&str, &[&str]); 29] = [
    (
        "cli",
        &[
            "schedule",
            "recap",
            "report",
            "pipeline",
            "export",
            "check",
            "bronze",
            "silver",
            "gold",
            "stream",
            "watch",
            "broker",
            "hot",
            "postgres",
            "aws",
            "mail",
            "reccobeats",
            "spotify",
            "web",
            "context",
            "lake",
            "engine",
            "clock",
            "error",
            "fingerprint",
            "private_file",
        ],
    ),
    ("schedule", &["clock", "error", "private_file"]),
    ("recap", &["report", "gold", "context", "lake", "engine", "clock", "error", "fingerprint", "private_file"]),
    ("report", &["lake", "engine", "error"]),
    (
        "pipeline",
        &["check", "bronze", "silver", "gold", "watch", "broker", "reccobeats", "spotify", "context", "lake", "clock", "error"],
    ),
    ("export", &["postgres", "context", "lake", "engine", "clock", "error"]),
    ("check", &["context", "lake", "engine", "clock", "error", "fingerprint"]),
    ("bronze", &["watch", "reccobeats", "spotify", "context", "lake", "engine", "clock", "error", "fingerprint", "private_file"]),
    ("silver", &["context", "lake", "engine", "clock", "error", "fingerprint"]),
    ("gold", &["stats", "context", "lake", "engine", "clock", "error", "fingerprint"]),
    ("stream", &["broker", "hot", "bronze", "watch", "context", "lake", "engine", "clock", "error", "private_file"]),
    ("stats", &[]),
    ("broker", &["aws", "clock", "error"]),
    ("hot", &["aws", "postgres", "error"]),
    ("postgres", &["error"]),
    ("aws", &["error"]),
    ("watch", &["spotify", "error", "fingerprint", "private_file"]),
    ("mail", &["web", "clock", "error", "fingerprint", "private_file"]),
    ("reccobeats", &["spotify", "web", "clock", "error"]),
    ("spotify", &["web", "clock", "error", "fingerprint", "private_file", "random"]),
    ("web", &["clock", "random"]),
    ("context", &["lake", "engine", "clock"]),
    ("lake", &["aws", "engine", "clock", "error", "private_file"]),
    ("engine", &["error"]),
    ("clock", &[]),
    ("error", &[]),
    ("fingerprint", &[]),
    ("private_file", &["error"]),
    ("random", &["error"]),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs" || end == "sql") {
                found.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let (root, mut found) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), Vec::new());
    walk(&root, &mut found);
    found.into_iter().map(|(path, text)| (path.strip_prefix(&root).unwrap().to_owned(), text)).collect()
}

fn place(path: &Path) -> String {
    path.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

#[test]
fn dependencies_point_down_and_layers_meet_only_through_tables() {
    for (path, text) in sources() {
        let place = place(&path);
        let Some((_, may)) = PLACES.iter().find(|(name, _)| *name == place) else {
            assert!(["main", "lib"].contains(&place.as_str()), "{} has no place", path.display());
            continue;
        };
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for part in line.split("crate::").skip(1) {
                let used: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let known = PLACES.iter().any(|(name, _)| *name == used);
                assert!(
                    !known || used == place || may.contains(&used.as_str()),
                    "{}: {place} may not use {used}: {line}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn only_the_lake_knows_delta_and_only_stats_and_gold_know_stats() {
    for (path, text) in sources() {
        let place = place(&path);
        let uses = |name: &str| {
            text.lines().any(|line| line.trim_start().starts_with(&format!("use {name}")) || line.contains(&format!(" {name}::")))
        };
        assert!(place == "lake" || !uses("deltalake"), "{} uses deltalake", path.display());
        assert!(place == "lake" || !uses("object_store"), "{} uses object_store", path.display());
        assert!(place == "spotify" || !uses("rspotify"), "{} uses rspotify", path.display());
        assert!(place == "mail" || !uses("lettre"), "{} uses the library of mail", path.display());
        assert!(place == "broker" || !uses("rdkafka"), "{} uses Kafka's library", path.display());
        assert!(
            ["aws", "broker", "hot"].contains(&place.as_str())
                || !["aws_config", "aws_sdk"].iter().any(|name| text.contains(name)),
            "{} uses Amazon's libraries",
            path.display()
        );
        assert!(
            ["export", "hot", "postgres"].contains(&place.as_str()) || !uses("tokio_postgres"),
            "{} uses PostgreSQL's library",
            path.display()
        );
        assert!(path.starts_with("recap/model") || !uses("async_openai"), "{} uses the protocol of models", path.display());
        assert!(place == "schedule" || !uses("tokio_cron_scheduler"), "{} uses the scheduler's library", path.display());
        assert!(
            ["spotify", "reccobeats", "web"].contains(&place.as_str())
                || path.ends_with("recap/model/wire.rs")
                || !uses("reqwest"),
            "{} uses the network",
            path.display()
        );
    }
}

#[test]
fn no_clock_environment_or_randomness_outside_their_places() {
    for (path, text) in sources() {
        let (place, name) = (place(&path), path.to_string_lossy().into_owned());
        let clock = ["Utc::now", "SystemTime::now", "Instant::now", "Uuid::new_v4"].iter().any(|word| text.contains(word));
        assert!(place == "clock" || !clock, "{name} reads a clock");
        let random = text.contains("SystemRandom");
        assert!(place == "random" || !random, "{name} draws random bytes");
        let environment = text.contains("std::env::var");
        assert!(name == "cli/settings.rs" || !environment, "{name} reads the environment");
        let sql = path.extension().is_some_and(|end| end == "sql");
        let drifting =
            ["now(", "random(", "current_date", "current_timestamp"].iter().any(|word| text.to_lowercase().contains(word));
        assert!(!sql || !drifting, "{name} depends on when it runs");
    }
}

#[test]
fn every_model_has_a_header_and_reads_its_own_layer_or_the_one_below() {
    for (path, text) in sources().into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "sql")) {
        for (line, key) in text.lines().zip(["-- purpose:", "-- grain:", "-- key:", "-- reads:"]) {
            assert!(line.starts_with(key), "{}: {line}", path.display());
        }
        let below: &[&str] = match place(&path).as_str() {
            "bronze" => &["bronze"],
            "silver" => &["bronze", "silver"],
            // Windows of events that no silver is made of.
            "stream" => &["bronze", "gold"],
            // Gold models and the saved questions.
            _ => &["silver", "gold"],
        };
        for table in ALL.iter().filter(|table| !below.contains(&table.layer)) {
            assert!(!text.contains(table.name), "{} reads {}", path.display(), table.label());
        }
    }
}

#[test]
fn every_model_plans_over_empty_tables_and_yields_its_declared_columns() {
    let zone = chrono_tz::UTC;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let engine = Engine::new(zone).unwrap();
        let scope = engine.scope();
        for (name, table) in crate::relations::RELATIONS {
            scope.register_rows(name, table.schema(), Vec::new()).unwrap();
        }
        let silver = models::table(&scope, &models::parameters(zone, &DEFAULT_PREFERENCE)).await.unwrap();
        let shape = |schema: &arrow::datatypes::Schema| -> Vec<(String, String)> {
            // Views and plain text are one type to Delta.
            schema
                .fields()
                .iter()
                .map(|field| {
                    (
                        field.name().clone(),
                        field
                            .data_type()
                            .to_string()
                            .replace("Utf8View", "Utf8")
                            .replace("'item'", "'element'")
                            .replace("List(Utf8)", "List(Utf8, field: 'element')"),
                    )
                })
                .collect()
        };
        let found = shape(silver.schema().as_arrow());
        let declared = shape(&LISTENING_WITH_FEATURES.schema());
        assert_eq!(names(&found), names(&declared));
        for (found, declared) in found.iter().zip(&declared).filter(|(_, (name, _))| name != "track_genres") {
            assert_eq!(found, declared);
        }
        assert_eq!(silver.count().await.unwrap(), 0);

        let scope = engine.scope();
        scope.register_rows("listening_with_features", LISTENING_WITH_FEATURES.schema(), Vec::new()).unwrap();
        let tracks =
            scope.model("tracks", moodlake::gold::mood::TRACKS, Vec::<datafusion::scalar::ScalarValue>::new()).await.unwrap();
        for model in [moodlake::bronze::tracks::CHANGES, moodlake::bronze::tracks::REPLACEMENT] {
            let scope = engine.scope();
            for name in ["known", "incoming", "changes"] {
                scope.register_rows(name, TRACK_FEATURES.schema(), Vec::new()).unwrap();
            }
            let now = datafusion::scalar::ScalarValue::TimestampMicrosecond(Some(0), Some("UTC".into()));
            let values = if model.contains("$now") { vec![("now", now)] } else { Vec::new() };
            let found = scope.model("tracks", model, values).await.unwrap();
            let found: Vec<_> = names(&shape(found.schema().as_arrow())).into_iter().filter(|name| name != "is_new").collect();
            assert_eq!(found, names(&shape(&TRACK_FEATURES.schema())));
        }
        gold_models_yield_their_tables(&engine, &shape).await;
        let columns: BTreeSet<_> = names(&shape(tracks.schema().as_arrow())).into_iter().collect();
        let clusters: BTreeSet<_> = names(&shape(&MOOD_CLUSTERS.schema())).into_iter().collect();
        assert!(columns.is_subset(&clusters), "{columns:?}");
    });
}

type Shape = dyn Fn(&arrow::datatypes::Schema) -> Vec<(String, String)>;

/// The gold tables that are nothing but a model's rows.
async fn gold_models_yield_their_tables(engine: &Engine, shape: &Shape) {
    use datafusion::scalar::ScalarValue;
    use moodlake::gold::{circumplex, source, star, temporal};
    let scope = engine.scope();
    scope.register_rows("listening_with_features", LISTENING_WITH_FEATURES.schema(), Vec::new()).unwrap();
    let values = [
        ("authentic_plays_min", ScalarValue::Int64(Some(1))),
        ("include_synthetic", ScalarValue::Boolean(Some(false))),
        ("allow_synthetic", ScalarValue::Boolean(Some(true))),
        ("covered_min", ScalarValue::Int64(Some(1))),
        ("rank_max", ScalarValue::Int64(Some(1))),
        ("neutral", ScalarValue::Float64(Some(0.15))),
    ];
    let given = |sql: &str| -> Vec<(&str, ScalarValue)> {
        values.iter().filter(|(name, _)| sql.contains(&format!("${name}"))).cloned().collect()
    };
    for (name, sql) in
        [("bases", source::BASES), ("plays", source::PLAYS), ("timeline", source::TIMELINE), ("days", source::DAYS)]
    {
        scope.register_frame(name, scope.model(name, sql, given(sql)).await.unwrap()).unwrap();
    }
    star::keys::register(&scope);
    for (name, sql) in [("keyed", star::KEYED), ("told", star::TOLD)] {
        scope.register_frame(name, scope.model(name, sql, given(sql)).await.unwrap()).unwrap();
    }
    scope.register_rows("mood_clusters", MOOD_CLUSTERS.schema(), Vec::new()).unwrap();
    scope.register_rows("play_moods", tables::PLAY_MOODS.schema(), Vec::new()).unwrap();
    for (sql, table) in [
        (temporal::HOURS, &tables::TEMPORAL_PATTERNS),
        (temporal::SESSIONS, &tables::LISTENING_SESSIONS),
        (temporal::STREAKS, &tables::LISTENING_STREAKS),
        (circumplex::MOODS, &tables::PLAY_MOODS),
        (circumplex::QUADRANTS, &tables::MOOD_CIRCUMPLEX),
        (star::PLAYS, &tables::FACT_PLAY),
        (star::TRACKS, &tables::DIM_TRACK),
        (star::ARTISTS, &tables::DIM_ARTIST),
        (star::ALBUMS, &tables::DIM_ALBUM),
    ] {
        let frame = scope.model(table.name, sql, given(sql)).await.unwrap();
        assert_eq!(shape(frame.schema().as_arrow()), shape(&table.schema()), "{}", table.label());
        // Of what is never heard the dimensions know that it is unknown.
        let unknown = usize::from(table.name.starts_with("dim_"));
        assert_eq!(frame.count().await.unwrap(), unknown, "{}", table.label());
    }
}

fn names(columns: &[(String, String)]) -> Vec<String> {
    columns.iter().map(|(name, _)| name.clone()).collect()
}

#[test]
fn tables_have_unique_names_and_keys_among_their_columns() {
    let names: BTreeSet<_> = ALL.iter().map(|table| table.name).collect();
    assert_eq!(names.len(), ALL.len());
    for table in ALL {
        let schema = table.schema();
        let columns = table.key.iter().chain(table.partitions).chain(table.unique_columns);
        columns.for_each(|column| assert!(schema.field_with_name(column).is_ok(), "{} has no {column}", table.label()));
    }
}
