//! A ledger that new facts are added to is the one that is made of all facts at once.

use jiff::civil::Date;
use proptest::prelude::*;
use rust_decimal::Decimal;
use stonks_core::account::{AccountName, BrokerAccount};
use stonks_core::cash::{CashKind, CashMovement, Position};
use stonks_core::fact::{Fact, Note};
use stonks_core::fx::FxRate;
use stonks_core::instrument::Instrument;
use stonks_core::ledger::{InstrumentIndex, Ledger};
use stonks_core::lots::{Choices, CostMethod, Oversell};
use stonks_core::performance::{DayValue, Scope, Series, value_history_since};
use stonks_core::transaction::{Transaction, TransactionKind};

use stonks_core::holdings::Outcomes;
use stonks_core::portfolio::{portfolio, portfolio_since};

use crate::story::{
    Story, cash, date, fee, money, opening, quote, rates, share, terms, trade, units,
};

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
            // A leg without units is the parent, whose price and the new one's share its cost.
            let (group, quantity) =
                (Some("group".to_owned()), if number % 3 == 0 { "0" } else { "3" });
            Transaction { group, ..units(&id, &day, TransactionKind::SpinOff, of, quantity) }
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

/// Stories, and how the account called `mine` takes them.
fn any_story() -> impl Strategy<Value = (Told, CostMethod, Oversell)> {
    let methods = prop::sample::select(CostMethod::ALL.to_vec());
    let oversell = prop::sample::select(vec![Oversell::OpensShort, Oversell::IsIncomplete]);
    (deliveries(), methods, oversell)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_ledger_that_facts_are_added_to_is_that_of_all_facts((told, method, oversell) in any_story()) {
        let story = story(&told, method, oversell);
        let added = story.growing().pop().unwrap().0;
        let at_once = story.ledger();
        prop_assert!(added == at_once, "\n{added:?}\n\n{at_once:?}");
    }

    #[test]
    fn what_still_holds_of_holdings_is_what_would_be_computed((told, method, oversell) in any_story()) {
        for account in [None, Some("mine".parse().unwrap())] {
            for (kept, anew) in portfolios(&story(&told, method, oversell), account.as_ref()) {
                prop_assert_eq!(kept, anew);
            }
        }
    }
}

/// The portfolio at each state of a growing ledger, from what is known of the last, and computed anew.
fn portfolios(story: &Story, account: Option<&AccountName>) -> Vec<(String, String)> {
    let rates = rates();
    let terms = terms(&rates, "2024-02-20");
    let mut known = Outcomes::default();
    let states = story.growing().into_iter().map(|(ledger, touched)| {
        match touched {
            Some(touched) => known.forget(&touched),
            None => known = Outcomes::default(),
        }
        let (told, now) = portfolio_since(&ledger, account, terms, std::mem::take(&mut known));
        known = now;
        (format!("{told:?}"), format!("{:?}", portfolio(&ledger, account, terms)))
    });
    states.collect()
}

#[test]
fn a_price_that_comes_later_changes_what_was_spun_off() {
    let leg = |id, of, quantity| {
        let leg = units(id, "2024-01-10", TransactionKind::SpinOff, of, quantity);
        Fact::Transaction(Transaction { group: Some("action".to_owned()), ..leg })
    };
    let first = vec![
        Fact::Transaction(bought("1", "2024-01-02", "X")),
        leg("2", "X", "0"),
        leg("3", "Y", "5"),
        Fact::Quote(quote("X", "2024-01-12", "8 EUR")),
        Fact::Quote(quote("Y", "2024-01-12", "4 EUR")),
    ];
    let story = Story::new(first).and(1, vec![Fact::Quote(quote("Y", "2024-01-11", "16 EUR"))]);
    let states = portfolios(&story, None);
    assert_ne!(states[0].1, states[1].1);
    for (kept, anew) in states {
        assert_eq!(kept, anew);
    }
}

/// Values and returns of every day, as what is known of the last state of the ledger still tells them.
#[derive(Default)]
struct Days {
    history: Vec<DayValue>,
    series: Vec<Series>,
    holdings: Vec<(InstrumentIndex, Series)>,
}

impl Days {
    /// Of a ledger of which nothing else changed since a day.
    fn of(self, ledger: &Ledger, account: Option<&AccountName>, since: Date) -> Self {
        let rates = rates();
        let terms = terms(&rates, "2024-03-10");
        let whole = account.map_or(Scope::Portfolio, Scope::Account);
        let first = Scope::Holding { instrument: 0, account };
        let scopes = if ledger.instruments.is_empty() { vec![whole] } else { vec![whole, first] };
        let series = scopes.into_iter().enumerate().map(|(place, scope)| {
            let known = self.series.get(place).cloned();
            Series::since(ledger, scope, terms, known.map(|series| (series, since)))
        });
        let holdings = (self.holdings, since);
        Self {
            history: value_history_since(ledger, account, terms, (self.history, since)),
            series: series.collect(),
            holdings: Series::of_holdings_since(ledger, account, terms, holdings),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn days_that_still_hold_are_what_would_be_computed((told, method, oversell) in any_story()) {
        for account in [None, Some("mine".parse().unwrap())] {
            let account = account.as_ref();
            let mut known = Days::default();
            for (ledger, touched) in story(&told, method, oversell).growing() {
                let since = touched.map_or(Date::MIN, |touched| touched.since());
                known = known.of(&ledger, account, since);
                let anew = Days::default().of(&ledger, account, Date::MIN);
                prop_assert_eq!(&known.history, &anew.history);
                prop_assert_eq!(&known.series, &anew.series);
                prop_assert_eq!(&known.holdings, &anew.holdings);
            }
        }
    }
}

/// How often a ledger was made anew while these deliveries of one account came one after the other.
fn n_anew(deliveries: Vec<Vec<Fact>>) -> usize {
    let story = deliveries.into_iter().fold(Story::default(), |story, facts| story.and(1, facts));
    story.growing().iter().filter(|(_, touched)| touched.is_none()).count()
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
    assert_eq!(n_anew(vec![of(told), of(elsewhere)]), 1);
}
