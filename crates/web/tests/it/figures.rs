//! Pages and addresses about returns, diversification, dividends, fees, deposits and the statement:
//! empty, with figures, and where a figure has no value.

use axum::http::StatusCode;
use serde_json::Value;

use crate::test_web::TestWeb;

async fn check(web: &TestWeb, path: &str, expected: &[&str]) {
    let page = web.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
    for part in expected {
        assert!(page.text.contains(part), "{path} lacks `{part}`:\n{}", page.text);
    }
}

async fn json(web: &TestWeb, path: &str) -> Value {
    let page = web.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
    serde_json::from_str(&page.text).unwrap()
}

/// Nobody tells what a Kuwaiti dinar is in euros.
const WITHOUT_RATE: &str = "\
date,kind,isin,symbol,name,class,quantity,price,currency,amount,fee,tax
2024-01-02,deposit,,,,,,,KWD,1000,,
2024-01-03,buy,IE00B4L5Y983,IWDA,World ETF,etf,10,76.5,KWD,,2,
2024-05-02,dividend,IE00B4L5Y983,IWDA,World ETF,etf,,,KWD,20,,3
";

const WITH_DIVIDENDS: &str = "\
date,kind,isin,symbol,name,class,quantity,price,currency,amount,fee,tax
2023-01-02,deposit,,,,,,,EUR,2000,,
2023-01-03,buy,IE00B4L5Y983,IWDA,World ETF,etf,10,100,EUR,,2,
2023-05-02,dividend,IE00B4L5Y983,IWDA,World ETF,etf,,,EUR,20,,3
2024-05-02,dividend,IE00B4L5Y983,IWDA,World ETF,etf,,,EUR,30,,4.5
2024-05-03,withdrawal,,,,,,,EUR,-500,,
";

#[tokio::test]
async fn empty_pages_say_what_to_do() {
    let web = TestWeb::new().await;
    let import = "href=\"/import\"";
    check(&web, "/performance", &["Nothing to measure yet", import]).await;
    check(&web, "/diversification", &["Nothing is held", import]).await;
    check(&web, "/dividends", &["No dividends were paid or announced yet", import]).await;
    check(&web, "/fees", &["There are no fees yet", import]).await;
    check(&web, "/deposits", &["No money was put in or taken out", import]).await;
    check(&web, "/account", &["There are no movements of cash yet", import]).await;
}

