//! Letters on their way to a server that answers as it is told to.

use moodlake::clock::Clock;
use moodlake::error::{Error, Kind};
use moodlake::mail::{Address, Delivery, Letter, Login, Picture, Security, Server, deliver, key, message, send, sent_before};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What is answered to a line of a connection, where it is not the usual: nothing at all for `hang`, the end for `cut`.
type Answers = fn(connection: usize, line: &str) -> Option<&'static str>;

/// A mail server.
struct Post {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    letters: Arc<Mutex<Vec<String>>>,
}

impl Post {
    fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let post = Self { port: listener.local_addr().unwrap().port(), heard: Arc::default(), letters: Arc::default() };
        let (heard, letters) = (Arc::clone(&post.heard), Arc::clone(&post.letters));
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let (heard, letters) = (Arc::clone(&heard), Arc::clone(&letters));
                std::thread::spawn(move || talk(&stream, number, answers, &heard, &letters));
            }
        });
        post
    }

    fn server(&self) -> Server {
        let timeout = Duration::from_secs(20);
        Server { host: "127.0.0.1".to_owned(), port: self.port, security: Security::None, login: None, timeout }
    }

    fn with_login(&self) -> Server {
        let login = Login { user: "ana.ruiz".to_owned(), password: "hush-hush".into() };
        Server { login: Some(login), ..self.server() }
    }

    fn heard(&self, what: &str) -> usize {
        self.heard.lock().unwrap().iter().filter(|line| line.starts_with(what)).count()
    }

    fn letters(&self) -> Vec<String> {
        self.letters.lock().unwrap().clone()
    }
}

fn talk(stream: &TcpStream, number: usize, answers: Answers, heard: &Mutex<Vec<String>>, letters: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream).lines();
    let mut next = Some("(greeting)".to_owned());
    while let Some(line) = next {
        heard.lock().unwrap().push(line.clone());
        let usual = match line.split(' ').next().unwrap_or_default() {
            "(greeting)" => "220 post.example",
            "EHLO" => "250-post.example\r\n250 AUTH PLAIN LOGIN",
            "AUTH" => "235 welcome",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        let answer = answers(number, &line).unwrap_or(usual);
        match answer {
            "hang" => std::thread::sleep(Duration::from_secs(30)),
            "cut" => return,
            answer if write!(&mut &*stream, "{answer}\r\n").is_err() => return,
            _ => {}
        }
        if line == "DATA" && answer.starts_with("354") {
            let letter: Vec<_> = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".").collect();
            let plain = letter.iter().map(|line| format!("{}\r\n", line.strip_prefix('.').unwrap_or(line)));
            letters.lock().unwrap().push(plain.collect());
            next = Some("(letter)".to_owned());
        } else {
            next = lines.next().and_then(Result::ok);
        }
    }
}

const CLOCK: Clock = Clock::Fixed(chrono::DateTime::UNIX_EPOCH);

fn letter() -> Letter {
    let to = Address::of("Ben <ben@recipient.example>").unwrap();
    Letter {
        from: Address::of("ana@sender.example").unwrap(),
        key: key("me", "2026-W46", &to),
        to,
        subject: "Your week".to_owned(),
        text: "One\n.\n..two\n".to_owned(),
        html: "<img src=\"cid:days\">\n.\n".to_owned(),
        pictures: vec![Picture { id: "days", png: vec![0; 1000] }],
        sent_at: "2026-11-16T07:00:00Z".parse().unwrap(),
        unsubscribe: Some("https://sender.example/stop".to_owned()),
    }
}

/// What a person reads of an error: none of it is secret.
fn told(error: &Error) -> String {
    let told = format!("{} {}", error.in_one_line(), error.advice().unwrap_or_default());
    for secret in ["ben", "ana", "@", "hush", "recipient.example", "aHVzaC1odXNo"] {
        assert!(!told.to_lowercase().contains(&secret.to_lowercase()), "{secret} is told: {told}");
    }
    told
}

