//! Facts in order, the same fact once, and what each of them does to the cash.

mod adding;
mod adjustment;
mod building;
mod instruments;
mod kept;
mod news;
mod order;
mod prices;
mod touched;

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use rust_decimal::Decimal;
use smallvec::SmallVec;

use adding::Known;
pub use touched::Touched;

use crate::account::{AccountName, BrokerAccount};
use crate::cash::{Balance, CashMovement, Position, UpcomingDividend};
use crate::fact::{Identity, Note};
use crate::fx::FxRate;
use crate::instrument::Instrument;
use crate::lots::{CostMethod, FeeTreatment, Oversell};
use crate::money::{Currency, Money};
use crate::quotes::{PriceHistory, Quote};
use crate::statement::{Delivery, Source, Statement};
use crate::transaction::{Fee, Transaction, TransactionKind};

/// An index into [`Ledger::instruments`].
pub type InstrumentIndex = usize;

/// A row of a book: an index into [`Book::transactions`] or [`Book::movements`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Row {
    Transaction(usize),
    Movement(usize),
}

/// Where a row stands in the ledger, so that a figure can be opened down to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// An index into [`Ledger::books`].
    pub book: usize,
    pub row: Row,
}

/// What changes the cash of a book: a row, or the balance with which the statements begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    Opening(Currency),
    Row(Row),
}

/// A transaction in its place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedTransaction {
    pub transaction: Box<Transaction>,
    pub instrument: InstrumentIndex,
    pub source: Source,
    /// The change in units that counts: where no position can be short, no more go than were held.
    pub units: Decimal,
    /// Its effect on the cash, fees included, one entry for each currency, in units that balances are
    /// kept in. Empty where nothing is known.
    pub cash: SmallVec<[Money; 1]>,
    /// Its costs, from whichever file tells them; none are left in `transaction`.
    pub fees: Vec<Fee>,
    /// Whether `fees` are the transaction's own, and not those of movements that settle it.
    has_own_fees: bool,
    /// Whether movements of the account statement carry `cash`, so that it must not count again.
    pub is_settled: bool,
}

/// A cash movement in its place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedMovement {
    pub movement: CashMovement,
    pub instrument: Option<InstrumentIndex>,
    pub source: Source,
}

/// What the broker claims about an instrument, or income to come, with the instrument looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfInstrument<T> {
    pub fact: T,
    pub instrument: InstrumentIndex,
    pub source: Source,
}

/// The books of one account: of the user's, or of one of the broker's where a delivery tells
/// several apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    pub account: AccountName,
    pub broker_account: Option<BrokerAccount>,
    /// Which lots a sale releases.
    pub method: CostMethod,
    pub fee_treatment: FeeTreatment,
    pub oversell: Oversell,
    /// The lots that the user named, by the sale: what acquired them, and how many units.
    pub selections: HashMap<Identity, Vec<(Identity, Decimal)>>,
    /// By the transaction that brought in what was spun off: from what, and how much of its cost.
    pub allocations: HashMap<Identity, (InstrumentIndex, Option<Decimal>)>,
    /// In the order in which they happened.
    pub transactions: Vec<BookedTransaction>,
    /// In the order in which they happened.
    pub movements: Vec<BookedMovement>,
    pub positions: Vec<OfInstrument<Position>>,
    pub balances: Vec<Statement<Balance>>,
    pub upcoming: Vec<OfInstrument<UpcomingDividend>>,
    /// Where each currency's cash begins to be known, and with what balance.
    openings: BTreeMap<Currency, (Date, Decimal, Source)>,
}

/// The user's account, and the broker's where a delivery tells several apart.
type BookKey<'a> = (&'a AccountName, Option<&'a Identity>);

/// All books, and what the accounts share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    pub deliveries: Vec<Delivery>,
    /// One for each thing that can be held, however many brokers name it.
    pub instruments: Vec<Instrument>,
    /// Prices of each instrument, by the same index.
    pub prices: Vec<PriceHistory>,
    pub books: Vec<Book>,
    pub fx_rates: Vec<FxRate>,
    /// Where each of `fx_rates` was told.
    pub fx_sources: Vec<Source>,
    /// In no order.
    pub quotes: Vec<Statement<Quote>>,
    /// Of which instrument each of `quotes` is.
    pub quoted: Vec<InstrumentIndex>,
    pub notes: Vec<Statement<Note>>,
    /// What the next facts are held against.
    known: Known,
}

