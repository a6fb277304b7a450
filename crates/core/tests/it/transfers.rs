//! Units that move between own accounts, with what they cost.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rust_decimal::Decimal;
use stonks_core::fact::Fact;
use stonks_core::holdings::holdings;
use stonks_core::lots::{Amounts, CostMethod, Lot};
use stonks_core::transaction::TransactionKind;

use crate::story::{Story, decimal, holding, rates, shown, terms, trade, units};

const SHARE: &str = "NL0010273215";

fn moved(id: &str, day: &str, kind: TransactionKind, quantity: &str) -> Fact {
    Fact::Transaction(units(id, day, kind, SHARE, quantity))
}

fn bought() -> Vec<Fact> {
    vec![
        Fact::Transaction(trade("1", "2024-01-01", SHARE, "10", "10 EUR")),
        Fact::Transaction(trade("2", "2024-01-02", SHARE, "5", "40 EUR")),
    ]
}

/// Each lot of an account, as `units since day for cost`, even where only that account is asked for.
fn check(story: Story, account: &str, expected: &[&str]) {
    let ledger = story.ledger();
    let (rates, name) = (rates(), account.parse().unwrap());
    let terms = terms(&rates, "2024-06-30");
    let alone = holdings(&ledger, Some(&name), terms);
    let among_all: Vec<_> = holdings(&ledger, None, terms)
        .into_iter()
        .filter(|holding| holding.account == name)
        .collect();
    assert_eq!(format!("{alone:?}"), format!("{among_all:?}"));
    let told: Vec<String> = alone[0]
        .lots
        .iter()
        .map(|lot| {
            let (units, cost) = (lot.quantity.normalize(), shown(&lot.cost.base));
            format!("{units} since {} for {cost}", lot.acquired)
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn lots_move_in_the_order_of_the_account_that_they_leave() {
    let story = |method, departure, arrival| {
        let out = moved("3", departure, TransactionKind::TransferOut, "-8");
        let arrived = moved("a", arrival, TransactionKind::TransferIn, "8");
        Story::new([bought(), vec![out]].concat()).of("other", vec![arrived]).method(method)
    };
    let fifo = || story(CostMethod::Fifo, "2024-03-01", "2024-03-03");
    check(fifo(), "other", &["8 since 2024-01-01 for 80"]);
    check(fifo(), "mine", &["2 since 2024-01-01 for 20", "5 since 2024-01-02 for 200"]);
    let newest = ["3 since 2024-01-01 for 30", "5 since 2024-01-02 for 200"];
    check(story(CostMethod::Lifo, "2024-03-01", "2024-03-01"), "other", &newest);
    check(story(CostMethod::Hifo, "2024-03-01", "2024-02-29"), "other", &newest);
}

#[test]
fn units_that_come_back_keep_their_days() {
    let mine = vec![
        moved("3", "2024-03-01", TransactionKind::TransferOut, "-15"),
        moved("4", "2024-04-01", TransactionKind::TransferIn, "15"),
    ];
    let other = vec![
        moved("a", "2024-03-01", TransactionKind::TransferIn, "15"),
        moved("b", "2024-04-01", TransactionKind::TransferOut, "-15"),
    ];
    let story = Story::new([bought(), mine].concat()).of("other", other);
    check(story, "mine", &["10 since 2024-01-01 for 100", "5 since 2024-01-02 for 200"]);
}

#[test]
fn what_arrives_and_is_sold_on_the_same_day_knows_its_cost() {
    let other = vec![
        moved("a", "2024-03-01", TransactionKind::TransferIn, "15"),
        Fact::Transaction(trade("b", "2024-03-01", SHARE, "-12", "20 EUR")),
    ];
    let out = moved("3", "2024-03-01", TransactionKind::TransferOut, "-15");
    let story = || Story::new([bought(), vec![out.clone()]].concat()).of("other", other.clone());
    check(story(), "other", &["3 since 2024-01-02 for 120"]);
    let ledger = story().ledger();
    let (rates, name) = (rates(), "other".parse().unwrap());
    let sold = &holdings(&ledger, Some(&name), terms(&rates, "2024-06-30"))[0];
    assert_eq!(shown(&sold.realized_gain), "60");
    assert_eq!(sold.oversold, decimal("0"));
}

#[test]
fn units_of_another_number_or_another_month_are_no_move() {
    let unknown = "what `NL0010273215` cost in account `other` isn't known";
    for (day, quantity) in [("2024-03-02", "7"), ("2024-05-01", "8")] {
        let out = moved("3", "2024-03-01", TransactionKind::TransferOut, "-8");
        let arrived = moved("a", day, TransactionKind::TransferIn, quantity);
        let story = Story::new([bought(), vec![out]].concat()).of("other", vec![arrived]);
        check(story, "other", &[&format!("{quantity} since {day} for {unknown}")]);
    }
}

#[test]
fn before_a_move_nothing_has_moved() {
    let out = moved("3", "2024-03-01", TransactionKind::TransferOut, "-15");
    let arrived = moved("a", "2024-03-02", TransactionKind::TransferIn, "15");
    let ledger = Story::new([bought(), vec![out]].concat()).of("other", vec![arrived]).ledger();
    assert_eq!(shown(&holding(&ledger, SHARE, "2024-02-28").cost.base), "300");
}

proptest! {
    /// Each lot that moves is as it was; average cost is that of what moves.
    #[test]
    fn what_moves_and_what_stays_is_what_was(
        bought in prop::collection::vec((1i64..100, 1i64..10_000, 1i8..28), 1..12),
        share in 1i64..=100,
        method in prop::sample::select(CostMethod::ALL.to_vec()),
    ) {
        let purchases = bought.iter().enumerate().map(|(place, (units, price, day))| {
            let (units, price) = (units.to_string(), format!("{price} EUR"));
            let day = format!("2024-01-{day:02}");
            Fact::Transaction(trade(&format!("{place:02}"), &day, SHARE, &units, &price))
        });
        let all: i64 = bought.iter().map(|(units, ..)| units).sum();
        let moving = (all * share / 100).max(1);
        let leaving = moved("out", "2024-03-01", TransactionKind::TransferOut, &format!("-{moving}"));
        let arriving = moved("in", "2024-03-02", TransactionKind::TransferIn, &moving.to_string());
        let story = Story::new(purchases.chain([leaving]).collect());
        let ledger = story.of("other", vec![arriving]).method(method).ledger();
        let rates = rates();
        let lots = |as_of: &str| -> Vec<Lot> {
            let all = holdings(&ledger, None, terms(&rates, as_of));
            all.into_iter().flat_map(|holding| holding.lots.to_vec()).collect()
        };
        let sums = |lots: &[Lot]| {
            let mut by_origin: BTreeMap<_, (Decimal, Amounts)> = BTreeMap::new();
            for lot in lots {
                let (units, cost) =
                    by_origin.entry((lot.acquired, lot.origin)).or_insert((Decimal::ZERO, Amounts::ZERO));
                *units += lot.quantity;
                *cost = cost.plus(&lot.cost);
            }
            by_origin
        };
        let (before, after) = (lots("2024-02-01"), lots("2024-03-02"));
        let cost = |lots: &[Lot]| lots.iter().fold(Amounts::ZERO, |sum, lot| sum.plus(&lot.cost));
        prop_assert_eq!(cost(&before), cost(&after));
        if method == CostMethod::Average {
            let units = |lots: &[Lot]| sums(lots).into_values().map(|(units, _)| units).collect::<Vec<_>>();
            prop_assert_eq!(units(&before), units(&after));
        } else {
            prop_assert_eq!(sums(&before), sums(&after));
        }
    }
}