fn records(home: &tempfile::TempDir) -> String {
    let text = std::fs::read_to_string(home.path().join(".moodlake.recaps.json")).unwrap_or_default();
    assert!(!text.contains('@') && !text.contains("example"), "{text}");
    text
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written_and_once() {
    let (post, home) = (Post::start(|_, _| None), tempfile::tempdir().unwrap());
    assert_eq!(deliver(home.path(), &post.with_login(), &letter(), true, CLOCK).await.unwrap(), Delivery::Sent);
    assert_eq!(post.letters(), [String::from_utf8(message(&letter()).unwrap()).unwrap()]);
    assert!(records(&home).contains("sent") && !records(&home).contains("handing_over"));
    let again = deliver(home.path(), &post.with_login(), &letter(), true, CLOCK).await.unwrap();
    assert_eq!((again, post.letters().len()), (Delivery::SentBefore(CLOCK.now()), 1));
    assert_eq!(sent_before(home.path(), &letter().key).unwrap(), Some(CLOCK.now()));
    assert_eq!(sent_before(home.path(), "another").unwrap(), None);
    // Whoever asks for it gets it again, and another person gets it too.
    assert_eq!(deliver(home.path(), &post.server(), &letter(), false, CLOCK).await.unwrap(), Delivery::Sent);
    let other = Letter { key: key("me", "2026-W46", &Address::of("cia@recipient.example").unwrap()), ..letter() };
    assert_eq!(deliver(home.path(), &post.server(), &other, true, CLOCK).await.unwrap(), Delivery::Sent);
    assert_eq!((post.letters().len(), post.heard("AUTH"), post.heard("MAIL FROM:<ana@sender.example>")), (3, 1, 3));
}

#[tokio::test]
async fn what_passes_is_waited_out() {
    let grey =
        Post::start(|connection, line| (connection < 2 && line.starts_with("RCPT")).then_some("451 4.7.1 come back later"));
    send(&grey.server(), &letter(), CLOCK).await.unwrap();
    assert_eq!((grey.letters().len(), grey.heard("RCPT")), (1, 3));
    let busy = Post::start(|connection, line| (connection < 2 && line == "(greeting)").then_some("421 too many of you"));
    send(&busy.server(), &letter(), CLOCK).await.unwrap();
    let cut = Post::start(|connection, line| (connection == 0 && line == "DATA").then_some("cut"));
    send(&cut.server(), &letter(), CLOCK).await.unwrap();
    let never = Post::start(|_, line| line.starts_with("RCPT").then_some("450 4.2.1 <ben@recipient.example> is away"));
    let error = send(&never.server(), &letter(), CLOCK).await.unwrap_err();
    assert!(told(&error).contains("3 tries") && told(&error).contains("450 4.2.1 <<…>> is away"), "{}", told(&error));
    let nobody = Server { port: 1, ..never.server() };
    assert!(told(&send(&nobody, &letter(), CLOCK).await.unwrap_err()).contains("127.0.0.1:1 cannot be reached (3 tries)"));
}

#[tokio::test]
async fn what_will_not_pass_is_told_at_once_and_without_secrets() {
    for (answers, says) in [
        (
            (|_, line| line.starts_with("AUTH").then_some("535 5.7.8 ana.ruiz: wrong password hush-hush")) as Answers,
            "does not let the user in: 535 5.7.8 <…>: wrong password <…>",
        ),
        (|_, line| line.starts_with("AUTH").then_some("500 what is AUTH PLAIN AGFuYS5ydWl6AGh1c2gtaHVzaA=="), "AUTH PLAIN <…>"),
        (|_, line| line.starts_with("EHLO").then_some("250 post.example"), "does not let the user in"),
        (
            |_, line| line.starts_with("RCPT").then_some("550-5.1.1 no ben here\r\n550 5.1.1 see e=ben%40recipient.example"),
            "550 5.1.1 no <…> here see <…>",
        ),
        (
            |_, line| line.starts_with("MAIL").then_some("553 ana may not send as ana@sender.example."),
            "553 <…> may not send as <…>",
        ),
        (|_, line| (line == "(letter)").then_some("554 5.7.1 spam"), "does not take this mail: 554 5.7.1 spam"),
        (|_, line| (line == "DATA").then_some("250 as you like"), "an answer out of turn"),
        (|_, line| (line == "(greeting)").then_some("HTTP/1.1 400 Bad Request"), "does not speak as mail servers do"),
    ] {
        let (post, home) = (Post::start(answers), tempfile::tempdir().unwrap());
        let error = deliver(home.path(), &post.with_login(), &letter(), true, CLOCK).await.unwrap_err();
        assert!(told(&error).contains(says), "{}", told(&error));
        assert_eq!(post.heard("(greeting)"), 1, "{says}");
        assert!(!records(&home).contains("handing_over"), "it is known that nothing arrived");
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up() {
    let post = Post::start(|_, line| (line == "(greeting)").then_some("hang"));
    let server = Server { timeout: Duration::from_millis(300), ..post.server() };
    let error = send(&server, &letter(), CLOCK).await.unwrap_err();
    assert!(told(&error).contains("cannot be reached (3 tries): no answer in 0 seconds"), "{}", told(&error));
}

#[tokio::test]
async fn what_may_have_arrived_is_not_sent_again_at_once_and_is_recognized_later() {
    let post = Post::start(|connection, line| (connection == 0 && line == "(letter)").then_some("cut"));
    let home = tempfile::tempdir().unwrap();
    let error = deliver(home.path(), &post.server(), &letter(), true, CLOCK).await.unwrap_err();
    assert!(told(&error).contains("did not confirm that it has the mail"), "{}", told(&error));
    assert!(records(&home).contains("handing_over"));
    assert_eq!(deliver(home.path(), &post.server(), &letter(), true, CLOCK).await.unwrap(), Delivery::Sent);
    assert!(!records(&home).contains("handing_over"));
    let letters = post.letters();
    let id = |letter: &str| letter.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned();
    assert_eq!((letters.len(), id(&letters[0])), (2, id(&letters[1])));
}

#[tokio::test]
async fn without_the_encryption_that_was_asked_for_nothing_is_said() {
    let post = Post::start(|_, _| None);
    let server = Server { security: Security::StartTls, ..post.with_login() };
    let error = send(&server, &letter(), CLOCK).await.unwrap_err();
    assert!(told(&error).contains("offers no encrypted connection"), "{}", told(&error));
    assert_eq!((post.heard("AUTH"), post.heard("MAIL"), post.heard("(greeting)")), (0, 0, 1));
    // One who speaks first where encryption comes first.
    let server = Server { security: Security::Tls, ..post.with_login() };
    assert!(told(&send(&server, &letter(), CLOCK).await.unwrap_err()).contains("cannot be spoken to in private"));
    let open = Server { host: "mail.example".to_owned(), ..post.with_login() };
    assert_eq!(send(&open, &letter(), CLOCK).await.unwrap_err().kind(), Kind::Usage);
}

#[tokio::test]
async fn one_process_sends_at_a_time_and_records_that_are_damaged_send_nothing() {
    let (post, home) = (Post::start(|_, _| None), tempfile::tempdir().unwrap());
    let held =
        moodlake::private_file::hold(&home.path().join(".moodlake.recaps.lock"), "mail", || Error::failure("busy")).unwrap();
    let error = deliver(home.path(), &post.server(), &letter(), true, CLOCK).await.unwrap_err();
    assert!(told(&error).contains("another process is sending"));
    drop(held);
    std::fs::write(home.path().join(".moodlake.recaps.json"), "{\"a\":").unwrap();
    let error = deliver(home.path(), &post.server(), &letter(), true, CLOCK).await.unwrap_err();
    assert!(told(&error).contains("cannot be understood"));
    assert_eq!(post.heard("(greeting)"), 0);
}