/// The ledger must be made from all facts, since those that are new change which belong together.
///
/// So it is where an instrument turns out to be what another account calls by another name, or where a
/// transaction turns out to belong to another of the broker's accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ledger must be made from all facts anew")]
pub struct StartAnew;

/// A change of cash, in units that balances are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CashFlow {
    pub date: Date,
    pub money: Money,
}

impl Book {
    /// How the account is shown: the user's name, and the broker's number where there are several.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.broker_account {
            Some(broker) => format!("{}/{}", self.account, broker.identity),
            None => self.account.to_string(),
        }
    }

    /// Whether the cash of the account is told at all. Where only trades were imported it is not:
    /// there, each purchase counts as money put in and each sale as money taken out.
    #[must_use]
    pub fn is_cash_known(&self) -> bool {
        !self.movements.is_empty() || !self.balances.is_empty()
    }

    /// What tells it from all others, and orders it among them.
    fn key(&self) -> BookKey<'_> {
        (&self.account, self.broker_identity())
    }

    /// The broker's own name of its account, where a delivery tells several apart.
    fn broker_identity(&self) -> Option<&Identity> {
        self.broker_account.as_ref().map(|own| &own.identity)
    }

    /// The day before which the cash of `currency` isn't told, and the balance it then had.
    #[must_use]
    pub fn opening(&self, currency: Currency) -> Option<(Date, Decimal)> {
        self.openings.get(&currency).map(|(date, amount, _)| (*date, *amount))
    }

    /// Balances with which the statements begin.
    pub fn openings(&self) -> impl Iterator<Item = (CashFlow, &Source)> {
        self.openings.iter().map(|(currency, (date, amount, source))| {
            (CashFlow { date: *date, money: Money::new(*amount, *currency) }, source)
        })
    }

    /// Every change of cash that counts: openings, movements, and the cash of those transactions
    /// that no movement settles. Not in order.
    pub fn cash_flows(&self) -> impl Iterator<Item = CashFlow> {
        self.cash_changes().map(|(_, flow)| flow)
    }

    /// The same, each with its cause.
    pub fn cash_changes(&self) -> impl Iterator<Item = (Cause, CashFlow)> {
        let movements = self.movements.iter().enumerate().map(|(index, booked)| {
            let money = booked.movement.money.in_major_unit();
            let flow = CashFlow { date: booked.movement.at.date, money };
            (Cause::Row(Row::Movement(index)), flow)
        });
        let openings = self.openings().map(|(flow, _)| (Cause::Opening(flow.money.currency), flow));
        let counts = |(_, flow): &(Cause, CashFlow)| !self.is_before_opening(flow);
        openings.chain(movements.chain(self.unsettled_flows(Date::MIN)).filter(counts))
    }

    /// Where the transactions of a day, or of a later one, begin.
    pub(crate) fn first_since(&self, date: Date) -> usize {
        self.transactions.partition_point(|booked| booked.transaction.at.date < date)
    }

    /// The cash of transactions since a day that no movement settles.
    fn unsettled_flows(&self, since: Date) -> impl Iterator<Item = (Cause, CashFlow)> {
        let all = self.transactions.iter().enumerate().skip(self.first_since(since));
        let unsettled = all.filter(|(_, booked)| !booked.is_settled);
        unsettled.flat_map(|(index, booked)| {
            let date = booked.transaction.at.date;
            let cause = Cause::Row(Row::Transaction(index));
            booked.cash.iter().map(move |&money| (cause, CashFlow { date, money }))
        })
    }

    /// Where what changes the cash was told.
    #[must_use]
    pub fn source(&self, cause: Cause) -> Option<&Source> {
        match cause {
            Cause::Opening(currency) => self.openings.get(&currency).map(|(.., source)| source),
            Cause::Row(Row::Transaction(index)) => {
                self.transactions.get(index).map(|booked| &booked.source)
            }
            Cause::Row(Row::Movement(index)) => {
                self.movements.get(index).map(|booked| &booked.source)
            }
        }
    }

    fn is_before_opening(&self, flow: &CashFlow) -> bool {
        self.opening(flow.money.currency).is_some_and(|(date, _)| flow.date < date)
    }

    /// Flows between the account and the cash that isn't told: those of trades where no statement
    /// tells the cash, or tells it only later. They count as money put in (positive) or taken out. Those of
    /// a day, or of a later one.
    pub fn outside_flows(&self, since: Date) -> impl Iterator<Item = (Cause, CashFlow)> {
        let is_cash_known = self.is_cash_known();
        self.unsettled_flows(since)
            .filter(move |(_, flow)| !is_cash_known || self.is_before_opening(flow))
            .map(|(cause, flow)| {
                let money = Money::new(-flow.money.amount, flow.money.currency);
                (cause, CashFlow { money, ..flow })
            })
    }

    /// Cash at the end of `as_of`, by currency. None where it isn't told.
    #[must_use]
    pub fn cash(&self, as_of: Date) -> Option<BTreeMap<Currency, Decimal>> {
        if !self.is_cash_known() {
            return None;
        }
        let mut balances = BTreeMap::new();
        for flow in self.cash_flows().filter(|flow| flow.date <= as_of) {
            let balance: &mut Decimal = balances.entry(flow.money.currency).or_default();
            *balance = balance.saturating_add(flow.money.amount);
        }
        Some(balances)
    }

    /// The first day on which anything happened.
    #[must_use]
    pub fn first_day(&self) -> Option<Date> {
        let transactions = self.transactions.first().map(|booked| booked.transaction.at.date);
        let movements = self.movements.first().map(|booked| booked.movement.at.date);
        let openings = self.openings.values().map(|(date, ..)| *date).min();
        [transactions, movements, openings].into_iter().flatten().min()
    }

    /// Transactions in order; the legs of one corporate action together, where its first one stands. Of
    /// the instruments that are wanted alone.
    pub(crate) fn actions(&self, is_wanted: impl Fn(InstrumentIndex) -> bool) -> Vec<Legs> {
        let mut actions: Vec<Legs> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let rows = self.transactions.iter().enumerate();
        for (index, booked) in rows.filter(|(_, booked)| is_wanted(booked.instrument)) {
            match &booked.transaction.group {
                Some(group) if !is_trade(booked.transaction.kind) => {
                    if let Some(&place) = places.get(group.as_str()) {
                        actions[place].others.push(index);
                    } else {
                        places.insert(group, actions.len());
                        actions.push(Legs { first: index, others: Vec::new() });
                    }
                }
                _ => actions.push(Legs { first: index, others: Vec::new() }),
            }
        }
        actions
    }
}

