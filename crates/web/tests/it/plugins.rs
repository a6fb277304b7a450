//! The plugins: list, pages, commands that are asked about first, and events as they happen.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use stonks_plugin::PluginId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::test_web::{Page, TestWeb};

const FORM: &str = "application/x-www-form-urlencoded";

fn id(name: &str) -> PluginId {
    name.parse().unwrap()
}

/// What a page says, apart from how its lines are broken.
fn check(page: &Page, status: StatusCode, expected: &[&str]) {
    assert_eq!(page.status, status, "{}", page.text);
    for part in expected {
        assert!(page.text.contains(part), "lacks `{part}`:\n{}", page.text);
    }
}

/// A folder with one plugin of this manifest, and one that says too little.
fn folder_with(manifest: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, manifest: &str| {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("plugin_manifest.json"), manifest).unwrap();
    };
    write("told", manifest);
    write("Half a plugin", "{ \"plugin\": ");
    folder
}

const MANIFEST: &str = r#"{
  "plugin": { "name": "told", "version": "2.1.0", "type": "broker", "display_name": "<i>Told</i>", "homepage": "javascript:alert(1)" },
  "api": { "min_version": "1.0.0", "max_version": "1.0.0" },
  "capabilities": { "services": ["dividend"], "supported_markets": ["XAMS"] },
  "permissions": {
    "http": [{ "host": "api.example.com", "methods": ["GET"], "purpose": "read your dividends" }],
    "storage": { "quota_bytes": 1048576, "purpose": "remember where it was" }
  },
  "runtime": { "kind": "wasm", "module": "told.wasm" },
  "settings": [
    { "key": "zone", "kind": "text", "label": "Time zone", "help": "Of its reports.", "default": "UTC" },
    { "key": "deep", "kind": "flag", "label": "Look deep", "default": true },
    { "key": "side", "kind": "choice", "label": "Which side", "default": "left", "choices": ["left", "right"] }
  ]
}"#;

async fn crash(web: &TestWeb) {
    let trap = BTreeMap::from([("start".to_owned(), "trap".to_owned())]);
    while let Ok(_) | Err(stonks_host::StartError::Call(_)) =
        web.app.manager().start(&id("hostile"), &trap).await
    {}
}

#[tokio::test]
async fn without_plugins_the_list_says_where_to_put_them() {
    let web = TestWeb::over(Vec::new()).await;
    let page = web.get("/plugins").await;
    check(&page, StatusCode::OK, &["0 in all, 0 active", "There are no plugins."]);
}

#[tokio::test]
async fn the_list_shows_good_and_bad_ones_and_can_be_narrowed() {
    let folder = folder_with(MANIFEST);
    let web = TestWeb::beside(folder.path()).await;
    web.app.enable_plugin(&id("degiro"), "test").await.unwrap();
    web.app.check_plugin(&id("degiro")).await.unwrap();
    let all = ["DEGIRO", "active", "healthy", "file-import", "Half a plugin", "&#60;i&#62;Told"];
    check(&web.get("/plugins").await, StatusCode::OK, &all);
    for (query, present, absent) in [
        ("search=xams+told", "/plugins/told", "/plugins/hostile"),
        ("search=nothing+of+it", "No plugin matches", "/plugins/"),
        ("state=active", "/plugins/degiro", "/plugins/hostile"),
        ("state=error", "/plugins/Half%20a%20plugin", "/plugins/degiro"),
        ("kind=broker", "/plugins/degiro", "/plugins/Half"),
        ("kind=view&state=&search=", "/plugins/dividend-ladder", "/plugins/degiro"),
    ] {
        let page = web.get(&format!("/plugins?{query}")).await;
        check(&page, StatusCode::OK, &[present]);
        assert!(!page.text.contains(&format!("href=\"{absent}")), "{query}: {}", page.text);
    }
    let page = web.get("/plugins?state=asleep").await;
    check(&page, StatusCode::BAD_REQUEST, &["There is no state of a plugin `asleep`"]);
}