#[tokio::test]
async fn returns_are_shown_with_their_meaning_and_tables() {
    let web = TestWeb::filled().await;
    check(
        &web,
        "/performance",
        &[
            "2024-01-02 to 2024-06-30, 181 days",
            "+3.20",
            "+32.00",
            "Portfolio Performance, true time-weighted rate of return",
            "As if a year went on like these days.",
            "The value rests on a price of `IWDA` of 2024-04-01, 90 days old",
            "returns-data",
            "heat-gain-2",
            "href=\"/performance?interval=ALL&#38;holding=IE00B4L5Y983\"",
            "There is nothing to compare with",
        ],
    )
    .await;
    check(&web, "/performance?interval=1M", &["aria-current=\"true\">1M<", "2024-05-31 to"]).await;
    check(
        &web,
        "/performance?interval=&from=2024-03-01&to=2024-04-01",
        &["32 days", "value=\"2024-03-01\""],
    )
    .await;
    check(&web, "/performance?holding=iwda", &["of World &#60;b&#62;ETF", "2024-01-03 to"]).await;
    for (path, status) in [
        ("/performance?interval=2W", StatusCode::BAD_REQUEST),
        ("/performance?from=yesterday", StatusCode::BAD_REQUEST),
        ("/performance?holding=nothing", StatusCode::NOT_FOUND),
        ("/performance?account=yours", StatusCode::NOT_FOUND),
        ("/fees?account=yours", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(web.get(path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn other_figures_are_shown() {
    let web = TestWeb::with_file(WITH_DIVIDENDS).await;
    check(
        &web,
        "/dividends?year=2023",
        &[
            "42.50",
            "−7.50",
            "Nothing announced",
            "Calendar of 2023",
            "17.00",
            "3.00 <span",
            "2 payments",
        ],
    )
    .await;
    check(&web, "/fees", &["−2.00 EUR, 1 in all", "Trading", "100.00 %", "line 3"]).await;
    check(&web, "/deposits", &["1,500.00", "2,000.00", "−500.00", "Withdrawal", "deposits-data"])
        .await;
    check(
        &web,
        "/account",
        &["movements of cash", "Dividend", "Withholding tax", "540.50", "Balances now"],
    )
    .await;
    check(&web, "/diversification", &["By sector", "Not known", "ETFs", "a middleware plugin"])
        .await;
    check(&web, "/?interval=all", &["The value rests on a price of `IWDA`"]).await;
}

#[tokio::test]
async fn what_has_no_value_says_why() {
    let web = TestWeb::with_file(WITHOUT_RATE).await;
    let why = "there is no exchange rate from KWD to EUR";
    for path in ["/performance", "/diversification", "/dividends", "/fees", "/deposits", "/account"]
    {
        let page = web.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.text.to_lowercase().contains(&why.to_lowercase()), "{path}: {}", page.text);
        for zero in [">0.00 %", ">0.00</td>", "−100.00"] {
            assert!(!page.text.contains(zero), "{path} has {zero}: {}", page.text);
        }
    }
    check(&web, "/performance", &["No value", "Because there is no exchange rate"]).await;
}

#[tokio::test]
async fn the_api_tells_the_same() {
    let web = TestWeb::filled().await;
    let told = json(&web, "/api/v1/performance?by=account&by=holding&daily=true").await;
    assert_eq!(told["from"], "2024-01-02");
    assert_eq!(told["to"], "2024-06-30");
    assert!((told["twr"].as_f64().unwrap() - 0.032).abs() < 1e-12, "{told}");
    assert_eq!(told["gain"], "32.00");
    assert_eq!(told["accounts"][0]["account"], "mine");
    assert_eq!(told["holdings"][0]["isin"], "IE00B4L5Y983");
    assert_eq!(told["daily"][180]["stale"]["days"], 90);
    assert_eq!(told["definitions"]["twr"], "time-weighted-return");
    let groups = json(&web, "/api/v1/diversification").await;
    for by in ["class", "sector", "country", "currency", "account"] {
        let own = groups.as_array().unwrap().iter().filter(|row| row["by"] == by);
        let shares = own.map(|row| row["share_percent"].as_str().unwrap().parse::<f64>().unwrap());
        let hundredths: i64 = shares.map(|share| (share * 100.0).round() as i64).sum();
        assert_eq!(hundredths, 10_000, "{by}: {groups}");
    }
    let fees = json(&web, "/api/v1/fees/summary").await;
    assert_eq!((&fees["total"], &fees["count"]), (&"-3.00".into(), &2.into()));
    let dividends = json(&web, "/api/v1/dividends/summary").await;
    assert_eq!(dividends["net"], "0.00");
    for (path, status) in [
        ("/api/v1/performance?interval=2W", StatusCode::BAD_REQUEST),
        ("/api/v1/performance?interval=1Y&from=2024-01-01", StatusCode::BAD_REQUEST),
        ("/api/v1/performance?by=day", StatusCode::BAD_REQUEST),
        ("/api/v1/performance?holding=nothing", StatusCode::NOT_FOUND),
        ("/api/v1/performance?benchmark=iwda", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(web.get(path).await.status, status, "{path}");
    }
    let empty = TestWeb::new().await;
    let told = json(&empty, "/api/v1/performance").await;
    for field in ["twr", "twr_annualized", "mwr", "simple_return", "max_drawdown", "volatility"] {
        assert!(told[field].is_null(), "{field}: {told}");
        assert!(told["no_value"][field].is_string(), "{field}: {told}");
    }
    assert!(!told["reasons"].as_array().unwrap().is_empty());
}
