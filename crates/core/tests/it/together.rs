//! Several accounts as one: holdings joined, and units for which a dividend was paid.

use stonks_core::dividends::UnitsHeld;
use stonks_core::fact::Fact;
use stonks_core::holdings::holdings;
use stonks_core::portfolio::together;
use stonks_core::transaction::TransactionKind;

use crate::story::{Story, date, quote, rates, shown, terms, trade, units};

#[test]
fn one_account_joined_with_none_is_itself() {
    let ledger = Story::new(vec![
        Fact::Transaction(trade("b1", "2024-01-02", "share", "10", "5 USD")),
        Fact::Transaction(trade("s1", "2024-01-03", "share", "-4", "6 USD")),
        Fact::Quote(quote("share", "2024-01-05", "8 USD")),
    ])
    .ledger();
    let rates = rates();
    let apart = holdings(&ledger, None, terms(&rates, "2024-01-05"));
    let joined = together(apart.clone());
    assert_eq!(format!("{joined:?}"), format!("{apart:?}"));
}

#[test]
fn joined_holdings_are_the_sum_of_their_parts() {
    let ledger = Story::new(vec![
        Fact::Transaction(trade("b1", "2024-01-02", "share", "10", "5 USD")),
        Fact::Quote(quote("share", "2024-01-05", "8 USD")),
    ])
    .ledger();
    let rates = rates();
    let apart = holdings(&ledger, None, terms(&rates, "2024-01-05"));
    let joined = together([apart.clone(), apart].concat());
    assert_eq!(joined.len(), 1);
    let holding = &joined[0];
    assert_eq!(holding.quantity, 20.into());
    assert_eq!(shown(&holding.value), "160");
    assert_eq!(shown(&holding.base_value), "80");
    assert_eq!(shown(&holding.cost.base), "50");
    assert_eq!(shown(&holding.unrealized_gain), "30");
    assert_eq!(holding.account_label, "mine, mine");
    assert_eq!(holding.lots.len(), 2);
}

#[test]
fn units_of_a_dividend_are_those_of_the_day_before_in_todays_units() {
    let ledger = Story::new(vec![
        Fact::Transaction(trade("b1", "2024-01-02", "share", "10", "5 USD")),
        Fact::Transaction(trade("b2", "2024-02-01", "share", "2", "5 USD")),
        Fact::Transaction(units("x", "2024-03-01", TransactionKind::Split, "share", "36")),
    ])
    .ledger();
    let held = UnitsHeld::of(&ledger, &ledger.books[0]);
    let share = ledger.books[0].transactions[0].instrument;
    let before = |day: &str, as_of: &str| held.before(share, date(day), date(as_of));
    assert_eq!(before("2024-01-02", "2024-06-01"), None, "bought on the day is bought too late");
    assert_eq!(before("2024-02-01", "2024-02-15"), Some(10.into()), "the split is still to come");
    assert_eq!(before("2024-02-01", "2024-06-01"), Some(40.into()), "one became four");
    assert_eq!(before("2024-04-01", "2024-06-01"), Some(48.into()));
}