/// Indices into [`Book::transactions`]: one transaction, or the legs of one corporate action.
#[derive(Debug, Clone)]
pub(crate) struct Legs {
    pub(crate) first: usize,
    pub(crate) others: Vec<usize>,
}

impl Legs {
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }
}

pub(crate) const fn is_trade(kind: TransactionKind) -> bool {
    matches!(kind, TransactionKind::Buy | TransactionKind::Sell)
}

impl Ledger {
    /// The transaction that stands at a place.
    #[must_use]
    pub fn transaction(&self, place: Place) -> Option<&BookedTransaction> {
        match place.row {
            Row::Transaction(index) => self.books.get(place.book)?.transactions.get(index),
            Row::Movement(_) => None,
        }
    }

    /// Where in which delivery the row at a place was told.
    #[must_use]
    pub fn source(&self, place: Place) -> Option<&Source> {
        self.books.get(place.book)?.source(Cause::Row(place.row))
    }

    /// Books of the named account, or all.
    pub fn books_of<'a>(
        &'a self,
        account: Option<&'a AccountName>,
    ) -> impl Iterator<Item = &'a Book> {
        self.books.iter().filter(move |book| account.is_none_or(|account| *account == book.account))
    }

    /// The first day on which anything happened in any book.
    #[must_use]
    pub fn first_day(&self) -> Option<Date> {
        self.books.iter().filter_map(Book::first_day).min()
    }
}
