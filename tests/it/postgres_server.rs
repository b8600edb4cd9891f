//! A PostgreSQL of this machine, for one test.

use crate::workspace::Workspace;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A PostgreSQL of its own, with the user `ana`, the password `hush` and the database `plays`.
pub struct Server {
    folder: Workspace,
    programs: PathBuf,
    is_root: bool,
    port: u16,
}

impl Server {
    /// None where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let programs = std::fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
        let Some(programs) = programs.map(|version| version.path().join("bin")).find(|bin| bin.join("initdb").exists()) else {
            eprintln!("skipped: PostgreSQL is not installed (apt-get install postgresql)");
            return None;
        };
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|told| told.stdout.starts_with(b"0\n"));
        let server = Self { folder: Workspace::new(), programs, is_root, port: free_port() };
        let password = server.folder.write("password", "hush\n");
        if is_root {
            // The server refuses to be root.
            let owned = Command::new("chown").arg("-R").arg("postgres").arg(server.folder.path("")).status();
            assert!(owned.unwrap().success());
        }
        let flags = ["-U", "ana", "--auth=scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C", "--pwfile"];
        server.run("initdb", &[&flags[..], &[text(&password), "-D", text(&server.data())]].concat());
        server.up();
        block_on(async {
            let client = moodlake::postgres::connect(&server.at("ana:hush@", "postgres"), None).await.unwrap();
            for made in ["CREATE DATABASE plays", "CREATE ROLE guest LOGIN PASSWORD 'hush'"] {
                client.batch_execute(made).await.unwrap();
            }
        });
        Some(server)
    }

    fn data(&self) -> PathBuf {
        self.folder.path("data")
    }

    pub fn up(&self) {
        let options = format!("-p {} -h 127.0.0.1 -k {} -c fsync=off", self.port, text(&self.folder.path("")));
        self.run("pg_ctl", &["-D", text(&self.data()), "-l", text(&self.folder.path("log")), "-o", &options, "-w", "start"]);
    }

    pub fn down(&self) {
        self.run("pg_ctl", &["-D", text(&self.data()), "-m", "fast", "-w", "stop"]);
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.programs.join(program);
        let mut command = if self.is_root { Command::new("runuser") } else { Command::new(&program) };
        if self.is_root {
            command.args(["-u", "postgres", "--"]).arg(&program);
        }
        let outlet = std::fs::File::create(self.folder.path("told")).unwrap();
        let ran = command.args(arguments).current_dir("/").stdin(Stdio::null()).stdout(outlet).stderr(Stdio::null()).status();
        assert!(ran.unwrap().success(), "{}", std::fs::read_to_string(self.folder.path("told")).unwrap());
    }

    pub fn text(&self, who: &str, database: &str) -> String {
        format!("postgres://{who}127.0.0.1:{}/{database}", self.port)
    }

    pub fn at(&self, who: &str, database: &str) -> moodlake::postgres::Address {
        moodlake::postgres::Address::read(&self.text(who, database)).unwrap()
    }

    /// The rows of a question, each as one text.
    pub async fn ask(&self, sql: &str) -> Vec<String> {
        let client = moodlake::postgres::connect(&self.at("ana:hush@", "plays"), None).await.unwrap();
        client.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.data().join("postmaster.pid").exists() {
            self.run("pg_ctl", &["-D", text(&self.data()), "-m", "immediate", "-w", "stop"]);
        }
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
