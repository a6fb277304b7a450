//! Facts in order, the same fact once, and what each of them does to the cash.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::account::{AccountName, BrokerAccount};
use crate::cash::{Balance, CashKind, CashMovement, DaySide, Position, UpcomingDividend};
use crate::fact::{Identity, Note};
use crate::fx::FxRate;
use crate::instrument::{AssetClass, Instrument, Isin};
use crate::moment::Moment;
use crate::money::{Currency, Money};
use crate::quotes::{Price, PriceHistory, PriceSource, Split};
use crate::statement::{
    Completed, Delivery, Facts, Source, Statement, lead_and_complete, one_of_each,
};
use crate::transaction::{Fee, FeeKind, Transaction, TransactionKind};

/// An index into [`Ledger::instruments`].
pub type InstrumentIndex = usize;

/// A transaction in its place in the ledger.
#[derive(Debug, Clone)]
pub struct BookedTransaction {
    pub transaction: Transaction,
    pub instrument: InstrumentIndex,
    pub source: Source,
    /// Its effect on the cash, fees included, one entry for each currency, in units that balances are
    /// kept in. Empty where nothing is known.
    pub cash: Vec<Money>,
    /// Its costs, from whichever file tells them.
    pub fees: Vec<Fee>,
    /// Whether movements of the account statement carry `cash`, so that it must not count again.
    pub is_settled: bool,
}

/// A cash movement in its place in the ledger.
#[derive(Debug, Clone)]
pub struct BookedMovement {
    pub movement: CashMovement,
    pub instrument: Option<InstrumentIndex>,
    pub source: Source,
}

/// What the broker claims about an instrument, or income to come, with the instrument looked up.
#[derive(Debug, Clone)]
pub struct OfInstrument<T> {
    pub fact: T,
    pub instrument: InstrumentIndex,
    pub source: Source,
}

