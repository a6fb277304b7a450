//! Each page: empty, and with figures.

use axum::http::StatusCode;

use crate::test_web::TestWeb;

async fn check(web: &TestWeb, path: &str, expected: &[&str]) {
    let page = web.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}");
    for part in expected {
        assert!(page.text.contains(part), "{path} lacks `{part}`:\n{}", page.text);
    }
}

#[tokio::test]
async fn empty_pages_say_what_to_do() {
    let web = TestWeb::new().await;
    check(&web, "/", &["Nothing here yet", "href=\"/import\""]).await;
    check(&web, "/portfolio", &["Nothing is held", "href=\"/import\""]).await;
    check(&web, "/transactions", &["There are no transactions yet"]).await;
    check(&web, "/import", &["Your name for it", "Any broker, by spreadsheet"]).await;
}

#[tokio::test]
async fn pages_show_the_figures_of_the_reports() {
    let web = TestWeb::filled().await;
    check(
        &web,
        "/",
        &["1,032.00", "+32.00", "+3.20 %", "552.00", "1,000.00", "history-data", "By class"],
    )
    .await;
    check(&web, "/?interval=1m", &["aria-current=\"true\">1M<"]).await;
    check(&web, "/portfolio", &["1,032.00", "76.7", "480.00", "+19.80", "+12.20", "IE00B4L5Y983"])
        .await;
    check(&web, "/portfolio?sort=name&account=mine", &["480.00"]).await;
    check(&web, "/transactions", &["2 in all", "2024-04-01", "−765", "line 3"]).await;
    check(&web, "/transactions?search=sell+2024", &["1 found"]).await;
    check(&web, "/transactions?search=nothing", &["Nothing matches “nothing”"]).await;
}

#[tokio::test]
async fn a_row_can_be_opened_down_to_the_file() {
    let web = TestWeb::filled().await;
    let page = web.get("/transactions").await;
    let link = page.text.split("href=\"/source/").nth(1).unwrap().split('"').next().unwrap();
    check(&web, &format!("/source/{link}"), &["mine.csv", "2024-04-01,sell,IE00B4L5Y983"]).await;
    assert_eq!(web.get("/source/77/1").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn names_from_files_stay_text() {
    let web = TestWeb::filled().await;
    for path in ["/", "/portfolio", "/transactions"] {
        let page = web.get(path).await;
        assert!(page.text.contains("World &#60;b&#62;ETF"), "{path}");
        assert!(!page.text.contains("World <b>ETF"), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_so() {
    let web = TestWeb::filled().await;
    for (path, status, sentence) in [
        ("/nowhere", StatusCode::NOT_FOUND, "There is no such page"),
        ("/portfolio?account=yours", StatusCode::NOT_FOUND, "There is no account `yours`"),
        ("/portfolio?account=%2F", StatusCode::BAD_REQUEST, "can&#39;t name an account"),
    ] {
        let page = web.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.text.contains(sentence), "{path}: {}", page.text);
    }
}

#[tokio::test]
async fn the_chosen_appearance_is_kept() {
    let web = TestWeb::new().await;
    let form = "application/x-www-form-urlencoded";
    let page = web.post("/appearance", form, b"appearance=dark&back=%2Fportfolio".to_vec()).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.headers["location"], "/portfolio");
    assert!(page.headers["set-cookie"].to_str().unwrap().starts_with("appearance=dark;"));
    let elsewhere =
        web.post("/appearance", form, b"appearance=dark&back=%2F%2Fevil.example".to_vec()).await;
    assert_eq!(elsewhere.headers["location"], "/");
}
