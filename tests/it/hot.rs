//! Key-value stores for what is fresh, held against a PostgreSQL of this machine and against moto's DynamoDB, where they are installed.

use crate::following::{options, read};
use crate::postgres_server::{Server, block_on, free_port};
use crate::stream_log::{Breaks, context, log, message};
use crate::workspace::Workspace;
use moodlake::aws::Account;
use moodlake::broker::{Outgoing, Sink};
use moodlake::error::Result;
use moodlake::hot::{HotAddress, Item, KeyValue, open};
use moodlake::stream::{Follower, Hot, Options};
use std::time::Duration;

const SECOND_US: i64 = 1_000_000;
const NOON_S: i64 = 1_772_366_400;

impl Server {
    async fn open(&self) -> Result<Box<dyn KeyValue>> {
        open(&HotAddress::read(&self.text("ana@", "plays")).unwrap(), &Account::default(), Some("hush".into())).await
    }
}

fn item(user_id: &str, second: i64) -> Item {
    let event_us = (NOON_S + second) * SECOND_US + 123_457;
    Item {
        user_id: user_id.to_owned(),
        event_key: format!("{event_us:020}-e"),
        event_us,
        event_type: "track_change".to_owned(),
        status: Some("COMPLETED".to_owned()),
        track_id: None,
        track_name: Some("Río".to_owned()),
        artist_name: Some("Ana".to_owned()),
        genre: None,
        duration_listened: Some(201_573),
        expires_s: NOON_S + second + 3_600,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hot_events_of_a_stream_are_in_postgres_once_whoever_breaks_off_or_is_away() {
    let Some(server) = tokio::task::spawn_blocking(Server::start).await.unwrap() else { return };
    let (workspace, mut log) = (Workspace::new(), log("hot", 900, 40));
    let days = |days: u64| Duration::from_hours(24 * days);
    let follower = |store, keep| Hot::new(context(&workspace), Duration::ZERO, store, keep);
    let with = |store| {
        let followers: Vec<Box<dyn Follower>> = vec![Box::new(follower(store, days(36_500)))];
        Options { keeps_history: false, followers, ..options(&workspace) }
    };
    for left in [200, 300] {
        let broken = read(&workspace, Breaks { log: log.clone(), left }, with(server.open().await.unwrap())).await;
        assert!(broken.is_err());
    }
    let stores = [server.open().await.unwrap(), server.open().await.unwrap()];
    read(&workspace, log.clone(), with(server.open().await.unwrap())).await.unwrap();
    let stored = || {
        let rows = workspace.query("SELECT event_id FROM bronze.stream_events WHERE processing_path = 'hot' ORDER BY event_id");
        rows.iter().map(|row| row["event_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let shown = "SELECT split_part(event_key, '#', 2) FROM moodlake.hot_events ORDER BY 1";
    assert_eq!(server.ask(shown).await, stored());
    assert_eq!(stored().len(), 900);

    // The server is away while more events come: they are in the lake, and in the store when it is back.
    let [store, again] = stores;
    server.down();
    let (key, payload, told_us) = message(5_000, 2_000, "u1", None);
    log.send(Outgoing { key: &key, payload: &payload, told_us }).unwrap();
    let error = read(&workspace, log.clone(), with(store)).await.unwrap_err();
    assert!(error.to_string().contains("postgres://"), "{error}");
    assert_eq!(stored().len(), 901);
    server.up();
    read(&workspace, log.clone(), with(again)).await.unwrap();
    assert_eq!(server.ask(shown).await, stored());
    // What would have expired already is not put, and what is there goes in its time.
    server.ask("DELETE FROM moodlake.followed RETURNING reader").await;
    follower(server.open().await.unwrap(), days(1)).follow().await.unwrap();
    assert_eq!(server.ask(shown).await.len(), 901);
    server.ask("UPDATE moodlake.hot_events SET expires_at = event_at RETURNING user_id").await;
    follower(server.open().await.unwrap(), days(1)).follow().await.unwrap();
    assert_eq!(server.ask(shown).await, Vec::<String>::new());
}

#[test]
fn postgres_holds_one_row_a_key_and_lets_go_of_what_has_expired() {
    let Some(server) = Server::start() else { return };
    block_on(async {
        let mut store = server.open().await.unwrap();
        assert_eq!(store.name(), server.text("ana@", "plays"));
        let mut items: Vec<_> = (0..12_000).map(|second| item(&format!("user-{}", second % 7), second)).collect();
        store.put(&items).await.unwrap();
        // All of them once more: one is another now, one stands there twice, and some are odd.
        items[0].track_name = Some("Mar\0".to_owned());
        items[0].genre = Some("x".repeat(100_000));
        items.push(Item { status: Some("SKIPPED".to_owned()), ..items[1].clone() });
        items.push(Item { user_id: "u\0".repeat(100), ..items[1].clone() });
        items.push(Item { user_id: "u".repeat(3_000), ..items[1].clone() });
        store.put(&items).await.unwrap();
        store.put(&[]).await.unwrap();
        assert_eq!(server.ask("SELECT count(*)::text FROM moodlake.hot_events").await, ["12001"]);
        let sql = "SELECT concat_ws('|', event_at AT TIME ZONE 'UTC', status, track_id, track_name, length(genre), duration_listened_ms,
            extract(epoch FROM expires_at)::bigint) FROM moodlake.hot_events WHERE user_id IN ('user-0', 'user-1') ORDER BY event_key LIMIT 2";
        assert_eq!(
            server.ask(sql).await,
            [
                format!("2026-03-01 12:00:00.123457|COMPLETED|Mar\u{fffd}|4000|201573|{}", NOON_S + 3_600),
                format!("2026-03-01 12:00:01.123457|SKIPPED|Río|201573|{}", NOON_S + 3_601),
            ]
        );
        let newest = "SELECT event_key FROM moodlake.hot_events WHERE user_id = 'user-3' ORDER BY event_key DESC LIMIT 1";
        assert_eq!(server.ask(newest).await, [item("", 11_999 - (11_999 - 3) % 7).event_key]);
        assert_eq!(store.expire(NOON_S + 3_600 + 9_999).await.unwrap(), 10_001);
        assert_eq!(store.expire(NOON_S + 3_600 + 9_999).await.unwrap(), 0);
        assert_eq!(store.mark("hot").await.unwrap(), None);
        for value in [7, i64::MAX, 0] {
            store.set_mark("hot", value).await.unwrap();
            assert_eq!((store.mark("hot").await.unwrap(), store.mark("other").await.unwrap()), (Some(value), None));
        }
        let lacking = "SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'moodlake'
            AND table_name = 'hot_events' AND col_description('moodlake.hot_events'::regclass, ordinal_position) IS NULL";
        assert_eq!(server.ask(lacking).await, [] as [&str; 0]);
    });
}

#[test]
fn two_at_once_make_the_tables_once_and_write_the_same_rows() {
    let Some(server) = Server::start() else { return };
    block_on(async {
        let stores = futures::future::join_all((0..6).map(|_| server.open())).await;
        let mut stores: Vec<_> = stores.into_iter().map(Result::unwrap).collect();
        let items: Vec<_> = (0..6_000).map(|second| item("ana", second)).collect();
        let turned: Vec<_> = items.iter().rev().cloned().map(|item| Item { genre: Some("rock".to_owned()), ..item }).collect();
        let puts = stores.iter_mut().enumerate().map(|(place, store)| store.put(if place % 2 == 0 { &items } else { &turned }));
        futures::future::join_all(puts).await.into_iter().for_each(Result::unwrap);
        assert_eq!(server.ask("SELECT count(*)::text FROM moodlake.hot_events").await, ["6000"]);
    });
}

#[test]
fn whoever_is_not_let_in_is_told_why_and_never_the_password() {
    let Some(server) = Server::start() else { return };
    let away = format!("postgres://ana:secret@127.0.0.1:{}/plays", free_port());
    for (address, says) in [
        (server.text("ana:secret@", "plays"), "does not let the user in"),
        (server.text("nobody:secret@", "plays"), "does not let the user in"),
        (server.text("ana@", "plays"), "asks for a password"),
        (server.text("ana:hush@", "other"), "no such database"),
        (server.text("ana:hush@", "plays?sslmode=require"), "no encrypted connection"),
        (server.text("guest:hush@", "plays"), "tables cannot be made"),
        (away, "cannot be reached"),
    ] {
        let address = HotAddress::read(&address).unwrap();
        let error = block_on(async { open(&address, &Account::default(), None).await.err().unwrap() });
        let told = format!("{error:?} {}", error.in_one_line());
        assert!(error.to_string().contains(says) && error.advice().is_some(), "{told}");
        assert!(!told.contains("secret") && !told.contains("hush"), "{told}");
    }
    // Who may make nothing is let in where everything is made.
    block_on(async {
        server.open().await.unwrap();
        let grant = "GRANT USAGE ON SCHEMA moodlake TO guest; GRANT ALL ON ALL TABLES IN SCHEMA moodlake TO guest";
        let client = moodlake::postgres::connect(&server.at("ana:hush@", "plays"), None).await.unwrap();
        client.batch_execute(grant).await.unwrap();
        let address = HotAddress::read(&server.text("guest:hush@", "plays")).unwrap();
        open(&address, &Account::default(), None).await.unwrap().put(&[item("ana", 0)]).await.unwrap();
    });
}

#[test]
fn a_server_that_was_stopped_and_started_is_found_again() {
    let Some(server) = Server::start() else { return };
    block_on(async {
        let mut store = server.open().await.unwrap();
        store.put(&[item("ana", 0)]).await.unwrap();
        server.down();
        server.up();
        store.put(&[item("ana", 1)]).await.unwrap();
        server.down();
        let error = store.put(&[item("ana", 2)]).await.unwrap_err();
        assert!(error.to_string().contains("cannot be reached"), "{error:?}");
        assert!(store.mark("hot").await.is_err());
        server.up();
        store.set_mark("hot", 2).await.unwrap();
        store.put(&[item("ana", 2)]).await.unwrap();
        assert_eq!(store.mark("hot").await.unwrap(), Some(2));
        assert_eq!(server.ask("SELECT count(*)::text FROM moodlake.hot_events").await, ["3"]);
    });
}

#[cfg(feature = "aws")]
mod dynamodb {
    use super::{NOON_S, block_on, free_port, item};
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::types::{
        AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    };
    use moodlake::aws::{Account, Service, config};
    use moodlake::hot::{HotAddress, Item, open};
    use std::collections::HashMap;
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    /// moto's server, which ends with the test.
    struct Moto(Child, Account);

    impl Drop for Moto {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn moto() -> Option<Moto> {
        let port = free_port();
        let mut command = Command::new("moto_server");
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdin(Stdio::null()).stdout(Stdio::null());
        let Ok(mut child) = command.stderr(Stdio::null()).spawn() else {
            eprintln!("skipped: moto_server is not in the PATH (pip install 'moto[server]')");
            return None;
        };
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if let Some(status) = child.try_wait().unwrap() {
                eprintln!("skipped: moto_server does not start ({status})");
                return None;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Some(Moto(child, account(port)))
    }

    fn account(port: u16) -> Account {
        Account::read(|name| match name {
            "AWS_REGION" => Some("eu-west-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            "AWS_ENDPOINT_URL" => Some(format!("http://127.0.0.1:{port}")),
            _ => None,
        })
    }

    fn key(user_id: &str, event_key: &str) -> HashMap<String, AttributeValue> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        HashMap::from([("user_id".to_owned(), text(user_id)), ("event_key".to_owned(), text(event_key))])
    }

    #[test]
    fn dynamodb_holds_one_item_a_key_and_expires_by_itself() {
        let Some(moto) = moto() else { return };
        let address = HotAddress::read("dynamodb://plays-fresh").unwrap();
        block_on(async {
            let (first, second) = tokio::join!(open(&address, &moto.1, None), open(&address, &moto.1, None));
            let (mut store, mut other) = (first.unwrap(), second.unwrap());
            let mut items: Vec<_> = (0..330).map(|second| item(&format!("user-{}", second % 7), second)).collect();
            items.push(Item { status: Some("SKIPPED".to_owned()), ..items[0].clone() });
            items.push(Item { genre: Some("x".repeat(500_000)), ..item("#moodlake", 400) });
            items.push(Item { user_id: "u".repeat(3_000), ..items[1].clone() });
            store.put(&items).await.unwrap();
            other.put(&items).await.unwrap();
            store.put(&[]).await.unwrap();
            store.set_mark("hot", i64::MAX).await.unwrap();
            other.set_mark("hot", 7).await.unwrap();
            assert_eq!((store.mark("hot").await.unwrap(), store.mark("other").await.unwrap()), (Some(7), None));
            assert_eq!((store.expire(i64::MAX).await.unwrap(), store.name()), (0, "dynamodb://plays-fresh"));

            let client = Client::new(&config(&moto.1, Service::DynamoDb).await.unwrap());
            let held =
                client.scan().table_name("plays-fresh").into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
            assert_eq!(held.unwrap().len(), 330 + 1 + 1);
            let first = key("user-0", &items[0].event_key);
            let first = client.get_item().table_name("plays-fresh").set_key(Some(first)).send().await.unwrap().item.unwrap();
            let texts = ["event_at", "event_type", "status", "track_name", "artist_name"]
                .map(|name| first[name].as_s().unwrap().as_str());
            assert_eq!(texts, ["2026-03-01T12:00:00.123457Z", "track_change", "SKIPPED", "Río", "Ana"]);
            let numbers = ["duration_listened", "expires_at"].map(|name| first[name].as_n().unwrap().parse::<i64>().unwrap());
            assert_eq!((numbers, first.len()), ([201_573, NOON_S + 3_600], 9));
            let odd = key("##moodlake", &item("", 400).event_key);
            assert!(client.get_item().table_name("plays-fresh").set_key(Some(odd)).send().await.unwrap().item.is_some());
            let expires = client.describe_time_to_live().table_name("plays-fresh").send().await.unwrap();
            assert_eq!(expires.time_to_live_description.unwrap().attribute_name.unwrap(), "expires_at");
        });
    }

    #[test]
    fn a_table_with_other_keys_and_an_amazon_that_is_away_are_told() {
        let Some(moto) = moto() else { return };
        block_on(async {
            let client = Client::new(&config(&moto.1, Service::DynamoDb).await.unwrap());
            let id = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::N).build().unwrap();
            let hash = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build().unwrap();
            let made = client.create_table().table_name("other").billing_mode(BillingMode::PayPerRequest);
            made.attribute_definitions(id).key_schema(hash).send().await.unwrap();
            let other = HotAddress::read("dynamodb://other").unwrap();
            let error = open(&other, &moto.1, None).await.err().unwrap();
            assert!(error.to_string().contains("has other keys: id (HASH, not S)"), "{error:?}");

            let away = account(free_port());
            let error = open(&other, &away, None).await.err().unwrap();
            assert!(error.to_string().contains("cannot be looked at") && error.advice().is_some(), "{error:?}");
        });
    }
}
