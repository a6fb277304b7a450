//! Splits, exchanges, spin-offs: units change, and the cost stays.

use stonks_core::cash::CashKind;
use stonks_core::corporate_actions::{ActionKind, CorporateAction};
use stonks_core::fact::Fact;
use stonks_core::ledger::Ledger;
use stonks_core::lots::{Allocation, Choices, CostMethod};
use stonks_core::performance::value_history;
use stonks_core::transaction::{Transaction, TransactionKind};

use crate::story::{
    Story, cash, date, decimal, developed, holding, money, quote, rates, shown, terms, total,
    trade, units,
};

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

/// The one corporate action of a story, told in a line: its kind, and each instrument with units and cost
/// before and after.
fn check_action(ledger: &Ledger, expected: &str) -> CorporateAction {
    let mut actions = developed(ledger, "2024-06-30").corporate_actions;
    let action = actions.pop().unwrap();
    assert!(actions.is_empty(), "there is one action");
    let changes = action.changes.iter().map(|change| {
        format!(
            " {}: {} for {} -> {} for {};",
            ledger.instruments[change.instrument].label(),
            change.quantity_before.normalize(),
            shown(&change.cost_before.base),
            change.quantity_after.normalize(),
            shown(&change.cost_after.base),
        )
    });
    let told = format!("{}:{}", action.kind, changes.collect::<String>());
    assert_eq!(told, expected);
    assert!(action.places.iter().all(|place| ledger.source(*place).is_some()));
    action
}

fn one(fact: Fact) -> Ledger {
    Story::new([bought(), vec![fact]].concat()).ledger()
}

fn change_of(kind: TransactionKind, of: &str, quantity: &str) -> Fact {
    Fact::Transaction(units("3", "2024-03-01", kind, of, quantity))
}

#[test]
fn a_split_and_a_reverse_split_say_their_ratio() {
    let ledger = one(change_of(TransactionKind::Split, "X", "180"));
    let action = check_action(&ledger, "split: X: 20 for 700 -> 200 for 700;");
    assert_eq!(action.ratio, Some(decimal("10")));
    let ledger = one(change_of(TransactionKind::Split, "X", "-18"));
    let action = check_action(&ledger, "reverse-split: X: 20 for 700 -> 2 for 700;");
    assert_eq!(action.ratio, Some(decimal("0.1")));
}

#[test]
fn a_short_position_splits_in_two_legs_as_well() {
    let facts = vec![
        Fact::Transaction(trade("1", "2024-01-01", "X", "-20", "35 EUR")),
        leg("3", "X", "20", "40 EUR", TransactionKind::Split),
        leg("4", "X", "-200", "4 EUR", TransactionKind::Split),
    ];
    let ledger = Story::new(facts).ledger();
    check_action(&ledger, "split: X: -20 for -700 -> -200 for -700;");
    assert_eq!(shown(&holding(&ledger, "X", "2024-06-30").realized_gain), "0");
}

#[test]
fn on_the_day_of_a_split_trades_are_in_new_units() {
    let facts = vec![
        Fact::Transaction(trade("1", "2024-01-01", "X", "10", "100 EUR")),
        Fact::Transaction(trade("0", "2024-03-01", "X", "-5", "60 EUR")),
        change_of(TransactionKind::Split, "X", "10"),
    ];
    let holding = holding(&Story::new(facts).ledger(), "X", "2024-06-30");
    assert_eq!(holding.quantity, decimal("15"));
    assert_eq!(shown(&holding.cost.base), "750");
    assert_eq!(shown(&holding.realized_gain), "50");
}

#[test]
fn a_stock_dividend_spreads_the_cost_over_more_units() {
    let ledger = one(change_of(TransactionKind::StockDividend, "X", "2"));
    check_action(&ledger, "stock-dividend: X: 20 for 700 -> 22 for 700;");
    assert_eq!(holding(&ledger, "X", "2024-06-30").lots.len(), 2);
}

#[test]
fn a_spin_off_takes_the_fraction_that_the_issuer_states_and_the_days_of_its_parent() {
    for method in CostMethod::ALL {
        let choices = Choices {
            allocations: vec![Allocation {
                account: "mine".parse().unwrap(),
                transaction: "3".parse().unwrap(),
                parent: "X".parse().unwrap(),
                fraction: Some(decimal("0.3")),
            }],
            ..Choices::default()
        };
        let facts = [bought(), vec![change_of(TransactionKind::SpinOff, "Y", "5")]].concat();
        let ledger = Story::new(facts).method(method).choices(choices).ledger();
        let expected = "spin-off: X: 20 for 700 -> 20 for 490; Y: 0 for 0 -> 5 for 210;";
        check_action(&ledger, expected);
        let new = holding(&ledger, "Y", "2024-06-30");
        assert_eq!(new.lots[0].acquired.to_string(), "2024-01-01");
        assert_eq!(
            ledger.transaction(new.lots[0].origin.unwrap()).unwrap().transaction.identity.as_str(),
            "1"
        );
    }
}

