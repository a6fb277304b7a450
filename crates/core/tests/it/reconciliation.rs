//! Brokers' own figures against what was imported: since when they differ, by how much, and why.

use stonks_core::cash::{Balance, CashKind, CashMovement, DaySide, Position};
use stonks_core::fact::{Fact, Note};
use stonks_core::ledger::Ledger;
use stonks_core::reconciliation::{Cause, reconcile};

use crate::story::{Story, cash, date, decimal, moment, money, trade};

fn closing(day: &str, amount: &str) -> Fact {
    Fact::Balance(Balance {
        identity: format!("closing:{day}").parse().unwrap(),
        broker_account: None,
        date: date(day),
        side: DaySide::Closing,
        money: money(amount),
    })
}

fn position(day: &str, of: &str, quantity: &str) -> Fact {
    Fact::Position(Position {
        identity: format!("{of}:{day}").parse().unwrap(),
        broker_account: None,
        instrument: of.parse().unwrap(),
        date: date(day),
        quantity: decimal(quantity),
        price: None,
        price_currency: None,
        value: None,
        cost: None,
    })
}

/// Differences as `first day: amount, causes`.
fn check(ledger: &Ledger, expected: &[&str]) {
    let told: Vec<String> = reconcile(ledger, 0, date("2024-12-31"))
        .iter()
        .map(|found| match &found.first {
            None => format!("agrees on {} days", found.n_days),
            Some(first) => {
                let causes: Vec<String> = found
                    .likely
                    .iter()
                    .map(|likely| format!("{} {}", likely.what, likely.cause))
                    .collect();
                let difference = first.difference().normalize();
                format!("{}: {difference}, {}", first.date, causes.join("; "))
            }
        })
        .collect();
    assert_eq!(told, expected);
}

fn deposits() -> Vec<Fact> {
    vec![
        Fact::CashMovement(cash("1", "2024-01-02", CashKind::Deposit, "1000 EUR")),
        Fact::CashMovement(cash("2", "2024-02-02", CashKind::Fee, "-25 EUR")),
        closing("2024-01-31", "1000 EUR"),
    ]
}

fn with(more: Vec<Fact>) -> Ledger {
    Story::new(deposits().into_iter().chain(more).collect()).ledger()
}

#[test]
fn what_agrees_on_every_day_is_no_difference() {
    check(&with(vec![closing("2024-02-28", "975 EUR")]), &["agrees on 2 days"]);
}

#[test]
fn a_row_of_the_very_amount_is_the_likely_cause() {
    let ledger = with(vec![closing("2024-02-28", "1000 EUR"), closing("2024-03-31", "1000 EUR")]);
    check(&ledger, &["2024-02-28: 25, fee not-counted-by-broker"]);
    let found = &reconcile(&ledger, 0, date("2024-12-31"))[0];
    assert_eq!(found.agreed, Some(date("2024-01-31")));
    assert_eq!((found.n_days, found.n_different), (3, 2));
    assert!(!found.agrees());
}

#[test]
fn a_wrong_sign_and_a_row_told_twice_are_recognised() {
    let wrong = with(vec![closing("2024-02-28", "1025 EUR")]);
    check(&wrong, &["2024-02-28: 50, fee wrong-sign"]);
    let twice = with(vec![closing("2024-02-28", "950 EUR")]);
    check(&twice, &["2024-02-28: -25, fee counted-once-more-by-broker"]);
}

#[test]
fn a_line_that_was_not_understood_is_named_where_no_amount_fits() {
    let note = Fact::Note(Note {
        identity: "n".parse().unwrap(),
        broker_account: None,
        at: Some(moment("2024-02-10")),
        reason: "unknown kind".to_owned(),
        text: "Rebate;7.77".to_owned(),
    });
    let ledger = with(vec![note, closing("2024-02-28", "982.77 EUR")]);
    check(&ledger, &["2024-02-28: 7.77, unknown kind: Rebate;7.77 not-understood"]);
}

#[test]
fn units_are_compared_too() {
    let ledger = with(vec![
        Fact::Transaction(trade("3", "2024-02-01", "X", "10", "1 EUR")),
        Fact::Transaction(trade("4", "2024-02-05", "X", "3", "1 EUR")),
        position("2024-02-03", "X", "10"),
        position("2024-02-28", "X", "10"),
    ]);
    let found = reconcile(&ledger, 0, date("2024-12-31"));
    let units = found.iter().find(|found| found.n_days == 2).unwrap();
    assert_eq!(units.first.unwrap().difference(), decimal("-3"));
    assert_eq!(units.likely[0].cause, Cause::NotCountedByBroker);
}

#[test]
fn balances_behind_movements_are_claims_whichever_way_they_are_listed() {
    let behind = |id: &str, day: &str, amount: &str, balance: &str| {
        Fact::CashMovement(CashMovement {
            balance: Some(decimal(balance)),
            ..cash(id, day, CashKind::Deposit, amount)
        })
    };
    let newest_first =
        vec![behind("b", "2024-01-02", "5 EUR", "15"), behind("a", "2024-01-02", "10 EUR", "10")];
    check(&Story::new(newest_first).ledger(), &["agrees on 1 days"]);
    let lacking = vec![
        behind("a", "2024-01-02", "10 EUR", "10"),
        behind("b", "2024-01-05", "5 EUR", "17"),
        behind("c", "2024-01-06", "5 EUR", "22"),
    ];
    check(&Story::new(lacking).ledger(), &["2024-01-05: 2, "]);
}
