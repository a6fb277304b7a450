//! What happens on the very day that is asked about, and what is on the other side of it.

use stonks_core::cash::{CashKind, DividendStatus, Position, UpcomingDividend};
use stonks_core::claims::claims;
use stonks_core::deposits::{DepositKind, contributions, deposits};
use stonks_core::dividends::upcoming;
use stonks_core::fact::Fact;

use crate::story::{Story, cash, date, decimal, money, rates, shown, terms, trade};

#[test]
fn a_dividend_is_upcoming_until_the_day_on_which_it_is_paid() {
    let dividend = UpcomingDividend {
        identity: "d".parse().unwrap(),
        broker_account: None,
        instrument: "X".parse().unwrap(),
        status: DividendStatus::Announced,
        ex_date: None,
        pay_date: Some(date("2024-06-10")),
        per_unit: None,
        gross: Some(money("5 EUR")),
        withholding_tax: None,
    };
    let held = trade("1", "2024-01-01", "X", "1", "10 EUR");
    let facts = vec![Fact::Transaction(held), Fact::UpcomingDividend(dividend)];
    let ledger = Story::new(facts).ledger();
    let n_upcoming = |as_of: &str| upcoming(&ledger.books[0], &[], date(as_of)).len();
    assert_eq!(["2024-06-09", "2024-06-10", "2024-06-11"].map(n_upcoming), [1, 0, 0]);
}

#[test]
fn what_is_taken_out_is_no_deposit() {
    let ledger = Story::new(vec![
        Fact::CashMovement(cash("a", "2024-01-01", CashKind::Deposit, "200 EUR")),
        Fact::CashMovement(cash("b", "2024-02-01", CashKind::Withdrawal, "-50 EUR")),
    ])
    .ledger();
    let kinds: Vec<DepositKind> =
        deposits(&ledger.books[0]).iter().map(|deposit| deposit.kind).collect();
    assert_eq!(kinds, [DepositKind::Deposit, DepositKind::Withdrawal]);
}

#[test]
fn what_is_put_in_counts_from_its_own_day_on() {
    let deposit = cash("a", "2024-02-01", CashKind::Deposit, "200 EUR");
    let ledger = Story::new(vec![Fact::CashMovement(deposit)]).ledger();
    let rates = rates();
    let put_in = |as_of: &str| {
        let told = contributions(&ledger, &ledger.books[0], terms(&rates, as_of));
        told.iter().map(|told| shown(&told.amount)).collect::<Vec<_>>()
    };
    assert_eq!(put_in("2024-01-31"), Vec::<String>::new());
    assert_eq!(put_in("2024-02-01"), ["200"]);
}

#[test]
fn units_that_a_broker_claims_include_those_of_the_day() {
    let claimed = Position {
        identity: "p".parse().unwrap(),
        broker_account: None,
        instrument: "X".parse().unwrap(),
        date: date("2024-01-02"),
        quantity: decimal("3"),
        price: None,
        price_currency: None,
        value: None,
        cost: None,
    };
    let ledger = Story::new(vec![
        Fact::Transaction(trade("1", "2024-01-01", "X", "1", "10 EUR")),
        Fact::Transaction(trade("2", "2024-01-02", "X", "2", "10 EUR")),
        Fact::Transaction(trade("3", "2024-01-03", "X", "4", "10 EUR")),
        Fact::Position(claimed),
    ])
    .ledger();
    let claims = claims(&ledger.books[0], date("2024-06-30"));
    assert!(claims.iter().any(|claim| claim.computed == decimal("3") && claim.agrees()));
}
