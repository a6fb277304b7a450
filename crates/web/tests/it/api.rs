//! `/api/v1`: the same as the pages and the command line, as JSON; errors in one shape; nothing for
//! foreign pages.

use std::path::Path;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use stonks_app::alerts::AlertWatch;
use stonks_plugin::PluginId;
use stonks_plugin::health::Threshold;

use crate::test_web::{Page, TestWeb};

const JSON: &str = "application/json";

fn id(name: &str) -> PluginId {
    name.parse().unwrap()
}

/// What an answer holds, which is always JSON.
fn read(page: &Page, status: StatusCode) -> Value {
    assert_eq!(page.status, status, "{}", page.text);
    let kind = page.headers["content-type"].to_str().unwrap();
    let is_error = status.is_client_error() || status.is_server_error();
    assert_eq!(kind, if is_error { "application/problem+json" } else { JSON }, "{}", page.text);
    let told: Value = serde_json::from_str(&page.text).unwrap();
    if is_error {
        assert_eq!(told["status"], status.as_u16());
        assert_eq!(told["type"], "about:blank");
        assert_eq!(told["title"], status.canonical_reason().unwrap());
    }
    told
}

async fn get(web: &TestWeb, path: &str) -> Value {
    read(&web.get(path).await, StatusCode::OK)
}

async fn post(web: &TestWeb, path: &str, body: &Value, status: StatusCode) -> Value {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    read(&web.post(path, JSON, body).await, status)
}

/// What is said of a request that isn't answered: status, and a part of the sentence or its hint.
async fn check_refused(web: &TestWeb, path: &str, status: StatusCode, part: &str) {
    let told = read(&web.get(path).await, status);
    let said = format!("{} | {} | {}", told["detail"], told["hint"], told["parameter"]);
    assert!(said.contains(part), "{path}: {said}");
}

#[test]
fn the_published_document_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json");
    let text = stonks_web::openapi_text();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(published == text, "{} is out of date: run `make bless`", path.display());
}

#[tokio::test]
async fn the_document_tells_every_address_and_is_openapi_3_1() {
    let web = TestWeb::new().await;
    let document = get(&web, "/api/v1/openapi.json").await;
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path} says nothing");
            let succeeds =
                ["200", "204"].iter().any(|status| operation["responses"][status].is_object());
            assert!(succeeds, "{method} {path} never succeeds");
        }
        let path = path.replace("{name}", "degiro").replace("{id}", "1");
        let path = path.replace("{figure}", "total.value");
        let answer = web.get(&path).await;
        let is_served = answer.status != StatusCode::NOT_FOUND || path.contains("/alerts/");
        assert!(is_served, "{path}: {}", answer.text);
    }
    // Every reference leads somewhere.
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
}

#[tokio::test]
async fn plugins_are_listed_and_narrowed_as_on_the_command_line() {
    let web = TestWeb::new().await;
    web.app.enable_plugin(&id("degiro"), "test").await.unwrap();
    let all = get(&web, "/api/v1/plugins").await;
    let degiro = all.as_array().unwrap().iter().find(|row| row["name"] == "degiro").unwrap();
    let fields: Vec<&str> = degiro.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        fields,
        ["name", "version", "type", "runtime", "state", "reason", "source", "services", "health"]
    );
    assert_eq!((&degiro["type"], &degiro["state"]), (&json!("broker"), &json!("active")));
    for (query, present, absent) in [
        ("kind=view", "dividend-ladder", "degiro"),
        ("state=active", "degiro", "dividend-ladder"),
        ("service=file-import&kind=broker", "degiro", "concentration"),
        ("currency=EUR&kind=&state=", "degiro", "dividend-ladder"),
    ] {
        let rows = get(&web, &format!("/api/v1/plugins?{query}")).await;
        let has = |name: &str| rows.as_array().unwrap().iter().any(|row| row["name"] == name);
        assert!(has(present) && !has(absent), "{query}: {rows}");
    }
    assert_eq!(get(&web, "/api/v1/plugins?feature=teleportation").await, json!([]));
}

#[tokio::test]
async fn a_plugin_is_described_with_all_that_is_known_of_it() {
    let web = TestWeb::new().await;
    web.app.enable_plugin(&id("hostile"), "test").await.unwrap();
    web.app.check_plugin(&id("hostile")).await.unwrap();
    let told = get(&web, "/api/v1/plugins/hostile").await;
    assert_eq!(told["plugin"]["name"], "hostile");
    assert!(told["manifest"]["settings"].is_array(), "{told}");
    assert!(told["findings"].is_array() && told["permissions"].is_array());
    let measured = told["checked"]["measurements"].as_array().unwrap();
    assert!(measured.iter().any(|one| one["name"] == "error-rate" && one["unit"] == "%"));
}

