//! What pages carry, and whom they are refused.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::test_web::TestWeb;

#[tokio::test]
async fn every_page_forbids_what_does_not_come_from_here() {
    let web = TestWeb::filled().await;
    for path in ["/", "/portfolio", "/transactions", "/import", "/nowhere"] {
        let page = web.get(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert_eq!(page.headers["cache-control"], "no-store");
        for part in ["http://", "https://", " style=", "onclick"] {
            assert!(!page.text.contains(part), "{path} holds `{part}`");
        }
    }
}

#[tokio::test]
async fn assets_are_kept_and_hold_no_foreign_address() {
    let web = TestWeb::new().await;
    let page = web.get("/import").await;
    let path =
        page.text.split("href=\"/assets/style.css").nth(1).unwrap().split('"').next().unwrap();
    let style = web.get(&format!("/assets/style.css{path}")).await;
    assert_eq!(style.status, StatusCode::OK);
    assert_eq!(style.headers["content-type"], "text/css");
    assert!(style.headers["cache-control"].to_str().unwrap().contains("immutable"));
    assert!(!style.text.contains("url(http"));
    assert_eq!(web.get("/assets/nothing.js").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_foreign_page_can_change_nothing() {
    let web = TestWeb::new().await;
    let request = Request::post("/appearance")
        .header("host", "localhost:8000")
        .header("origin", "http://evil.example")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("appearance=dark&back=%2F"));
    assert_eq!(web.send(request.unwrap()).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_name_that_merely_resolves_to_this_machine_is_refused() {
    let web = TestWeb::filled().await;
    for (host, status) in [
        ("localhost:8000", StatusCode::OK),
        ("127.0.0.1:8000", StatusCode::OK),
        ("[::1]:8000", StatusCode::OK),
        ("stonks.localhost", StatusCode::OK),
        ("rebound.evil.example", StatusCode::MISDIRECTED_REQUEST),
        ("localhost.evil.example:8000", StatusCode::MISDIRECTED_REQUEST),
        ("10.0.0.5:8000", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let request = Request::get("/").header("host", host).body(Body::empty());
        assert_eq!(web.send(request.unwrap()).await.status, status, "{host}");
    }
}