#[test]
fn a_spin_off_without_a_fraction_takes_its_share_in_the_value_of_both() {
    let group = Some("action".to_owned());
    let part = |id, of, quantity| {
        let units = units(id, "2024-03-01", TransactionKind::SpinOff, of, quantity);
        Fact::Transaction(Transaction { group: group.clone(), ..units })
    };
    let facts = vec![
        part("3", "X", "0"),
        part("4", "Y", "5"),
        Fact::Quote(quote("X", "2024-02-29", "99 EUR")),
        Fact::Quote(quote("X", "2024-03-01", "30 EUR")),
        Fact::Quote(quote("Y", "2024-03-04", "20 EUR")),
    ];
    let ledger = Story::new([bought(), facts].concat()).ledger();
    check_action(&ledger, "spin-off: X: 20 for 700 -> 20 for 600; Y: 0 for 0 -> 5 for 100;");
}

#[test]
fn a_new_name_is_told_apart_from_an_exchange() {
    let renamed = |quantity: &str, price: &str| {
        let action = vec![
            leg("3", "X", "-20", "40 EUR", TransactionKind::Exchange),
            leg("4", "Y", quantity, price, TransactionKind::Exchange),
        ];
        Story::new([bought(), action].concat()).ledger()
    };
    let ledger = renamed("20", "40 EUR");
    check_action(&ledger, "rename: X: 20 for 700 -> 0 for 0; Y: 0 for 0 -> 20 for 700;");
    let ledger = renamed("40", "20 EUR");
    check_action(&ledger, "exchange: X: 20 for 700 -> 0 for 0; Y: 0 for 0 -> 40 for 700;");
}

#[test]
fn cash_beside_new_units_lowers_their_cost_and_is_gain_beyond_it() {
    let merger = |amount: &str| {
        let leg = |id, of, quantity, amount: Option<&str>| {
            let bare = units(id, "2024-03-01", TransactionKind::Exchange, of, quantity);
            let (group, amount) = (Some("merger".to_owned()), amount.map(money));
            Fact::Transaction(Transaction { group, amount, ..bare })
        };
        let legs = vec![leg("3", "X", "-20", Some(amount)), leg("4", "Y", "10", None)];
        Story::new([bought(), legs].concat()).ledger()
    };
    let ledger = merger("100 EUR");
    let expected = "exchange: X: 20 for 700 -> 0 for 0; Y: 0 for 0 -> 10 for 600;";
    assert_eq!(shown(&check_action(&ledger, expected).gain.base), "0");
    // The dear lot cost 400 and the cheap one 300: half of 900 is more than either.
    let ledger = merger("900 EUR");
    let expected = "exchange: X: 20 for 700 -> 0 for 0; Y: 0 for 0 -> 10 for 0;";
    assert_eq!(shown(&check_action(&ledger, expected).gain.base), "200");
}

#[test]
fn a_delisting_is_told_with_its_loss() {
    let ledger = one(change_of(TransactionKind::Delisting, "X", "-20"));
    let action = check_action(&ledger, "delisting: X: 20 for 700 -> 0 for 0;");
    assert_eq!(action.kind, ActionKind::Delisting);
    assert_eq!(shown(&action.gain.base), "-700");
}

#[test]
fn capital_that_comes_back_lowers_the_cost_and_is_gain_beyond_it() {
    let returned = |amount: &str| {
        let mut movement = cash("r", "2024-03-01", CashKind::CapitalReturn, amount);
        movement.instrument = Some("X".parse().unwrap());
        one(Fact::CashMovement(movement))
    };
    let ledger = returned("100 EUR");
    let action = check_action(&ledger, "return-of-capital: X: 20 for 700 -> 20 for 600;");
    assert_eq!(shown(&action.gain.base), "0");
    // 350 of it for each lot, of which one cost 300.
    let ledger = returned("700 EUR");
    check_action(&ledger, "return-of-capital: X: 20 for 700 -> 20 for 50;");
    assert_eq!(shown(&holding(&ledger, "X", "2024-06-30").realized_gain), "50");
}

/// The value on each day around a split of one into ten, whatever quotes tell.
fn check_history(quotes: &[(&str, &str)]) {
    let quotes = quotes.iter().map(|(day, price)| Fact::Quote(quote("X", day, price)));
    let split = change_of(TransactionKind::Split, "X", "180");
    let facts = [bought(), vec![split], quotes.collect()].concat();
    let ledger = Story::new(facts).ledger();
    let value = |day| shown(&total(&ledger, day).total.value.figure());
    let days = ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-04"];
    let expected = ["800", "820", "840", "860"];
    assert_eq!(days.map(value), expected);
    let rates = rates();
    let history = value_history(&ledger, None, None, terms(&rates, "2024-03-04"));
    let of_day = |day: &str| history.iter().find(|told| told.date == date(day)).unwrap();
    assert_eq!(days.map(|day| shown(&of_day(day).value)), expected);
}

#[test]
fn history_is_right_whether_quotes_are_adjusted_for_a_split_or_not() {
    let behind = [("2024-03-01", "4.2 EUR"), ("2024-03-04", "4.3 EUR")];
    let told = |before: [(&'static str, &'static str); 2]| [before, behind].concat();
    check_history(&told([("2024-02-28", "40 EUR"), ("2024-02-29", "41 EUR")]));
    check_history(&told([("2024-02-28", "4 EUR"), ("2024-02-29", "4.1 EUR")]));
    // The market split a day before the broker booked it.
    check_history(&told([("2024-02-28", "40 EUR"), ("2024-02-29", "4.1 EUR")]));
}