#[tokio::test]
async fn a_command_is_carried_out_and_recorded_as_the_apis() {
    let web = TestWeb::new().await;
    let null = Value::Null;
    let path = |command: &str| format!("/api/v1/plugins/generic-csv/{command}");
    let told = post(&web, &path("enable"), &null, StatusCode::OK).await;
    assert_eq!(told, json!({ "name": "generic-csv", "state": "active", "reason": null }));
    let told = post(&web, &path("check"), &json!({}), StatusCode::OK).await;
    assert_eq!(told["health"], "healthy");
    let told = post(&web, &path("reload"), &null, StatusCode::OK).await;
    assert_eq!(told["state"], "active");
    let told = post(&web, &path("disable"), &null, StatusCode::OK).await;
    assert_eq!((&told["state"], &told["reason"]), (&json!("disabled"), &json!("switched off")));
    let steps = get(&web, &path("history?limit=2")).await;
    let last = &steps.as_array().unwrap()[1];
    assert_eq!((&last["event"], &last["actor"]), (&json!("unloaded"), &json!("api")));
    let checks = get(&web, &path("health?span=1h")).await;
    assert_eq!(checks[0]["health"], "healthy");
    let logs = get(&web, &path("logs?limit=5")).await;
    assert!(logs.is_array());
}

#[tokio::test]
async fn what_can_not_be_done_says_why_with_the_right_status() {
    let web = TestWeb::new().await;
    let null = Value::Null;
    for (path, status, part) in [
        ("nobody/enable", StatusCode::NOT_FOUND, "there is no plugin `nobody`"),
        ("degirro/enable", StatusCode::NOT_FOUND, "did you mean `degiro`"),
        ("degiro/reload", StatusCode::CONFLICT, "is disabled: switched off"),
        ("degiro/disable", StatusCode::CONFLICT, "that is disabled can't be disabled"),
    ] {
        let disabled = web.app.plugin(&id("degiro")).unwrap().state.to_string() == "disabled";
        if !disabled {
            web.app.disable_plugin(&id("degiro"), "test").await.unwrap();
        }
        let told = post(&web, &format!("/api/v1/plugins/{path}"), &null, status).await;
        assert!(told.to_string().contains(part), "{told}");
    }
    let path = "/api/v1/plugins/hostile/settings";
    check_refused(&web, path, StatusCode::NOT_FOUND, "nothing at this address").await;
}

