//! Returns of portfolios, accounts and holdings, and what they rest on.

use stonks_core::cash::CashKind;
use stonks_core::fact::Fact;
use stonks_core::figure::Ratio;
use stonks_core::ledger::{InstrumentIndex, Ledger};
use stonks_core::performance::{Breakdown, Period, Scope, Series, Told, value_history};
use stonks_core::transaction::{FeeKind, Transaction, TransactionKind};

use crate::story::{Story, cash, date, fee, quote, rates, shown, terms, trade, units};

fn percent(ratio: &Ratio) -> String {
    ratio.as_ref().map_or_else(ToString::to_string, |rate| format!("{:.4} %", rate * 100.0))
}

fn series(ledger: &Ledger, scope: Scope<'_>, as_of: &str) -> Series {
    Series::of(ledger, scope, terms(&rates(), as_of))
}

fn named(ledger: &Ledger, name: &str) -> InstrumentIndex {
    ledger.instruments.iter().position(|instrument| instrument.label() == name).unwrap()
}

/// Time-weighted return, simple return and gain of everything, up to a day.
fn check(facts: Vec<Fact>, as_of: &str, expected: [&str; 3]) {
    let ledger = Story::new(facts).ledger();
    let series = series(&ledger, Scope::Portfolio, as_of);
    let whole = series.whole().unwrap();
    let told = [
        percent(&series.time_weighted(whole)),
        percent(&series.simple(whole)),
        shown(&series.gain(whole)),
    ];
    assert_eq!(told, expected);
}

fn deposit(id: &str, day: &str, amount: &str) -> Fact {
    Fact::CashMovement(cash(id, day, CashKind::Deposit, amount))
}

/// 100 EUR put in on a Thursday, all in ten shares at 10, which are worth 12 on the Monday after.
fn ten_shares() -> Vec<Fact> {
    vec![
        deposit("a", "2024-02-01", "100 EUR"),
        Fact::Transaction(trade("1", "2024-02-01", "X", "10", "10 EUR")),
        Fact::Quote(quote("X", "2024-02-05", "12 EUR")),
    ]
}

#[test]
fn a_deposit_on_a_weekend_is_no_return() {
    check(ten_shares(), "2024-02-05", ["20.0000 %", "20.0000 %", "20"]);
    let with_deposit = [ten_shares(), vec![deposit("b", "2024-02-03", "100 EUR")]].concat();
    check(with_deposit, "2024-02-05", ["10.0000 %", "10.0000 %", "20"]);
}

#[test]
fn fees_and_taxes_lower_the_return_of_an_account() {
    let with = |kind, amount| {
        [ten_shares(), vec![Fact::CashMovement(cash("c", "2024-02-06", kind, amount))]].concat()
    };
    check(with(CashKind::Fee, "-12 EUR"), "2024-02-06", ["8.0000 %", "8.0000 %", "8"]);
    check(with(CashKind::Tax, "-12 EUR"), "2024-02-06", ["8.0000 %", "8.0000 %", "8"]);
    check(with(CashKind::Dividend, "12 EUR"), "2024-02-06", ["32.0000 %", "32.0000 %", "32"]);
}

#[test]
fn an_exchange_rate_is_part_of_the_return() {
    // One euro buys 2 dollars in January, and 1.6 from February on.
    check(
        vec![deposit("a", "2024-01-30", "100 USD")],
        "2024-02-01",
        ["25.0000 %", "25.0000 %", "12.5"],
    );
}

#[test]
fn without_a_rate_there_is_a_reason_and_no_return() {
    let reason = "there is no exchange rate from CHF to EUR on or before 2024-01-30";
    check(vec![deposit("a", "2024-01-30", "100 CHF")], "2024-02-01", [reason; 3]);
}

#[test]
fn trades_without_a_statement_are_paid_from_outside() {
    let facts = vec![
        Fact::Transaction(trade("1", "2024-02-01", "X", "10", "10 EUR")),
        Fact::Transaction(trade("2", "2024-02-05", "X", "-5", "12 EUR")),
    ];
    check(facts, "2024-02-06", ["20.0000 %", "20.0000 %", "20"]);
}

#[test]
fn a_holding_returns_its_income_and_its_costs_but_no_taxes() {
    let of_x = |id, kind, amount| {
        let mut movement = cash(id, "2024-02-05", kind, amount);
        movement.instrument = Some("X".parse().unwrap());
        Fact::CashMovement(movement)
    };
    let mut taxed = fee("-5 EUR");
    taxed.kind = FeeKind::TransactionTax;
    let bought = Transaction {
        fees: vec![fee("-2 EUR"), taxed],
        ..trade("1", "2024-02-01", "X", "10", "10 EUR")
    };
    let ledger = Story::new(vec![
        deposit("a", "2024-02-01", "1000 EUR"),
        Fact::Transaction(bought),
        of_x("d", CashKind::Dividend, "6 EUR"),
        of_x("t", CashKind::WithholdingTax, "-1 EUR"),
        of_x("f", CashKind::Fee, "-3 EUR"),
        Fact::Quote(quote("X", "2024-02-05", "12 EUR")),
    ])
    .ledger();
    let scope = Scope::Holding { instrument: named(&ledger, "X"), account: None };
    let series = series(&ledger, scope, "2024-02-05");
    let whole = series.whole().unwrap();
    // 102 put in, then 3; 120 there and 6 taken out.
    assert_eq!(shown(&series.gain(whole)), "21");
    assert_eq!(percent(&series.simple(whole)), "20.0000 %");
    let days = 100.0 / 102.0 * (126.0 / 103.0) - 1.0;
    assert_eq!(percent(&series.time_weighted(whole)), percent(&Ok(days)));
}

