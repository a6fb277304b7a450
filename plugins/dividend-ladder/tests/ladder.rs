//! Portfolios, and the ladder that they give.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::fs;
use std::path::Path;

use dividend_ladder::DividendLadder;
use proptest::prelude::*;
use stonks_plugin_sdk::Money;
use stonks_plugin_sdk::snapshot::{Income, IncomeStatus, PortfolioSnapshot};
use stonks_plugin_sdk::testing::{answer, holding, snapshot, tell_panels};
use stonks_plugin_sdk::view::View;

fn income(
    status: IncomeStatus,
    name: &str,
    date: &str,
    units: Option<&str>,
    gross: &str,
) -> Income {
    let (amount, currency) = gross.split_once(' ').unwrap();
    Income {
        account: "mine".to_owned(),
        instrument: Some(name.to_owned()),
        name: name.to_owned(),
        isin: None,
        status,
        ex_date: None,
        pay_date: Some(date.to_owned()),
        units: units.map(str::to_owned),
        gross: Money { amount: amount.to_owned(), currency: currency.to_owned() },
        withholding_tax: None,
        base_net: None,
    }
}

fn told(portfolio: PortfolioSnapshot) -> String {
    tell_panels(&answer(DividendLadder::render(portfolio)).unwrap())
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
fn announced_payments_replace_forecasts_of_about_the_same_day() {
    use IncomeStatus::{Announced, Forecast, Paid};
    let mut portfolio = snapshot("2026-10-30");
    portfolio.holdings = vec![holding("Apple", "40"), holding("ASML", "3"), holding("Fund", "100")];
    portfolio.income = vec![
        // Held twice as many since: the forecast doubles.
        income(Paid, "Apple", "2025-11-13", Some("20"), "5.2 USD"),
        income(Paid, "Apple", "2026-02-12", Some("40"), "10.4 USD"),
        income(Paid, "ASML", "2025-11-06", Some("3"), "4.8 EUR"),
        income(Announced, "ASML", "2026-11-18", None, "5.1 EUR"),
        // Held no longer.
        income(Paid, "Shell", "2026-06-23", Some("50"), "17.2 GBP"),
        // A correction is nothing to go by.
        income(Paid, "ASML", "2026-02-18", Some("3"), "-1 EUR"),
        // Nobody knows for how many units.
        income(Paid, "Fund", "2026-05-05", None, "12 EUR"),
        income(Forecast, "Fund", "2027-05-06", None, "12.5 EUR"),
        // Longer ago, and further on, than the ladder reaches.
        income(Paid, "Fund", "2025-10-30", Some("100"), "11 EUR"),
        income(Announced, "Apple", "2027-11-01", None, "9 USD"),
    ];
    check(portfolio, "announced.txt");
}

#[test]
fn units_that_are_not_known_are_told() {
    let mut portfolio = snapshot("2026-10-30");
    portfolio.holdings = vec![holding("Fund", "100"), holding("Apple", "40")];
    portfolio.income = vec![
        income(IncomeStatus::Paid, "Fund", "2026-05-05", None, "12 EUR"),
        income(IncomeStatus::Paid, "Apple", "2026-02-12", Some("30"), "10 USD"),
    ];
    check(portfolio, "without_units.txt");
}

#[test]
fn nothing_to_go_by_is_said_to_be_so() {
    let mut portfolio = snapshot("2026-10-30");
    portfolio.holdings = vec![holding("Fund", "100")];
    check(portfolio, "nothing.txt");
}

proptest! {
    /// What the months add up to is what the single payments do.
    #[test]
    fn no_income_makes_it_panic(
        payments in prop::collection::vec((0u32..24, 1u32..29, -100i64..10_000, 0i64..50), 0..30),
    ) {
        let mut portfolio = snapshot("2026-10-30");
        portfolio.holdings = vec![holding("Fund", "7")];
        portfolio.income = payments
            .into_iter()
            .map(|(month, day, cents, units)| {
                let date = format!("{}-{:02}-{day:02}", 2025 + month / 12, month % 12 + 1);
                let gross = format!("{cents} EUR");
                income(IncomeStatus::Paid, "Fund", &date, Some(&units.to_string()), &gross)
            })
            .collect();
        let _told = told(portfolio);
    }
}