#[tokio::test]
async fn thresholds_are_set_all_or_none() {
    let web = TestWeb::new().await;
    let path = "/api/v1/plugins/degiro/thresholds";
    let put = async |body: Value, status| {
        let request = Request::put(path)
            .header("host", "localhost:8000")
            .header("content-type", JSON)
            .body(Body::from(body.to_string()));
        read(&web.send(request.unwrap()).await, status)
    };
    let lag = json!({ "name": "lag", "min": null, "max": 5.0 });
    let held = put(json!([lag]), StatusCode::OK).await;
    assert!(held.as_array().unwrap().contains(&lag), "{held}");
    let empty = json!({ "name": "wide", "min": 2, "max": 1 });
    let other = json!({ "name": "other", "min": 2 });
    let told = put(json!([other, empty]), StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(told["detail"], "threshold `wide`: nothing is at least 2 and at most 1");
    assert_eq!(get(&web, path).await, held, "none of it holds");
    for wrong in [json!([{ "name": "lag", "mx": 1 }]), json!({}), json!(null)] {
        put(wrong, StatusCode::BAD_REQUEST).await;
    }
}

#[tokio::test]
async fn permissions_are_granted_and_taken_back() {
    let web = TestWeb::new().await;
    let path = |what: &str| format!("/api/v1/plugins/ecb-rates/{what}");
    let asked = get(&web, &path("permissions")).await;
    assert_eq!(asked[0]["standing"], "not-granted", "{asked}");
    let granted = post(&web, &path("grant"), &json!({ "all": true }), StatusCode::OK).await;
    assert_eq!(granted[0]["standing"], "granted");
    assert_eq!(granted[0]["granted_by"], "api");
    let host = granted[0]["object"].clone();
    let revoke = json!({ "http": [host] });
    post(&web, &path("revoke"), &revoke, StatusCode::OK).await;
    let told = post(&web, &path("revoke"), &revoke, StatusCode::CONFLICT).await;
    assert!(told["detail"].as_str().unwrap().contains("was not granted"), "{told}");
    let wrong = json!({ "http": ["elsewhere.example"] });
    post(&web, &path("grant"), &wrong, StatusCode::UNPROCESSABLE_ENTITY).await;
    for (body, parameter) in [
        (json!({}), json!("all")),
        (json!({ "http": ["https://x"] }), json!("http")),
        (json!({ "addresses": ["here"] }), json!("addresses")),
        (json!({ "al": true }), Value::Null),
    ] {
        let told = post(&web, &path("grant"), &body, StatusCode::BAD_REQUEST).await;
        assert_eq!(told["parameter"], parameter, "{told}");
    }
}

#[tokio::test]
async fn alerts_are_told_and_acknowledged() {
    let web = TestWeb::new().await;
    let hostile = id("hostile");
    web.app.enable_plugin(&hostile, "test").await.unwrap();
    let mut watch = AlertWatch::open(&web.app).await.unwrap();
    let strict = Threshold { name: "check".to_owned(), min: None, max: Some(-1.0) };
    web.app.set_plugin_threshold(&hostile, &strict).await.unwrap();
    web.app.check_plugin(&hostile).await.unwrap();
    watch.look(&web.app).await.unwrap();
    let alerts = get(&web, "/api/v1/alerts?open=true&plugin=hostile").await;
    assert_eq!((&alerts[0]["kind"], &alerts[0]["plugin"]), (&json!("degraded"), &json!("hostile")));
    let path = format!("/api/v1/alerts/{}/acknowledge", alerts[0]["id"]);
    assert_eq!(web.post(&path, JSON, Vec::new()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&web, "/api/v1/alerts?open=true").await, json!([]));
    assert_eq!(get(&web, "/api/v1/alerts?limit=1").await[0]["acknowledged_by"], "api");
    let path = "/api/v1/alerts/999/acknowledge";
    post(&web, path, &Value::Null, StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn reports_tell_what_the_pages_show() {
    let web = TestWeb::filled().await;
    let total = get(&web, "/api/v1/total").await;
    assert_eq!((&total["base_currency"], &total["deposits"]), (&json!("EUR"), &json!("1000.00")));
    let early = get(&web, "/api/v1/total?as_of=2024-01-02&account=mine").await;
    assert_eq!(early["value"], "1000.00");
    let holdings = get(&web, "/api/v1/portfolio?together=true").await;
    assert_eq!((&holdings[0]["symbol"], &holdings[0]["quantity"]), (&json!("IWDA"), &json!("6")));
    for (path, n_rows) in [
        ("transactions", 2),
        ("transactions?from=2024-02-01", 1),
        ("deposits?to=2024-01-01", 0),
        ("dividends", 0),
        ("fees", 2),
        ("account?to=2024-01-02", 1),
        ("history?from=2024-06-29", 2),
    ] {
        let rows = get(&web, &format!("/api/v1/{path}")).await;
        assert_eq!(rows.as_array().unwrap().len(), n_rows, "{path}: {rows}");
    }
}

#[tokio::test]
async fn a_parameter_that_is_not_understood_is_named() {
    let web = TestWeb::filled().await;
    for (path, part) in [
        ("total?as_of=yesterday", "`as_of` can't be `yesterday`: expected is a date"),
        ("total?asof=2024-01-01", "did you mean `as_of`"),
        ("portfolio?together=perhaps", "\"together\""),
        ("plugins?kind=brokers", "expected is one of broker"),
        ("plugins?market=AMS", "XAMS"),
        ("plugins?currency=euro", "\"currency\""),
        ("plugins/degiro/logs?limit=0", "`limit` is from 1 to 1000"),
        ("plugins/degiro/logs?limit=5&limit=6", "more than once"),
        ("plugins/degiro/health?span=-1h", "24h or 30m"),
        ("plugins/degiro?deep=1", "there is no parameter `deep` here"),
        ("plugins/%ff", "can't be read"),
    ] {
        check_refused(&web, &format!("/api/v1/{path}"), StatusCode::BAD_REQUEST, part).await;
    }
    let path = "/api/v1/total?account=hers";
    check_refused(&web, path, StatusCode::NOT_FOUND, "there is mine").await;
}

#[tokio::test]
async fn nothing_below_api_is_ever_a_page() {
    let web = TestWeb::new().await;
    for path in ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/nowhere", "/api/v2/plugins"] {
        check_refused(&web, path, StatusCode::NOT_FOUND, "/api/v1/openapi.json").await;
    }
    let request = Request::delete("/api/v1/plugins")
        .header("host", "localhost:8000")
        .header("content-type", JSON)
        .body(Body::empty());
    let told = web.send(request.unwrap()).await;
    let said = read(&told, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(said["detail"], "`DELETE` isn't answered at this address");
    assert_eq!(told.headers["cache-control"], "no-store");
    let request = Request::get("/api/v1/plugins").header("host", "evil.example");
    let told = web.send(request.body(Body::empty()).unwrap()).await;
    read(&told, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn a_foreign_page_can_change_nothing_by_the_api() {
    let web = TestWeb::new().await;
    let path = "/api/v1/plugins/degiro/disable";
    let request = Request::post(path)
        .header("host", "localhost:8000")
        .header("origin", "http://evil.example")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", JSON)
        .body(Body::empty());
    read(&web.send(request.unwrap()).await, StatusCode::FORBIDDEN);
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        let told = web.post(path, kind, Vec::new()).await;
        let told = read(&told, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(told["hint"].as_str().unwrap().contains("application/json"), "{told}");
    }
    let large = web.post("/api/v1/plugins/degiro/grant", JSON, vec![b' '; 300 << 10]).await;
    read(&large, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(web.app.plugin_history(&id("degiro"), 10).await.unwrap(), []);
}

#[tokio::test]
async fn the_server_says_that_it_is_well() {
    let web = TestWeb::new().await;
    assert_eq!(get(&web, "/healthz").await["status"], "ok");
}