#[tokio::test]
async fn a_page_tells_all_that_is_known_of_a_plugin() {
    let web = TestWeb::filled().await;
    let csv = id("generic-csv");
    web.app.enable_plugin(&csv, "test").await.unwrap();
    web.app.check_plugin(&csv).await.unwrap();
    let page = web.get("/plugins/generic-csv").await;
    let expected = [
        "Any broker, by spreadsheet",
        "MIT OR Apache-2.0",
        "It asks for none",
        "Started</span>",
        "loaded <span aria-label=\"to\">→</span> active",
        "<code>error-rate</code>",
        "at most 20 %",
        "\"health\":[[1719748800000,2.0]]",
        ">mine</dd>",
        "Threshold of latency-p95",
        "href=\"/plugins/generic-csv/disable\"",
    ];
    check(&page, StatusCode::OK, &expected);
    assert!(!page.text.contains("href=\"/plugins/generic-csv/enable\""));
}

#[tokio::test]
async fn a_broken_plugin_has_a_page_with_its_findings_and_what_it_asks_for() {
    let folder = folder_with(MANIFEST);
    let web = TestWeb::beside(folder.path()).await;
    let expected = [
        "told.wasm` isn&#39;t there",
        "/runtime/module",
        "&#60;i&#62;Told&#60;/i&#62;",
        "Send GET requests to api.example.com",
        "To read your dividends",
        "Keep up to 1 MiB of data of its own",
        "\nUTC</textarea>",
        "Of its reports.",
        "value=\"true\" checked",
        "<option selected>left</option>",
        "border-l-error",
    ];
    web.app.enable_plugin(&id("told"), "test").await.unwrap_err();
    let page = web.get("/plugins/told").await;
    check(&page, StatusCode::OK, &expected);
    assert!(!page.text.contains("href=\"javascript:"), "only what opens a page is a link");
    // It has no name by which it could be commanded.
    let page = web.get("/plugins/Half%20a%20plugin").await;
    check(&page, StatusCode::OK, &["Half a plugin", "badge-error"]);
    assert!(!page.text.contains("/enable\""), "{}", page.text);
    let page = web.post("/plugins/Half%20a%20plugin/enable", FORM, Vec::new()).await;
    check(&page, StatusCode::UNPROCESSABLE_ENTITY, &["has a name that no plugin may have"]);
}

#[tokio::test]
async fn a_plugin_in_quarantine_says_why_and_what_to_do() {
    let web = TestWeb::new().await;
    crash(&web).await;
    web.app.check_plugin(&id("hostile")).await.unwrap();
    let page = web.get("/plugins/hostile").await;
    let expected = [
        "Quarantined after 4 failures: it crashed",
        "Look at its logs, then enable it to try it again.",
        "unhealthy",
        "href=\"/plugins/hostile/enable\"",
    ];
    check(&page, StatusCode::OK, &expected);
    check(&web.get("/plugins").await, StatusCode::OK, &["1 needs a look", "Quarantined after"]);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let web = TestWeb::new().await;
    for path in ["/plugins/nobody", "/plugins/nobody/enable", "/plugins/No%20one"] {
        check(&web.get(path).await, StatusCode::NOT_FOUND, &["There is no plugin `"]);
    }
    check(&web.get("/plugins/degiro/explode").await, StatusCode::NOT_FOUND, &["no such page"]);
    let page = web.post("/plugins/nobody/enable", FORM, Vec::new()).await;
    check(&page, StatusCode::NOT_FOUND, &["There is no plugin `nobody`"]);
}

