//! The page of insights: waiting, filled, and with a plugin that fails or tells markup.

use axum::http::StatusCode;

use crate::test_web::TestWeb;

async fn page(web: &TestWeb) -> String {
    let page = web.get("/insights").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.text
}

fn check(text: &str, expected: &[&str]) {
    for part in expected {
        assert!(text.contains(part), "`{part}` is missing:\n{text}");
    }
}

async fn tell(web: &TestWeb, what: &str) {
    let plugin = "hostile-insights".parse().unwrap();
    let settings = std::collections::BTreeMap::from([("what".to_owned(), what.to_owned())]);
    web.app.set_plugin_settings(&plugin, &settings).await.unwrap();
    web.app.refresh_insights(None).await.unwrap();
}

#[tokio::test]
async fn no_page_waits_for_a_plugin() {
    let web = TestWeb::filled().await;
    let text = page(&web).await;
    check(
        &text,
        &["Concentration", "Dividend ladder", "This is being computed for the first time"],
    );
    assert!(!text.contains("Largest position"));
}

#[tokio::test]
async fn what_plugins_tell_is_drawn() {
    let web = TestWeb::filled().await;
    web.app.refresh_insights(None).await.unwrap();
    check(
        &page(&web).await,
        &[
            "Largest position",
            "100.00",
            "Effective number of positions",
            "World &#60;b&#62;ETF&#60;/b&#62;: 480.00 EUR of 480.00 EUR",
            "Nothing is announced, and the last twelve months brought nothing to go by.",
        ],
    );
}

#[tokio::test]
async fn a_plugin_that_fails_shows_its_name_and_the_others_show() {
    let web = TestWeb::filled().await;
    tell(&web, "trap").await;
    check(
        &page(&web).await,
        &[
            "Plugin `hostile-insights`, `render`: it crashed: it gave up (a panic, or an abort).",
            "Largest position",
        ],
    );
}

#[tokio::test]
async fn markup_of_a_plugin_stays_text() {
    let web = TestWeb::filled().await;
    tell(&web, "markup").await;
    let text = page(&web).await;
    check(&text, &["&#60;script&#62;alert(1)&#60;/script&#62;", "\\u003c", "data-lines"]);
    for markup in ["<script>alert", "</script><b>bold"] {
        assert!(!text.contains(markup), "{markup}");
    }
}

#[tokio::test]
async fn holdings_can_be_told_together_and_show_what_changed_them() {
    let web = TestWeb::filled().await;
    let plugin = "symbol-mapper".parse().unwrap();
    let table = "code,isin\nIWDA,IE00BK5BQT80\n".to_owned();
    let settings = std::collections::BTreeMap::from([("table".to_owned(), table)]);
    web.app.set_plugin_settings(&plugin, &settings).await.unwrap();
    for path in ["/portfolio", "/portfolio?together=true&sort=gain"] {
        let page = web.get(path).await;
        check(&page.text, &["IE00BK5BQT80", "Changed by symbol-mapper 0.1.0"]);
    }
    check(&web.get("/transactions").await.text, &["Changed by symbol-mapper 0.1.0", "mine.csv"]);
}
