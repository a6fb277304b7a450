//! Alerts: what is told of plugins and what isn't, and how it gets to webhooks on good and bad days.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};
use stonks_app::App;
use stonks_app::alerts::{AlertWatch, NewWebhook, Post, WebhookError};
use stonks_plugin::PluginId;
use stonks_plugin::health::Threshold;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::plugins::ticking;
use crate::test_app::{Kind, TestApp, on_both};

/// How long a receiver may take in these tests.
const PATIENCE: Duration = Duration::from_millis(300);

fn hostile() -> PluginId {
    "hostile".parse().unwrap()
}

/// An application whose plugins are watched.
struct Watched {
    app: Arc<App>,
    watch: AlertWatch,
    post: Post,
    seconds: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

impl Watched {
    async fn new(test: TestApp) -> Self {
        let (app, seconds, folder) = ticking(test).await;
        app.enable_plugin(&hostile(), "me").await.unwrap();
        let watch = AlertWatch::open(&app).await.unwrap();
        let post = Post::with_patience(Arc::clone(&app), PATIENCE);
        Self { app, watch, post, seconds, folder }
    }

    fn wait(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Lets the plugin say that it is well, or down.
    async fn let_it_be(&mut self, start: &str) {
        let settings = BTreeMap::from([("start".to_owned(), start.to_owned())]);
        self.app.set_plugin_settings(&hostile(), &settings).await.unwrap();
        self.check().await;
    }

    /// Lets a threshold be crossed, or not.
    async fn let_it_be_degraded(&mut self, is_degraded: bool) {
        let max = is_degraded.then_some(-1.0);
        let threshold = Threshold { name: "check".to_owned(), min: None, max };
        self.app.set_plugin_threshold(&hostile(), &threshold).await.unwrap();
        self.check().await;
    }

    async fn check(&mut self) {
        self.app.check_plugin(&hostile()).await.unwrap();
        self.watch.look(&self.app).await.unwrap();
    }

    /// What was told so far, oldest first.
    async fn told(&self) -> Vec<String> {
        let alerts = self.app.alerts(Some("hostile"), 2_000).await.unwrap();
        alerts.iter().rev().map(|alert| alert.kind.to_string()).collect()
    }

    async fn add(&self, url: &str, secret: Option<&[u8]>) -> i64 {
        let new = NewWebhook::new(url, secret).unwrap();
        self.app.add_webhook(new).await.unwrap().id
    }

    async fn send(&mut self) {
        self.post.send_all_due().await.unwrap();
    }

    /// Why a webhook fails, if it does, and how much is on its way.
    async fn state(&self, webhook: i64) -> (Option<String>, i64) {
        let webhook = self.app.webhook(webhook).await.unwrap();
        assert_eq!(webhook.failing_since.is_some(), webhook.last_error.is_some());
        (webhook.last_error, webhook.n_waiting)
    }
}

/// What a receiver does with what it gets.
#[derive(Clone, Copy)]
enum Does {
    Answer(u16),
    Hang,
}

/// A server that gets alerts; it takes them unless told otherwise.
#[derive(Clone, Default)]
struct Receiver {
    got: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    next: Arc<Mutex<VecDeque<Does>>>,
    arrived: Arc<Notify>,
}

impl Receiver {
    async fn start() -> (Self, String) {
        let receiver = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook/private", listener.local_addr().unwrap());
        let router = Router::new().fallback(Self::take).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (receiver, url)
    }

    async fn take(State(own): State<Self>, headers: HeaderMap, body: String) -> Response<String> {
        own.got.lock().unwrap().push((headers, body));
        own.arrived.notify_one();
        let next = own.next.lock().unwrap().pop_front();
        match next.unwrap_or(Does::Answer(200)) {
            Does::Hang => std::future::pending().await,
            Does::Answer(status) => Response::builder()
                .status(StatusCode::from_u16(status).unwrap())
                .header("location", "/elsewhere")
                .body(String::new())
                .unwrap(),
        }
    }

    fn then(&self, does: &[Does]) {
        self.next.lock().unwrap().extend(does);
    }

    fn n_got(&self) -> usize {
        self.got.lock().unwrap().len()
    }

