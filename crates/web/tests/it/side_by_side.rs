//! Two plugins that feed one account, on the pages.

use axum::http::StatusCode;
use stonks_core::account::AccountName;

use crate::test_web::TestWeb;

fn mine() -> AccountName {
    "mine".parse().unwrap()
}

/// Beside `generic-csv`, which has read a file, one that has read nothing yet.
async fn fed_by_two() -> TestWeb {
    let web = TestWeb::filled().await;
    let beside = "degiro".parse().unwrap();
    web.app.put_beside(&mine(), &beside, Default::default()).await.unwrap();
    web
}

#[tokio::test]
async fn an_account_that_is_fed_by_one_has_nothing_to_compare() {
    let web = TestWeb::filled().await;
    let page = web.get("/accounts/mine/compare").await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text.contains("is fed by `generic-csv` alone"), "{}", page.text);
    assert!(!web.get("/accounts").await.text.contains("/accounts/mine/compare"));
    assert_eq!(web.get("/accounts/nobody/compare").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_differs_is_told_and_the_other_can_be_made_to_count() {
    let web = fed_by_two().await;
    let accounts = web.get("/accounts").await.text;
    assert!(accounts.contains("/accounts/mine/compare"), "{accounts}");
    let page = web.get("/accounts/mine/compare").await.text;
    for told in
        ["generic-csv", "IE00B4L5Y983", "Contributions", "figures differ", "Let degiro count"]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
    let form = "application/x-www-form-urlencoded";
    let over = web.post("/accounts/mine/cut-over", form, b"to=degiro".to_vec()).await;
    assert_eq!(over.headers["location"], "/accounts/mine/compare");
    assert_eq!(web.app.account(&mine()).await.unwrap().plugin.as_str(), "degiro");
    assert!(web.get("/accounts/mine/compare").await.text.contains("Let generic-csv count"));
    let again = web.post("/accounts/mine/cut-over", form, b"to=degiro".to_vec()).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let nonsense = web.post("/accounts/mine/cut-over", form, b"to=%00".to_vec()).await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
}
