//! A temporary place with a lake, and the program run in it as a person would.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub struct Workspace {
    folder: TempDir,
}

/// What a run of the program left behind.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Workspace {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    /// Runs `moodlake` with the arguments, split at spaces, in a clean environment.
    pub fn run(&self, arguments: &str) -> Ran {
        self.run_list(&arguments.split_whitespace().collect::<Vec<_>>(), &[])
    }

    pub fn run_list(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        self.run_with_stdin(arguments, environment, Stdio::null())
    }

    pub fn run_with_stdin(&self, arguments: &[&str], environment: &[(&str, &str)], stdin: impl Into<Stdio>) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_moodlake"));
        command.current_dir(self.folder.path()).env_clear().env("MOODLAKE_TIMEZONE", "Europe/Madrid");
        command.envs(environment.iter().copied()).args(arguments).stdin(stdin);
        let Output { status, stdout, stderr } = command.output().expect("the program starts");
        Ran {
            code: status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }

    /// Runs `moodlake` against a fake Spotify.
    pub fn with(&self, fake: &crate::fake_spotify::Fake, arguments: &str) -> Ran {
        self.with_more(fake, arguments, &[])
    }

    pub fn with_more(&self, fake: &crate::fake_spotify::Fake, arguments: &str, more: &[(&str, &str)]) -> Ran {
        let environment = fake.environment();
        let mut all: Vec<_> = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend_from_slice(more);
        self.run_list(&arguments.split_whitespace().collect::<Vec<_>>(), &all)
    }

    /// The rows of a query over `./data` or the named lake.
    pub fn query(&self, sql: &str) -> Vec<Value> {
        self.query_lake("data", sql)
    }

    pub fn query_lake(&self, lake: &str, sql: &str) -> Vec<Value> {
        let ran = self.run_list(&["query", "--lake", lake, "--format", "json", sql], &[]).succeeds();
        serde_json::from_str(&ran.stdout).expect("a JSON array")
    }

    /// One number.
    pub fn count(&self, lake: &str, sql: &str) -> i64 {
        let rows = self.query_lake(lake, sql);
        rows[0].as_object().expect("a row").values().next().expect("a column").as_i64().expect("a number")
    }

    /// All files of the lake with their sizes, to see that nothing was written.
    pub fn files(&self, folder: &str) -> Vec<(PathBuf, u64)> {
        let mut found = Vec::new();
        list(&self.path(folder), &mut found);
        found.sort();
        found
    }
}

fn list(folder: &Path, found: &mut Vec<(PathBuf, u64)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let metadata = entry.metadata().expect("metadata");
        if metadata.is_dir() { list(&entry.path(), found) } else { found.push((entry.path(), metadata.len())) }
    }
}

impl Ran {
    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert_eq!(self.code, 0, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Failed with this code, said what failed, and on a second line what to do.
    #[track_caller]
    pub fn fails(self, code: i32, says: &str) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        assert!(self.stderr.contains(says), "expected {says:?} in:\n{}", self.stderr);
        assert!(self.stderr.contains("hint: "), "no hint in:\n{}", self.stderr);
        self
    }
}

/// A fixture of the repository.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// A file of the folder that stands beside the repository on the developers' machines; says so when it is not there.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {name} is not beside this clone");
    None
}
