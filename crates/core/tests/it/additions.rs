//! A ledger that new facts are added to is the one that is made of all facts at once.

use proptest::prelude::*;
use rust_decimal::Decimal;
use stonks_core::account::BrokerAccount;
use stonks_core::cash::{CashKind, CashMovement, Position};
use stonks_core::fact::{Fact, Note};
use stonks_core::fx::FxRate;
use stonks_core::instrument::Instrument;
use stonks_core::lots::{Choices, CostMethod, Oversell};
use stonks_core::transaction::{Transaction, TransactionKind};

use crate::story::{Story, cash, date, fee, money, opening, quote, share, trade, units};

/// Shares that both accounts may hold, and one that is known by a name of its own.
const SHARES: [&str; 3] = ["US0378331005", "IE00B4L5Y983", "own"];

/// What one fact is drawn from. Few identities, so that many are told again in another way.
type Drawn = (u8, u8, u32, i64, bool);

fn fact(drawn: Drawn) -> Fact {
    match drawn.0 % 10 {
        0..=3 => Fact::Transaction(transaction(drawn)),
        4..=6 => Fact::CashMovement(movement(drawn)),
        _ => beside(drawn),
    }
}

fn id((kind, id, ..): Drawn) -> String {
    format!("{}-{}", kind % 10, id % 5)
}

fn day((_, _, day, ..): Drawn) -> String {
    format!("2024-{:02}-{:02}", 1 + day / 28 % 3, 1 + day % 28)
}

fn share_of((kind, ..): Drawn) -> &'static str {
    SHARES[usize::from(kind) / 10 % 3]
}

fn transaction(drawn: Drawn) -> Transaction {
    let (kind, .., number, is_other) = drawn;
    let (id, day, of) = (id(drawn), day(drawn), share_of(drawn));
    let bare = trade(&id, &day, of, &number.to_string(), &format!("{number} EUR"));
    match kind % 10 {
        0 => {
            let fees = if is_other { Vec::new() } else { vec![fee("-1 EUR")] };
            let broker_account = (number == 7).then(|| "second".parse().unwrap());
            Transaction { fees, broker_account, ..bare }
        }
        1 => {
            let venue = is_other.then(|| "XAMS".to_owned());
            let (kind, quantity) = (TransactionKind::Sell, -bare.quantity);
            Transaction { kind, quantity, amount: None, venue, ..bare }
        }
        2 => units(&id, &day, TransactionKind::Split, of, "7"),
        _ if is_other => units(&id, &day, TransactionKind::TransferIn, of, "3"),
        _ => {
            let group = Some("group".to_owned());
            Transaction { group, ..units(&id, &day, TransactionKind::SpinOff, of, "3") }
        }
    }
}

fn movement(drawn: Drawn) -> CashMovement {
    let (kind, .., number, is_other) = drawn;
    let kind = match kind % 10 {
        4 => CashKind::Trade,
        5 => CashKind::Fee,
        _ => CashKind::CapitalReturn,
    };
    let bare = cash(&id(drawn), &day(drawn), kind, &format!("{number} EUR"));
    if kind == CashKind::CapitalReturn {
        return CashMovement { instrument: Some(share_of(drawn).parse().unwrap()), ..bare };
    }
    CashMovement {
        transaction: Some(format!("{}-{}", number % 2, number % 5).parse().unwrap()),
        description: is_other.then(|| "told otherwise".to_owned()),
        ..bare
    }
}