#[tokio::test]
async fn a_command_is_asked_about_then_done_then_told() {
    let web = TestWeb::filled().await;
    for (command, question, state, told) in [
        ("enable", "Its files are read and judged", "active", "It is switched on."),
        ("check", "Nothing else changes.", "active", "It was checked."),
        ("reload", "what runs goes on", "active", "taken up anew."),
        ("disable", "Nothing can be imported meanwhile into: mine.", "disabled", "switched off."),
    ] {
        let before = web.app.plugin(&id("generic-csv")).unwrap();
        let path = format!("/plugins/generic-csv/{command}");
        check(&web.get(&path).await, StatusCode::OK, &[question, "method=\"post\""]);
        let after = web.app.plugin(&id("generic-csv")).unwrap();
        assert_eq!(after.state, before.state, "a question changes nothing");
        let done = web.post(&path, FORM, Vec::new()).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let page = web.get(done.headers["location"].to_str().unwrap()).await;
        check(&page, StatusCode::OK, &[told, &format!(">{state}</span>")]);
    }
    let page = web.get("/plugins/generic-csv").await;
    check(&page, StatusCode::OK, &["Switched off", "by web page", "Enable it to use it again."]);
}

#[tokio::test]
async fn a_command_that_fails_says_why_and_what_to_do() {
    let folder = folder_with(MANIFEST);
    let web = TestWeb::beside(folder.path()).await;
    web.app.disable_plugin(&id("degiro"), "test").await.unwrap();
    for (path, status, message, hint) in [
        (
            "degiro/disable",
            StatusCode::CONFLICT,
            "Plugin `degiro`: a plugin that is disabled can&#39;t be disabled",
            "Something happened to it meanwhile",
        ),
        (
            "degiro/reload",
            StatusCode::CONFLICT,
            "Plugin `degiro` is disabled: switched off",
            "Enable it first",
        ),
        (
            "told/enable",
            StatusCode::UNPROCESSABLE_ENTITY,
            "Plugin `told` can&#39;t be",
            "See its findings; once",
        ),
    ] {
        let page = web.post(&format!("/plugins/{path}"), FORM, Vec::new()).await;
        check(&page, status, &["role=\"alert\"", message, "What you can do:", hint]);
    }
}

