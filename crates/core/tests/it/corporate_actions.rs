//! Splits, exchanges, spin-offs: units change, and the cost stays.

use stonks_core::fact::Fact;
use stonks_core::transaction::{Transaction, TransactionKind};

use crate::story::{Story, decimal, holding, money, quote, shown, total, trade, units};

fn leg(id: &str, of: &str, quantity: &str, price: &str, kind: TransactionKind) -> Fact {
    let group = Some("action".to_owned());
    Fact::Transaction(Transaction { kind, group, ..trade(id, "2024-03-01", of, quantity, price) })
}

fn bought() -> Vec<Fact> {
    vec![
        Fact::Transaction(trade("1", "2024-01-01", "X", "10", "30 EUR")),
        Fact::Transaction(trade("2", "2024-01-02", "X", "10", "40 EUR")),
    ]
}

#[test]
fn a_split_in_two_legs_and_one_in_one_row_are_the_same() {
    let two_legs = [
        leg("3", "X", "-20", "40 EUR", TransactionKind::Split),
        leg("4", "X", "200", "4 EUR", TransactionKind::Split),
    ];
    let one_row = [Fact::Transaction(units("3", "2024-03-01", TransactionKind::Split, "X", "180"))];
    for action in [two_legs.to_vec(), one_row.to_vec()] {
        let ledger = Story::new([bought(), action].concat()).ledger();
        let holding = holding(&ledger, "X", "2024-06-30");
        assert_eq!(holding.quantity, decimal("200"));
        assert_eq!(shown(&holding.cost.base), "700");
        assert_eq!(shown(&holding.base_value), "800");
        assert_eq!(
            holding.lots.iter().map(|lot| lot.quantity).collect::<Vec<_>>(),
            [decimal("100"), decimal("100")]
        );
        assert_eq!(shown(&holding.realized_gain), "0");
    }
}

#[test]
fn the_value_on_the_day_of_a_split_is_that_of_the_day_before() {
    let facts = [
        bought(),
        vec![Fact::Transaction(units("3", "2024-03-01", TransactionKind::Split, "X", "180"))],
    ]
    .concat();
    let ledger = Story::new(facts).ledger();
    let value = |day| shown(&total(&ledger, day).total.value.figure());
    assert_eq!(value("2024-02-29"), value("2024-03-01"));
}

#[test]
fn a_new_isin_takes_lots_and_dates_along() {
    let action = vec![
        leg("3", "X", "-20", "40 EUR", TransactionKind::Exchange),
        leg("4", "Y", "10", "80 EUR", TransactionKind::Exchange),
    ];
    let ledger = Story::new([bought(), action].concat()).ledger();
    let new = holding(&ledger, "Y", "2024-06-30");
    assert_eq!(new.quantity, decimal("10"));
    assert_eq!(shown(&new.cost.base), "700");
    assert_eq!(new.lots[0].acquired.to_string(), "2024-01-01");
    let old = holding(&ledger, "X", "2024-06-30");
    assert!(!old.is_open());
    assert_eq!(shown(&old.realized_gain), "0");
}

#[test]
fn one_share_that_becomes_two_divides_its_cost_by_value() {
    let action = vec![
        leg("3", "X", "-20", "40 EUR", TransactionKind::Exchange),
        leg("4", "Y", "20", "30 EUR", TransactionKind::Exchange),
        leg("5", "Z", "10", "20 EUR", TransactionKind::Exchange),
    ];
    let ledger = Story::new([bought(), action].concat()).ledger();
    assert_eq!(shown(&holding(&ledger, "Y", "2024-06-30").cost.base), "525");
    assert_eq!(shown(&holding(&ledger, "Z", "2024-06-30").cost.base), "175");
}

#[test]
fn a_spin_off_without_a_price_costs_nothing_yet() {
    let spin_off = Fact::Transaction(units("3", "2024-03-01", TransactionKind::SpinOff, "Y", "5"));
    let facts = [bought(), vec![spin_off, Fact::Quote(quote("Y", "2024-03-02", "7 EUR"))]].concat();
    let ledger = Story::new(facts).ledger();
    let new = holding(&ledger, "Y", "2024-06-30");
    assert_eq!((shown(&new.cost.base), shown(&new.base_value)), ("0".to_owned(), "35".to_owned()));
    assert_eq!(shown(&holding(&ledger, "X", "2024-06-30").cost.base), "700");
}

#[test]
fn a_merger_for_cash_is_a_sale() {
    let merger = Transaction {
        kind: TransactionKind::Exchange,
        amount: Some(money("1000 EUR")),
        ..units("3", "2024-03-01", TransactionKind::Exchange, "X", "-20")
    };
    let ledger = Story::new([bought(), vec![Fact::Transaction(merger)]].concat()).ledger();
    assert_eq!(shown(&holding(&ledger, "X", "2024-06-30").realized_gain), "300");
}

#[test]
fn what_is_worthless_is_a_loss() {
    let delisting =
        Fact::Transaction(units("3", "2024-03-01", TransactionKind::Delisting, "X", "-20"));
    let ledger = Story::new([bought(), vec![delisting]].concat()).ledger();
    assert_eq!(shown(&holding(&ledger, "X", "2024-06-30").realized_gain), "-700");
}

#[test]
fn units_that_leave_for_another_broker_are_no_sale() {
    let leaving =
        Fact::Transaction(units("3", "2024-03-01", TransactionKind::TransferOut, "X", "-15"));
    let ledger = Story::new([bought(), vec![leaving]].concat()).ledger();
    let holding = holding(&ledger, "X", "2024-06-30");
    assert_eq!(holding.quantity, decimal("5"));
    assert_eq!(
        (shown(&holding.cost.base), shown(&holding.realized_gain)),
        ("200".to_owned(), "0".to_owned())
    );
}
