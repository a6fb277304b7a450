//! A database with the signs and rows of a real account, which the demo doesn't have.

use stonks_app::Mode;
use stonks_app::reports::Query;

use super::old::{Old, cash, product, trade};
use crate::test_app::{Kind, TestApp};

/// A row with cents, a balance and an order.
fn row(
    id: u32,
    date: &str,
    description: &str,
    currency: &str,
    (change, balance): (&str, &str),
) -> String {
    format!(
        "INSERT INTO degiro_cashmovements (id, date, value_date, description, currency, change, balance_total) \
         VALUES ({id}, '{date}', '{date}', '{description}', '{currency}', {change}, '{balance}');"
    )
}

fn apple() -> Vec<String> {
    let at = "2026-01-07 11:59:49";
    vec![
        product(331_868, "Apple Inc", "US0378331005", "AAPL", "USD"),
        "INSERT INTO degiro_transactions (id, product_id, date, buysell, price, quantity, total, fx_rate, \
         auto_fx_fee_in_base_currency, total_in_base_currency, fee_in_base_currency, total_fees_in_base_currency, \
         total_plus_fee_in_base_currency, total_plus_all_fees_in_base_currency) VALUES \
         (901, 331868, '2026-01-07 11:59:49', 'B', 260.33, 2, -520.66, 1.1677, -1.11, -445.89, -1, -2.11, -446.89, -448);"
            .to_owned(),
        row(1, "2026-01-02 09:00:00", "iDEAL storting", "EUR", ("1000", "1250.5")),
        row(2, "2026-01-02 09:05:00", "Degiro Cash Sweep Transfer", "EUR", ("-1000", "250.5")),
        row(
            3,
            "2026-01-02 09:05:00",
            "Overboeking naar uw geldrekening bij flatexDEGIRO Bank: 1.000,00 EUR",
            "EUR",
            ("NULL", "1250.5"),
        ),
        row(4, at, "Koop 2 @ 260.33 USD", "USD", ("-520.66", "-520.66")),
        row(5, at, "Valuta Creditering", "USD", ("520.66", "0")),
        row(6, at, "Valuta Debitering", "EUR", ("-447.00", "803.5")),
        row(7, at, "DEGIRO Transactiekosten en/of kosten van derden", "EUR", ("-1.00", "802.5")),
        "UPDATE degiro_cashmovements SET product_id = '331868', order_id = 'b1' WHERE id BETWEEN 4 AND 7;".to_owned(),
        row(8, "2026-02-12 06:00:00", "Dividend", "USD", ("0.52", "0.52")),
        row(9, "2026-02-12 06:00:00", "Dividendbelasting", "USD", ("-0.08", "0.44")),
        "UPDATE degiro_cashmovements SET product_id = '331868' WHERE id IN (8, 9);".to_owned(),
        row(10, "2026-02-13 06:00:00", "Iets Wat Niemand Kent", "EUR", ("-0.5", "802")),
    ]
}

fn on(day: &str) -> Query {
    Query { as_of: Some(day.parse().unwrap()), ..Query::default() }
}

#[tokio::test]
async fn rows_of_one_order_settle_its_trade_and_balances_follow() {
    let old = Old::with(&apple().concat()).await;
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let report = test.app.migrate_python(&old.path(), None, Mode::Store).await.unwrap();
    assert_eq!(report.remarks, Vec::<String>::new());
    let told: Vec<String> = report
        .sums
        .iter()
        .map(|sum| format!("{}: {} {} {}", sum.what, sum.old, sum.new, sum.currency))
        .collect();
    assert_eq!(
        told,
        [
            "changes of cash: 551.5 551.5 EUR",
            "changes of cash: 0.44 0.44 USD",
            "fees of transactions: -2.11 -2.11 EUR",
            "units of transactions, at their prices: -520.66 -520.66 USD",
        ]
    );
    let portfolio = test.app.portfolio(&on("2026-02-20")).await.unwrap();
    let cash: Vec<(&str, &str)> =
        portfolio.cash.iter().map(|cash| (cash.currency.as_str(), cash.amount.as_str())).collect();
    assert_eq!(cash, [("EUR", "802"), ("USD", "0.44")]);
    assert_eq!(portfolio.holdings[0].cost_basis.as_deref(), Some("448.00"));
    let fees = test.app.fees(&on("2026-02-20")).await.unwrap();
    let amounts: Vec<&str> = fees.iter().map(|fee| fee.amount.as_str()).collect();
    assert_eq!(amounts, ["-1.11", "-1"]);
    let trades = test.app.transactions(&on("2026-02-20")).await.unwrap();
    assert_eq!(trades[0].base_amount.as_deref(), Some("-445.89"));
    let dividends = test.app.dividends(&on("2026-02-20")).await.unwrap();
    assert_eq!((dividends[0].gross.as_deref(), dividends[0].tax.as_str()), (Some("0.52"), "-0.08"));
    // What was there before the first row counts as put in then.
    let deposits = test.app.deposits(&on("2026-02-20")).await.unwrap();
    let amounts: Vec<&str> = deposits.iter().map(|row| row.amount.as_str()).collect();
    assert_eq!(amounts, ["250.5", "1000"]);
    let statement = test.app.account_statement(&on("2026-02-20")).await.unwrap();
    for row in &statement {
        if row.currency.as_str() == "EUR" {
            assert_eq!(row.balance, row.computed_balance, "{:?}", row.description);
        }
    }
}

#[tokio::test]
async fn a_split_and_a_sale_are_told_as_what_they_are() {
    let old = Old::with(
        &[
            product(1, "Example", "NL0010273215", "EX", "EUR"),
            cash(1, "2024-01-02 09:00:00", "iDEAL storting", "EUR", 2000),
            trade((1, 1), "2024-01-03 10:00:00", 10, 100, 1.0),
            trade((2, 1), "2024-02-03 00:00:00", -10, 100, 1.0),
            trade((3, 1), "2024-02-03 00:00:00", 20, 50, 1.0),
            "UPDATE degiro_transactions SET transaction_type_id = 101 WHERE id IN (2, 3);"
                .to_owned(),
            trade((4, 1), "2024-03-03 10:00:00", -5, 60, 1.0),
        ]
        .concat(),
    )
    .await;
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    test.app.migrate_python(&old.path(), None, Mode::Store).await.unwrap();
    let rows = test.app.transactions(&on("2024-03-31")).await.unwrap();
    let mut kinds: Vec<String> = rows.iter().map(|row| row.kind.to_string()).collect();
    kinds.sort();
    assert_eq!(kinds, ["buy", "sell", "split", "split"]);
    let holding = &test.app.portfolio(&on("2024-03-31")).await.unwrap().holdings[0];
    assert_eq!(holding.quantity, "15");
    assert_eq!(holding.realized_gain.as_deref(), Some("50.00"));
    assert_eq!(holding.cost_basis.as_deref(), Some("750.00"));
}

#[tokio::test]
async fn a_product_of_which_nothing_is_known_is_kept_and_told() {
    let old = Old::with(&trade((1, 77), "2024-01-03 10:00:00", 10, 100, 1.0)).await;
    let test = TestApp::open(Kind::Sqlite).await.unwrap();
    let report = test.app.migrate_python(&old.path(), None, Mode::Store).await.unwrap();
    assert_eq!(
        report.remarks,
        ["products of which the old database tells nothing: degiro_transactions: 77"]
    );
    let rows = test.app.transactions(&on("2024-03-31")).await.unwrap();
    assert_eq!(rows[0].instrument.name.as_deref(), Some("DEGIRO product 77"));
}