#[tokio::test]
async fn no_foreign_page_can_command() {
    let web = TestWeb::new().await;
    let request = Request::post("/plugins/degiro/disable")
        .header("host", "localhost:8000")
        .header("origin", "http://evil.example")
        .header("sec-fetch-site", "cross-site")
        .body(Body::empty());
    assert_eq!(web.send(request.unwrap()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(web.app.plugin_history(&id("degiro"), 10).await.unwrap(), []);
}

#[tokio::test]
async fn a_threshold_is_set_and_what_is_no_range_is_refused() {
    let web = TestWeb::new().await;
    let path = "/plugins/degiro/thresholds";
    let done = web.post(path, FORM, b"name=check&min=&max=7.5".to_vec()).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    check(&web.get("/plugins/degiro").await, StatusCode::OK, &["check, at most", "value=\"7.5\""]);
    let page = web.post(path, FORM, b"name=check&min=9&max=1".to_vec()).await;
    let sentence = "Nothing is at least 9 and at most 1";
    check(&page, StatusCode::UNPROCESSABLE_ENTITY, &["role=\"alert\"", sentence]);
}

#[tokio::test]
async fn settings_are_kept_if_the_plugin_takes_them() {
    let web = TestWeb::new().await;
    let path = "/plugins/hostile/settings";
    let done = web.post(path, FORM, b"start=down".to_vec()).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let chosen = "<option selected>down</option>";
    check(&web.get("/plugins/hostile").await, StatusCode::OK, &[chosen]);
    let page = web.post(path, FORM, b"start=fail".to_vec()).await;
    let expected = ["role=\"alert\"", "<option selected>fail</option>"];
    check(&page, StatusCode::UNPROCESSABLE_ENTITY, &expected);
    check(&web.get("/plugins/hostile").await, StatusCode::OK, &[chosen]);
    let page = web.post(path, FORM, b"start=sideways".to_vec()).await;
    check(&page, StatusCode::UNPROCESSABLE_ENTITY, &["one of well, fail", "See its settings"]);
    let page = web.post("/plugins/degiro/settings", FORM, Vec::new()).await;
    check(&page, StatusCode::NOT_FOUND, &["Plugin `degiro` has no settings"]);
}

/// A browser that listens, over a real connection.
struct Listener(TcpStream);

impl Listener {
    async fn connect(address: std::net::SocketAddr, path: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut listener = Self(stream);
        let head = listener.read_until("retry: 2000").await;
        assert!(head.to_lowercase().contains("content-type: text/event-stream"), "{head}");
        listener
    }

    async fn read_until(&mut self, sign: &str) -> String {
        let mut said = String::new();
        let mut buffer = [0; 1024];
        while !said.contains(sign) {
            let read = self.0.read(&mut buffer);
            let n_bytes = tokio::time::timeout(Duration::from_secs(20), read).await;
            let n_bytes = n_bytes.map_or(0, Result::unwrap);
            assert!(
                n_bytes > 0,
                "the stream ended, or was silent for too long, before `{sign}`: {said}"
            );
            said += &String::from_utf8_lossy(&buffer[..n_bytes]);
        }
        said
    }
}

/// A server on a port of its own, which ends when told to.
struct Server {
    address: std::net::SocketAddr,
    end: tokio::sync::oneshot::Sender<()>,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Server {
    async fn start(web: &TestWeb) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let shutdown = async move {
            let _ = ended.await;
        };
        let served = tokio::spawn(stonks_web::serve(listener, Arc::clone(&web.app), shutdown));
        Self { address, end, served }
    }
}

#[tokio::test]
async fn what_happens_after_subscribing_is_told() {
    let web = TestWeb::new().await;
    let server = Server::start(&web).await;
    let mut all = Listener::connect(server.address, "/plugins/events").await;
    let mut one = Listener::connect(server.address, "/plugins/events?plugin=degiro").await;
    web.app.enable_plugin(&id("ecb-rates"), "test").await.unwrap();
    web.app.disable_plugin(&id("degiro"), "test").await.unwrap();
    let said = all.read_until("disabled: switched off").await;
    // The first says that another plugin waits for a grant.
    let first = "data: {\"number\":2,\"plugin\":\"ecb-rates\",\"at\":\"2024-06-30T12:00:00Z\",\
                 \"kind\":\"moved\",\"text\":\"loading\"}";
    assert!(said.contains(first) && said.contains("id: 2\n"), "{said}");
    let said = one.read_until("disabled: switched off").await;
    assert!(!said.contains("ecb-rates"), "{said}");
}

#[tokio::test]
async fn the_server_ends_though_browsers_listen() {
    let web = TestWeb::new().await;
    let server = Server::start(&web).await;
    let mut listener = Listener::connect(server.address, "/plugins/events").await;
    server.end.send(()).unwrap();
    let served = tokio::time::timeout(Duration::from_secs(5), server.served).await;
    served.expect("the server ends").unwrap().unwrap();
    let mut rest = Vec::new();
    listener.0.read_to_end(&mut rest).await.unwrap();
}

#[tokio::test]
async fn a_browser_that_does_not_read_is_dropped_and_its_stream_ends() {
    let web = TestWeb::new().await;
    let request =
        Request::get("/plugins/events").header("host", "localhost:8000").body(Body::empty());
    let response = web.open(request.unwrap()).await;
    let events = web.app.manager().events();
    assert_eq!(events.n_subscribers(), 1);
    for number in 0..300 {
        let note = stonks_host::events::Happening::Noted(format!("note {number}"));
        events.publish("", web.app.now(), note);
    }
    assert_eq!(events.n_subscribers(), 0);
    // What it was given before is still there, then it is over.
    let said = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("note 255") && !said.contains("note 256"), "{said}");
}

#[tokio::test]
async fn a_browser_that_goes_away_is_forgotten() {
    let web = TestWeb::new().await;
    let request =
        Request::get("/plugins/events").header("host", "localhost:8000").body(Body::empty());
    drop(web.open(request.unwrap()).await);
    web.app.enable_plugin(&id("degiro"), "test").await.unwrap();
    assert_eq!(web.app.manager().events().n_subscribers(), 0);
}

#[tokio::test]
async fn only_so_many_listen_and_a_place_is_free_again_when_one_goes() {
    let web = TestWeb::new().await;
    let listen = async || {
        let request =
            Request::get("/plugins/events").header("host", "localhost:8000").body(Body::empty());
        web.open(request.unwrap()).await
    };
    let mut listening = Vec::new();
    for _ in 0..64 {
        listening.push(listen().await);
    }
    let refused = listen().await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "10");
    listening.pop();
    assert_eq!(listen().await.status(), StatusCode::OK);
}

