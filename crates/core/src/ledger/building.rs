//! Books from facts: each fact into its book, each book in order, and each transaction joined with the
//! movements that settle it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::instruments::InstrumentNames;
use super::{Book, BookedMovement, BookedTransaction, InstrumentIndex, OfInstrument};
use crate::account::{AccountName, BrokerAccount};
use crate::cash::{Balance, CashKind, CashMovement, DaySide, Position, UpcomingDividend};
use crate::fact::Identity;
use crate::lots::{Choices, CostMethod, Oversell};
use crate::money::Money;
use crate::statement::{Delivery, Source, Statement};
use crate::transaction::{Fee, FeeKind, Transaction, TransactionKind};

/// Books under construction.
pub(super) struct Books<'a> {
    deliveries: &'a [Delivery],
    methods: &'a BTreeMap<AccountName, CostMethod>,
    choices: &'a Choices,
    index: &'a InstrumentNames,
    books: Vec<Book>,
    places: HashMap<(AccountName, Option<Identity>), usize>,
    /// The book of what came last, by its delivery and the broker's account: nearly always the next one's.
    last: Option<(usize, Option<Identity>, usize)>,
}

impl<'a> Books<'a> {
    pub(super) fn new(
        deliveries: &'a [Delivery],
        methods: &'a BTreeMap<AccountName, CostMethod>,
        choices: &'a Choices,
        index: &'a InstrumentNames,
    ) -> Self {
        let (books, places) = (Vec::new(), HashMap::new());
        Self { deliveries, methods, choices, index, books, places, last: None }
    }

    /// By account, then by the broker's own; each with all that happened in its order.
    pub(super) fn in_order(mut self, broker_accounts: &[Statement<BrokerAccount>]) -> Vec<Book> {
        self.books.sort_by(|left, right| {
            let broker = |book: &Book| Some(book.broker_account.as_ref()?.identity.clone());
            left.account.cmp(&right.account).then_with(|| broker(left).cmp(&broker(right)))
        });
        for book in &mut self.books {
            book.put_in_order(broker_accounts, self.deliveries);
            book.choose(self.choices, self.index);
        }
        self.books
    }

    fn book(&mut self, source: &Source, broker_account: Option<&Identity>) -> Option<&mut Book> {
        if let Some((delivery, of, place)) = &self.last
            && *delivery == source.delivery
            && of.as_ref() == broker_account
        {
            return self.books.get_mut(*place);
        }
        let account = self.deliveries[source.delivery].account.clone()?;
        let broker_account = broker_account.cloned();
        let place = match self.places.entry((account.clone(), broker_account.clone())) {
            Entry::Occupied(place) => *place.get(),
            Entry::Vacant(free) => {
                free.insert(self.books.len());
                self.books.push(Book {
                    method: self.methods.get(&account).copied().unwrap_or_default(),
                    fee_treatment: self.choices.fees.get(&account).copied().unwrap_or_default(),
                    oversell: self.choices.oversell.get(&account).copied().unwrap_or_default(),
                    account,
                    selections: HashMap::new(),
                    allocations: HashMap::new(),
                    broker_account: broker_account.clone().map(|identity| BrokerAccount {
                        identity,
                        name: None,
                        currency: None,
                        opened: None,
                    }),
                    transactions: Vec::new(),
                    movements: Vec::new(),
                    positions: Vec::new(),
                    balances: Vec::new(),
                    upcoming: Vec::new(),
                    openings: BTreeMap::new(),
                });
                self.books.len() - 1
            }
        };
        self.last = Some((source.delivery, broker_account, place));
        self.books.get_mut(place)
    }

    pub(super) fn add_transaction(
        &mut self,
        Statement { fact: mut transaction, source }: Statement<Box<Transaction>>,
    ) {
        let Some(instrument) = self.index.find(source.delivery, &transaction.instrument) else {
            return;
        };
        if let Some(book) = self.book(&source, transaction.broker_account.as_ref()) {
            let cash = own_cash(&transaction);
            let fees = std::mem::take(&mut transaction.fees);
            book.transactions.push(BookedTransaction {
                units: transaction.quantity,
                transaction,
                instrument,
                source,
                cash,
                fees,
                is_settled: false,
            });
        }
    }

    pub(super) fn add_movement(
        &mut self,
        Statement { fact: movement, source }: Statement<CashMovement>,
    ) {
        let instrument =
            movement.instrument.as_ref().and_then(|name| self.index.find(source.delivery, name));
        if let Some(book) = self.book(&source, movement.broker_account.as_ref()) {
            book.movements.push(BookedMovement { movement, instrument, source });
        }
    }

    pub(super) fn add_claim<T: Claim>(
        &mut self,
        Statement { fact, source }: Statement<T>,
        list: impl Fn(&mut Book) -> &mut Vec<OfInstrument<T>>,
    ) {
        let Some(instrument) = self.index.find(source.delivery, fact.instrument()) else { return };
        if let Some(book) = self.book(&source, fact.broker_account()) {
            list(book).push(OfInstrument { fact, instrument, source });
        }
    }

    pub(super) fn add_balance(&mut self, statement: Statement<Balance>) {
        if let Some(book) = self.book(&statement.source, statement.fact.broker_account.as_ref()) {
            book.balances.push(statement);
        }
    }
}

/// What a broker says of an instrument in one of its accounts.
pub(super) trait Claim {
    fn instrument(&self) -> &Identity;
    fn broker_account(&self) -> Option<&Identity>;
}

impl Claim for Position {
    fn instrument(&self) -> &Identity {
        &self.instrument
    }

    fn broker_account(&self) -> Option<&Identity> {
        self.broker_account.as_ref()
    }
}