/// What is told beside transactions and cash.
fn beside(drawn: Drawn) -> Fact {
    let (kind, .., number, is_other) = drawn;
    let (day, price, of) = (day(drawn), format!("{number} EUR"), share_of(drawn));
    let identity = id(drawn).parse().unwrap();
    match (kind % 10, is_other, number % 3) {
        (7, true, _) => Fact::Balance(opening(&day, &price)),
        (7, false, _) => Fact::Position(Position {
            identity,
            broker_account: None,
            instrument: of.parse().unwrap(),
            date: date(&day),
            quantity: number.into(),
            price: Some(Decimal::from(number)),
            price_currency: Some(money(&price).currency),
            value: None,
            cost: None,
        }),
        (8, ..) => Fact::Quote(quote(of, &day, &price)),
        (_, true, _) => Fact::FxRate(FxRate {
            identity,
            base: "EUR".parse().unwrap(),
            quote: "USD".parse().unwrap(),
            date: date(&day),
            rate: number.into(),
        }),
        (_, _, 0) => Fact::Instrument(Instrument {
            currency: Some(money(&price).currency),
            // What was known by its own name turns out to be what another account calls by another.
            isin: (number % 2 == 0).then(|| SHARES[0].parse().unwrap()),
            sector: Some(day),
            ..share(of)
        }),
        (_, _, 1) => Fact::Account(BrokerAccount {
            identity: "second".parse().unwrap(),
            name: Some(day),
            currency: None,
            opened: None,
        }),
        _ => {
            Fact::Note(Note { identity, broker_account: None, at: None, reason: price, text: day })
        }
    }
}

/// Deliveries: of which account, by which plugin, in which version, and what it tells.
type Told = Vec<(bool, bool, u32, Vec<Drawn>)>;

fn deliveries() -> impl Strategy<Value = Told> {
    let drawn = (0u8..30, 0u8..5, 0u32..84, 1i64..40, any::<bool>());
    let facts = prop::collection::vec(drawn, 0..12);
    prop::collection::vec((any::<bool>(), any::<bool>(), 1u32..3, facts), 1..7)
}

fn story(deliveries: &Told, method: CostMethod, oversell: Oversell) -> Story {
    let oversell = [("mine".parse().unwrap(), oversell)].into();
    let choices = Choices { oversell, ..Choices::default() };
    let story = Story::default().method(method).choices(choices);
    deliveries.iter().fold(story, |story, (is_mine, is_one, version, drawn)| {
        let (account, plugin) =
            (if *is_mine { "mine" } else { "ours" }, if *is_one { "one" } else { "other" });
        story.told(account, plugin, *version, drawn.iter().copied().map(fact).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_ledger_that_facts_are_added_to_is_that_of_all_facts(
        deliveries in deliveries(),
        method in prop::sample::select(CostMethod::ALL.to_vec()),
        is_short in any::<bool>(),
    ) {
        let oversell = if is_short { Oversell::OpensShort } else { Oversell::IsIncomplete };
        let (added, _) = story(&deliveries, method, oversell).ledger_by_addition();
        let at_once = story(&deliveries, method, oversell).ledger();
        prop_assert!(added == at_once, "\n{added:?}\n\n{at_once:?}");
    }
}

/// How often a ledger was made anew while these deliveries of one account came one after the other.
fn n_anew(deliveries: Vec<Vec<Fact>>) -> usize {
    let story = deliveries.into_iter().fold(Story::default(), |story, facts| story.and(1, facts));
    story.ledger_by_addition().1
}

fn bought(id: &str, day: &str, of: &str) -> Transaction {
    trade(id, day, of, "10", "10 EUR")
}

#[test]
fn what_is_plainly_new_or_told_again_is_added() {
    let trade = |id, day, of| vec![Fact::Transaction(bought(id, day, of))];
    let first = trade("1", "2024-01-02", "X");
    let dearer = Fact::Transaction(Transaction {
        fees: vec![fee("-1 EUR")],
        ..bought("1", "2024-01-02", "X")
    });
    let mut paid = cash("2", "2024-01-02", CashKind::Trade, "-101 EUR");
    paid.transaction = Some("1".parse().unwrap());
    for next in [
        trade("2", "2024-01-03", "X"),
        trade("2", "2024-01-01", "X"),
        trade("2", "2024-01-03", "New"),
        first.clone(),
        vec![dearer],
        vec![Fact::CashMovement(paid)],
        vec![Fact::Quote(quote("X", "2024-01-02", "11 EUR"))],
    ] {
        assert_eq!(n_anew(vec![first.clone(), next]), 0);
    }
}

#[test]
fn what_changes_who_belongs_together_starts_anew() {
    let told = bought("1", "2024-01-02", "X");
    let elsewhere = Transaction { broker_account: Some("second".parse().unwrap()), ..told.clone() };
    let of = |fact| vec![Fact::Transaction(fact)];
    let story = Story::default().and(1, of(told)).and(1, of(elsewhere));
    assert_eq!(story.ledger_by_addition().1, 1);
}