#[tokio::test]
async fn plugin_pages_hold_nothing_foreign() {
    let folder = folder_with(MANIFEST);
    let web = TestWeb::beside(folder.path()).await;
    for path in ["/plugins", "/plugins/told", "/plugins/degiro/disable", "/alerts"] {
        let page = web.get(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        for part in ["http://", "https://", " style=", "onclick", "<i>Told"] {
            assert!(!page.text.contains(part), "{path} holds `{part}`");
        }
    }
}

#[tokio::test]
async fn what_a_plugin_asks_for_is_shown_and_decided_before_it_runs() {
    let web = TestWeb::new().await;
    let purpose = "To try out what requests do.";
    let page = web.get("/plugins/caller").await;
    let waits =
        ["Awaiting grant", "Enable it: you are shown what it asks for, and decide.", purpose];
    check(&page, StatusCode::OK, &waits);
    let page = web.get("/plugins/caller/enable").await;
    let question = [purpose, "Grant all and enable", "Enable without", "not granted"];
    check(&page, StatusCode::OK, &question);
    // Nobody may have been asked.
    let page = web.post("/plugins/caller/enable", FORM, Vec::new()).await;
    check(&page, StatusCode::CONFLICT, &["is disabled: awaiting grant"]);
    let page = web.post("/plugins/caller/enable", FORM, b"grants=none".to_vec()).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    check(&web.get("/plugins/caller").await, StatusCode::OK, &["active", "not granted"]);
}

#[tokio::test]
async fn permissions_are_granted_and_taken_back_on_the_page_one_by_one() {
    let web = TestWeb::new().await;
    let decide = async |form: &str| {
        web.post("/plugins/caller/permissions", FORM, form.as_bytes().to_vec()).await
    };
    for form in [
        "verdict=grant&kind=http&object=api.example.com",
        "verdict=grant&kind=http&object=*.listed.example",
        "verdict=grant&kind=storage&object=",
    ] {
        assert_eq!(decide(form).await.status, StatusCode::SEE_OTHER, "{form}");
    }
    // With the last one it had waited for nothing else.
    let page = web.get("/plugins/caller").await;
    check(
        &page,
        StatusCode::OK,
        &["active", ">granted</span>", "by web page", "It has sent none."],
    );
    assert!(!page.text.contains("not granted"), "{}", page.text);
    let page = decide("verdict=revoke&kind=storage").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    check(&web.get("/plugins/caller").await, StatusCode::OK, &["active", "not granted"]);
    for (form, refusal) in [
        (
            "verdict=grant&kind=http&object=elsewhere.example",
            "ask for requests to `elsewhere.example`",
        ),
        ("verdict=revoke&kind=storage", "was not granted storage"),
        ("verdict=grant&kind=http&object=https%3A%2F%2F", "is no permission"),
        ("verdict=grant&kind=everything", "is no permission"),
    ] {
        check(&decide(form).await, StatusCode::UNPROCESSABLE_ENTITY, &[refusal]);
    }
}