/// The books of one account: of the user's, or of one of the broker's where a delivery tells
/// several apart.
#[derive(Debug, Clone)]
pub struct Book {
    pub account: AccountName,
    pub broker_account: Option<BrokerAccount>,
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

/// All books, and what the accounts share.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    pub deliveries: Vec<Delivery>,
    /// One for each thing that can be held, however many brokers name it.
    pub instruments: Vec<Instrument>,
    /// Prices of each instrument, by the same index.
    pub prices: Vec<PriceHistory>,
    pub books: Vec<Book>,
    pub fx_rates: Vec<FxRate>,
    pub notes: Vec<Statement<Note>>,
}

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
        let movements = self
            .movements
            .iter()
            .map(|booked| CashFlow {
                date: booked.movement.at.date,
                money: booked.movement.money.in_major_unit(),
            })
            .filter(|flow| !self.is_before_opening(flow));
        let openings = self.openings().map(|(flow, _)| flow);
        openings
            .chain(movements)
            .chain(self.unsettled_flows().filter(|flow| !self.is_before_opening(flow)))
    }

    /// The cash of transactions that no movement settles.
    fn unsettled_flows(&self) -> impl Iterator<Item = CashFlow> {
        self.transactions.iter().filter(|booked| !booked.is_settled).flat_map(|booked| {
            booked.cash.iter().map(|&money| CashFlow { date: booked.transaction.at.date, money })
        })
    }

    fn is_before_opening(&self, flow: &CashFlow) -> bool {
        self.opening(flow.money.currency).is_some_and(|(date, _)| flow.date < date)
    }

    /// Flows between the account and the cash that isn't told: those of trades where no statement
    /// tells the cash, or tells it only later. They count as money put in (positive) or taken out.
    pub fn outside_flows(&self) -> impl Iterator<Item = CashFlow> {
        let is_cash_known = self.is_cash_known();
        self.unsettled_flows()
            .filter(move |flow| !is_cash_known || self.is_before_opening(flow))
            .map(|flow| CashFlow {
                money: Money::new(-flow.money.amount, flow.money.currency),
                ..flow
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
}

impl Ledger {
    #[must_use]
    pub fn new(facts: Facts) -> Self {
        let deliveries = facts.deliveries;
        let (instruments, index) = merge_instruments(&deliveries, facts.instruments);
        let mut books = Books { deliveries: &deliveries, index: &index, books: BTreeMap::new() };

        let broker_accounts = one_of_each(&deliveries, facts.broker_accounts);
        let transactions = one_of_each(&deliveries, facts.transactions);
        for statement in transactions {
            books.add_transaction(statement);
        }
        for statement in one_of_each(&deliveries, facts.movements) {
            books.add_movement(statement);
        }
        for statement in one_of_each(&deliveries, facts.positions) {
            let key = statement.fact.broker_account.clone();
            books.add_claim(key, statement, |fact| &fact.instrument, |book| &mut book.positions);
        }
        for statement in one_of_each(&deliveries, facts.upcoming) {
            let key = statement.fact.broker_account.clone();
            books.add_claim(key, statement, |fact| &fact.instrument, |book| &mut book.upcoming);
        }
        for statement in one_of_each(&deliveries, facts.balances) {
            books.add_balance(statement);
        }
        let mut books: Vec<Book> = books.books.into_values().collect();
        for book in &mut books {
            book.put_in_order(&broker_accounts, &deliveries);
        }

        let mut prices: Vec<Vec<(Moment, Price)>> = vec![Vec::new(); instruments.len()];
        for Statement { fact: quote, source } in one_of_each(&deliveries, facts.quotes) {
            if let Some(instrument) = index.find(&deliveries[source.delivery], &quote.instrument) {
                let (price, currency) = (quote.price, quote.currency);
                let price =
                    Price { date: quote.at.date, price, currency, source: PriceSource::Quote };
                prices[instrument].push((quote.at, price));
            }
        }
        for book in &books {
            book.tell_prices(&mut prices);
        }
        let mut splits = vec![Vec::new(); instruments.len()];
        for book in &books {
            book.tell_splits(&mut splits);
        }
        let prices = prices
            .into_iter()
            .zip(splits)
            .map(|(prices, splits)| history(prices, splits))
            .collect();
        let fx_rates =
            one_of_each(&deliveries, facts.fx_rates).into_iter().map(|rate| rate.fact).collect();
        let notes = one_of_each(&deliveries, facts.notes);
        Self { deliveries, instruments, prices, books, fx_rates, notes }
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

fn history(mut prices: Vec<(Moment, Price)>, mut splits: Vec<Split>) -> PriceHistory {
    prices.sort_by_key(|(at, price)| (*at, price.price));
    splits.sort_by_key(|split| (split.date, split.ratio));
    // Two accounts that hold the same share tell the same split.
    splits.dedup_by_key(|split| split.date);
    PriceHistory::new(prices.into_iter().map(|(_, price)| price).collect(), splits)
}

/// By which name an instrument is the same at two brokers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum SharedName {
    Isin(Isin),
    Crypto(String),
    /// No other broker can know it.
    Own(Option<AccountName>, Identity),
}

impl SharedName {
    fn of(account: Option<&AccountName>, instrument: &Instrument) -> Self {
        let own = || Self::Own(account.cloned(), instrument.identity.clone());
        match instrument.asset_class {
            // Their ISIN, where one is given, is that of the underlying.
            AssetClass::Option | AssetClass::Future | AssetClass::Warrant | AssetClass::Cfd => {
                own()
            }
            AssetClass::Crypto => match &instrument.symbol {
                Some(symbol) => Self::Crypto(symbol.to_uppercase()),
                None => own(),
            },
            _ => instrument.isin.map_or_else(own, Self::Isin),
        }
    }
}

/// From what a delivery calls an instrument to its place in the ledger.
struct InstrumentNames {
    places: HashMap<(Option<AccountName>, Identity), InstrumentIndex>,
}

impl InstrumentNames {
    fn find(&self, delivery: &Delivery, identity: &Identity) -> Option<InstrumentIndex> {
        self.places.get(&(delivery.account.clone(), identity.clone())).copied()
    }
}

/// One instrument for each shared name, completed from all that is said of it.
fn merge_instruments(
    deliveries: &[Delivery],
    statements: Vec<Statement<Instrument>>,
) -> (Vec<Instrument>, InstrumentNames) {
    let mut groups: BTreeMap<SharedName, Vec<Statement<Instrument>>> = BTreeMap::new();
    for statement in one_of_each(deliveries, statements) {
        let account = deliveries[statement.source.delivery].account.as_ref();
        groups.entry(SharedName::of(account, &statement.fact)).or_default().push(statement);
    }
    let mut places = HashMap::new();
    let mut instruments = Vec::with_capacity(groups.len());
    for group in groups.into_values() {
        for statement in &group {
            let account = deliveries[statement.source.delivery].account.clone();
            places.insert((account, statement.fact.identity.clone()), instruments.len());
        }
        instruments.extend(lead_and_complete(deliveries, group).map(|lead| lead.fact));
    }
    (instruments, InstrumentNames { places })
}

/// Books under construction.
struct Books<'a> {
    deliveries: &'a [Delivery],
    index: &'a InstrumentNames,
    books: BTreeMap<(AccountName, Option<Identity>), Book>,
}

impl Books<'_> {
    fn book(&mut self, source: &Source, broker_account: Option<Identity>) -> Option<&mut Book> {
        let account = self.deliveries[source.delivery].account.clone()?;
        Some(self.books.entry((account.clone(), broker_account.clone())).or_insert_with(|| Book {
            account,
            broker_account: broker_account.map(|identity| BrokerAccount {
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
        }))
    }

    fn add_transaction(&mut self, Statement { fact: transaction, source }: Statement<Transaction>) {
        let Some(instrument) =
            self.index.find(&self.deliveries[source.delivery], &transaction.instrument)
        else {
            return;
        };
        let broker_account = transaction.broker_account.clone();
        if let Some(book) = self.book(&source, broker_account) {
            let (cash, fees) = (own_cash(&transaction), transaction.fees.clone());
            book.transactions.push(BookedTransaction {
                transaction,
                instrument,
                source,
                cash,
                fees,
                is_settled: false,
            });
        }
    }

    fn add_movement(&mut self, Statement { fact: movement, source }: Statement<CashMovement>) {
        let delivery = &self.deliveries[source.delivery];
        let instrument =
            movement.instrument.as_ref().and_then(|name| self.index.find(delivery, name));
        let broker_account = movement.broker_account.clone();
        if let Some(book) = self.book(&source, broker_account) {
            book.movements.push(BookedMovement { movement, instrument, source });
        }
    }

    fn add_claim<T: Completed>(
        &mut self,
        broker_account: Option<Identity>,
        Statement { fact, source }: Statement<T>,
        named: impl Fn(&T) -> &Identity,
        list: impl Fn(&mut Book) -> &mut Vec<OfInstrument<T>>,
    ) {
        let Some(instrument) = self.index.find(&self.deliveries[source.delivery], named(&fact))
        else {
            return;
        };
        if let Some(book) = self.book(&source, broker_account) {
            list(book).push(OfInstrument { fact, instrument, source });
        }
    }

    fn add_balance(&mut self, statement: Statement<Balance>) {
        let broker_account = statement.fact.broker_account.clone();
        if let Some(book) = self.book(&statement.source, broker_account) {
            book.balances.push(statement);
        }
    }
}

impl Book {
    fn put_in_order(
        &mut self,
        broker_accounts: &[Statement<BrokerAccount>],
        deliveries: &[Delivery],
    ) {
        self.transactions.sort_by(|left, right| {
            // Of what has the same time, what adds units comes first.
            let key = |booked: &BookedTransaction| (booked.transaction.at, booked.transaction.kind);
            key(left)
                .cmp(&key(right))
                .then_with(|| left.transaction.identity.cmp(&right.transaction.identity))
        });
        self.movements.sort_by(|left, right| {
            let key = |booked: &BookedMovement| booked.movement.at;
            key(left)
                .cmp(&key(right))
                .then_with(|| left.movement.identity.cmp(&right.movement.identity))
        });
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

    fn tell_prices(&self, prices: &mut [Vec<(Moment, Price)>]) {
        for OfInstrument { fact: position, instrument, .. } in &self.positions {
            if let (Some(price), Some(currency)) = (position.price, position.price_currency) {
                let price =
                    Price { date: position.date, price, currency, source: PriceSource::Position };
                prices[*instrument].push((Moment::day(position.date), price));
            }
        }
        for BookedTransaction { transaction, instrument, .. } in &self.transactions {
            let (Some(price), Some(currency)) = (transaction.price, transaction.price_currency)
            else {
                continue;
            };
            // A leg that leaves states the price of before the action.
            let is_telling = match transaction.kind {
                TransactionKind::Buy | TransactionKind::Sell => price > Decimal::ZERO,
                TransactionKind::Split | TransactionKind::Exchange | TransactionKind::SpinOff => {
                    price > Decimal::ZERO && transaction.quantity > Decimal::ZERO
                }
                _ => false,
            };
            if is_telling {
                let at = transaction.at;
                let price = Price { date: at.date, price, currency, source: PriceSource::Trade };
                prices[*instrument].push((at, price));
            }
        }
    }
}

impl Book {
    /// Splits, with the ratio that follows from the units before and behind them.
    fn tell_splits(&self, splits: &mut [Vec<Split>]) {
        let mut held: HashMap<InstrumentIndex, Decimal> = HashMap::new();
        for legs in self.actions() {
            let first = legs[0];
            let date = first.transaction.at.date;
            let is_split = first.transaction.kind == TransactionKind::Split
                && legs.iter().all(|leg| leg.instrument == first.instrument);
            let quantity = held.entry(first.instrument).or_default();
            if is_split {
                let gone: Decimal =
                    legs.iter().map(|leg| leg.transaction.quantity.min(Decimal::ZERO)).sum();
                let change: Decimal = legs.iter().map(|leg| leg.transaction.quantity).sum();
                // Both legs tell the ratio by themselves; a single one needs what was held.
                let before = if legs.len() > 1 { -gone } else { *quantity };
                if let Some(ratio) =
                    (before + change).checked_div(before).filter(|ratio| *ratio > Decimal::ZERO)
                {
                    splits[first.instrument].push(Split { date, ratio });
                }
            }
            for leg in legs {
                let quantity = held.entry(leg.instrument).or_default();
                *quantity = quantity.saturating_add(leg.transaction.quantity);
            }
        }
    }

    /// Transactions in order; the legs of one corporate action together, where its first one stands.
    pub fn actions(&self) -> Vec<Vec<&BookedTransaction>> {
        let mut actions: Vec<Vec<&BookedTransaction>> = Vec::with_capacity(self.transactions.len());
        let mut places: HashMap<&str, usize> = HashMap::new();
        for booked in &self.transactions {
            match &booked.transaction.group {
                Some(group) if !is_trade(booked.transaction.kind) => {
                    if let Some(&place) = places.get(group.as_str()) {
                        actions[place].push(booked);
                    } else {
                        places.insert(group, actions.len());
                        actions.push(vec![booked]);
                    }
                }
                _ => actions.push(vec![booked]),
            }
        }
        actions
    }
}

const fn is_trade(kind: TransactionKind) -> bool {
    matches!(kind, TransactionKind::Buy | TransactionKind::Sell)
}

/// Sums by currency, in units that balances are kept in; sums of zero are left out.
fn by_currency(amounts: impl Iterator<Item = Money>) -> Vec<Money> {
    let mut sums: BTreeMap<Currency, Decimal> = BTreeMap::new();
    for money in amounts.map(Money::in_major_unit) {
        let sum = sums.entry(money.currency).or_default();
        *sum = sum.saturating_add(money.amount);
    }
    sums.retain(|_, amount| !amount.is_zero());
    sums.into_iter().map(|(currency, amount)| Money::new(amount, currency)).collect()
}

/// What a transaction says of its own cash.
fn own_cash(transaction: &Transaction) -> Vec<Money> {
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
