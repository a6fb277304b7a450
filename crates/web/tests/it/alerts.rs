//! Alerts on the page: what someone should look at, who has seen it, and the webhooks.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use stonks_app::alerts::AlertWatch;
use stonks_plugin::PluginId;

use crate::test_web::{Page, TestWeb};

const FORM: &str = "application/x-www-form-urlencoded";

fn check(page: &Page, status: StatusCode, present: &[&str], absent: &[&str]) {
    assert_eq!(page.status, status, "{}", page.text);
    for part in present {
        assert!(page.text.contains(part), "lacks `{part}`:\n{}", page.text);
    }
    for part in absent {
        assert!(!page.text.contains(part), "holds `{part}`:\n{}", page.text);
    }
}

/// A plugin that says that it is down, and an alert of it.
async fn alarmed() -> TestWeb {
    let web = TestWeb::new().await;
    let hostile: PluginId = "hostile".parse().unwrap();
    web.app.enable_plugin(&hostile, "test").await.unwrap();
    let mut watch = AlertWatch::open(&web.app).await.unwrap();
    let down = BTreeMap::from([("start".to_owned(), "down".to_owned())]);
    web.app.set_plugin_settings(&hostile, &down).await.unwrap();
    web.app.check_plugin(&hostile).await.unwrap();
    watch.look(&web.app).await.unwrap();
    web
}

#[tokio::test]
async fn an_alert_is_shown_until_someone_has_seen_it() {
    let web = alarmed().await;
    let id = web.app.open_alerts(None).await.unwrap()[0].id;
    let button = format!("action=\"/alerts/{id}/acknowledge\"");
    let expected = [button.as_str(), "It says that it is down", "border-l-error"];
    for path in ["/plugins", "/plugins/hostile", "/alerts"] {
        check(&web.get(path).await, StatusCode::OK, &expected, &[]);
    }
    check(&web.get("/plugins/degiro").await, StatusCode::OK, &[], &[&button]);
    let path = format!("/alerts/{id}/acknowledge");
    let done = web.post(&path, FORM, b"back=%2Fplugins%2Fhostile".to_vec()).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_eq!(done.headers["location"], "/plugins/hostile");
    check(&web.get("/plugins").await, StatusCode::OK, &[], &[&button]);
    let seen = ["acknowledged", "by web page"];
    check(&web.get("/alerts").await, StatusCode::OK, &seen, &[&button]);
    let done = web.post(&path, FORM, b"back=https%3A%2F%2Fevil.example".to_vec()).await;
    assert_eq!(done.headers["location"], "/alerts");
    let page = web.post("/alerts/999/acknowledge", FORM, Vec::new()).await;
    check(&page, StatusCode::NOT_FOUND, &["There is no alert 999"], &[]);
}

#[tokio::test]
async fn without_alerts_the_page_says_so() {
    let web = TestWeb::new().await;
    let expected = ["Nothing was told so far.", "name=\"url\"", "type=\"password\""];
    check(&web.get("/alerts").await, StatusCode::OK, &expected, &[]);
}

#[tokio::test]
async fn a_webhook_is_added_tested_and_removed_and_its_secret_never_shown() {
    let web = TestWeb::new().await;
    // Nobody listens at this port of this machine.
    let form = b"url=http%3A%2F%2F127.0.0.1%3A9%2Fprivate-part&secret=between+us".to_vec();
    let done = web.post("/alerts/webhooks", FORM, form).await;
    assert_eq!(done.headers["location"], "/alerts?done=added#webhooks");
    let page = web.get("/alerts?done=added").await;
    let expected = ["The webhook is added.", "http://127.0.0.1:9<", "signed", "nothing sent yet"];
    check(&page, StatusCode::OK, &expected, &["private-part", "between us"]);
    let page = web.post("/alerts/webhooks/1/test", FORM, Vec::new()).await;
    let expected = ["role=\"alert\"", "Webhook 1 doesn", "be reached", ">failing<"];
    check(&page, StatusCode::UNPROCESSABLE_ENTITY, &expected, &["private-part", "between us"]);
    let done = web.post("/alerts/webhooks/1/remove", FORM, Vec::new()).await;
    assert_eq!(done.headers["location"], "/alerts?done=removed#webhooks");
    let page = web.post("/alerts/webhooks/1/remove", FORM, Vec::new()).await;
    check(&page, StatusCode::NOT_FOUND, &["There is no webhook 1"], &[]);
}

#[tokio::test]
async fn what_is_no_address_of_a_webhook_is_refused_in_a_sentence() {
    let web = TestWeb::new().await;
    for (form, sentence) in [
        ("url=ftp%3A%2F%2Fa.example", "begins with `https://` or `http://`, not with `ftp:`"),
        ("url=https%3A%2F%2Fme%3Apw%40a.example", "holds no user and no password"),
        ("url=nonsense", "`nonsense` is not a URL"),
    ] {
        let page = web.post("/alerts/webhooks", FORM, form.as_bytes().to_vec()).await;
        check(&page, StatusCode::UNPROCESSABLE_ENTITY, &["role=\"alert\"", sentence], &[]);
    }
    assert!(web.app.webhooks().await.unwrap().is_empty());
}