#[test]
fn a_split_is_no_return_and_a_sale_ends_the_return_of_a_holding() {
    let ledger = Story::new(vec![
        Fact::Transaction(trade("1", "2024-02-01", "X", "10", "10 EUR")),
        Fact::Transaction(units("2", "2024-02-02", TransactionKind::Split, "X", "90")),
        Fact::Transaction(trade("3", "2024-02-05", "X", "-100", "1.1 EUR")),
        Fact::Quote(quote("X", "2024-02-06", "7 EUR")),
    ])
    .ledger();
    let scope = Scope::Holding { instrument: named(&ledger, "X"), account: None };
    let series = series(&ledger, scope, "2024-02-10");
    assert_eq!(percent(&series.time_weighted(series.whole().unwrap())), "10.0000 %");
}

#[test]
fn units_that_move_between_own_accounts_are_neither_put_in_nor_taken_out() {
    let moved =
        |id, kind, quantity: &str| Fact::Transaction(units(id, "2024-02-05", kind, "X", quantity));
    let with_move = [
        ten_shares(),
        vec![
            moved("3", TransactionKind::TransferOut, "-10"),
            moved("4", TransactionKind::TransferIn, "10"),
        ],
    ]
    .concat();
    check(with_move, "2024-02-05", ["20.0000 %", "20.0000 %", "20"]);
    let left = [ten_shares(), vec![moved("3", TransactionKind::TransferOut, "-10")]].concat();
    check(left, "2024-02-05", ["20.0000 %", "20.0000 %", "20"]);
}

#[test]
fn what_a_value_rests_on_is_told_once_it_is_old() {
    let ledger = Story::new(ten_shares()).ledger();
    let rates = rates();
    let days = value_history(&ledger, None, None, terms(&rates, "2024-02-20"));
    let stale = |day: &str| days.iter().find(|told| told.date == date(day)).unwrap().stale;
    assert_eq!(stale("2024-02-12"), None);
    let old = stale("2024-02-13").unwrap();
    assert_eq!((old.what, old.since, old.days), (Told::Price(0), date("2024-02-05"), 8));
    assert_eq!(shown(&days.last().unwrap().value), "120", "the value stays");
}

#[test]
fn an_old_exchange_rate_is_told_too() {
    let ledger = Story::new(vec![deposit("a", "2024-02-01", "100 USD")]).ledger();
    let rates = rates();
    let days = value_history(&ledger, None, None, terms(&rates, "2024-02-20"));
    let old = days.last().unwrap().stale.unwrap();
    assert_eq!((old.what, old.days), (Told::Rate("USD".parse().unwrap()), 19));
}

#[test]
fn the_steps_from_one_value_to_the_next_are_told() {
    let sold =
        Transaction { fees: vec![fee("-1 EUR")], ..trade("2", "2024-02-06", "X", "-4", "13 EUR") };
    let facts = [
        ten_shares(),
        vec![
            Fact::Transaction(sold),
            Fact::CashMovement(cash("d", "2024-02-07", CashKind::Dividend, "6 EUR")),
            Fact::CashMovement(cash("t", "2024-02-07", CashKind::WithholdingTax, "-2 EUR")),
            deposit("b", "2024-02-08", "50 EUR"),
            Fact::Quote(quote("X", "2024-02-09", "15 EUR")),
        ],
    ]
    .concat();
    let ledger = Story::new(facts).ledger();
    let period = Period::new(date("2024-02-05"), date("2024-02-09"));
    let told = Breakdown::of(&ledger, Scope::Portfolio, period, terms(&rates(), "2024-02-09"));
    let steps = [
        &told.initial,
        &told.unrealized,
        &told.realized,
        &told.earnings,
        &told.fees,
        &told.taxes,
        &told.transfers,
        &told.rest,
        &told.final_value,
    ];
    // Six shares from 12 to 15, four sold at 13.
    assert_eq!(steps.map(shown), ["120", "18", "4", "6", "1", "2", "50", "0", "195"]);
}

#[test]
fn what_exchange_rates_made_is_told_apart() {
    let ledger = Story::new(vec![
        Fact::Transaction(trade("1", "2024-01-30", "X", "10", "10 USD")),
        Fact::Quote(quote("X", "2024-02-02", "12 USD")),
    ])
    .ledger();
    let period = Period::new(date("2024-01-30"), date("2024-02-02"));
    let told = Breakdown::of(&ledger, Scope::Portfolio, period, terms(&rates(), "2024-02-02"));
    // 100 USD were 50 EUR and are 62.5 EUR; 120 USD are 75 EUR.
    assert_eq!(shown(&told.unrealized), "25");
    assert_eq!(shown(&told.unrealized_by_rates), "12.5");
}