    fn header(&self, place: usize, name: &str) -> Option<String> {
        let got = self.got.lock().unwrap();
        got[place].0.get(name).map(|value| value.to_str().unwrap().to_owned())
    }
}

/// An address where nobody listens.
async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

on_both! {
    async fn what_gets_worse_is_told_once_and_what_is_over_too(test) {
        let mut watched = Watched::new(test).await;
        watched.check().await;
        assert!(watched.told().await.is_empty());
        watched.let_it_be("down").await;
        watched.check().await;
        let open = watched.app.open_alerts(None).await.unwrap();
        assert_eq!(open.len(), 1);
        assert!(open[0].message.starts_with("plugin `hostile` is unhealthy: it says that it is down"));
        watched.let_it_be("well").await;
        assert_eq!(watched.told().await, ["unhealthy", "recovered"]);
        assert!(watched.app.open_alerts(Some("hostile")).await.unwrap().is_empty());
    }

    async fn what_comes_and_goes_is_told_once_in_a_while(test) {
        let mut watched = Watched::new(test).await;
        for _ in 0..6 {
            watched.let_it_be_degraded(true).await;
            watched.let_it_be_degraded(false).await;
            watched.wait(60);
        }
        assert_eq!(watched.told().await, ["degraded", "recovered"]);
        watched.let_it_be_degraded(true).await;
        watched.let_it_be("down").await;
        assert_eq!(watched.told().await, ["degraded", "recovered", "unhealthy"], "it got worse");
    }

    async fn what_was_held_back_is_told_without_anything_more_happening(test) {
        let mut watched = Watched::new(test).await;
        watched.let_it_be_degraded(true).await;
        watched.let_it_be_degraded(false).await;
        watched.let_it_be_degraded(true).await;
        assert_eq!(watched.told().await, ["degraded", "recovered"]);
        watched.wait(900);
        watched.watch.look(&watched.app).await.unwrap();
        assert_eq!(watched.told().await, ["degraded", "recovered", "degraded"]);
    }

    async fn quarantine_is_told_once_also_after_a_restart(test) {
        let mut watched = Watched::new(test).await;
        let trap = BTreeMap::from([("start".to_owned(), "trap".to_owned())]);
        while let Ok(_) | Err(stonks_host::StartError::Call(_)) =
            watched.app.manager().start(&hostile(), &trap).await
        {}
        watched.check().await;
        assert_eq!(watched.told().await, ["quarantined"]);
        watched.watch = AlertWatch::open(&watched.app).await.unwrap();
        watched.check().await;
        assert_eq!(watched.told().await, ["quarantined"]);
        watched.app.enable_plugin(&hostile(), "me").await.unwrap();
        watched.check().await;
        assert_eq!(watched.told().await, ["quarantined"], "too many of its last calls failed");
        let lenient = Threshold { name: "error-rate".to_owned(), min: None, max: None };
        watched.app.set_plugin_threshold(&hostile(), &lenient).await.unwrap();
        watched.check().await;
        assert_eq!(watched.told().await, ["quarantined", "recovered"]);
    }

    async fn a_plugin_that_is_switched_off_is_nothing_to_worry_about(test) {
        let mut watched = Watched::new(test).await;
        watched.app.disable_plugin(&hostile(), "me").await.unwrap();
        watched.check().await;
        watched.app.enable_plugin(&hostile(), "me").await.unwrap();
        watched.watch.look(&watched.app).await.unwrap();
        watched.check().await;
        assert!(watched.told().await.is_empty());
    }

    async fn an_alert_is_acknowledged_by_whoever_saw_it_first(test) {
        let mut watched = Watched::new(test).await;
        watched.let_it_be("down").await;
        let id = watched.app.open_alerts(None).await.unwrap()[0].id;
        assert!(watched.app.acknowledge_alert(id, "me").await.unwrap());
        assert!(watched.app.acknowledge_alert(id, "someone else").await.unwrap());
        assert!(!watched.app.acknowledge_alert(id + 1, "me").await.unwrap());
        assert!(watched.app.open_alerts(None).await.unwrap().is_empty());
        let alert = watched.app.alerts(None, 1).await.unwrap().remove(0);
        assert_eq!(alert.acknowledged_by.as_deref(), Some("me"));
    }

    async fn only_so_many_alerts_are_kept(test) {
        let mut watched = Watched::new(test).await;
        for round in 0..1_004 {
            watched.wait(900);
            watched.let_it_be_degraded(round % 2 == 0).await;
        }
        assert_eq!(watched.told().await.len(), 1_000);
        let oldest = watched.app.alerts(None, 2_000).await.unwrap().pop().unwrap();
        assert_eq!(oldest.id, 5);
    }

    async fn an_alert_is_sent_signed_and_in_one_form(test) {
        let mut watched = Watched::new(test).await;
        let (receiver, url) = Receiver::start().await;
        let id = watched.add(&url, Some(b"between us\n")).await;
        watched.let_it_be("down").await;
        watched.send().await;
        let body = receiver.got.lock().unwrap()[0].1.clone();
        let told: Value = serde_json::from_str(&body).unwrap();
        let name = told["id"].as_str().unwrap().to_owned();
        assert_eq!(receiver.header(0, "x-stonks-delivery"), Some(name));
        assert_eq!(receiver.header(0, "content-type").as_deref(), Some("application/json"));
        let alert = &told["alert"];
        assert_eq!((&told["version"], &told["type"]), (&json!(1), &json!("alert")));
        assert_eq!((&alert["plugin"], &alert["kind"]), (&json!("hostile"), &json!("unhealthy")));
        assert_eq!(alert["at"], "2026-11-24T12:00:00Z");
        assert!(told["text"].as_str().unwrap().starts_with("plugin `hostile` is unhealthy: "));
        let signed = receiver.header(0, "x-stonks-signature").unwrap();
        assert_eq!(signed, format!("sha256={}", hmac_by_hand(b"between us", body.as_bytes())));
        let webhook = watched.app.webhook(id).await.unwrap();
        assert_eq!(webhook.delivered_at.as_deref(), Some("2026-11-24T12:00:00Z"));
        let shown = serde_json::to_string(&webhook).unwrap();
        assert!(webhook.is_signed && !shown.contains("between us"), "{shown}");
        assert!(!body.contains("private") && !webhook.place().contains("private"));
    }

    async fn a_webhook_without_its_secret_goes_like_any_other(test) {
        let watched = Watched::new(test).await;
        let id = watched.add("https://hooks.example/x", Some(b"between us")).await;
        std::fs::remove_file(watched.folder.path().join("vault.key")).unwrap();
        watched.app.remove_webhook(id).await.unwrap();
        let gone = watched.app.remove_webhook(id).await;
        assert!(matches!(gone, Err(WebhookError::Unknown { .. })));
    }

    async fn what_does_not_arrive_is_sent_again_with_longer_rests(test) {
        let mut watched = Watched::new(test).await;
        let (receiver, url) = Receiver::start().await;
        receiver.then(&[Does::Answer(500), Does::Answer(302), Does::Hang]);
        let id = watched.add(&url, None).await;
        watched.let_it_be("down").await;
        watched.send().await;
        let (problem, n_waiting) = watched.state(id).await;
        assert_eq!((problem.as_deref(), n_waiting), (Some("it answers 500 Internal Server Error"), 1));
        watched.wait(29);
        watched.send().await;
        assert_eq!(receiver.n_got(), 1, "it isn't due yet");
        watched.wait(1);
        watched.send().await;
        let problem = watched.state(id).await.0.unwrap();
        assert_eq!(problem, "it answers 302 Found, and redirects aren't followed");
        assert_eq!(receiver.n_got(), 2);
        watched.wait(120);
        watched.send().await;
        assert_eq!(watched.state(id).await.0.as_deref(), Some("it doesn't answer in time"));
        watched.wait(600);
        watched.send().await;
        assert_eq!(watched.state(id).await, (None, 0), "it arrived at last");
        let names: Vec<_> = (0..4).map(|place| receiver.header(place, "x-stonks-delivery")).collect();
        assert!(names.iter().all(|name| *name == names[0]), "{names:?}");
        assert_eq!(receiver.header(0, "x-stonks-signature"), None);
    }

    async fn a_webhook_that_fails_holds_up_no_other_and_is_given_up(test) {
        let mut watched = Watched::new(test).await;
        let (hanging, slow_url) = Receiver::start().await;
        hanging.then(&[Does::Hang; 9]);
        let (good, url) = Receiver::start().await;
        let slow = watched.add(&slow_url, None).await;
        let refusing = watched.add(&format!("http://{}/", nobody().await), None).await;
        let well = watched.add(&url, None).await;
        watched.let_it_be("down").await;
        watched.post.send_due().await.unwrap();
        good.arrived.notified().await;
        assert_eq!(watched.state(slow).await.1, 1, "it is still being waited for");
        watched.send().await;
        assert_eq!(watched.state(well).await, (None, 0));
        let problem = watched.state(refusing).await.0.unwrap();
        assert!(problem.starts_with("it can't be reached: "), "{problem}");
        assert!(!problem.contains("127.0.0.1"), "{problem}");
        for rest in [30, 120, 600, 2_700] {
            watched.wait(rest);
            watched.send().await;
        }
        let (problem, n_waiting) = watched.state(slow).await;
        let problem = problem.unwrap();
        assert!(problem.contains("is given up after 5 tries"), "{problem}");
        assert_eq!((n_waiting, hanging.n_got(), good.n_got()), (0, 5, 1));
    }

    async fn a_try_that_a_restart_cut_off_is_made_again(test) {
        let mut watched = Watched::new(test).await;
        let (receiver, url) = Receiver::start().await;
        receiver.then(&[Does::Hang]);
        let id = watched.add(&url, None).await;
        watched.let_it_be("down").await;
        watched.post.send_due().await.unwrap();
        receiver.arrived.notified().await;
        watched.post = Post::with_patience(Arc::clone(&watched.app), PATIENCE);
        watched.send().await;
        assert_eq!(receiver.n_got(), 1, "the try may still be under way elsewhere");
        watched.wait(30);
        watched.send().await;
        assert_eq!((receiver.n_got(), watched.state(id).await), (2, (None, 0)));
        assert_eq!(receiver.header(0, "x-stonks-delivery"), receiver.header(1, "x-stonks-delivery"));
    }

    async fn a_lost_secret_lets_nothing_go_unsigned(test) {
        let mut watched = Watched::new(test).await;
        let (receiver, url) = Receiver::start().await;
        let id = watched.add(&url, Some(b"between us")).await;
        std::fs::remove_file(watched.folder.path().join("vault.key")).unwrap();
        watched.let_it_be("down").await;
        watched.send().await;
        let problem = watched.state(id).await.0.unwrap();
        assert!(problem.starts_with("the vault's key file `"), "{problem}");
        assert!(problem.ends_with("` is missing"), "{problem}");
        assert_eq!(receiver.n_got(), 0);
    }

    async fn a_test_is_sent_at_once_and_says_what_is_wrong(test) {
        let watched = Watched::new(test).await;
        let (receiver, url) = Receiver::start().await;
        let id = watched.add(&url, None).await;
        watched.app.test_webhook(id).await.unwrap();
        let body: Value = serde_json::from_str(&receiver.got.lock().unwrap()[0].1).unwrap();
        assert_eq!((&body["type"], &body["alert"]), (&json!("test"), &Value::Null));
        receiver.then(&[Does::Answer(403)]);
        let refused = watched.app.test_webhook(id).await.unwrap_err();
        let sentence = format!("webhook {id} doesn't take what is sent to it: it answers 403 Forbidden");
        assert_eq!(refused.to_string(), sentence);
        assert!(watched.app.test_webhook(id + 1).await.unwrap_err().hint().unwrap().contains("there is"));
    }

    async fn a_server_tells_by_itself_and_misses_nothing_in_a_flood(test) {
        let watched = Watched::new(test).await;
        let (receiver, url) = Receiver::start().await;
        watched.add(&url, None).await;
        let keeper = tokio::spawn(Arc::clone(&watched.app).keep_alerts());
        let down = BTreeMap::from([("start".to_owned(), "down".to_owned())]);
        watched.app.set_plugin_settings(&hostile(), &down).await.unwrap();
        watched.app.check_plugin(&hostile()).await.unwrap();
        for number in 0..2_000 {
            let note = stonks_host::events::Happening::Noted(format!("note {number}"));
            watched.app.manager().events().publish("", watched.app.now(), note);
        }
        let arrived = tokio::time::timeout(Duration::from_secs(20), receiver.arrived.notified());
        arrived.await.expect("it is sent");
        keeper.abort();
    }
}

/// HMAC-SHA256 as RFC 2104 writes it down, so that the signature is checked by other means.
fn hmac_by_hand(key: &[u8], message: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    let outer = Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize();
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_secret_of_before_the_vault_moves_into_it() {
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let mut watched = Watched::new(test).await;
    let (receiver, url) = Receiver::start().await;
    let id = watched.add(&url, Some(b"another")).await;
    let folder = watched.folder.path().to_path_buf();
    let options = SqliteConnectOptions::new().filename(folder.join("stonks.sqlite3"));
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    database.execute("DELETE FROM secrets").await.unwrap();
    database.close().await.unwrap();
    let file = folder.join("webhook-secrets").join(id.to_string());
    std::fs::create_dir(folder.join("webhook-secrets")).unwrap();
    std::fs::write(&file, b"between us").unwrap();
    for (place, start) in ["down", "well"].into_iter().enumerate() {
        watched.let_it_be(start).await;
        watched.send().await;
        let body = receiver.got.lock().unwrap()[place].1.clone();
        let expected = format!("sha256={}", hmac_by_hand(b"between us", body.as_bytes()));
        assert_eq!(receiver.header(place, "x-stonks-signature"), Some(expected));
        assert!(!file.exists());
    }
}
