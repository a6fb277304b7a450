//! `docs/differences.md`: each known wrong figure of the old system beside ours.
//!
//! The old figures are those of its own outputs where the demo shows them, else those that its way of
//! computing gives for the small databases built here. The page is compared with what these tests compute.

use std::fmt::Write;
use std::path::Path;

use rust_decimal::Decimal;
use serde_json::Value;
use stonks_app::Mode;
use stonks_app::reports::Query;
use stonks_core::performance::{MonthReturn, Period, Series, YearReturn};

use super::old::{Old, cash, product, quotations, trade};
use super::returns::{OldWay, old_months};
use super::{Migrated, golden, migrated, number, then};
use crate::test_app::{Kind, TestApp};

const PAGE: &str = "../../docs/differences.md";

/// Text with figures in braces: `{name}`.
const TEMPLATE: &str = include_str!("differences.md");

struct Figures(Vec<(&'static str, String)>);

impl Figures {
    fn add(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push((name, value.into()));
    }

    fn percent(&mut self, name: &'static str, fraction: f64) {
        self.add(name, format!("{:+.2} %", fraction * 100.0));
    }

    fn page(&self) -> String {
        let mut page = TEMPLATE.to_owned();
        for (name, value) in &self.0 {
            let place = format!("{{{name}}}");
            assert!(page.contains(&place), "the template has no place for {name}");
            page = page.replace(&place, value);
        }
        let open = page.split('{').nth(1).map(str::to_owned);
        assert_eq!(open, None, "a figure is missing");
        page
    }
}

async fn brought(statements: &[String]) -> TestApp {
    let old = Old::with(&statements.concat()).await;
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    test.app.migrate_python(&old.path(), None, Mode::Store).await.unwrap();
    test
}

fn on(day: &str) -> Query {
    Query { as_of: Some(day.parse().unwrap()), ..Query::default() }
}

async fn series(test: &TestApp, day: &str) -> (Series, Period) {
    let mut values = Vec::new();
    let mut flows = Vec::new();
    let mut before = Decimal::ZERO;
    for row in test.app.history(&on(day)).await.unwrap() {
        values.push((row.date, row.value.unwrap().parse().unwrap()));
        let contributions: Decimal = row.contributions.unwrap().parse().unwrap();
        if contributions != before {
            flows.push((row.date, contributions - before));
            before = contributions;
        }
    }
    let series = Series::carried(&values, &flows, day.parse().unwrap());
    let whole = series.whole().unwrap();
    (series, whole)
}

/// A row for each month: the old page's return, the same mended, and ours.
async fn months(migrated: &Migrated, performance: &Value, ours: &[YearReturn]) -> String {
    let way = OldWay::of(migrated).await;
    let old = old_months(performance);
    let percent = |fraction: f64| format!("{:+.2} %", fraction * 100.0);
    let months = ours.iter().flat_map(|year| &year.months);
    let row = |month: &MonthReturn| {
        let (of, rate) = ((month.month.year(), month.month.month()), month.rate);
        let mended = way.mended(|day| (day.year(), day.month()) == of);
        assert!((mended - rate).abs() < 0.005, "{of:?}: {mended} {rate}");
        let told = [percent(old[&of]), percent(mended), percent(rate)];
        format!("| {} | {} |", month.month.strftime("%Y-%m"), told.join(" | "))
    };
    months.map(row).collect::<Vec<_>>().join("\n")
}

async fn realized(test: &TestApp, day: &str) -> String {
    let rows = test.app.portfolio(&on(day)).await.unwrap().holdings;
    assert_eq!(rows.len(), 1);
    rows[0].realized_gain.clone().unwrap()
}

/// Q1, Q2, Q6, Q7, Q8, Q11, Q13, Q14: the demo shows them.
async fn of_the_demo(figures: &mut Figures, migrated: &Migrated) {
    let Migrated { test, folder, .. } = migrated;
    let portfolio = test.app.portfolio(&then()).await.unwrap();
    let apple =
        |row: &&stonks_app::reports::HoldingRow| row.instrument.symbol.as_deref() == Some("AAPL");
    let ours = portfolio.holdings.iter().find(apple).unwrap();
    let all = golden(folder, "all_portfolio");
    let old = all.as_array().unwrap().iter().find(|row| row["symbol"] == "AAPL").unwrap();
    figures.add("q1_old", format!("{:.2}", old["unrealized_gain"].as_f64().unwrap()));
    figures.add("q1_ours", ours.unrealized_gain.as_ref().unwrap());
    figures.add("q1_cost", ours.cost_basis.as_ref().unwrap());
    figures.add("q1_value", ours.base_value.as_ref().unwrap());
    figures.add("q2_old", old["formatted_percentage_unrealized_gain"].as_str().unwrap());
    figures.add("q2_ours", ours.unrealized_percent.as_ref().unwrap());

    let history = golden(folder, "all_historical_value");
    let last = history.as_array().unwrap().last().unwrap();
    let row = test.app.history(&then()).await.unwrap().pop().unwrap();
    figures.add("q6_old", format!("{:.2}", last["y"].as_f64().unwrap()));
    figures.add("q6_ours", row.value.unwrap());
    let dollars = portfolio.cash.iter().find(|cash| cash.currency.as_str() == "USD").unwrap();
    figures.add("q6_dollars", dollars.base_value.as_ref().unwrap());

    let performance = golden(folder, "all_dashboard_performance");
    let (series, whole) = series(test, "2026-01-23").await;
    let years = series.yearly(whole).unwrap();
    figures.percent("q7_old", performance["annual_twr"]["2026"].as_f64().unwrap());
    figures.percent("q7_ours", years.iter().find(|year| year.year == 2026).unwrap().rate);
    let linked = years.iter().fold(1.0, |total, year| total * (1.0 + year.rate)) - 1.0;
    let total = series.time_weighted(whole).unwrap();
    assert!((linked - total).abs() < 1e-12);
    figures.percent("q8_old", performance["total_return"].as_f64().unwrap());
    figures.percent("q8_ours", total);
    figures.percent("q8_old_annual", performance["annualized_return"].as_f64().unwrap());
    figures.percent("q8_ours_annual", series.time_weighted_annual(whole).unwrap());

    figures.add("months", months(migrated, &performance, &years).await);

    let newest = test.app.account_statement(&then()).await.unwrap().pop().unwrap();
    figures.add("q11_ours", newest.date.to_string());

    let cash: f64 =
        portfolio.cash.iter().map(|cash| number(cash.base_value.as_ref().unwrap())).sum();
    for (name_old, name_ours, currency) in
        [("q13_old_eur", "q13_ours_eur", "EUR"), ("q13_old_usd", "q13_ours_usd", "USD")]
    {
        let old = all.as_array().unwrap().iter().find(|row| row["symbol"] == currency).unwrap();
        let own = portfolio.cash.iter().find(|own| own.currency.as_str() == currency).unwrap();
        let share = number(own.base_value.as_ref().unwrap()) / cash;
        figures
            .add(name_old, format!("{:.1} %", old["product_type_share"].as_f64().unwrap() * 100.0));
        figures.add(name_ours, format!("{:.1} %", share * 100.0));
    }

    let again = test.app.portfolio(&then()).await.unwrap();
    let told = |report| serde_json::to_string(report).unwrap();
    assert_eq!(told(&again), told(&portfolio), "Q14: a page seen twice is the same page");
}

/// Q3 to Q5: realised gains.
async fn of_sales(figures: &mut Figures) {
    let test = brought(&[
        product(1, "Dollar Inc", "US0378331005", "DOL", "USD"),
        trade((1, 1), "2024-01-03 10:00:00", 10, 10, 0.9),
        trade((2, 1), "2024-02-05 10:00:00", -10, 15, 0.8),
    ])
    .await;
    figures.add("q3_ours", realized(&test, "2024-03-01").await);
    let test = brought(&[
        product(1, "Example", "NL0010273215", "EX", "EUR"),
        trade((1, 1), "2024-01-03 10:00:00", 10, 1, 1.0),
        trade((2, 1), "2024-01-04 10:00:00", 10, 2, 1.0),
        trade((3, 1), "2024-01-05 10:00:00", 10, 3, 1.0),
        trade((4, 1), "2024-02-05 10:00:00", -25, 5, 1.0),
    ])
    .await;
    figures.add("q4_ours", realized(&test, "2024-03-01").await);
    let test = brought(&[
        product(1, "Example", "NL0010273215", "EX", "EUR"),
        product(2, "Example", "NL0010273215", "EX", "EUR"),
        trade((1, 1), "2024-01-03 10:00:00", 10, 100, 1.0),
        trade((2, 1), "2024-02-05 10:00:00", -10, 150, 1.0),
        trade((3, 2), "2024-02-06 10:00:00", 1, 150, 1.0),
    ])
    .await;
    figures.add("q5_ours", realized(&test, "2024-03-01").await);
}

/// Q9: a deposit behind the last quotation.
async fn of_a_late_deposit(figures: &mut Figures) {
    let test = brought(&[
        product(1, "Example", "NL0010273215", "EX", "EUR"),
        cash(1, "2024-01-02 09:00:00", "iDEAL storting", "EUR", 1000),
        trade((1, 1), "2024-01-02 10:00:00", 10, 100, 1.0),
        quotations(1, r#"{"2024-01-02": 100, "2024-01-03": 110}"#),
        cash(2, "2024-01-05 09:00:00", "iDEAL storting", "EUR", 500),
    ])
    .await;
    let (series, whole) = series(&test, "2024-01-05").await;
    figures.percent("q9_ours", series.time_weighted(whole).unwrap());
}

/// Q10: a dividend on a day without a rate.
async fn of_a_missing_rate(figures: &mut Figures) {
    let test = brought(&[
        product(705_366, "EUR/USD", "EURUSD......", "EUR/USD", "USD"),
        product(1, "Dollar Inc", "US0378331005", "DOL", "USD"),
        "UPDATE degiro_productinfo SET product_type = 'CURRENCY' WHERE id = 705366;".to_owned(),
        // A Saturday: the one day that neither the old table nor the ECB has a rate for.
        quotations(705_366, r#"{"2024-06-14": 1.25, "2024-06-17": 1.6}"#),
        cash(1, "2024-06-15 09:00:00", "Dividend", "USD", 100),
        "UPDATE degiro_cashmovements SET product_id = '1';".to_owned(),
    ])
    .await;
    let dividends = test.app.dividends(&on("2024-06-30")).await.unwrap();
    figures.add("q10_ours", dividends[0].base_net.as_ref().unwrap());
}

/// Q12: a dividend paid, one announced by the calendar.
async fn of_the_forecast(figures: &mut Figures) {
    let test = brought(&[
        product(1, "Example", "NL0010273215", "EX", "EUR"),
        trade((1, 1), "2024-01-03 10:00:00", 10, 100, 1.0),
        cash(1, "2024-02-01 09:00:00", "Dividend", "EUR", 12),
        "UPDATE degiro_cashmovements SET product_id = '1';".to_owned(),
        "INSERT INTO degiro_agendadividend (event_id, isin, ex_dividend_date, payment_date, dividend, currency) \
         VALUES (7, 'NL0010273215', '2024-04-20 00:00:00', '2024-05-01 00:00:00', 2.5, 'EUR');"
            .to_owned(),
    ])
    .await;
    let dividends = test.app.dividends(&on("2024-03-01")).await.unwrap();
    let told: Vec<(String, String)> = dividends
        .iter()
        .map(|row| (format!("{:?}", row.status).to_lowercase(), row.net.clone().unwrap()))
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0].0, "paid");
    assert_eq!(told[1].0, "forecast");
    figures.add("q12_paid", &told[0].1);
    figures.add("q12_forecast", &told[1].1);
}

#[tokio::test]
async fn the_page_of_differences_tells_what_is_computed() {
    let mut figures = Figures(Vec::new());
    let Some(migrated) = migrated().await else { return };
    of_the_demo(&mut figures, &migrated).await;
    of_sales(&mut figures).await;
    of_a_late_deposit(&mut figures).await;
    of_a_missing_rate(&mut figures).await;
    of_the_forecast(&mut figures).await;
    let mut page = figures.page();
    writeln!(
        page,
        "\nThis page is written by `crates/app/tests/it/legacy/differences.rs` from what it computes."
    )
    .unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, page, "docs/differences.md is out of date: run with BLESS=1");
}
