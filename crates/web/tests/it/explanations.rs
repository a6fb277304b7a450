//! Every figure is a link to how it came to be; costs are counted as the page of accounts says.

use axum::http::StatusCode;

use crate::test_web::{Page, TestWeb};

const FORM: &str = "application/x-www-form-urlencoded";

async fn get(web: &TestWeb, path: &str, expected: &[&str]) -> Page {
    let page = web.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
    for part in expected {
        assert!(page.text.contains(part), "{path} lacks `{part}`:\n{}", page.text);
    }
    page
}

/// Addresses of explanations on a page.
fn explained(page: &Page) -> Vec<String> {
    let links = page.text.split("href=\"/explain/").skip(1);
    let ends = links.map(|link| link.split('"').next().unwrap().replace("&#38;", "&"));
    ends.map(|link| format!("/explain/{link}")).collect()
}

#[tokio::test]
async fn every_figure_of_the_first_pages_opens() {
    let web = TestWeb::filled().await;
    for path in ["/", "/portfolio", "/sales"] {
        let links = explained(&web.get(path).await);
        assert!(!links.is_empty(), "{path}");
        for link in links {
            get(&web, &link, &["What it comes from"]).await;
        }
    }
}

#[tokio::test]
async fn an_explanation_ends_in_lines_of_the_file() {
    let web = TestWeb::filled().await;
    let expected = ["480.00", "World &#60;b&#62;ETF", "mine.csv, line 3", "href=\"/source/"];
    get(&web, "/explain/holding.IWDA.base_value", &expected).await;
    get(&web, "/explain/performance.twr", &["Time-weighted return", "Portfolio Performance"]).await;
    get(&web, "/explain/total.value?as_of=2024-01-02", &["1,000.00", "2024-01-02"]).await;
    for (path, status, sentence) in [
        ("/explain/total.valeu", StatusCode::NOT_FOUND, "did you mean `total.value`"),
        ("/explain/total.value?as_of=soon", StatusCode::BAD_REQUEST, "is a date such as"),
        ("/explain/total.value?account=yours", StatusCode::NOT_FOUND, "no account `yours`"),
    ] {
        let page = web.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.text.contains(sentence), "{path}: {}", page.text);
    }
}

#[tokio::test]
async fn a_method_that_is_set_on_the_page_counts_at_once() {
    let web = TestWeb::filled().await;
    get(&web, "/accounts", &["first in, first out", "Save account mine"]).await;
    let form = b"cost_method=average&fees=apart&oversell=is-incomplete".to_vec();
    let saved = web.post("/accounts/mine", FORM, form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    assert_eq!(saved.headers["location"], "/accounts?saved=mine");
    get(&web, "/accounts?saved=mine", &["Account mine is saved"]).await;
    get(&web, "/sales", &["+14.00", "2024-04-01"]).await;
    let wrong = web.post("/accounts/mine", FORM, b"cost_method=guess&fees=apart".to_vec()).await;
    assert!(wrong.status.is_client_error());
    let unknown = b"cost_method=fifo&fees=apart&oversell=opens-short".to_vec();
    let unknown = web.post("/accounts/yours", FORM, unknown).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn lots_are_chosen_on_the_page_of_their_sale() {
    let web = TestWeb::filled().await;
    let link = explained(&web.get("/sales").await).remove(0);
    let page = get(&web, &link, &["Which lots it uses", "counts by the method fifo"]).await;
    let value = |name: &str| {
        let field = page.text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        field.split('"').next().unwrap().to_owned()
    };
    let sale = value("sale");
    let lot = page.text.split("figures text-right\" name=\"").nth(1).unwrap();
    let lot = lot.split('"').next().unwrap();
    let choose = |units: &str| format!("sale={sale}&{lot}={units}").into_bytes();
    let chosen = web.post("/accounts/mine/lots", FORM, choose("2.5")).await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.text);
    get(&web, &link, &["value=\"2.5\""]).await;
    let refused = web.post("/accounts/mine/lots", FORM, choose("99")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("has 10 units on the day of the sale, not 99"));
    get(&web, &link, &["value=\"2.5\""]).await;
}

#[tokio::test]
async fn the_cost_of_a_spin_off_is_shared_as_the_page_is_told() {
    let file = include_str!(
        "../../../../plugins/interactive-brokers/tests/golden/corporate-actions/input.xml"
    );
    let web = TestWeb::with_file_for("interactive-brokers", file).await;
    let page = get(&web, "/sales", &["spin off", "Spun off from", "Share the cost so"]).await;
    assert!(!page.text.contains("Forget it"));
    let form = page.text.split("/accounts/mine/spin-off\"").nth(1).unwrap();
    let transaction = form.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    let say = |parent: &str, fraction: &str, more: &str| {
        let said = format!("transaction={transaction}&parent={parent}&fraction={fraction}{more}");
        web.post("/accounts/mine/spin-off", FORM, said.into_bytes())
    };
    let saved = say("ALFA", "0.25", "").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    assert_eq!(saved.headers["location"], "/sales#actions");
    get(&web, "/sales", &["value=\"ALFA\"", "value=\"0.25\"", "Forget it"]).await;
    for (parent, fraction, why) in [("ALFA", "2", "`2`"), ("GAMMA", "", "GAMMA")] {
        let refused = say(parent, fraction, "").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(why.trim_matches('`')), "{}", refused.text);
    }
    get(&web, "/sales", &["value=\"0.25\""]).await;
    let forgotten = say("ALFA", "", "&clear=true").await;
    assert_eq!(forgotten.status, StatusCode::SEE_OTHER, "{}", forgotten.text);
    assert!(!web.get("/sales").await.text.contains("Forget it"));
}

#[tokio::test]
async fn the_pages_say_where_there_is_nothing() {
    let web = TestWeb::new().await;
    get(&web, "/sales", &["Nothing was sold yet"]).await;
    get(&web, "/accounts", &["There are no accounts yet"]).await;
    get(&web, "/reconciliation", &["tells a balance or a position"]).await;
    get(&web, "/explain/total.value", &["0.00"]).await;
}
