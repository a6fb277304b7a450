//! Portfolios, and what is told of their concentration.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::fs;
use std::path::Path;

use concentration::Concentration;
use proptest::prelude::*;
use stonks_plugin_sdk::Money;
use stonks_plugin_sdk::aggregator::Aggregator;
use stonks_plugin_sdk::figures::MetricValue;
use stonks_plugin_sdk::snapshot::{CashBalance, Holding, PortfolioSnapshot};
use stonks_plugin_sdk::testing::{answer, holding, snapshot, tell_metrics};

fn worth(name: &str, currency: &str, value: &str, base_value: &str) -> Holding {
    let money = Money { amount: value.to_owned(), currency: currency.to_owned() };
    Holding { value: Some(money), base_value: Some(base_value.to_owned()), ..holding(name, "10") }
}

fn cash(currency: &str, amount: &str, base_value: Option<&str>) -> CashBalance {
    let money = Money { amount: amount.to_owned(), currency: currency.to_owned() };
    CashBalance { account: "mine".to_owned(), money, base_value: base_value.map(str::to_owned) }
}

fn told(portfolio: PortfolioSnapshot) -> String {
    tell_metrics(&answer(Concentration::compute(portfolio)).unwrap())
}

/// Compares with the golden file of the name; `BLESS=1` writes it anew.
fn check(portfolio: PortfolioSnapshot, name: &str) {
    let told = told(portfolio);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &told).unwrap();
    }
    assert_eq!(told, fs::read_to_string(&file).unwrap(), "{name}");
}

#[test]
fn a_share_in_two_accounts_is_one_position() {
    let mut portfolio = snapshot("2026-10-30");
    let mut elsewhere = worth("ASML", "EUR", "1000", "1000");
    elsewhere.account = "other".to_owned();
    portfolio.holdings = vec![
        worth("ASML", "EUR", "5000", "5000"),
        worth("Apple", "USD", "3351.6", "3000"),
        worth("Shell", "GBP", "860", "1000"),
        elsewhere,
    ];
    portfolio.cash = vec![cash("EUR", "2000", Some("2000")), cash("USD", "0", Some("0"))];
    check(portfolio, "four_holdings.txt");
}

#[test]
fn without_a_price_there_is_no_value_and_a_reason() {
    let mut portfolio = snapshot("2026-10-30");
    portfolio.holdings =
        vec![worth("ASML", "EUR", "5000", "5000"), holding("Private company", "7")];
    check(portfolio, "no_price.txt");
}

#[test]
fn an_empty_portfolio_says_so() {
    check(snapshot("2026-10-30"), "empty.txt");
}

#[test]
fn currencies_want_every_rate_and_positions_do_without() {
    let mut portfolio = snapshot("2026-10-30");
    portfolio.holdings = vec![worth("ASML", "EUR", "5000", "5000")];
    portfolio.cash = vec![cash("XAU", "2", None)];
    let told = told(portfolio);
    assert!(told.contains("largest-position [Largest position] 100.00 %"), "{told}");
    let expected = "hhi-currencies [Herfindahl index of currencies] no value — `XAU` can't be valued: a price or an \
                    exchange rate is missing";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn a_short_position_has_no_share() {
    let mut portfolio = snapshot("2026-10-30");
    portfolio.holdings =
        vec![worth("ASML", "EUR", "5000", "5000"), worth("Put", "EUR", "-100", "-100")];
    let expected =
        "no value — `Put` is worth less than nothing, so that shares of the whole mean nothing";
    assert!(told(portfolio).contains(expected));
}

proptest! {
    /// The index lies between that of equal parts and that of a single one, and shares are shares.
    #[test]
    fn the_index_keeps_its_bounds(values in prop::collection::vec(1u64..1_000_000_000, 1..40)) {
        let mut portfolio = snapshot("2026-10-30");
        let parts = values.iter().enumerate();
        portfolio.holdings = parts
            .map(|(place, value)| worth(&format!("h{place}"), "EUR", &value.to_string(), &value.to_string()))
            .collect();
        let metrics = answer(Concentration::compute(portfolio)).unwrap();
        let index = metrics.iter().find(|metric| metric.name == "hhi-positions").unwrap();
        let Some(MetricValue::Number(index)) = &index.value else { panic!("a number is expected") };
        let index: f64 = index.parse().unwrap();
        prop_assert!(index <= 10_000.0 && index + 1.0 >= 10_000.0 / values.len() as f64, "{index}");
        for metric in &metrics {
            if let Some(MetricValue::Ratio(ratio)) = metric.value {
                prop_assert!((0.0..=1.000_001).contains(&ratio), "{}: {ratio}", metric.name);
            }
        }
    }
}
