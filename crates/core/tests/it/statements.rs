//! Several statements of one fact, and several names of one instrument.

use stonks_core::cash::CashKind;
use stonks_core::fact::Fact;
use stonks_core::transaction::{Transaction, TransactionKind};

use crate::story::{Story, cash, fee, holding, shown, total, trade};

/// A trade as a list of transactions tells it, and as an account statement does.
fn both_files() -> [Vec<Fact>; 2] {
    let told = trade("1", "2024-01-02T16:40:00+01:00", "X", "10", "10 EUR");
    let list =
        Transaction { fees: vec![fee("-2 EUR")], venue: Some("XAMS".to_owned()), ..told.clone() };
    let statement = Transaction { order: Some("order".to_owned()), ..told };
    let leg = |id, kind, amount| {
        let mut movement = cash(id, "2024-01-02T16:40:00+01:00", kind, amount);
        movement.transaction = Some("1".parse().unwrap());
        Fact::CashMovement(movement)
    };
    [
        vec![Fact::Transaction(list)],
        vec![
            Fact::Transaction(statement),
            leg("a", CashKind::Trade, "-100 EUR"),
            leg("b", CashKind::Fee, "-2 EUR"),
            Fact::CashMovement(cash("c", "2024-01-01", CashKind::Deposit, "150 EUR")),
        ],
    ]
}

#[test]
fn either_file_alone_and_both_together_tell_one_trade() {
    let [list, statement] = both_files();
    let together = Story::new(list.clone()).and(1, statement.clone());
    let other_way_round = Story::new(statement.clone()).and(1, list.clone());
    for (story, cash) in [
        (Story::new(list), None),
        (Story::new(statement), Some("48")),
        (together, Some("48")),
        (other_way_round, Some("48")),
    ] {
        let ledger = story.ledger();
        assert_eq!(ledger.books[0].transactions.len(), 1);
        assert_eq!(shown(&holding(&ledger, "X", "2024-06-30").cost.base), "102");
        let total = total(&ledger, "2024-06-30").total;
        match cash {
            Some(cash) => assert_eq!(shown(&total.cash.figure()), cash),
            None => assert_eq!(total.without_cash, ["mine"]),
        }
        assert_eq!(shown(&total.profit_loss), "-2");
    }
}

#[test]
fn what_one_statement_leaves_open_another_fills_in() {
    let [list, statement] = both_files();
    for story in
        [Story::new(list.clone()).and(1, statement.clone()), Story::new(statement).and(1, list)]
    {
        let ledger = story.ledger();
        let told = &ledger.books[0].transactions[0].transaction;
        assert_eq!((told.venue.as_deref(), told.order.as_deref()), (Some("XAMS"), Some("order")));
    }
}

#[test]
fn whoever_knows_the_kind_better_is_believed() {
    let plain = trade("1", "2024-01-02", "X", "10", "10 EUR");
    let better = Transaction { kind: TransactionKind::StockDividend, ..plain.clone() };
    for (first, second) in [(plain.clone(), better.clone()), (better, plain)] {
        let ledger = Story::new(vec![Fact::Transaction(first)])
            .and(1, vec![Fact::Transaction(second)])
            .ledger();
        assert_eq!(
            ledger.books[0].transactions[0].transaction.kind,
            TransactionKind::StockDividend
        );
    }
}

#[test]
fn a_newer_version_of_the_plugin_leads() {
    let at_price = |price| vec![Fact::Transaction(trade("1", "2024-01-02", "X", "10", price))];
    for story in [
        Story::new(at_price("10 EUR")).and(2, at_price("11 EUR")),
        Story::default().and(2, at_price("11 EUR")).and(1, at_price("10 EUR")),
    ] {
        assert_eq!(shown(&holding(&story.ledger(), "X", "2024-06-30").cost.base), "110");
    }
}

/// What was one of two opinions of the same weight is confirmed by a newer version.
#[test]
fn a_newer_version_that_says_what_was_said_before_leads() {
    let told = |price| vec![Fact::Transaction(trade("1", "2024-01-02", "X", "10", price))];
    for (confirmed, shown_price) in [("10 EUR", "10"), ("9 EUR", "9")] {
        let both = Story::new(told("10 EUR")).and(1, told("9 EUR"));
        let ledger = both.and(2, told(confirmed)).ledger();
        let price = ledger.books[0].transactions[0].transaction.price;
        assert_eq!(price.map(|price| price.to_string()).as_deref(), Some(shown_price));
    }
}
