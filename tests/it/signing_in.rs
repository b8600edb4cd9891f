//! A person at a browser: what tests need to get through a login.

use crate::fake_spotify::{Fake, Time, listener};
use crate::workspace::Workspace;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// The program with a login under way, and the address it wants opened.
pub struct Waiting {
    pub process: Child,
    pub url: String,
    stderr: BufReader<std::process::ChildStderr>,
}

impl Waiting {
    pub fn start(workspace: &Workspace, fake: &Fake, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_moodlake"));
        command.current_dir(workspace.path("")).env_clear().envs(fake.environment()).envs(environment.iter().copied());
        command.args(["auth", "login", "--no-browser"]).args(arguments);
        command.stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut stderr = BufReader::new(process.stderr.take().unwrap());
        let mut url = String::new();
        while !url.trim().starts_with("http") {
            url.clear();
            assert!(stderr.read_line(&mut url).unwrap() > 0, "the login ended before it told an address");
        }
        Self { process, url: url.trim().to_owned(), stderr }
    }

    pub fn paste(&mut self, text: &str) {
        writeln!(self.process.stdin.as_mut().unwrap(), "{text}").unwrap();
    }

    /// Its exit code and what else it said.
    pub fn end(mut self) -> (i32, String) {
        drop(self.process.stdin.take());
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).unwrap();
        (self.process.wait().unwrap().code().unwrap_or(-1), said)
    }
}

/// Somebody who is logged in and has listened for three days.
pub fn listening() -> (Workspace, Fake) {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    log_in(&workspace, &fake);
    fake.world().plays = listener::weeks(Time::Real.now_us() - 3 * listener::DAY_US, 1, 5);
    (workspace, fake)
}

/// Logs in by pasting.
pub fn log_in(workspace: &Workspace, fake: &Fake) {
    let mut waiting = Waiting::start(workspace, fake, &["--paste"], &[]);
    let redirected = location(&waiting.url);
    waiting.paste(&redirected);
    let (code, said) = waiting.end();
    assert_eq!(code, 0, "{said}");
}

/// The address that the consent page sends the browser to.
pub fn location(url: &str) -> String {
    let (status, head, _) = get(url);
    assert_eq!(status, 302, "{head}");
    head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned()
}

/// A visit: status, head and body.
pub fn get(url: &str) -> (u16, String, String) {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split_whitespace().nth(1).unwrap_or("0").parse().unwrap();
    (status, head.to_owned(), body.to_owned())
}