impl Claim for UpcomingDividend {
    fn instrument(&self) -> &Identity {
        &self.instrument
    }

    fn broker_account(&self) -> Option<&Identity> {
        self.broker_account.as_ref()
    }
}

impl Book {
    fn put_in_order(
        &mut self,
        broker_accounts: &[Statement<BrokerAccount>],
        deliveries: &[Delivery],
    ) {
        self.transactions.sort_by(|left, right| {
            let key = |booked: &BookedTransaction| {
                let transaction = &booked.transaction;
                (transaction.at, rank(transaction), transaction.kind)
            };
            key(left)
                .cmp(&key(right))
                .then_with(|| left.transaction.identity.cmp(&right.transaction.identity))
        });
        self.count_units();
        // Movements of one minute stay in the order in which the broker lists them: their balances
        // follow from each other, and nothing else depends on it.
        self.movements.sort_by_key(|booked| booked.movement.at);
        self.settle();
        self.find_openings();
        if let Some(own) = &mut self.broker_account {
            let told = broker_accounts.iter().find(|statement| {
                statement.fact.identity == own.identity
                    && deliveries[statement.source.delivery].account.as_ref() == Some(&self.account)
            });
            if let Some(told) = told {
                own.clone_from(&told.fact);
            }
        }
    }

    fn count_units(&mut self) {
        if self.oversell != Oversell::IsIncomplete {
            return;
        }
        let mut held: HashMap<InstrumentIndex, Decimal> = HashMap::new();
        for booked in &mut self.transactions {
            let held = held.entry(booked.instrument).or_default();
            booked.units = booked.units.max(-*held);
            *held = held.saturating_add(booked.units);
        }
    }

    /// Takes over what the user decided about this account.
    fn choose(&mut self, choices: &Choices, index: &InstrumentNames) {
        for selection in &choices.selections {
            if selection.account == self.account {
                let named = self.selections.entry(selection.sale.clone()).or_default();
                named.push((selection.acquisition.clone(), selection.quantity));
            }
        }
        for allocation in &choices.allocations {
            let parent = index.of_account(&self.account, &allocation.parent);
            if let Some(parent) = parent.filter(|_| allocation.account == self.account) {
                let part = (parent, allocation.fraction);
                self.allocations.insert(allocation.transaction.clone(), part);
            }
        }
    }

    /// Joins transactions with the movements that settle them.
    fn settle(&mut self) {
        let mut linked: HashMap<Identity, Vec<usize>> = HashMap::new();
        for (place, booked) in self.movements.iter().enumerate() {
            if let Some(transaction) = &booked.movement.transaction {
                linked.entry(transaction.clone()).or_default().push(place);
            }
        }
        for booked in &mut self.transactions {
            let Some(places) = linked.get(&booked.transaction.identity) else { continue };
            let movements = || places.iter().map(|&place| &self.movements[place].movement);
            if !movements().any(|movement| movement.kind == CashKind::Trade) {
                continue;
            }
            booked.is_settled = true;
            booked.cash = by_currency(movements().map(|movement| movement.money));
            if booked.fees.is_empty() {
                booked.fees = movements()
                    .filter(|movement| movement.kind == CashKind::Fee)
                    .map(|movement| Fee {
                        kind: movement.fee_kind.unwrap_or(FeeKind::Transaction),
                        money: movement.money,
                        description: movement.description.clone(),
                    })
                    .collect();
            }
        }
    }

    /// The earliest opening balance of each currency counts, unless movements reach further back.
    fn find_openings(&mut self) {
        for Statement { fact: balance, source } in &self.balances {
            if balance.side != DaySide::Opening {
                continue;
            }
            let money = balance.money.in_major_unit();
            let is_told_before = self.movements.iter().any(|booked| {
                booked.movement.at.date < balance.date
                    && booked.movement.money.in_major_unit().currency == money.currency
            });
            let is_earliest =
                self.openings.get(&money.currency).is_none_or(|(date, ..)| balance.date < *date);
            if !is_told_before && is_earliest {
                self.openings.insert(money.currency, (balance.date, money.amount, source.clone()));
            }
        }
    }
}

/// Of what has the same time: a corporate action takes effect before the day's trade, and what adds
/// units comes before what takes them away.
fn rank(transaction: &Transaction) -> u8 {
    match transaction.kind {
        TransactionKind::Split
        | TransactionKind::Exchange
        | TransactionKind::SpinOff
        | TransactionKind::StockDividend => 0,
        _ if transaction.quantity.is_sign_positive() => 1,
        _ => 2,
    }
}

/// Sums by currency, in units that balances are kept in; sums of zero are left out.
fn by_currency(amounts: impl Iterator<Item = Money>) -> SmallVec<[Money; 1]> {
    let mut sums = SmallVec::<[Money; 1]>::new();
    for money in amounts.map(Money::in_major_unit) {
        match sums.iter_mut().find(|sum| sum.currency == money.currency) {
            Some(sum) => sum.amount = sum.amount.saturating_add(money.amount),
            None => sums.push(money),
        }
    }
    sums.retain(|sum| !sum.amount.is_zero());
    sums.sort_by_key(|sum| sum.currency);
    sums
}

/// What a transaction says of its own cash.
fn own_cash(transaction: &Transaction) -> SmallVec<[Money; 1]> {
    match transaction.settled {
        Some(settled) => by_currency(std::iter::once(settled)),
        None => by_currency(
            transaction
                .amount
                .into_iter()
                .chain(transaction.accrued)
                .chain(transaction.fees.iter().map(|fee| fee.money)),
        ),
    }
}
